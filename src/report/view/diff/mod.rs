//! What changes: as text, as JSON, as a comment on a pull request.

mod json;
mod markdown;
mod text;
mod words;

use crate::diff::{Behaviour, Objects, Side, TextPair};

pub use json::write as json;
pub use markdown::write as markdown;
pub use text::write as text;

/// How deep two sides were compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Level {
    /// Line by line.
    Text,
    /// Object by object, field by field.
    Fields,
    /// By what becomes of requests.
    Behaviour,
}

impl Level {
    fn name(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Fields => "fields",
            Self::Behaviour => "behaviour",
        }
    }
}

/// What came of a comparison.
pub struct Told<'d, 'c> {
    /// How deep it went.
    pub level: Level,
    /// Both sides.
    pub sides: [&'d Side<'c>; 2],
    /// The files in pairs.
    pub texts: &'d [TextPair],
    /// The objects that differ.
    pub objects: &'d Objects,
    /// What changes for requests, at that level.
    pub behaviour: Option<&'d Behaviour<'d, 'c>>,
}

impl Told<'_, '_> {
    /// Whether nothing differs, at its level.
    pub fn is_equal(&self) -> bool {
        match (self.level, self.behaviour) {
            (Level::Behaviour, Some(behaviour)) => behaviour.is_equal(),
            (Level::Text, _) => !self.texts.iter().any(TextPair::differs),
            (Level::Fields | Level::Behaviour, _) => self.objects.is_empty(),
        }
    }
}
