//! A document inside another's string: places lifted to the text that the user opens.

use std::sync::Arc;

use super::span::Span;

/// How the bytes of an embedded text lie in the text around it.
///
/// A text inside a literal block has one piece a line, one inside quotes a piece for each run without escapes.
#[derive(Clone, Debug)]
pub struct Embedding {
    /// The whole scalar in the outer source: where findings point that no piece covers.
    pub scalar: Span,
    /// The pieces, by rising inner offset.
    pub pieces: Arc<[Piece]>,
    /// What the text stands in, which says how it is edited.
    pub container: Container,
}

/// How a text is written that stands inside another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Container {
    /// A literal block, whose lines begin with so many blanks.
    Literal {
        /// How many.
        indent: u32,
    },
    /// A folded block.
    Folded,
    /// Single quotes.
    Single,
    /// Double quotes.
    Double,
    /// Something whose bytes are not known one by one: it is not edited.
    Whole,
}

/// A run of bytes that is the same inside and outside.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Piece {
    /// Where it begins in the embedded text.
    pub inner: u32,
    /// Where it begins in the outer text.
    pub outer: u32,
    /// How many bytes are the same.
    pub len: u32,
}

impl Embedding {
    /// A text whose bytes are not known one by one.
    pub fn whole(scalar: Span) -> Self {
        Self { scalar, pieces: Arc::default(), container: Container::Whole }
    }

    /// The outer place of an inner offset. `None` where the map knows none.
    pub fn outer(&self, offset: u32) -> Option<u32> {
        let after = self.pieces.partition_point(|piece| piece.inner <= offset);
        let piece = self.pieces.get(after.checked_sub(1)?)?;
        let into = offset - piece.inner;
        // A break between two pieces (a line end, an escape) belongs to the end of the one before.
        Some(piece.outer + into.min(piece.len))
    }

    /// The outer place of an inner offset; `None` also where the map knows only about where it is: within a break of
    /// lines that stands for several characters.
    pub fn exact(&self, offset: u32) -> Option<u32> {
        let after = self.pieces.partition_point(|piece| piece.inner <= offset);
        let piece = self.pieces.get(after.checked_sub(1)?)?;
        let into = offset - piece.inner;
        (into <= piece.len).then_some(piece.outer + into)
    }

    /// The outer span of an inner one; the whole scalar where the map does not know it.
    pub fn lift(&self, start: u32, end: u32) -> Span {
        match (self.outer(start), self.outer_end(start, end)) {
            (Some(start), Some(end)) if start <= end => Span::new(self.scalar.source, start, end),
            _ => self.scalar,
        }
    }

    /// The outer place behind the last byte of an inner span, which may lie far before that of the next byte.
    fn outer_end(&self, start: u32, end: u32) -> Option<u32> {
        let Some(last) = end.checked_sub(1).filter(|last| *last >= start) else { return self.outer(end) };
        let after = self.pieces.partition_point(|piece| piece.inner <= last);
        let piece = self.pieces.get(after.checked_sub(1)?)?;
        let into = last - piece.inner;
        if into < piece.len {
            return Some(piece.outer + into + 1);
        }
        // An escape ends where the next piece begins, a break of lines where its line ends.
        Some(match self.pieces.get(after) {
            Some(next) if piece.len == 0 => next.outer,
            None if piece.len == 0 => self.scalar.end.saturating_sub(1).max(piece.outer),
            _ => piece.outer + piece.len,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::SourceId;

    fn embedding(pieces: &[(u32, u32, u32)]) -> Embedding {
        let pieces = pieces.iter().map(|(inner, outer, len)| Piece { inner: *inner, outer: *outer, len: *len });
        Embedding { scalar: Span::new(SourceId(0), 0, 100), pieces: pieces.collect(), container: Container::Whole }
    }

    fn lifted(embedding: &Embedding, start: u32, end: u32) -> std::ops::Range<usize> {
        embedding.lift(start, end).range()
    }

    #[test]
    fn a_span_ends_on_its_own_line() {
        let lines = embedding(&[(0, 10, 4), (4, 18, 4)]);
        assert_eq!(lifted(&lines, 0, 4), 10..14);
        assert_eq!(lifted(&lines, 4, 8), 18..22);
        assert_eq!(lifted(&lines, 2, 6), 12..20);
        assert_eq!(lifted(&lines, 4, 4), 18..18);
    }

    #[test]
    fn a_line_end_that_is_written_otherwise_is_the_end_of_its_line() {
        let lines = embedding(&[(0, 10, 3), (4, 18, 3)]);
        assert_eq!(lifted(&lines, 3, 4), 13..13);
        assert_eq!(lifted(&lines, 0, 4), 10..13);
    }

    #[test]
    fn an_escape_is_lifted_as_a_whole() {
        let escape = embedding(&[(0, 10, 3), (3, 13, 0), (5, 19, 3)]);
        assert_eq!(lifted(&escape, 3, 5), 13..19);
    }

    #[test]
    fn what_is_not_mapped_is_the_scalar() {
        assert_eq!(lifted(&embedding(&[]), 3, 4), 0..100);
    }
}
