//! What Envoy would refuse in a Mapping, if it comes to see it: a route that is never made cannot be refused.

use crate::source::Span;

/// One value that Envoy refuses.
#[derive(Clone, Debug)]
pub struct Objection {
    /// The part of the Mapping; some parts are left out of some routes.
    pub part: Part,
    /// What kind of problem; stable, for machines.
    pub code: &'static str,
    /// One sentence.
    pub message: String,
    /// The place that caused it.
    pub span: Span,
}

/// Parts of a Mapping that reach Envoy together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Part {
    /// The tests of the route: all routes have them.
    Tests,
    /// Query tests: redirects lose them.
    Query,
    /// How it is forwarded: redirects lose it.
    Forward,
    /// The redirect.
    Redirect,
    /// The cluster: made even where no Host wants the Mapping.
    Cluster,
}
