//! The objects that are written, and what they are called.

use rustc_hash::FxHashMap;

use crate::diagnostic::Diagnostic;
use crate::resource::{
    AnnotationPart, CONFIG, DocumentResult, Outcome, Reading, Stage, Violation, objections, objects_in,
};
use crate::source::{ObjectRef, SourceMap, Span};
use crate::yaml::{Comment, Dialect, Document, Entry, Meaning, Node};

/// One object on its way out.
pub(super) struct Object<'a> {
    /// The object as it shall be.
    pub(super) target: Node,
    /// The text that it stands in, if it stands alone in its document.
    pub(super) written: Option<&'a Document>,
    /// Comments to put before it, where its text is not kept.
    pub(super) comments: &'a [Comment],
    /// What it is, if it is Emissary's.
    identity: Option<ObjectRef>,
    /// By what Emissary sorts it.
    key: Option<&'a str>,
    /// Where its name stands, if it came out of an annotation: objects of their own have stricter rules.
    unfolded_from: Option<Span>,
}

/// All objects in the order of the input.
pub(super) fn objects<'a>(documents: &'a [Document], reading: &'a Reading, sources: &SourceMap) -> Vec<Object<'a>> {
    let mut of_document: FxHashMap<Span, Vec<&DocumentResult>> = FxHashMap::default();
    for result in &reading.results {
        of_document.entry(result.document).or_default().push(result);
    }
    let mut objects = Vec::with_capacity(reading.results.len());
    for document in documents {
        let Some(results) = of_document.get(&document.root.span) else { continue };
        let mut results = results.iter().peekable();
        for root in objects_in(&document.root) {
            let alone = root.span == document.root.span;
            let written = alone.then_some(document);
            let Some(first) = results.next() else { break };
            if first.annotation.is_none() {
                objects.extend(plain(first, &root, written));
                continue;
            }
            let mut carried = vec![*first];
            // The documents of one annotation come one after the other, counted from 0.
            while let Some(next) = results.next_if(|next| is_next(next, &carried)) {
                carried.push(next);
            }
            objects.push(carrier(&root, written, &carried));
            objects.extend(carried.into_iter().filter_map(|result| unfolded(result, sources)));
        }
    }
    objects
}

fn is_next(result: &DocumentResult, carried: &[&DocumentResult]) -> bool {
    matches!(result.annotation, Some(AnnotationPart::Document(index)) if index as usize == carried.len())
}

/// An object of its own: Emissary's as converted, others as they stand.
fn plain<'a>(result: &'a DocumentResult, root: &Node, written: Option<&'a Document>) -> Option<Object<'a>> {
    let target = match (&result.outcome, &result.object) {
        (Outcome::Ignored { stage: Stage::NoAnnotation | Stage::NotACarrier }, _) => root.clone(),
        // Empty values that the API server takes are left out before the compiler sees them, and then it would not take
        // the object: it stays as it is.
        (Outcome::Converted { .. }, Some(object)) => {
            Some(as_object(root, object)).filter(|target| objections(target).is_empty()).unwrap_or_else(|| root.clone())
        }
        _ => return None,
    };
    let identity = result.object.as_ref().map(identity);
    Some(Object { target, written, comments: &[], identity, key: result.key.as_deref(), unfolded_from: None })
}

/// The object as written, with the version and the spec that it has now.
fn as_object(root: &Node, object: &Node) -> Node {
    let Some(map) = root.as_map() else { return object.clone() };
    let counts = |name: &str, entry: &Entry| map.entry(name).is_some_and(|last| std::ptr::eq(last, entry));
    let kept = map.entries().iter().filter_map(|entry| {
        let name = entry.key.text().filter(|name| counts(name, entry))?;
        let value = match name {
            "kind" | "metadata" => entry.value.clone(),
            "apiVersion" => object.get(name)?.clone(),
            "spec" if entry.value.is_null(Dialect::Kubernetes) => return None,
            "spec" => in_order_of(&entry.value, object.get(name)?),
            _ => return None,
        };
        Some(Entry { key: entry.key.clone(), value })
    });
    Node::map(kept.collect::<Vec<_>>(), root.span)
}

/// The fields of a map in the order in which they were written, new ones behind.
fn in_order_of(written: &Node, target: &Node) -> Node {
    let (Some(given), Some(wanted)) = (written.as_map(), target.as_map()) else { return target.clone() };
    let mut entries: Vec<Entry> = Vec::with_capacity(wanted.entries().len());
    for entry in given.entries() {
        let Some(name) = entry.key.text() else { continue };
        if let Some(value) = wanted.get(name)
            && entries.iter().all(|earlier| earlier.key.text() != Some(name))
        {
            entries.push(Entry { key: entry.key.clone(), value: in_order_of(&entry.value, value) });
        }
    }
    for entry in wanted.entries() {
        if entries.iter().all(|earlier| earlier.key.text() != entry.key.text()) {
            entries.push(entry.clone());
        }
    }
    Node::map(entries, target.span)
}

/// A Service or Ingress without the annotation, once something of it has become an object of its own.
fn carrier<'a>(root: &Node, written: Option<&'a Document>, carried: &[&DocumentResult]) -> Object<'a> {
    let is_used = carried.iter().any(|result| is_written(result));
    let target = if is_used { without_annotation(root) } else { root.clone() };
    Object { target, written, comments: &[], identity: None, key: None, unfolded_from: None }
}

fn is_written(result: &DocumentResult) -> bool {
    matches!(result.outcome, Outcome::Converted { .. } | Outcome::Panic { .. }) && result.object.is_some()
}

fn without_annotation(root: &Node) -> Node {
    changed(root, "metadata", |metadata| {
        let has_others = metadata.get("annotations").and_then(Node::as_map).is_some_and(|map| map.entries().len() > 1);
        if has_others {
            changed(metadata, "annotations", |annotations| without(annotations, CONFIG))
        } else {
            without(metadata, "annotations")
        }
    })
}

fn changed(node: &Node, key: &str, change: impl Fn(&Node) -> Node) -> Node {
    let entries = node.as_map().map(|map| map.entries()).unwrap_or_default();
    let entry = |entry: &Entry| match entry.key.text() {
        Some(name) if name == key => Entry { key: entry.key.clone(), value: change(&entry.value) },
        _ => entry.clone(),
    };
    Node::map(entries.iter().map(entry).collect::<Vec<_>>(), node.span)
}

fn without(node: &Node, key: &str) -> Node {
    let entries = node.as_map().map(|map| map.entries()).unwrap_or_default();
    Node::map(entries.iter().filter(|entry| entry.key.text() != Some(key)).cloned().collect::<Vec<_>>(), node.span)
}

/// A document of an annotation as an object of its own.
fn unfolded<'a>(result: &'a DocumentResult, _sources: &SourceMap) -> Option<Object<'a>> {
    let object = result.object.as_ref().filter(|_| is_written(result))?;
    const KEPT: [&str; 4] = ["annotations", "labels", "name", "namespace"];
    let metadata = |metadata: &Node| {
        let entries = metadata.as_map().map(|map| map.entries()).unwrap_or_default();
        let kept = entries.iter().filter(|entry| entry.key.text().is_some_and(|name| KEPT.contains(&name)));
        Node::map(kept.cloned().collect::<Vec<_>>(), metadata.span)
    };
    let target = changed(&without(object, "status"), "metadata", metadata);
    let comments = result.written.as_ref().map(|written| &written.comments[..]).unwrap_or_default();
    let identity = Some(identity(&target)).filter(|identity| !identity.name.is_empty())?;
    let name = target.path(&["metadata", "name"]).map_or(result.source, |node| node.span);
    Some(Object {
        target,
        written: None,
        comments,
        identity: Some(identity),
        key: result.key.as_deref(),
        unfolded_from: Some(name),
    })
}

fn identity(object: &Node) -> ObjectRef {
    let part = |path: &[&str]| object.path(path).and_then(Node::text).unwrap_or_default().to_owned();
    ObjectRef { kind: part(&["kind"]), name: part(&["metadata", "name"]), namespace: part(&["metadata", "namespace"]) }
}

/// Gives objects out of annotations names that Kubernetes takes, and keeps of those with one name the one that Emissary
/// keeps. What was renamed, and what is not written.
pub(super) fn settle(objects: &mut Vec<Object<'_>>) -> (Vec<Diagnostic>, Vec<Diagnostic>) {
    let (mut renamed, mut replaced) = (Vec::new(), Vec::new());
    let mut winners: FxHashMap<ObjectRef, usize> = FxHashMap::default();
    let mut beaten = Vec::new();
    for (at, object) in objects.iter().enumerate() {
        let Some(identity) = &object.identity else { continue };
        match winners.get(identity).copied() {
            None => {
                winners.insert(identity.clone(), at);
            }
            // Objects of their own replace each other when they are applied, one after the other.
            Some(earlier) if object.unfolded_from.is_none() && objects[earlier].unfolded_from.is_none() => {
                winners.insert(identity.clone(), at);
            }
            Some(earlier) => {
                let wins = object.key >= objects[earlier].key;
                let (winner, loser) = if wins { (at, earlier) } else { (earlier, at) };
                winners.insert(identity.clone(), winner);
                beaten.push(loser);
                replaced.push(told_replaced(identity, place(&objects[loser]), place(&objects[winner])));
            }
        }
    }
    for (at, object) in objects.iter_mut().enumerate() {
        let (Some(identity), Some(span)) = (&object.identity, object.unfolded_from) else { continue };
        let broken = objections(&object.target);
        if let Some(rule) = broken.iter().find(|rule| rule.path != "metadata.name") {
            replaced.push(told_impossible(identity, rule));
            beaten.push(at);
        }
        if beaten.contains(&at) || broken.is_empty() {
            continue;
        }
        let name = free_name(identity, &winners);
        renamed.push(told_renamed(identity, &name, span));
        let taken = ObjectRef { name: name.clone(), ..identity.clone() };
        winners.insert(taken, at);
        object.target = changed(&object.target, "metadata", |metadata| {
            changed(metadata, "name", |old| Node::string(name.as_str(), old.span))
        });
    }
    beaten.sort_unstable();
    let mut at = 0;
    objects.retain(|_| {
        at += 1;
        beaten.binary_search(&(at - 1)).is_err()
    });
    (renamed, replaced)
}

fn place(object: &Object<'_>) -> Span {
    object.unfolded_from.unwrap_or(object.target.span)
}

fn told_replaced(identity: &ObjectRef, loser: Span, winner: Span) -> Diagnostic {
    let ObjectRef { kind, name, .. } = identity;
    Diagnostic::warning("replaced", loser, format!("this {kind} `{name}` is not written: another one has its name"))
        .label("Emissary does not use this one")
        .also(winner, "but this one")
}

fn told_impossible(identity: &ObjectRef, rule: &Violation) -> Diagnostic {
    let ObjectRef { kind, name, .. } = identity;
    Diagnostic::error("not-an-object", rule.span, format!("{kind} `{name}` cannot be an object of its own: {rule}"))
}

fn told_renamed(identity: &ObjectRef, name: &str, span: Span) -> Diagnostic {
    let old = &identity.name;
    Diagnostic::warning("renamed", span, format!("{} `{old}` is written as `{name}`", identity.kind))
        .note("Kubernetes allows objects only lower case letters, digits, `-` and `.` in their names.")
}

/// A name near the old one that nobody has.
fn free_name(identity: &ObjectRef, taken: &FxHashMap<ObjectRef, usize>) -> String {
    let mut letters: String = identity
        .name
        .chars()
        .map(|c| c.to_ascii_lowercase())
        .map(|c| if c.is_ascii_lowercase() || c.is_ascii_digit() || c == '.' { c } else { '-' })
        .take(240)
        .collect();
    while letters.contains("--") || letters.contains("..") || letters.contains("-.") || letters.contains(".-") {
        letters = letters.replace("--", "-").replace("..", ".").replace("-.", ".").replace(".-", ".");
    }
    let base = letters.trim_matches(['-', '.']);
    let base = if base.is_empty() { "unnamed" } else { base };
    let is_free = |name: &String| !taken.contains_key(&ObjectRef { name: name.clone(), ..identity.clone() });
    let mut count = 1;
    let mut name = base.to_owned();
    while !is_free(&name) {
        count += 1;
        name = format!("{base}-{count}");
    }
    name
}

/// Whether two nodes are the same to Kubernetes, apart from the order of keys.
pub(super) fn same(a: &Node, b: &Node) -> bool {
    if let (Some(a), Some(b)) = (a.as_map(), b.as_map()) {
        return a.entries().len() == b.entries().len()
            && a.entries().iter().all(|entry| {
                crate::yaml::key_text(&entry.key, Dialect::Kubernetes)
                    .and_then(|key| b.get(&key))
                    .is_some_and(|value| same(&entry.value, value))
            });
    }
    if let (Some(a), Some(b)) = (a.as_list(), b.as_list()) {
        return a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same(a, b));
    }
    match (a.meaning(Dialect::Kubernetes), b.meaning(Dialect::Kubernetes)) {
        (Some(Meaning::Int(a)), Some(Meaning::Float(b))) | (Some(Meaning::Float(b)), Some(Meaning::Int(a))) => {
            a as f64 == b
        }
        (Some(a), Some(b)) => a == b,
        _ => false,
    }
}
