//! Documents read in order, side by side where there are many.

use std::sync::Arc;

use rustc_hash::FxHashSet;

use super::annotation::CONFIG;
use super::json::{Json, is_null, json, text};
use super::judged::Judged;
use super::object::judge;
use super::{Harm, Kind, PostLevel, ReadOptions, Reading, historic, ingress};
use crate::edition::Edition;
use crate::source::{Container, Embedding, Origin, SourceId, SourceMap, Span};
use crate::yaml::{Document, FirstDocuments, Node, Value};

/// From so many documents on threads pay.
const MANY: usize = 64;

/// Reads documents as an edition reads them. The texts of annotations are taken into the source map.
pub fn read(sources: &mut SourceMap, documents: &[Document], options: &ReadOptions) -> Reading {
    let items = items(documents, sources.len());
    let mut all = judge_all(&items, sources, options);
    for (item, judged) in items.iter().zip(&mut all) {
        if let Some(config) = &item.config {
            // Every annotation has a source, in the order of the ids that were given out.
            let whole = || Embedding { scalar: config.node.span, pieces: Box::default(), container: Container::Whole };
            let embedding = judged.embedding.take().unwrap_or_else(whole);
            sources.add(Origin::Embedded(embedding), config.text.clone());
        }
    }
    let mut reading = gathered(all);
    let made = ingress::resources(&reading.objects, options);
    if !made.is_empty() {
        reading.resources.extend(made);
        reading.resources.sort_by(|a, b| a.key.cmp(&b.key));
    }
    if options.edition == Edition::One {
        move_rate_limits(&mut reading);
    }
    reading
}

/// One object: a document, or an item of a list.
pub(super) struct Item {
    pub(super) root: Node,
    pub(super) document: Span,
    pub(super) config: Option<Config>,
}

/// An annotation with documents.
pub(super) struct Config {
    pub(super) node: Node,
    pub(super) text: Arc<str>,
    pub(super) source: SourceId,
}

fn items(documents: &[Document], first_free: usize) -> Vec<Item> {
    let mut items = Vec::with_capacity(documents.len());
    let mut next = first_free;
    for document in documents {
        unfold_lists(&document.root, 0, &mut |root| {
            let config = config_of(root).map(|(node, text)| {
                next += 1;
                Config { node: node.clone(), text, source: SourceId(next as u32 - 1) }
            });
            items.push(Item { root: root.clone(), document: document.root.span, config });
        });
    }
    items
}

/// Lists in lists beyond this are nothing that kubectl writes.
const MAX_LISTS: usize = 16;

fn unfold_lists(root: &Node, depth: usize, take: &mut impl FnMut(&Node)) {
    let kind = root.get("kind").and_then(text).unwrap_or_default();
    match root.get("items").map(json) {
        Some(Json::List(items)) if kind.ends_with("List") && depth < MAX_LISTS => {
            items.iter().for_each(|item| unfold_lists(item, depth + 1, take));
        }
        _ if is_null(root) => {}
        _ => take(root),
    }
}

/// The objects of a document: itself, or what its list holds.
pub fn objects_in(root: &Node) -> Vec<Node> {
    let mut objects = Vec::new();
    unfold_lists(root, 0, &mut |object| objects.push(object.clone()));
    objects
}

/// The annotation of a Service or Ingress, if it is a text; null is an empty one to the API server.
fn config_of(root: &Node) -> Option<(&Node, Arc<str>)> {
    let node = is_carrier(root).then(|| root.path(&["metadata", "annotations", CONFIG]))??;
    match &node.value {
        Value::Scalar(scalar) if text(node).is_some() => Some((node, scalar.text.clone())),
        _ if is_null(node) => Some((node, "".into())),
        _ => None,
    }
}

/// Whether annotations on an object are read.
pub(super) fn is_carrier(root: &Node) -> bool {
    let (group, _) = group_version(root.get("apiVersion").and_then(text).unwrap_or_default());
    match root.get("kind").and_then(text) {
        Some("Service") => group.is_empty(),
        Some("Ingress") => matches!(group, "networking.k8s.io" | "extensions"),
        _ => false,
    }
}

pub(super) fn group_version(api_version: &str) -> (&str, &str) {
    api_version.split_once('/').unwrap_or(("", api_version))
}

fn judge_all(items: &[Item], sources: &SourceMap, options: &ReadOptions) -> Vec<Judged> {
    let judge = |items: &[Item]| {
        let mut reader = FirstDocuments::new();
        items.iter().map(|item| judge(item, sources, options, &mut reader)).collect::<Vec<_>>()
    };
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    if items.len() < MANY || threads < 2 {
        return judge(items);
    }
    let share = items.len().div_ceil(threads);
    let mut shares = items.chunks(share);
    let first = shares.next().unwrap_or_default();
    std::thread::scope(|scope| {
        let spawned: Vec<_> = shares
            .map(|share| (share, std::thread::Builder::new().spawn_scoped(scope, || judge(share)).ok()))
            .collect();
        let mut all = Vec::with_capacity(items.len());
        all.extend(judge(first));
        for (share, thread) in spawned {
            // A thread that the system refuses is no reason to leave documents out.
            let more = thread.and_then(|thread| thread.join().ok()).unwrap_or_else(|| judge(share));
            all.extend(more);
        }
        all
    })
}

/// Everything in one. An object that is given again takes the place of the earlier one, as an apply would have it.
fn gathered(mut all: Vec<Judged>) -> Reading {
    let mut seen = FxHashSet::default();
    for judged in all.iter_mut().rev() {
        if judged.identity.as_ref().is_some_and(|identity| !seen.insert(identity.clone())) {
            judged.resources.clear();
            judged.object = None;
            judged.posts.clear();
            // What is no longer there harms nobody.
            judged.results.iter_mut().for_each(|result| result.harm = Harm::None);
        }
    }
    let count = |of: fn(&Judged) -> usize| all.iter().map(of).sum();
    let mut reading = Reading {
        resources: Vec::with_capacity(count(|judged| judged.resources.len())),
        objects: Vec::with_capacity(count(|judged| usize::from(judged.object.is_some()))),
        results: Vec::with_capacity(count(|judged| judged.results.len())),
        ..Reading::default()
    };
    for judged in all {
        reading.resources.extend(judged.resources);
        reading.objects.extend(judged.object);
        reading.results.extend(judged.results);
        reading.posts.extend(judged.posts);
        reading.diagnostics.extend(judged.diagnostics);
    }
    reading.resources.sort_by(|a, b| a.key.cmp(&b.key));
    let mut notices = FxHashSet::default();
    reading.posts.retain(|post| post.level == PostLevel::Error || notices.insert(post.message.clone()));
    reading
}

/// Rate limits of v0 stand in the domain of the RateLimitService.
fn move_rate_limits(reading: &mut Reading) {
    let service = reading.resources.iter().find(|resource| resource.kind == Kind::RateLimitService);
    let Some(domain) = service.and_then(|service| service.spec.get("domain")).cloned() else { return };
    for resource in &mut reading.resources {
        if let Some(spec) = historic::in_domain(&resource.spec, &domain) {
            resource.spec = spec;
        }
    }
}
