//! Where a piece of text stands.

/// One text in the [`SourceMap`](super::SourceMap).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct SourceId(pub(crate) u32);

impl SourceId {
    /// Ids of texts that are kept from one run to the next begin here.
    const FIRST_KEPT: u32 = 1 << 31;

    /// The id of a place among the kept texts.
    pub(super) fn kept(at: usize) -> Self {
        Self(Self::FIRST_KEPT | at as u32)
    }

    /// The place among the kept texts, if it is one of them.
    pub(super) fn kept_at(self) -> Option<usize> {
        self.0.checked_sub(Self::FIRST_KEPT).map(|at| at as usize)
    }
}

/// A range of bytes in one source. Twelve bytes, freely copied.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Span {
    /// The text that the range is in.
    pub source: SourceId,
    /// The first byte.
    pub start: u32,
    /// One past the last byte.
    pub end: u32,
}

impl Span {
    /// A span of `start..end` in `source`.
    pub fn new(source: SourceId, start: u32, end: u32) -> Self {
        Self { source, start, end }
    }

    /// The smallest span that holds both; both lie in the same source.
    pub fn to(self, end: Span) -> Self {
        debug_assert_eq!(self.source, end.source);
        Self { source: self.source, start: self.start.min(end.start), end: self.end.max(end.end) }
    }

    /// Whether another span lies within this one.
    pub fn holds(self, other: Self) -> bool {
        self.source == other.source && self.start <= other.start && other.end <= self.end
    }

    /// The bytes as a range for slicing.
    pub fn range(self) -> std::ops::Range<usize> {
        self.start as usize..self.end as usize
    }
}

/// A value and where it was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Spanned<T> {
    /// What was written.
    pub value: T,
    /// Where.
    pub span: Span,
}

impl<T> Spanned<T> {
    /// A value at a place.
    pub fn new(value: T, span: Span) -> Self {
        Self { value, span }
    }
}
