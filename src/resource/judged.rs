//! What becomes of one object and of what it carries, gathered.

use std::sync::Arc;

use super::json::{Json, json, text};
use super::told::diagnostic;
use super::verdict::Object;
use super::{
    Carrier, DocumentResult, Harm, Kind, KubernetesObject, Outcome, Post, PostLevel, ReadOptions, Resource, abort,
    historic, metadata,
};
use crate::diagnostic::Diagnostic;
use crate::edition::Edition;
use crate::source::{Embedding, ObjectRef, SourceId, Span};
use crate::yaml::Node;

/// What became of one object by itself, before another of its name may take its place.
#[derive(Debug)]
pub struct Judgement {
    /// The text in which its document stands.
    pub source: SourceId,
    /// The text of its annotation.
    pub annotation: Option<SourceId>,
    pub(super) judged: Judged,
}

/// What became of one object and of what it carries.
#[derive(Debug, Default)]
pub(super) struct Judged {
    pub(super) results: Vec<Arc<DocumentResult>>,
    pub(super) resources: Vec<Arc<Resource>>,
    pub(super) object: Option<Arc<KubernetesObject>>,
    pub(super) posts: Vec<Post>,
    pub(super) diagnostics: Vec<Diagnostic>,
    pub(super) embedding: Option<Embedding>,
    /// What it is in the cluster, if it gets there: a later one of the same name takes its place.
    pub(super) identity: Option<ObjectRef>,
}

/// Where a resource stands.
pub(super) struct Place<'a> {
    pub(super) carrier: Carrier,
    pub(super) key: String,
    pub(super) name_span: Span,
    pub(super) span: Span,
    pub(super) api_version: &'a str,
}

impl Judged {
    /// Makes room for what so many documents become: most objects carry one, and room for more adds up over thousands.
    pub(super) fn expect(&mut self, documents: usize) {
        self.results.reserve_exact(documents);
        self.resources.reserve_exact(documents);
    }

    pub(super) fn take(&mut self, (result, span): (DocumentResult, Span)) {
        self.diagnostics.extend(diagnostic(&result, span));
        if self.results.is_empty() {
            self.expect(1);
        }
        self.results.push(Arc::new(result));
    }

    /// A document that reached the compiler: it becomes a resource if it is for this gateway.
    pub(super) fn converted(
        &mut self,
        mut result: DocumentResult,
        kind: Kind,
        object: &Object,
        (name, namespace): (String, String),
        place: Place<'_>,
        options: &ReadOptions,
    ) {
        let nothing = || Node::map([], place.span);
        if is_for(object.spec.as_ref(), options) {
            if let Some(why) = abort::reason(kind, &name, object.spec.as_ref()) {
                result.harm = Harm::All;
                result.outcome = Outcome::Converted { aborts: Some(why) };
            }
            self.resources.push(Arc::new(Resource {
                kind,
                name,
                namespace,
                labels: metadata::pairs(object.metadata.get("labels")),
                carrier: place.carrier,
                key: place.key,
                api_version: place.api_version.to_owned(),
                span: place.span,
                name_span: place.name_span,
                spec: object.spec.clone().unwrap_or_else(nothing),
            }));
        } else {
            // What is for another gateway does no harm to this one.
            result.harm = Harm::None;
            result.outcome = Outcome::Converted { aborts: None };
        }
        self.take((result, place.span));
    }

    /// What the gateway refuses is told in its diagnostics.
    pub(super) fn post(&mut self, key: &str, level: PostLevel, message: impl Into<String>, span: Span) {
        self.posts.push(Post { key: Some(key.to_owned()), level, message: message.into(), span });
    }
}

/// Whether a resource is for this gateway.
fn is_for(spec: Option<&Node>, options: &ReadOptions) -> bool {
    let id = options.ambassador_id.as_str();
    if options.edition == Edition::One {
        return spec.is_none_or(|spec| historic::is_for(spec, options));
    }
    let ids = spec.and_then(|spec| spec.get("ambassador_id")).and_then(Node::as_list).unwrap_or_default();
    match ids {
        [] => id == "default",
        [only] if text(only) == Some("_automatic_") => true,
        ids => ids.iter().any(|node| text(node) == Some(id)),
    }
}

/// Whether a document that could not be read says that it is for the gateway of this id.
pub(super) fn is_for_as_written(ids: Option<&Node>, id: &str) -> bool {
    match ids.map(json) {
        None | Some(Json::Null) => id == "default",
        Some(Json::Text(text)) => text == id,
        Some(Json::List(ids)) => ids.is_empty() && id == "default" || ids.iter().any(|node| text(node) == Some(id)),
        _ => false,
    }
}

/// Name and namespace.
pub(super) fn names_of(metadata: &Node) -> (String, String) {
    let part = |name: &str| metadata.get(name).and_then(text).unwrap_or_default().to_owned();
    (part("name"), part("namespace"))
}

/// A name as written, whatever it is; null is none.
pub(super) fn name_as_written(node: Option<&Node>) -> Option<String> {
    let node = node?;
    match json(node) {
        Json::Null => None,
        Json::List(_) | Json::Map(_) => Some(String::new()),
        _ => node.text().map(str::to_owned),
    }
}
