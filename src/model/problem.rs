//! What Emissary and Envoy say to a configuration that is wrong, and what follows.

use crate::source::Span;

/// One thing that is wrong with a resource or with several together.
#[derive(Clone, Debug)]
pub struct Problem {
    /// What kind of problem; stable, for machines.
    pub code: &'static str,
    /// What follows.
    pub effect: Effect,
    /// The key under which Emissary files it; `None` for the whole gateway, or where it says nothing.
    pub key: Option<String>,
    /// One sentence: what is wrong and what follows.
    pub message: String,
    /// The place that caused it. `None` only for what concerns no text, such as a Listener that is not there.
    pub span: Option<Span>,
    /// The other place of what is wrong with two together.
    pub other: Option<Span>,
    /// The field that is wrong, or in which the two differ.
    pub field: Option<&'static str>,
}

impl Problem {
    /// Names the other place.
    pub(crate) fn beside(&mut self, other: Option<Span>) -> &mut Self {
        self.other = other;
        self
    }

    /// Names the field that is wrong, or in which two differ.
    pub(crate) fn in_field(&mut self, field: &'static str) -> &mut Self {
        self.field = Some(field);
        self
    }
}

/// What follows from a problem.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Effect {
    /// A notice in diagnostics; nothing changes.
    Notice,
    /// Nobody is told, at most a log line; the resource is not used, or not as it reads.
    Silent,
    /// An error in diagnostics; the resource is still used.
    Kept,
    /// An error in diagnostics; the resource is not used.
    Dropped,
    /// Envoy refuses the whole configuration.
    Reject,
    /// Emissary's compiler raises an exception: the whole configuration is abandoned.
    Abort,
    /// Emissary's process ends itself.
    Crash,
}

impl Effect {
    /// Whether nothing at all is served because of it.
    pub fn refuses_all(self) -> bool {
        self >= Self::Reject
    }

    /// Whether Emissary posts an error for it.
    pub fn is_posted_error(self) -> bool {
        matches!(self, Self::Kept | Self::Dropped)
    }
}

/// Problems as they are found.
#[derive(Debug, Default)]
pub(crate) struct Problems {
    found: Vec<Problem>,
}

impl Problems {
    /// Notes a problem under a key.
    pub(crate) fn post(
        &mut self,
        effect: Effect,
        code: &'static str,
        key: impl Into<Option<String>>,
        span: impl Into<Option<Span>>,
        message: impl Into<String>,
    ) -> &mut Problem {
        let (key, message, span) = (key.into(), message.into(), span.into());
        self.found.push(Problem { code, effect, key, message, span, other: None, field: None });
        let last = self.found.len() - 1;
        &mut self.found[last]
    }

    /// Notes what was found before.
    pub(crate) fn extend(&mut self, found: &[Problem]) {
        self.found.extend_from_slice(found);
    }

    /// All that was found, in order.
    pub(crate) fn into_inner(self) -> Vec<Problem> {
        self.found
    }
}
