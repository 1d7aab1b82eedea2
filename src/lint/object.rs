//! What a finding is about.

use std::fmt;

use crate::source::ObjectRef;

/// The object or document that a finding is about.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Subject {
    /// Its kind, name and namespace.
    pub object: ObjectRef,
    /// The object in whose annotation it stands.
    pub carrier: Option<ObjectRef>,
}

impl fmt::Display for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.object)
    }
}
