//! Columns: rows of cells, aligned as kubectl aligns them, wrapped where the terminal is narrow.

use comfy_table::presets::NOTHING;
use comfy_table::{ContentArrangement, Table};

use crate::report::style::Style;

/// Rows of cells under headings.
pub(in crate::report) struct Columns {
    table: Table,
    indent: usize,
}

impl Columns {
    /// Columns under these headings; an empty list has none.
    pub(in crate::report) fn new(headings: &[&str], indent: usize, style: Style) -> Self {
        let mut table = Table::new();
        table.load_style(NOTHING).force_no_tty();
        match style.width {
            Some(width) => {
                let room = width.saturating_sub(indent).clamp(30, usize::from(u16::MAX));
                table.set_content_arrangement(ContentArrangement::Dynamic).set_width(room as u16);
            }
            None => {
                table.set_content_arrangement(ContentArrangement::Disabled);
            }
        }
        if !headings.is_empty() {
            table.set_header(headings.iter().map(|heading| style.dim(heading)));
        }
        Self { table, indent }
    }

    /// Adds a row.
    pub(in crate::report) fn row(&mut self, cells: impl IntoIterator<Item = String>) {
        self.table.add_row(cells.into_iter().collect::<Vec<_>>());
    }

    /// The rows as text, each line with a break.
    pub(in crate::report) fn into_text(mut self) -> String {
        for column in self.table.column_iter_mut() {
            column.set_padding((0, 2));
        }
        let indent = " ".repeat(self.indent);
        let mut out = String::new();
        for line in self.table.lines() {
            let line = line.trim_end();
            out.push_str(if line.is_empty() { "" } else { &indent });
            out.push_str(line);
            out.push('\n');
        }
        out
    }
}
