//! SHOW IT
//!
//! - *takes*: the results of the consumers, as plain values
//! - *gives*: text for people, in colour and columns where they fit; JSON, YAML, JUnit, TAP for machines
//! - *never*: decides anything: without colour and at any width the same is said
//! - *start*: [`Style`], then `view`

mod case;
pub mod findings;
pub mod format;
mod style;
pub mod view;

pub use case::{Case, Cases, Failure};
pub use style::Style;
