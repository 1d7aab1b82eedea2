//! Changes of texts, and how they are carried out of a document inside another's string.

use super::{Embedding, Origin, SourceMap, Span};

/// The text under a span, replaced.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edit {
    /// What is replaced; empty where something is put in.
    pub span: Span,
    /// What stands there instead.
    pub text: String,
}

impl Edit {
    /// An edit of a place.
    pub fn new(span: Span, text: impl Into<String>) -> Self {
        Self { span, text: text.into() }
    }

    /// The text with all edits made. `None` if two of them touch the same bytes, or one is no place in it.
    pub fn apply(edits: &[Self], text: &str) -> Option<String> {
        let mut edits: Vec<&Self> = edits.iter().collect();
        edits.sort_by_key(|edit| (edit.span.start, edit.span.end));
        let mut edited = String::with_capacity(text.len());
        let mut done = 0;
        for edit in edits {
            let range = edit.span.range();
            edited.push_str(text.get(done..range.start)?);
            text.get(range.clone())?;
            edited.push_str(&edit.text);
            done = range.end;
        }
        edited.push_str(text.get(done..)?);
        Some(edited)
    }
}

impl SourceMap {
    /// The edit in the outermost text. `None` where it lies inside a string in which edits cannot be made as text:
    /// in any but a literal block.
    pub fn outermost_edit(&self, edit: &Edit) -> Option<Edit> {
        let mut edit = edit.clone();
        while let Origin::Embedded(embedding) = &self.get(edit.span.source).origin {
            edit = embedding.lift_edit(&self.get(edit.span.source).text, &edit)?;
        }
        Some(edit)
    }
}

impl Embedding {
    /// The edit of the embedded text `inner`, as one of the text around it.
    pub fn lift_edit(&self, inner: &str, edit: &Edit) -> Option<Edit> {
        let indent = self.indent?;
        let (start, end) = (edit.span.start, edit.span.end);
        let begins_line = |at: u32| at == 0 || inner.as_bytes().get(at as usize - 1) == Some(&b'\n');
        let is_end = end as usize >= inner.len();
        let outer_end = self.lift(start.min(end.saturating_sub(1)), end).end;
        let blanks = " ".repeat(indent as usize);
        // Whole lines go with their indentation, so that none is left alone at the end of the block.
        if start < end && begins_line(start) && (begins_line(end) || is_end) {
            let span = Span::new(self.scalar.source, self.outer(start)?.checked_sub(indent)?, outer_end);
            let lines = edit.text.split_inclusive('\n').map(|line| indented(line, &blanks)).collect::<String>();
            return Some(Edit::new(span, lines));
        }
        let end = if begins_line(end) && !is_end { self.outer(end)? } else { outer_end };
        let mut lines = edit.text.split_inclusive('\n');
        let mut text = lines.next().unwrap_or_default().to_owned();
        text.extend(lines.map(|line| indented(line, &blanks)));
        if edit.text.ends_with('\n') && !is_end {
            text.push_str(&blanks);
        }
        Some(Edit::new(Span::new(self.scalar.source, self.outer(start)?, end.max(self.outer(start)?)), text))
    }
}

fn indented(line: &str, blanks: &str) -> String {
    if line.trim_end_matches(['\n', '\r']).is_empty() { line.to_owned() } else { format!("{blanks}{line}") }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::source::SourceId;

    fn edit(start: u32, end: u32, text: &str) -> Edit {
        Edit::new(Span::new(SourceId(0), start, end), text)
    }

    #[test]
    fn edits_are_made_together() {
        let edits = [edit(4, 5, "x"), edit(0, 1, ""), edit(6, 6, "y")];
        assert_eq!(Edit::apply(&edits, "abcdef").unwrap(), "bcdxfy");
    }

    #[test]
    fn edits_that_touch_the_same_bytes_are_refused() {
        assert_eq!(Edit::apply(&[edit(0, 3, ""), edit(2, 4, "")], "abcdef"), None);
        assert_eq!(Edit::apply(&[edit(5, 9, "")], "abcdef"), None);
        assert_eq!(Edit::apply(&[edit(1, 2, "")], "éa"), None);
    }
}
