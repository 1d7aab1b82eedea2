//! Texts that are kept from one run to the next: what was read of them stays true, for they keep their ids.

use std::ops::Range;
use std::sync::Arc;

use super::{Embedding, Origin, Source, SourceId, SourceMap, Span};

/// Texts that outlive a map, at places that do not change.
#[derive(Clone, Debug, Default)]
pub struct Kept {
    sources: Vec<Source>,
    free: Vec<SourceId>,
}

impl Kept {
    /// Lets texts go; their ids are given to others.
    pub fn forget(&mut self, ids: impl IntoIterator<Item = SourceId>) {
        for id in ids {
            if let Some(source) = self.get_mut(id) {
                *source = Source::new(Origin::Assumed, "");
                self.free.push(id);
            }
        }
    }

    pub(super) fn get(&self, at: usize) -> &Source {
        &self.sources[at]
    }

    fn get_mut(&mut self, id: SourceId) -> Option<&mut Source> {
        self.sources.get_mut(id.kept_at()?)
    }

    fn add(&mut self, source: Source) -> SourceId {
        let id = self.free.pop();
        match id.and_then(|id| self.get_mut(id)) {
            Some(place) => *place = source,
            None => self.sources.push(source),
        }
        id.unwrap_or_else(|| SourceId::kept(self.sources.len() - 1))
    }
}

impl SourceMap {
    /// Takes texts in that were kept from an earlier map.
    #[must_use]
    pub fn with(self, kept: Kept) -> Self {
        Self { kept, ..self }
    }

    /// Lets texts go that were kept.
    pub fn forget(&mut self, ids: impl IntoIterator<Item = SourceId>) {
        self.kept.forget(ids);
    }

    /// The texts that are kept for the next map.
    pub fn kept(&self) -> &Kept {
        &self.kept
    }

    /// Takes a piece of a text in as a text of its own, which is kept.
    pub fn add_part(&mut self, of: SourceId, range: Range<usize>) -> SourceId {
        let whole = &self.get(of).text;
        let text = match whole.get(range.clone()) {
            Some(part) if part.len() < whole.len() => part.into(),
            _ => Arc::clone(whole),
        };
        self.kept.add(Source::new(Origin::Part { of, at: range.start as u32 }, text))
    }

    /// Says where a part that was kept stands now.
    pub fn move_part(&mut self, part: SourceId, of: SourceId, at: usize) {
        if let Some(source) = self.kept.get_mut(part) {
            source.origin = Origin::Part { of, at: at as u32 };
        }
    }

    /// Takes a text in that stands in a scalar of another; it is kept if the other is.
    pub fn embed(&mut self, scalar: Span, text: Arc<str>) -> SourceId {
        let origin = Origin::Embedded(Embedding::whole(scalar));
        match scalar.source.kept_at() {
            Some(_) => self.kept.add(Source::new(origin, text)),
            None => self.add(origin, text),
        }
    }

    /// Says how the bytes of an embedded text lie in the text around it.
    pub fn lay_out(&mut self, id: SourceId, embedding: Embedding) {
        let source = match id.kept_at() {
            Some(_) => self.kept.get_mut(id),
            None => self.sources.get_mut(id.0 as usize),
        };
        if let Some(source) = source {
            source.origin = Origin::Embedded(embedding);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn map(text: &str, kept: Kept) -> (SourceMap, SourceId) {
        let mut map = SourceMap::default();
        let of = map.add(Origin::Stdin, text);
        (map.with(kept), of)
    }

    #[test]
    fn a_part_that_moved_is_found_where_it_is_now() {
        let (mut before, of) = map("a: 1\n---\nb: 2\n", Kept::default());
        let part = before.add_part(of, 5..14);
        let (mut after, of) = map("a: 1\nc: 3\n---\nb: 2\n", before.kept().clone());
        after.move_part(part, of, 10);
        let span = Span::new(part, 4, 5);
        assert_eq!(after.text(span), "b");
        assert_eq!(before.place(span).to_string(), "<stdin>:3:1");
        assert_eq!(after.place(span).to_string(), "<stdin>:4:1");
    }

    #[test]
    fn what_is_embedded_in_a_part_is_kept_with_it() {
        let (mut map, of) = map("a: 1\n---\nb: c\n", Kept::default());
        let part = map.add_part(of, 5..14);
        let inner = map.embed(Span::new(part, 7, 8), "c".into());
        assert_eq!(map.len(), 1);
        assert_eq!(map.place(Span::new(inner, 0, 1)).to_string(), "<stdin>:3:4");
    }

    #[test]
    fn ids_of_forgotten_texts_are_given_again() {
        let (mut map, of) = map("a---b", Kept::default());
        let first = map.add_part(of, 0..1);
        let second = map.add_part(of, 1..5);
        map.kept.forget([first]);
        assert_eq!(map.add_part(of, 4..5), first);
        assert_ne!(map.add_part(of, 0..1), second);
    }
}
