//! Where a text came from.

use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;

use super::embedded::Embedding;
use super::span::{SourceId, Span};

/// Where the text of a source came from.
#[derive(Clone, Debug)]
pub enum Origin {
    /// A file, by the path that the user would open.
    File(PathBuf),
    /// Standard input.
    Stdin,
    /// A file as it was in a git revision.
    Revision {
        /// The revision as the user named it.
        rev: String,
        /// The path inside the repository.
        path: PathBuf,
    },
    /// The output of a program, such as `kubectl kustomize DIR`.
    Command(String),
    /// An object of an API server, written out by ourselves.
    Live(Live),
    /// What was assumed because the input lacks it.
    Assumed,
    /// A document inside a string of another source.
    Embedded(Embedding),
    /// A piece of another source, read on its own.
    Part {
        /// The other source.
        of: SourceId,
        /// Where the piece begins in it.
        at: u32,
    },
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(path) => write!(f, "{}", path.display()),
            Self::Stdin => f.write_str("<stdin>"),
            Self::Revision { rev, path } => write!(f, "{rev}:{}", path.display()),
            Self::Command(line) => write!(f, "<{line}>"),
            Self::Live(live) => write!(f, "{}", live.object),
            Self::Assumed => f.write_str("<assumed>"),
            Self::Embedded(_) => f.write_str("<annotation>"),
            Self::Part { .. } => f.write_str("<part>"),
        }
    }
}

/// An object of an API server.
#[derive(Clone, Debug)]
pub struct Live {
    /// Which it is.
    pub object: ObjectRef,
    /// Finds the path of the field at a place in its text, or in a text in it; those of documents in annotations begin
    /// with the document's index.
    pub field: fn(&str, Span, bool) -> String,
    /// What kubectl applied last, where files are laid over the object.
    pub last_applied: Option<Arc<str>>,
    /// The namespace into which an apply puts what names none.
    pub home: Arc<str>,
}

/// The name of a Kubernetes object.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ObjectRef {
    /// Its kind, such as `Service`.
    pub kind: String,
    /// Its name; empty where the document has none.
    pub name: String,
    /// Its namespace.
    pub namespace: String,
}

impl fmt::Display for ObjectRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.kind, self.name)?;
        if self.namespace.is_empty() { Ok(()) } else { write!(f, ".{}", self.namespace) }
    }
}
