//! What was written: maps, lists and scalars, each with its place.

use std::sync::Arc;

use crate::source::Span;

/// A value and where it stands. Cheap to clone: aliases share what they point at.
#[derive(Clone, Debug)]
pub struct Node {
    /// Where it was written. A value that we made carries the span of what it was made from.
    pub span: Span,
    /// What was written.
    pub value: Value,
}

/// A scalar, a list or a map.
#[derive(Clone, Debug)]
pub enum Value {
    /// Text that may mean a string, a number, a boolean or null.
    Scalar(Scalar),
    /// A sequence.
    List(Arc<[Node]>),
    /// A mapping in the order of writing; a repeated key stands twice.
    Map(Map),
}

/// A scalar as written. What it means is [`Scalar::resolve`]'s to say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Scalar {
    /// The text after unquoting and folding.
    pub text: Arc<str>,
    /// How it was written.
    pub style: Style,
    /// An explicit tag, if any.
    pub tag: Option<Tag>,
}

/// How a scalar was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Style {
    /// Without quotes: its meaning depends on its text.
    Plain,
    /// In single quotes.
    Single,
    /// In double quotes.
    Double,
    /// A block that keeps its lines.
    Literal,
    /// A block that folds its lines.
    Folded,
}

/// An explicit tag that changes what a scalar means.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Tag {
    /// `!!str`
    Str,
    /// `!!int`
    Int,
    /// `!!float`
    Float,
    /// `!!bool`
    Bool,
    /// `!!null`
    Null,
    /// `!!binary`; the text is what it decodes to.
    Binary,
    /// `!!timestamp`
    Timestamp,
    /// Any other: to Kubernetes the value is then its text.
    Other,
}

/// A mapping: its entries in the order of writing.
#[derive(Clone, Debug, Default)]
pub struct Map(Arc<[Entry]>);

/// A key and its value.
#[derive(Clone, Debug)]
pub struct Entry {
    /// The key, usually a scalar.
    pub key: Node,
    /// The value.
    pub value: Node,
}

impl Map {
    /// A map of these entries, in this order.
    pub fn new(entries: impl Into<Arc<[Entry]>>) -> Self {
        Self(entries.into())
    }

    /// The entries in the order of writing, repeated keys included.
    pub fn entries(&self) -> &[Entry] {
        &self.0
    }

    /// The value of a key; of a repeated key the last one, as every reader in this field takes it.
    pub fn get(&self, key: &str) -> Option<&Node> {
        self.entry(key).map(|entry| &entry.value)
    }

    /// The last entry with this key.
    pub fn entry(&self, key: &str) -> Option<&Entry> {
        self.0.iter().rev().find(|entry| entry.key.text() == Some(key))
    }

    /// Whether it has no entry.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl FromIterator<Entry> for Map {
    fn from_iter<I: IntoIterator<Item = Entry>>(entries: I) -> Self {
        Self(entries.into_iter().collect())
    }
}

impl Node {
    /// A string that we made, at the place of what it was made from.
    pub fn string(text: impl Into<Arc<str>>, span: Span) -> Self {
        Self { span, value: Value::Scalar(Scalar { text: text.into(), style: Style::Double, tag: None }) }
    }

    /// A plain scalar that we made: a number, `true`, `false` or `null`.
    pub fn plain(text: impl Into<Arc<str>>, span: Span) -> Self {
        Self { span, value: Value::Scalar(Scalar { text: text.into(), style: Style::Plain, tag: None }) }
    }

    /// A list that we made.
    pub fn list(items: impl Into<Arc<[Node]>>, span: Span) -> Self {
        Self { span, value: Value::List(items.into()) }
    }

    /// A map that we made.
    pub fn map(entries: impl IntoIterator<Item = Entry>, span: Span) -> Self {
        Self { span, value: Value::Map(entries.into_iter().collect()) }
    }

    /// The text of a scalar as written, whatever it means.
    pub fn text(&self) -> Option<&str> {
        match &self.value {
            Value::Scalar(scalar) => Some(&scalar.text),
            _ => None,
        }
    }

    /// The map, if it is one.
    pub fn as_map(&self) -> Option<&Map> {
        match &self.value {
            Value::Map(map) => Some(map),
            _ => None,
        }
    }

    /// The items, if it is a list.
    pub fn as_list(&self) -> Option<&[Node]> {
        match &self.value {
            Value::List(items) => Some(items),
            _ => None,
        }
    }

    /// The value of a key, if this is a map that has it.
    pub fn get(&self, key: &str) -> Option<&Node> {
        self.as_map()?.get(key)
    }

    /// Follows keys down.
    pub fn path(&self, keys: &[&str]) -> Option<&Node> {
        keys.iter().try_fold(self, |node, key| node.get(key))
    }
}
