//! Changes of texts, and how they are carried out of a document inside another's string.

use super::{Container, Embedding, Origin, SourceMap, Span};

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
    /// The edit in the outermost text. `None` where it lies inside a string in which it cannot be made without writing
    /// the whole of it anew.
    pub fn outermost_edit(&self, edit: &Edit) -> Option<Edit> {
        let mut edit = edit.clone();
        loop {
            edit = match &self.get(edit.span.source).origin {
                Origin::Embedded(embedding) => {
                    let outer = &self.get(embedding.scalar.source).text;
                    embedding.lift_edit(outer, &self.get(edit.span.source).text, &edit)?
                }
                Origin::Part { .. } => Edit { span: self.outermost(edit.span), ..edit },
                _ => return Some(edit),
            };
        }
    }
}

impl Embedding {
    /// The edit of the embedded text `inner`, as one of the text around it, `outer`.
    pub fn lift_edit(&self, outer: &str, inner: &str, edit: &Edit) -> Option<Edit> {
        match self.container {
            Container::Literal { indent } => self.lift_into_block(indent, outer, inner, edit),
            Container::Folded => self.lift_into_line(outer, edit),
            Container::Single => {
                let text = (!edit.text.contains(['\n', '\r'])).then(|| edit.text.replace('\'', "''"))?;
                self.lift_into_quotes(outer, inner, edit, text)
            }
            Container::Double => self.lift_into_quotes(outer, inner, edit, escaped(&edit.text)),
            Container::Whole => None,
        }
    }

    fn lift_into_block(&self, indent: u32, outer: &str, inner: &str, edit: &Edit) -> Option<Edit> {
        let (start, end) = (edit.span.start, edit.span.end);
        let begins_line = |at: u32| at == 0 || inner.as_bytes().get(at as usize - 1) == Some(&b'\n');
        let is_end = end as usize >= inner.len();
        let outer_end = self.lift(start.min(end.saturating_sub(1)), end).end;
        let blanks = " ".repeat(indent as usize);
        let first_line = outer.get(self.scalar.range().start..).and_then(|block| block.split_inclusive('\n').next());
        let has_returns = first_line.is_some_and(|line| line.ends_with("\r\n"));
        let in_place = |text: String| if has_returns { text.replace('\n', "\r\n") } else { text };
        // Whole lines go with their indentation, so that none is left alone at the end of the block.
        if start < end && begins_line(start) && (begins_line(end) || is_end) {
            // With carriage returns the end of a line is no part of its piece.
            let rest = outer.get(outer_end as usize..)?;
            let taken = inner.get(start as usize..end as usize)?;
            let behind = if taken.ends_with('\n') && rest.starts_with("\r\n") { 2 } else { 0 };
            let span = Span::new(self.scalar.source, self.outer(start)?.checked_sub(indent)?, outer_end + behind);
            let lines = edit.text.split_inclusive('\n').map(|line| indented(line, &blanks)).collect::<String>();
            return Some(Edit::new(span, in_place(lines)));
        }
        let end = if begins_line(end) && !is_end { self.outer(end)? } else { outer_end };
        let mut lines = edit.text.split_inclusive('\n');
        let mut text = lines.next().unwrap_or_default().to_owned();
        text.extend(lines.map(|line| indented(line, &blanks)));
        if edit.text.ends_with('\n') && !is_end {
            text.push_str(&blanks);
        }
        let span = Span::new(self.scalar.source, self.outer(start)?, end.max(self.outer(start)?));
        Some(Edit::new(span, in_place(text)))
    }

    /// Within one line of a folded block: what makes no line more or less, and indents none.
    fn lift_into_line(&self, outer: &str, edit: &Edit) -> Option<Edit> {
        let (start, end) = (edit.span.start, edit.span.end);
        let after = self.pieces.partition_point(|piece| piece.inner <= start);
        let piece = self.pieces.get(after.checked_sub(1)?)?;
        let (from, to) = (start.checked_sub(piece.inner)?, end.checked_sub(piece.inner)?);
        if piece.len == 0 || to > piece.len || edit.text.contains(['\n', '\r']) {
            return None;
        }
        let line = outer.get(piece.outer as usize..(piece.outer + piece.len) as usize)?;
        let edited = format!("{}{}{}", line.get(..from as usize)?, edit.text, line.get(to as usize..)?);
        let is_indented = |line: &str| line.starts_with([' ', '\t']);
        let is_sound = !edited.trim().is_empty() && is_indented(&edited) == is_indented(line);
        let span = Span::new(self.scalar.source, piece.outer + from, piece.outer + to);
        is_sound.then(|| Edit::new(span, edit.text.clone()))
    }

    /// Within quotes: `text` is what is put there, written as the quotes want it.
    fn lift_into_quotes(&self, outer: &str, inner: &str, edit: &Edit, text: String) -> Option<Edit> {
        let (start, end) = (edit.span.start, edit.span.end);
        let close = self.scalar.end.checked_sub(1)?;
        let lifted = |at: u32| if at as usize >= inner.len() { Some(close) } else { self.exact(at) };
        let (begin, finish) = (lifted(start)?, lifted(end)?);
        // Blanks beside a break of lines are no part of what quotes mean.
        let (before, after) = (outer.get(..begin as usize)?, outer.get(finish as usize..close as usize)?);
        let before = before.get(before.trim_end_matches(BLANKS).len()..)?;
        let behind = after.get(..after.len() - after.trim_start_matches(BLANKS).len())?;
        let breaks = |blanks: &str| blanks.contains(['\n', '\r']);
        let is_sound = match text.is_empty() {
            true => !breaks(before) && !breaks(behind) || behind.is_empty() || before.is_empty() && breaks(behind),
            false => (!breaks(before) || !text.starts_with(BLANKS)) && (!breaks(behind) || !text.ends_with(BLANKS)),
        };
        (is_sound && begin <= finish).then(|| Edit::new(Span::new(self.scalar.source, begin, finish), text))
    }
}

const BLANKS: [char; 4] = [' ', '\t', '\n', '\r'];

/// A text as it is written in double quotes.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '"' | '\\' => escaped.extend(['\\', character]),
            '\n' => escaped.push_str("\\n"),
            '\r' => escaped.push_str("\\r"),
            '\t' => escaped.push_str("\\t"),
            other if other.is_control() => escaped.push_str(&format!("\\u{:04x}", u32::from(other))),
            other => escaped.push(other),
        }
    }
    escaped
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
