//! A document inside another's string: places lifted to the text that the user opens.

use super::span::Span;

/// How the bytes of an embedded text lie in the text around it.
///
/// A text inside a literal block has one piece a line, one inside quotes a piece for each run without escapes.
#[derive(Clone, Debug)]
pub struct Embedding {
    /// The whole scalar in the outer source: where findings point that no piece covers.
    pub scalar: Span,
    /// The pieces, by rising inner offset.
    pub pieces: Box<[Piece]>,
    /// Blanks that begin each line in the outer text; `None` where inner text cannot be replaced by plain insertion
    /// (any style but a literal block).
    pub indent: Option<u32>,
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
    /// The outer place of an inner offset. `None` where the map knows none.
    pub fn outer(&self, offset: u32) -> Option<u32> {
        let after = self.pieces.partition_point(|piece| piece.inner <= offset);
        let piece = self.pieces.get(after.checked_sub(1)?)?;
        let into = offset - piece.inner;
        // A break between two pieces (a line end, an escape) belongs to the end of the one before.
        Some(piece.outer + into.min(piece.len))
    }

    /// The outer span of an inner one; the whole scalar where the map does not know it.
    pub fn lift(&self, start: u32, end: u32) -> Span {
        match (self.outer(start), self.outer(end)) {
            (Some(start), Some(end)) if start <= end => Span::new(self.scalar.source, start, end),
            _ => self.scalar,
        }
    }
}
