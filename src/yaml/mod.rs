//! SPANNED YAML
//!
//! - *takes*: a text of the source map
//! - *gives*: documents as [`Node`]s that know their place, comments, and diagnostics for what is no YAML
//! - *never*: fails, or knows Kubernetes kinds
//! - *start*: [`parse()`], then [`Node`]

mod build;
mod edit;
mod embed;
mod field;
mod keys;
mod node;
mod number;
mod parse;
mod problem;
mod scalar;
mod simple;
mod stream;
mod strict;
mod text;
mod write;

use crate::diagnostic::Diagnostic;
use crate::source::Span;

pub use edit::Editor;
pub use field::field_at;
pub use node::{Entry, Map, Node, Scalar, Style, Tag, Value};
pub use scalar::{Dialect, Meaning, key_text};
pub(crate) use stream::FirstDocuments;
pub use stream::{parse, parse_each, parse_in_full, parse_on, pieces};
pub use write::{to_value, to_yaml, value_to_yaml};

/// What a text holds.
#[derive(Clone, Debug, Default)]
pub struct Parsed {
    /// The documents that could be read, in order. Empty documents are not among them; `null` is.
    pub documents: Vec<Document>,
    /// The texts of the documents that could not be read; each has one error among the diagnostics.
    pub broken: Vec<Span>,
    /// What is wrong, in order of place.
    pub diagnostics: Vec<Diagnostic>,
}

/// One document of a text.
#[derive(Clone, Debug)]
pub struct Document {
    /// Its content.
    pub root: Node,
    /// Its own text, from the first byte that is neither separator, blank nor comment.
    pub span: Span,
    /// The comments in it and before it, in order.
    pub comments: Vec<Comment>,
}

/// A comment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Comment {
    /// From the `#` to the end of the line.
    pub span: Span,
    /// What follows the `#`.
    pub text: Box<str>,
    /// Whether nothing but blanks precedes it on its line.
    pub own_line: bool,
}

#[cfg(test)]
mod tests;
