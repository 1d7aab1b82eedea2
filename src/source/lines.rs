//! Byte offsets as lines and columns.

/// The starts of the lines of a text.
#[derive(Clone, Debug)]
pub struct Lines {
    starts: Vec<u32>,
}

impl Lines {
    /// Finds the line starts of `text`; a line ends after `\n`.
    pub fn of(text: &str) -> Self {
        let after_breaks = text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n').map(|(at, _)| at as u32 + 1);
        Self { starts: std::iter::once(0).chain(after_breaks).collect() }
    }

    /// Line and column of a byte offset, both counted from 1, columns in characters.
    ///
    /// A byte order mark at the beginning of the text is no column. An offset past the end is the end.
    pub fn position(&self, text: &str, offset: u32) -> (u32, u32) {
        let line = self.starts.partition_point(|start| *start <= offset) - 1;
        let mut start = self.starts[line] as usize;
        if line == 0 && text.starts_with('\u{feff}') {
            start = '\u{feff}'.len_utf8();
        }
        let end = (offset as usize).clamp(start, text.len().max(start));
        let column = text.get(start..end).map_or(end - start, |before| before.chars().count());
        (line as u32 + 1, column as u32 + 1)
    }

    /// The byte range of a line counted from 1, without its line break; empty past the last line.
    pub fn line(&self, text: &str, line: u32) -> std::ops::Range<usize> {
        let index = line.saturating_sub(1) as usize;
        let start = self.starts.get(index).map_or(text.len(), |start| *start as usize);
        let end = self.starts.get(index + 1).map_or(text.len(), |next| *next as usize);
        let content = text[start..end].trim_end_matches(['\n', '\r']).len();
        start..start + content
    }

    /// How many lines there are; a text that ends with a line break has an empty last one.
    pub fn count(&self) -> u32 {
        self.starts.len() as u32
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_count_characters() {
        let text = "aé\nxüz";
        let lines = Lines::of(text);
        assert_eq!(lines.position(text, 3), (1, 3));
        assert_eq!(lines.position(text, 7), (2, 3));
    }

    #[test]
    fn a_byte_order_mark_is_no_column() {
        let text = "\u{feff}kind: X";
        assert_eq!(Lines::of(text).position(text, 3), (1, 1));
    }

    #[test]
    fn carriage_returns_are_not_part_of_a_line() {
        let text = "a\r\nb";
        assert_eq!(Lines::of(text).line(text, 1), 0..1);
    }
}
