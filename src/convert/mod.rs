//! SAY THE SAME IN `v3alpha1`
//!
//! - *takes*: documents, and what became of them
//! - *gives*: objects that can be applied, with their comments; the same as results for machines; what was refused or
//!   lost on the way
//! - *never*: reads, or decides what a document becomes: that is `resource`'s to say
//! - *start*: [`convert`]

mod object;
mod results;
mod revise;
mod text;

use crate::diagnostic::Diagnostic;
use crate::resource::Reading;
use crate::source::SourceMap;
use crate::yaml::Document;

pub use results::results;

/// The same configuration in `v3alpha1`.
#[derive(Clone, Debug, Default)]
pub struct Conversion {
    /// One YAML document each, in the order of the input: what was converted, and everything else as it stands.
    pub documents: Vec<String>,
    /// What there is to tell: what was refused or lost, and what had to be renamed, in order of place.
    pub told: Vec<Diagnostic>,
    /// Whether something was refused or lost.
    pub lost: bool,
}

impl Conversion {
    /// All documents as one text.
    pub fn yaml(&self) -> String {
        let length = self.documents.iter().map(|document| document.len() + 4).sum();
        self.documents.iter().fold(String::with_capacity(length), |all, document| all + "---\n" + document)
    }
}

/// Writes out what became of documents, as objects that can be applied.
pub fn convert(documents: &[Document], reading: &Reading, sources: &SourceMap) -> Conversion {
    let mut objects = object::objects(documents, reading, sources);
    let mut told: Vec<Diagnostic> = reading.diagnostics.clone();
    told.extend(results::dropped_fields(&reading.results));
    let mut lost = reading.results.iter().any(|result| results::is_lost(result));
    let (renamed, replaced) = object::settle(&mut objects);
    lost |= !replaced.is_empty();
    told.extend(renamed.into_iter().chain(replaced));
    told.sort_by_key(|diagnostic| sources.outermost(diagnostic.primary.span));
    Conversion { documents: text::write_all(&objects, sources), told, lost }
}

#[cfg(test)]
mod tests;
