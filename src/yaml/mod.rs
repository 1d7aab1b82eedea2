//! SPANNED YAML
//!
//! - *takes*: a text of the source map
//! - *gives*: documents as [`Node`]s that know their place, comments, and diagnostics for what is no YAML
//! - *never*: fails, or knows Kubernetes kinds
//! - *start*: [`Node`]

mod node;
mod scalar;

pub use node::{Entry, Map, Node, Scalar, Style, Tag, Value};
pub use scalar::{Dialect, Meaning};
