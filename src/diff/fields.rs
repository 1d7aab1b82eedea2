//! Objects and their fields, before and after.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::pipeline::Compilation;
use crate::resource::{DocumentResult, Outcome, Resource};
use crate::route_test::SourceRef;
use crate::source::{ObjectRef, Span};
use crate::yaml::{Dialect, Node, Value, to_value};

/// An object that is not the same on both sides.
#[derive(Clone, Debug)]
pub struct ObjectChange {
    /// Which.
    pub object: ObjectRef,
    /// Where it was written; `None`: it was not there.
    pub before: Option<SourceRef>,
    /// Where it is written; `None`: it is not there any more.
    pub after: Option<SourceRef>,
    /// Why it is not there on one side although it is written there.
    pub lost: Option<String>,
    /// The fields that differ, where it is there on both sides.
    pub fields: Vec<FieldChange>,
}

/// A field that is not the same on both sides.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FieldChange {
    /// Its path below `spec`, or `metadata.labels`.
    pub path: String,
    /// What it was; `None`: not given.
    pub before: Option<Written>,
    /// What it is.
    pub after: Option<Written>,
}

/// A value and where it is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Written {
    /// The value on one line.
    pub value: String,
    /// Where.
    pub source: SourceRef,
}

impl FieldChange {
    /// The field right below `spec` that it is in.
    pub fn top(&self) -> &str {
        self.path.split(['.', '[']).next().unwrap_or(&self.path)
    }
}

/// All objects that differ, by kind, namespace and name.
#[derive(Clone, Debug, Default)]
pub struct Objects {
    changes: Vec<ObjectChange>,
}

/// Objects of one name, in Emissary's order.
type ByName<'c> = BTreeMap<(&'static str, &'c str, &'c str), Vec<&'c Resource>>;

impl Objects {
    /// Compares the objects of two sides.
    pub fn of(before: &Compilation, after: &Compilation) -> Self {
        let (was, is) = (by_name(before), by_name(after));
        let mut names: Vec<_> = was.keys().chain(is.keys()).copied().collect();
        names.sort_unstable();
        names.dedup();
        let mut changes = Vec::new();
        for (kind, namespace, name) in names {
            let key = (kind, namespace, name);
            let (old, new) = (was.get(&key).map(Vec::as_slice), is.get(&key).map(Vec::as_slice));
            let (old, new) = (old.unwrap_or_default(), new.unwrap_or_default());
            for at in 0..old.len().max(new.len()) {
                let (a, b) = (old.get(at).copied(), new.get(at).copied());
                let fields = match (a, b) {
                    (Some(a), Some(b)) => compared((before, a), (after, b)),
                    _ => Vec::new(),
                };
                if a.is_some() && b.is_some() && fields.is_empty() {
                    continue;
                }
                let object =
                    ObjectRef { kind: kind.to_owned(), name: name.to_owned(), namespace: namespace.to_owned() };
                let lost = match (a, b) {
                    (Some(_), None) => why_lost(after, &object),
                    (None, Some(_)) => why_lost(before, &object),
                    _ => None,
                };
                changes.push(ObjectChange {
                    object,
                    before: a.map(|resource| place(before, resource.name_span)),
                    after: b.map(|resource| place(after, resource.name_span)),
                    lost,
                    fields,
                });
            }
        }
        Self { changes }
    }

    /// All of them.
    pub fn iter(&self) -> std::slice::Iter<'_, ObjectChange> {
        self.changes.iter()
    }

    /// Whether none differs.
    pub fn is_empty(&self) -> bool {
        self.changes.is_empty()
    }

    /// The change of an object, if it changed.
    pub fn find(&self, kind: &str, name: &str, namespace: &str) -> Option<&ObjectChange> {
        let key = |change: &ObjectChange| {
            (change.object.kind.as_str(), change.object.namespace.as_str(), change.object.name.as_str())
                .cmp(&(kind, namespace, name))
        };
        let at = self.changes.binary_search_by(key).ok()?;
        self.changes.get(at)
    }

    /// All changed objects of a kind.
    pub fn of_kind(&self, kind: &str) -> impl Iterator<Item = &ObjectChange> {
        self.changes.iter().filter(move |change| change.object.kind == kind)
    }
}

fn by_name(compilation: &Compilation) -> ByName<'_> {
    let mut found = ByName::new();
    for resource in &compilation.snapshot.resources {
        let key = (resource.kind.as_str(), resource.namespace.as_str(), resource.name.as_str());
        found.entry(key).or_default().push(resource);
    }
    found
}

fn place(compilation: &Compilation, span: Span) -> SourceRef {
    compilation.sources.place(span).into()
}

/// Why an object that is written on a side is not there.
fn why_lost(side: &Compilation, object: &ObjectRef) -> Option<String> {
    let is_it = |result: &&Arc<DocumentResult>| {
        result.kind == object.kind && result.name.as_deref() == Some(object.name.as_str())
    };
    side.reading.results.iter().filter(is_it).find_map(|result| match &result.outcome {
        Outcome::Refused { message, .. } | Outcome::Panic { message, .. } => Some(message.clone()),
        Outcome::Ignored { .. } => Some("Emissary does not look at it".to_owned()),
        Outcome::Converted { .. } => None,
    })
}

fn compared((before, a): (&Compilation, &Resource), (after, b): (&Compilation, &Resource)) -> Vec<FieldChange> {
    let mut fields = Vec::new();
    if a.labels != b.labels {
        let written = |side: &Compilation, resource: &Resource| {
            let labels: Vec<String> = resource.labels.iter().map(|(key, value)| format!("{key}: {value}")).collect();
            Some(Written { value: labels.join(", "), source: place(side, resource.name_span) })
                .filter(|written| !written.value.is_empty())
        };
        let path = "metadata.labels".to_owned();
        fields.push(FieldChange { path, before: written(before, a), after: written(after, b) });
    }
    let mut walk = Walk { before, after, fields };
    walk.nodes(&mut String::new(), Some(&a.spec), Some(&b.spec));
    walk.fields
}

struct Walk<'c> {
    before: &'c Compilation,
    after: &'c Compilation,
    fields: Vec<FieldChange>,
}

impl Walk<'_> {
    fn nodes(&mut self, path: &mut String, before: Option<&Node>, after: Option<&Node>) {
        match (before, after) {
            (Some(a), Some(b)) if same(a, b) => return,
            (Some(a), Some(b)) => {
                if let (Some(was), Some(is)) = (a.as_map(), b.as_map()) {
                    let keys = was.entries().iter().chain(is.entries()).filter_map(|entry| entry.key.text());
                    let mut keys: Vec<&str> = keys.collect();
                    keys.sort_unstable();
                    keys.dedup();
                    for key in keys {
                        self.below(path, &step(path, key), was.get(key), is.get(key));
                    }
                    return;
                }
                if let (Some(was), Some(is)) = (a.as_list(), b.as_list()) {
                    for at in 0..was.len().max(is.len()) {
                        self.below(path, &format!("[{at}]"), was.get(at), is.get(at));
                    }
                    return;
                }
            }
            _ => {}
        }
        self.fields.push(FieldChange {
            path: path.clone(),
            before: before.map(|node| written(self.before, node)),
            after: after.map(|node| written(self.after, node)),
        });
    }

    fn below(&mut self, path: &mut String, step: &str, before: Option<&Node>, after: Option<&Node>) {
        let length = path.len();
        path.push_str(step);
        self.nodes(path, before, after);
        path.truncate(length);
    }
}

fn step(path: &str, key: &str) -> String {
    let is_plain = !key.is_empty() && key.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-".contains(&byte));
    match (path.is_empty(), is_plain) {
        (true, true) => key.to_owned(),
        (false, true) => format!(".{key}"),
        (_, false) => format!("[\"{key}\"]"),
    }
}

/// Whether two values mean the same.
fn same(a: &Node, b: &Node) -> bool {
    match (&a.value, &b.value) {
        (Value::Scalar(a), Value::Scalar(b)) => {
            a == b || a.resolve(Dialect::Kubernetes) == b.resolve(Dialect::Kubernetes)
        }
        (Value::List(a), Value::List(b)) => a.len() == b.len() && a.iter().zip(&**b).all(|(a, b)| same(a, b)),
        (Value::Map(was), Value::Map(is)) => {
            let within = |one: &crate::yaml::Map, other: &crate::yaml::Map| {
                one.entries().iter().all(|entry| {
                    let key = entry.key.text().unwrap_or_default();
                    matches!((one.get(key), other.get(key)), (Some(a), Some(b)) if same(a, b))
                })
            };
            within(was, is) && is.entries().iter().all(|entry| was.get(entry.key.text().unwrap_or_default()).is_some())
        }
        _ => false,
    }
}

fn written(side: &Compilation, node: &Node) -> Written {
    let value = match node.text() {
        Some(text) => text.to_owned(),
        None => serde_json::to_string(&to_value(node, Dialect::Kubernetes)).unwrap_or_default(),
    };
    Written { value, source: place(side, node.span) }
}
