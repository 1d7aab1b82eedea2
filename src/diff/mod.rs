//! WHAT CHANGES
//!
//! - *takes*: two compilations: of two inputs, or of one under two editions
//! - *gives*: the texts, objects and fields that differ; every class of requests that is treated otherwise, each with its
//!   smallest request, what it meets on both sides and the fields that cause it; or that no request changes, proved
//! - *never*: reads files, samples requests, or shows one that was not asked of both tables
//! - *start*: [`Behaviour::of`]

mod behaviour;
mod cause;
mod edition;
mod fate;
mod fields;
mod relevant;
mod text;

pub use behaviour::{Around, Behaviour, Change, Undecided};
pub use cause::Cause;
pub use fields::{FieldChange, ObjectChange, Objects, Written};
pub use text::{TextPair, object_pairs, pairs};

use crate::pipeline::Compilation;
use crate::route_test::Judge;

/// One side of a comparison.
pub struct Side<'c> {
    /// What the user calls it.
    pub name: String,
    /// The configuration.
    pub compilation: &'c Compilation,
    /// The configuration, ready to be asked.
    pub judge: Judge<'c>,
}

impl<'c> Side<'c> {
    /// Makes a side ready.
    pub fn new(name: impl Into<String>, compilation: &'c Compilation) -> Self {
        Self { name: name.into(), compilation, judge: Judge::new(compilation) }
    }
}
