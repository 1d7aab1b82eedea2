//! Documents read in order, side by side where there are many.

use std::sync::Arc;

use rustc_hash::FxHashSet;

use super::annotation::CONFIG;
use super::json::{Json, is_null, json, text};
use super::judged::{Judged, Judgement};
use super::object::judge;
use super::{DocumentResult, Harm, Kind, PostLevel, ReadOptions, Reading, historic, ingress};
use crate::edition::Edition;
use crate::source::{SourceId, SourceMap, Span};
use crate::yaml::{Document, FirstDocuments, Node, Value};

/// From so many documents on threads pay.
const MANY: usize = 64;

/// Reads documents as an edition reads them. The texts of annotations are taken into the source map.
pub fn read(sources: &mut SourceMap, documents: &[Document], options: &ReadOptions) -> Reading {
    gather(&judge_all(sources, documents, options), options)
}

/// What becomes of each object of these documents by itself. The texts of annotations are taken into the source map.
pub fn judge_all(sources: &mut SourceMap, documents: &[Document], options: &ReadOptions) -> Vec<Judgement> {
    let items = items(documents, sources);
    let all = judge_side_by_side(&items, sources, options);
    let judgement = |(item, mut judged): (&Item, Judged)| {
        let annotation = item.config.as_ref().map(|config| config.source);
        if let (Some(id), Some(embedding)) = (annotation, judged.embedding.take()) {
            sources.lay_out(id, embedding);
        }
        Judgement { source: item.document.source, annotation, judged }
    };
    items.iter().zip(all).map(judgement).collect()
}

/// What comes of these objects together.
pub fn gather<'j>(all: impl IntoIterator<Item = &'j Judgement>, options: &ReadOptions) -> Reading {
    let mut reading = gathered(&all.into_iter().map(|judgement| &judgement.judged).collect::<Vec<_>>());
    let made = ingress::resources(&reading.objects, options);
    if !made.is_empty() {
        reading.resources.extend(made.into_iter().map(Arc::new));
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

fn items(documents: &[Document], sources: &mut SourceMap) -> Vec<Item> {
    let mut items = Vec::with_capacity(documents.len());
    for document in documents {
        unfold_lists(&document.root, 0, &mut |root| {
            let config = config_of(root).map(|(node, text)| {
                let source = sources.embed(node.span, Arc::clone(&text));
                Config { node: node.clone(), text, source }
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

fn judge_side_by_side(items: &[Item], sources: &SourceMap, options: &ReadOptions) -> Vec<Judged> {
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
fn gathered(all: &[&Judged]) -> Reading {
    let mut seen = FxHashSet::default();
    let mut is_replaced = vec![false; all.len()];
    for (judged, is_replaced) in all.iter().zip(&mut is_replaced).rev() {
        *is_replaced = judged.identity.as_ref().is_some_and(|identity| !seen.insert(identity));
    }
    let count = |of: fn(&Judged) -> usize| all.iter().map(|judged| of(judged)).sum();
    let mut reading = Reading {
        resources: Vec::with_capacity(count(|judged| judged.resources.len())),
        objects: Vec::with_capacity(count(|judged| usize::from(judged.object.is_some()))),
        results: Vec::with_capacity(count(|judged| judged.results.len())),
        ..Reading::default()
    };
    for (judged, is_replaced) in all.iter().zip(is_replaced) {
        reading.diagnostics.extend_from_slice(&judged.diagnostics);
        if is_replaced {
            reading.results.extend(judged.results.iter().map(harmless));
            continue;
        }
        reading.results.extend_from_slice(&judged.results);
        reading.resources.extend_from_slice(&judged.resources);
        reading.objects.extend(judged.object.clone());
        reading.posts.extend_from_slice(&judged.posts);
    }
    reading.resources.sort_by(|a, b| a.key.cmp(&b.key));
    let mut notices = FxHashSet::default();
    reading.posts.retain(|post| post.level == PostLevel::Error || notices.insert(post.message.clone()));
    reading
}

/// What is no longer there harms nobody.
fn harmless(result: &Arc<DocumentResult>) -> Arc<DocumentResult> {
    match result.harm {
        Harm::None => Arc::clone(result),
        _ => Arc::new(DocumentResult { harm: Harm::None, ..DocumentResult::clone(result) }),
    }
}

/// Rate limits of v0 stand in the domain of the RateLimitService.
fn move_rate_limits(reading: &mut Reading) {
    let service = reading.resources.iter().find(|resource| resource.kind == Kind::RateLimitService);
    let Some(domain) = service.and_then(|service| service.spec.get("domain")).cloned() else { return };
    for resource in &mut reading.resources {
        if let Some(spec) = historic::in_domain(&resource.spec, &domain) {
            Arc::make_mut(resource).spec = spec;
        }
    }
}
