//! Typed looks at the fields of a resource.

use crate::source::Span;
use crate::yaml::{Dialect, Entry, Meaning, Node, Value};

/// The fields of a map, read by type. A field of another type counts as absent here: schemas have spoken before, and
/// where none exists (the Module) the caller asks for the node.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Fields<'a> {
    node: Option<&'a Node>,
    span: Span,
}

impl<'a> Fields<'a> {
    /// The fields of a node; none if it is no map.
    pub(crate) fn of(node: &'a Node) -> Self {
        Self { node: Some(node), span: node.span }
    }

    /// The fields under a key; none if there is no map.
    pub(crate) fn map(self, key: &str) -> Option<Self> {
        self.node(key).filter(|node| node.as_map().is_some()).map(Self::of)
    }

    /// Where the map stands.
    pub(crate) fn span(self) -> Span {
        self.span
    }

    /// Where a field's value stands; the map itself where there is no such field.
    pub(crate) fn span_of(self, key: &str) -> Span {
        self.node(key).map_or(self.span, |node| node.span)
    }

    /// A field that is there and not null.
    pub(crate) fn node(self, key: &str) -> Option<&'a Node> {
        self.node?.get(key).filter(|node| !is_null(node))
    }

    /// Whether the field is there and not null.
    pub(crate) fn has(self, key: &str) -> bool {
        self.node(key).is_some()
    }

    /// A string.
    pub(crate) fn text(self, key: &str) -> Option<&'a str> {
        text(self.node(key)?)
    }

    /// A string that is not empty.
    pub(crate) fn filled(self, key: &str) -> Option<&'a str> {
        self.text(key).filter(|text| !text.is_empty())
    }

    /// A boolean.
    pub(crate) fn bool(self, key: &str) -> Option<bool> {
        match self.node(key)?.meaning(Dialect::Kubernetes) {
            Some(Meaning::Bool(value)) => Some(value),
            _ => None,
        }
    }

    /// Whether a boolean is there and true.
    pub(crate) fn is_true(self, key: &str) -> bool {
        self.bool(key) == Some(true)
    }

    /// A whole number; also one that is written with a fraction of zero.
    pub(crate) fn int(self, key: &str) -> Option<i64> {
        int(self.node(key)?)
    }

    /// A list's items.
    pub(crate) fn list(self, key: &str) -> Option<&'a [Node]> {
        self.node(key)?.as_list()
    }

    /// The strings of a list.
    pub(crate) fn texts(self, key: &str) -> Option<Vec<&'a str>> {
        Some(self.list(key)?.iter().filter_map(text).collect())
    }

    /// The entries of a map field.
    pub(crate) fn entries(self, key: &str) -> &'a [Entry] {
        self.node(key).and_then(Node::as_map).map_or(&[], |map| map.entries())
    }

    /// All entries.
    pub(crate) fn all(self) -> &'a [Entry] {
        self.node.and_then(Node::as_map).map_or(&[], |map| map.entries())
    }
}

/// The text of a scalar that means a string.
pub(crate) fn text(node: &Node) -> Option<&str> {
    match node.meaning(Dialect::Kubernetes) {
        Some(Meaning::Str(text)) => Some(text),
        _ => None,
    }
}

/// The value of a scalar that means a whole number.
pub(crate) fn int(node: &Node) -> Option<i64> {
    match node.meaning(Dialect::Kubernetes) {
        Some(Meaning::Int(value)) => Some(value),
        Some(Meaning::Float(value)) if value.fract() == 0.0 && value.abs() < 9.0e15 => Some(value as i64),
        _ => None,
    }
}

/// Whether a node says nothing.
pub(crate) fn is_null(node: &Node) -> bool {
    matches!(node.meaning(Dialect::Kubernetes), Some(Meaning::Null))
}

/// A value as one line of text, the same for equal values.
pub(crate) fn plain_text(node: &Node) -> String {
    match &node.value {
        Value::Scalar(_) => format!("{:?}", node.meaning(Dialect::Kubernetes)),
        Value::List(items) => format!("[{}]", items.iter().map(plain_text).collect::<Vec<_>>().join(",")),
        Value::Map(map) => {
            let entry =
                |entry: &Entry| format!("{}:{}", entry.key.text().unwrap_or_default(), plain_text(&entry.value));
            let mut entries: Vec<String> = map.entries().iter().map(entry).collect();
            entries.sort();
            format!("{{{}}}", entries.join(","))
        }
    }
}
