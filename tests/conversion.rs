//! Every recorded conversion: what becomes of each document, in clusters with and without the old versions.

#![allow(clippy::unwrap_used, clippy::print_stdout)]

mod figures;

use std::path::Path;
use std::sync::Arc;

use kubectl_ambassador::edition::Edition;
use kubectl_ambassador::resource::{AnnotationPart, DocumentResult, Harm, Outcome, ReadOptions, Reading, read};
use kubectl_ambassador::source::{Origin, SourceMap};
use kubectl_ambassador::yaml::{self, Dialect, Meaning, Node};

const CASES: &str = "testdata/truth/conversion/cases";

struct Ours {
    sources: SourceMap,
    reading: Reading,
}

fn parsed(path: &Path) -> (SourceMap, Vec<yaml::Document>) {
    let mut sources = SourceMap::default();
    let text = std::fs::read_to_string(path).unwrap();
    let id = sources.add(Origin::File(path.to_owned()), text);
    let text = sources.get(id).text.clone();
    (sources, yaml::parse(id, &text).documents)
}

fn ours(path: &Path, legacy_versions: bool) -> Ours {
    let (mut sources, documents) = parsed(path);
    let options = ReadOptions {
        edition: Edition::Four,
        legacy_versions,
        ambassador_id: "default".into(),
        ambassador_namespace: "default".into(),
        serialised: true,
    };
    let reading = read(&mut sources, &documents, &options);
    Ours { sources, reading }
}

/// What a recorded value means. It was written by Python.
fn meaning(node: &Node) -> Option<Meaning<'_>> {
    node.meaning(Dialect::Python)
}

fn text<'a>(node: &'a Node, key: &str) -> Option<&'a str> {
    node.get(key)?.text()
}

/// Whether a recorded value and ours are the same to JSON.
fn same(recorded: &Node, own: &Node) -> bool {
    if let (Some(recorded), Some(own)) = (recorded.as_map(), own.as_map()) {
        return recorded.entries().len() == own.entries().len()
            && recorded.entries().iter().all(|entry| {
                let key = yaml::key_text(&entry.key, Dialect::Python).unwrap_or_default();
                own.get(&key).is_some_and(|own| same(&entry.value, own))
            });
    }
    if let (Some(recorded), Some(own)) = (recorded.as_list(), own.as_list()) {
        return recorded.len() == own.len() && recorded.iter().zip(own).all(|(recorded, own)| same(recorded, own));
    }
    match (meaning(recorded), own.meaning(Dialect::Kubernetes)) {
        (Some(Meaning::Int(a)), Some(Meaning::Float(b))) | (Some(Meaning::Float(b)), Some(Meaning::Int(a))) => {
            a as f64 == b
        }
        (Some(a), Some(b)) => a == b,
        _ => false,
    }
}

fn outcome(result: &DocumentResult) -> (&'static str, Option<&'static str>) {
    match &result.outcome {
        Outcome::Converted { .. } => ("converted", None),
        Outcome::Refused { stage, .. } => ("refused", Some(stage.as_str())),
        Outcome::Ignored { stage } => ("ignored", Some(stage.as_str())),
        Outcome::Panic { stage, .. } => ("panic", Some(stage.as_str())),
    }
}

fn harm(recorded: &Node) -> Harm {
    if text(recorded, "outcome") == Some("panic") || recorded.get("compiler").is_some() {
        return Harm::All;
    }
    match text(recorded, "blocks_all") {
        Some(what) if what.starts_with("list of all") => Harm::Kind,
        Some(_) => Harm::All,
        None => Harm::None,
    }
}

/// How our result differs from the recorded one.
fn difference(recorded: &Node, ours: Option<&DocumentResult>, default_id_may_be_added: bool) -> Option<String> {
    let Some(result) = ours else { return Some("we have no such result".into()) };
    let (ours, our_stage) = outcome(result);
    let stage = text(recorded, "stage");
    if (text(recorded, "outcome"), stage) != (Some(ours), our_stage) {
        let recorded = text(recorded, "outcome").unwrap_or_default();
        return Some(format!("{recorded} {stage:?}, ours {:?}", result.outcome));
    }
    if harm(recorded) != result.harm {
        return Some(format!("harm {:?}, ours {:?}", harm(recorded), result.harm));
    }
    let object = recorded.get("object").or_else(|| recorded.get("object_by_webhook"));
    match (object, &result.object) {
        (None, None) => None,
        (Some(object), Some(own)) if same(object, own) => None,
        (Some(object), Some(own)) if default_id_may_be_added && same(object, &without_default_id(own)) => None,
        (object, own) => Some(format!("object {}\n   ours {}", json(object), json(own.as_ref()))),
    }
}

/// The object without `ambassador_id: [default]`.
fn without_default_id(object: &Node) -> Node {
    let entries = |node: &Node| node.as_map().map(|map| map.entries().to_vec()).unwrap_or_default();
    let is_default = |node: &Node| node.as_list().is_some_and(|ids| ids.len() == 1 && ids[0].text() == Some("default"));
    let mut object_entries = entries(object);
    for entry in &mut object_entries {
        if entry.key.text() == Some("spec") {
            let kept = entries(&entry.value)
                .into_iter()
                .filter(|field| field.key.text() != Some("ambassador_id") || !is_default(&field.value));
            entry.value = Node::map(kept.collect::<Vec<_>>(), entry.value.span);
        }
    }
    Node::map(object_entries, object.span)
}

fn json(node: Option<&Node>) -> String {
    let Some(node) = node else { return "none".into() };
    if let Some(map) = node.as_map() {
        let entries = map.entries().iter();
        let texts: Vec<_> =
            entries.map(|e| format!("{}: {}", e.key.text().unwrap_or("?"), json(Some(&e.value)))).collect();
        return format!("{{{}}}", texts.join(", "));
    }
    if let Some(items) = node.as_list() {
        return format!("[{}]", items.iter().map(|item| json(Some(item))).collect::<Vec<_>>().join(", "));
    }
    format!("{:?}", node.text().unwrap_or_default())
}

fn find<'a>(ours: &'a Ours, recorded: &Node) -> Option<&'a DocumentResult> {
    let line: u32 = text(recorded, "line")?.parse().ok()?;
    let part = match text(recorded, "annotation") {
        Some("all") => Some(AnnotationPart::All),
        Some(index) => Some(AnnotationPart::Document(index.parse().ok()?)),
        None => None,
    };
    let at_line = |result: &&Arc<DocumentResult>| ours.sources.place(result.document).line == line;
    ours.reading.results.iter().filter(|result| result.annotation == part).find(at_line).map(|result| &**result)
}

/// The differences of one result in both kinds of clusters.
fn differences(recorded: &Node, default: &Ours, legacy: &Ours) -> Vec<String> {
    let in_default = find(default, recorded);
    let in_legacy = find(legacy, recorded);
    if text(recorded, "carrier").is_some() {
        return [difference(recorded, in_default, false), difference(recorded, in_legacy, false)]
            .into_iter()
            .flatten()
            .collect();
    }
    let version = text(recorded, "apiVersion").unwrap_or_default();
    if matches!(version, "getambassador.io/v1" | "getambassador.io/v2") {
        let mut found: Vec<_> = difference(recorded, in_legacy, false).into_iter().collect();
        let refused = in_default.map(outcome);
        let has_kind = text(recorded, "kind").is_some();
        if has_kind && refused != Some(("refused", Some("kind"))) {
            found.push(format!("a default cluster does not serve {version}, ours {refused:?}"));
        }
        return found;
    }
    let with_legacy = recorded.get("with_legacy_versions");
    let legacy_difference = match with_legacy {
        Some(changed) => difference(changed, in_legacy, false),
        None => difference(recorded, in_legacy, true),
    };
    difference(recorded, in_default, false)
        .into_iter()
        .chain(legacy_difference.map(|difference| format!("with legacy versions: {difference}")))
        .collect()
}

#[test]
fn every_document_ends_where_it_was_recorded_to_end() {
    let mut folders: Vec<_> = std::fs::read_dir(CASES).unwrap().map(|entry| entry.unwrap().path()).collect();
    folders.sort();
    assert!(!folders.is_empty());
    let (mut agree, mut all) = (0, 0);
    let mut reports = Vec::new();
    for folder in folders {
        let manifests = folder.join("manifests.yaml");
        let (default, legacy) = (ours(&manifests, false), ours(&manifests, true));
        let (_, expected) = parsed(&folder.join("expect.yaml"));
        let results = expected[0].root.get("results").and_then(Node::as_list).unwrap();
        for recorded in results {
            all += 1;
            let differences = differences(recorded, &default, &legacy);
            if differences.is_empty() {
                agree += 1;
            } else {
                reports.push(format!(
                    "{} line {} {} {}: {}",
                    folder.file_name().unwrap().to_string_lossy(),
                    text(recorded, "line").unwrap_or_default(),
                    text(recorded, "annotation").unwrap_or_default(),
                    text(recorded, "name").unwrap_or_default(),
                    differences.join("\n  ")
                ));
            }
        }
    }
    println!("agree {agree} of {all}");
    assert!(reports.is_empty(), "agree {agree} of {all}\n{}", reports.join("\n"));
    figures::are_current("conversion", agree, all);
}
