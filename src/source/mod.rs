//! TEXT AND WHERE IT CAME FROM
//!
//! - *takes*: texts with their origin
//! - *gives*: ids for them; for every span the file, line and column that the user can open
//! - *never*: reads files, or knows YAML
//! - *start*: [`SourceMap`]

mod edit;
mod embedded;
mod kept;
mod lines;
mod origin;
mod span;

use std::sync::Arc;

pub use edit::Edit;
pub use embedded::{Container, Embedding, Piece};
pub use kept::Kept;
pub use lines::Lines;
pub use origin::{Live, ObjectRef, Origin};
pub use span::{SourceId, Span, Spanned};

/// The largest text that is read, in bytes. Offsets are 32 bits; this also bounds memory.
pub const MAX_SOURCE_BYTES: usize = 1 << 30;

/// One text with its origin.
#[derive(Clone, Debug)]
pub struct Source {
    /// Where it came from.
    pub origin: Origin,
    /// The text itself.
    pub text: Arc<str>,
    lines: std::sync::OnceLock<Lines>,
}

impl Source {
    fn new(origin: Origin, text: impl Into<Arc<str>>) -> Self {
        Self { origin, text: text.into(), lines: std::sync::OnceLock::new() }
    }

    /// The lines of the text, found when first asked for.
    pub fn lines(&self) -> &Lines {
        self.lines.get_or_init(|| Lines::of(&self.text))
    }
}

/// All texts of one run.
#[derive(Clone, Debug, Default)]
pub struct SourceMap {
    sources: Vec<Source>,
    kept: Kept,
}

/// A place in a text that the user can open.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// The file as the user would name it, or `<stdin>` and the like.
    pub file: String,
    /// Line, from 1.
    pub line: u32,
    /// Column in characters, from 1.
    pub column: u32,
    /// In an object of an API server: the object and the path of the field. Nobody can open a line of it.
    pub live: Option<LivePlace>,
}

/// A place in an object of an API server.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct LivePlace {
    /// Which object.
    pub object: ObjectRef,
    /// The path of the field; empty for all of it.
    pub field: String,
}

impl LivePlace {
    /// The place as text: the object alone, or the document of an annotation, where its name is meant.
    fn text(&self) -> String {
        let field = self.field.strip_suffix("].name").map_or(self.field.clone(), |document| format!("{document}]"));
        match field.as_str() {
            "" | "metadata.name" => self.object.to_string(),
            field => format!("{}:{field}", self.object),
        }
    }
}

impl std::fmt::Display for Place {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match &self.live {
            Some(live) => f.write_str(&live.text()),
            None => write!(f, "{}:{}:{}", self.file, self.line, self.column),
        }
    }
}

impl SourceMap {
    /// Takes a text in.
    pub fn add(&mut self, origin: Origin, text: impl Into<Arc<str>>) -> SourceId {
        let id = SourceId(self.sources.len() as u32);
        self.sources.push(Source::new(origin, text));
        id
    }

    /// The source of an id that this map gave.
    pub fn get(&self, id: SourceId) -> &Source {
        match id.kept_at() {
            Some(at) => self.kept.get(at),
            None => &self.sources[id.0 as usize],
        }
    }

    /// The text under a span.
    pub fn text(&self, span: Span) -> &str {
        self.get(span.source).text.get(span.range()).unwrap_or_default()
    }

    /// The span in the outermost text, the one that a user can open.
    pub fn outermost(&self, span: Span) -> Span {
        let mut span = span;
        while let Some(outer) = self.outer(span) {
            span = outer;
        }
        span
    }

    /// The span in the text around its own, if there is one.
    fn outer(&self, span: Span) -> Option<Span> {
        match self.get(span.source).origin {
            Origin::Embedded(ref embedding) => Some(embedding.lift(span.start, span.end)),
            Origin::Part { of, at } => Some(Span::new(of, at + span.start, at + span.end)),
            _ => None,
        }
    }

    /// File, line and column of a span.
    pub fn place(&self, span: Span) -> Place {
        let outermost = self.outermost(span);
        let source = self.get(outermost.source);
        let (line, column) = source.lines().position(&source.text, outermost.start);
        let live = match &source.origin {
            Origin::Live(live) => Some(LivePlace { object: live.object.clone(), field: self.field(live, span) }),
            _ => None,
        };
        Place { file: source.origin.to_string(), line, column, live }
    }

    /// The path of the field at a place in an object of an API server, through all texts in texts.
    fn field(&self, live: &Live, span: Span) -> String {
        let mut span = span;
        let mut path = String::new();
        loop {
            let source = self.get(span.source);
            if !matches!(source.origin, Origin::Part { .. }) {
                let inner = matches!(source.origin, Origin::Embedded(_));
                path.insert_str(0, &(live.field)(&source.text, span, inner));
            }
            let Some(outer) = self.outer(span) else { return path };
            span = outer;
        }
    }

    /// The ids of all texts but those that are kept, in the order in which they came.
    pub fn ids(&self) -> impl Iterator<Item = SourceId> + use<> {
        (0..self.sources.len() as u32).map(SourceId)
    }

    /// How many texts there are, without those that are kept.
    pub fn len(&self) -> usize {
        self.sources.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.sources.is_empty()
    }
}
