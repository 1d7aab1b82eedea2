//! Typed looks at fields, with their places.

use crate::source::{Span, Spanned};
use crate::yaml::{Dialect, Entry, Meaning, Node};

/// The fields of a map. One of another type than asked for, and one that is null, counts as absent.
#[derive(Clone, Copy, Debug)]
pub struct Fields<'a> {
    node: Option<&'a Node>,
}

impl<'a> Fields<'a> {
    /// The fields of a node; none if it is no map.
    pub fn of(node: impl Into<Option<&'a Node>>) -> Self {
        Self { node: node.into() }
    }

    /// The map itself.
    pub fn as_node(self) -> Option<&'a Node> {
        self.node
    }

    /// The value of a field.
    pub fn get(self, key: &str) -> Option<&'a Node> {
        self.node?.get(key).filter(|node| !node.is_null(Dialect::Kubernetes))
    }

    /// Whether a field is there.
    pub fn has(self, key: &str) -> bool {
        self.get(key).is_some()
    }

    /// The field with its key.
    pub fn entry(self, key: &str) -> Option<&'a Entry> {
        self.node?.as_map()?.entry(key)
    }

    /// The place of a field's value; of the map where there is no such field.
    pub fn span(self, key: &str) -> Option<Span> {
        self.get(key).or(self.node).map(|node| node.span)
    }

    /// A text.
    pub fn text(self, key: &str) -> Option<Spanned<&'a str>> {
        let node = self.get(key)?;
        text(node).map(|text| Spanned::new(text, node.span))
    }

    /// A text that is not empty.
    pub fn filled(self, key: &str) -> Option<Spanned<&'a str>> {
        self.text(key).filter(|text| !text.value.is_empty())
    }

    /// `true` or `false`.
    pub fn bool(self, key: &str) -> Option<Spanned<bool>> {
        let node = self.get(key)?;
        match node.meaning(Dialect::Kubernetes)? {
            Meaning::Bool(value) => Some(Spanned::new(value, node.span)),
            _ => None,
        }
    }

    /// Whether a field is `true`.
    pub fn is_true(self, key: &str) -> bool {
        self.bool(key).is_some_and(|flag| flag.value)
    }

    /// A whole number.
    pub fn int(self, key: &str) -> Option<Spanned<i64>> {
        let node = self.get(key)?;
        let value = match node.meaning(Dialect::Kubernetes)? {
            Meaning::Int(value) => value,
            Meaning::Float(value) if value.fract() == 0.0 && value.abs() < 9.0e15 => value as i64,
            _ => return None,
        };
        Some(Spanned::new(value, node.span))
    }

    /// The items of a list; none where there is no list.
    pub fn list(self, key: &str) -> &'a [Node] {
        self.get(key).and_then(Node::as_list).unwrap_or_default()
    }

    /// The texts of a list.
    pub fn texts(self, key: &str) -> impl Iterator<Item = Spanned<&'a str>> {
        self.list(key).iter().filter_map(|node| Some(Spanned::new(text(node)?, node.span)))
    }

    /// The fields of a map in it; none where there is no map.
    pub fn map(self, key: &str) -> Self {
        Self { node: self.get(key).filter(|node| node.as_map().is_some()) }
    }

    /// The entries of a map in it.
    pub fn entries(self, key: &str) -> &'a [Entry] {
        self.map(key).all()
    }

    /// All entries.
    pub fn all(self) -> &'a [Entry] {
        self.node.and_then(Node::as_map).map_or(&[], |map| map.entries())
    }
}

/// The text of a scalar that means a text.
pub(super) fn text(node: &Node) -> Option<&str> {
    match node.meaning(Dialect::Kubernetes)? {
        Meaning::Str(text) => Some(text),
        _ => None,
    }
}
