//! Columns: rows of cells, aligned as kubectl aligns them, wrapped where the terminal is narrow.

use comfy_table::presets::NOTHING;
use comfy_table::{ColumnConstraint, ContentArrangement, Table, Width};

use crate::report::style::{Style, width_of};

/// Columns between columns.
const GAP: usize = 2;

/// Rows of cells under headings.
pub(in crate::report) struct Columns {
    table: Table,
    indent: usize,
    room: Option<usize>,
    /// The longest word of each column.
    words: Vec<usize>,
}

impl Columns {
    /// Columns under these headings; an empty list has none.
    pub(in crate::report) fn new(headings: &[&str], indent: usize, style: Style) -> Self {
        let mut table = Table::new();
        table.load_style(NOTHING).force_no_tty();
        let room = style.width.map(|width| width.saturating_sub(indent).clamp(30, usize::from(u16::MAX)));
        match room {
            Some(room) => table.set_content_arrangement(ContentArrangement::Dynamic).set_width(room as u16),
            None => table.set_content_arrangement(ContentArrangement::Disabled),
        };
        if !headings.is_empty() {
            table.set_header(headings.iter().map(|heading| style.dim(heading)));
        }
        let words = headings.iter().map(|heading| width_of(heading)).collect();
        Self { table, indent, room, words }
    }

    /// Adds a row.
    pub(in crate::report) fn row(&mut self, cells: impl IntoIterator<Item = String>) {
        let cells: Vec<String> = cells.into_iter().collect();
        self.words.resize(self.words.len().max(cells.len()), 0);
        for (longest, cell) in self.words.iter_mut().zip(&cells) {
            let word = cell.split_whitespace().map(width_of).max().unwrap_or(0);
            *longest = word.max(*longest);
        }
        self.table.add_row(cells);
    }

    /// The rows as text, each line with a break.
    pub(in crate::report) fn into_text(mut self) -> String {
        let needed: usize = self.words.iter().map(|word| word + GAP).sum();
        let fits = self.room.is_some_and(|room| needed <= room);
        for (column, word) in self.table.column_iter_mut().zip(&self.words) {
            column.set_padding((0, GAP as u16));
            // Lines break at blanks as long as there is room for whole words.
            if fits {
                column.set_constraint(ColumnConstraint::LowerBoundary(Width::Fixed((word + GAP) as u16)));
            }
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
