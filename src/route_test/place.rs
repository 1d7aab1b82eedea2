//! Which Mapping, and where it is written.

use std::sync::{Arc, OnceLock};

use serde::Serialize;

use crate::model::{Id as _, MappingId, TcpMappingId};
use crate::pipeline::Compilation;
use crate::source::Place;

/// A Mapping and where it is written.
#[derive(Clone, Debug, Serialize)]
pub struct MappingRef {
    /// Its name.
    pub name: Arc<str>,
    /// Its namespace.
    pub namespace: Arc<str>,
    /// Where its name is written.
    pub source: SourceRef,
    #[serde(skip)]
    json: OnceLock<Box<str>>,
}

impl PartialEq for MappingRef {
    fn eq(&self, other: &Self) -> bool {
        (&self.name, &self.namespace, &self.source) == (&other.name, &other.namespace, &other.source)
    }
}

impl Eq for MappingRef {}

impl MappingRef {
    /// The Mapping of this name.
    pub fn new(name: Arc<str>, namespace: Arc<str>, source: SourceRef) -> Self {
        Self { name, namespace, source, json: OnceLock::new() }
    }

    /// It as JSON, written once: thousands of answers may name it.
    pub fn json(&self) -> &str {
        // Texts and numbers can always be written.
        self.json.get_or_init(|| serde_json::to_string(self).unwrap_or_default().into())
    }
}

/// A place in a file, as machines get it.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct SourceRef {
    /// The file as the user would open it.
    pub file: Arc<str>,
    /// Line, from 1.
    pub line: u32,
    /// Column in characters, from 1.
    pub column: u32,
    /// In an object of an API server: which one.
    #[serde(flatten, skip_serializing_if = "Option::is_none")]
    pub live: Option<LiveRef>,
}

/// A place in an object of an API server, as machines get it.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct LiveRef {
    /// The object.
    pub object: ObjectName,
    /// The path of the field in it.
    pub field: Arc<str>,
    /// As people read it.
    #[serde(skip)]
    text: Arc<str>,
}

/// The name of an object, as machines get it.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct ObjectName {
    /// Its kind.
    pub kind: Arc<str>,
    /// Its name.
    pub name: Arc<str>,
    /// Its namespace.
    pub namespace: Arc<str>,
}

impl From<Place> for SourceRef {
    fn from(place: Place) -> Self {
        let text = place.to_string();
        let live = place.live.map(|live| LiveRef {
            object: ObjectName {
                kind: live.object.kind.into(),
                name: live.object.name.into(),
                namespace: live.object.namespace.into(),
            },
            field: live.field.into(),
            text: text.into(),
        });
        Self { file: place.file.into(), line: place.line, column: place.column, live }
    }
}

impl std::fmt::Display for SourceRef {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match &self.live {
            Some(live) => f.write_str(&live.text),
            None => write!(f, "{}:{}:{}", self.file, self.line, self.column),
        }
    }
}

/// The Mapping of an id; `None` for the gateway's own.
pub(super) fn mapping_ref(compilation: &Compilation, id: MappingId) -> Option<MappingRef> {
    let resource = compilation.snapshot.resource_of(id)?;
    let mapping = &compilation.snapshot.mappings[id];
    let source = compilation.sources.place(resource.name_span).into();
    Some(MappingRef::new(Arc::clone(&mapping.name), Arc::clone(&mapping.namespace), source))
}

/// The TCPMapping of an id.
pub(super) fn tcp_mapping_ref(compilation: &Compilation, id: TcpMappingId) -> MappingRef {
    let mapping = &compilation.snapshot.tcp_mappings[id];
    let resource = compilation.snapshot.resources.get(mapping.from.index());
    let place = resource.map(|resource| compilation.sources.place(resource.name_span));
    let source = place.map_or_else(SourceRef::default, SourceRef::from);
    MappingRef::new(Arc::clone(&mapping.name), Arc::clone(&mapping.namespace), source)
}
