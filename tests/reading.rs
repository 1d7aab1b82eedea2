//! Which documents each edition reads, as recorded: what schemas refuse, what is posted, what ends the gateway.

#![allow(clippy::unwrap_used, clippy::print_stdout)]

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use kubectl_ambassador::edition::Edition;
use kubectl_ambassador::resource::{Outcome, PostLevel, Problem, ReadOptions, Reading, Stage, Violation, read};
use kubectl_ambassador::source::{Origin, SourceMap};
use kubectl_ambassador::yaml::{self, Node};

/// Errors that are posted later, when Mappings are grouped and clusters are made.
const LATER: [&str; 8] = [
    "duplicate-names",
    "upstream-tls",
    "upstream-tls-context",
    "tls-context-alone",
    "tls-context-redirect",
    "headers-order-by-text-length",
    "invalid-group-mismatch",
    "nothing-but-a-mapping",
];

fn documents(path: &Path) -> (SourceMap, Vec<yaml::Document>) {
    let mut sources = SourceMap::default();
    let id = sources.add(Origin::File(path.to_owned()), std::fs::read_to_string(path).unwrap());
    let text = sources.get(id).text.clone();
    (sources, yaml::parse(id, &text).documents)
}

fn reading(folder: &Path, edition: Edition) -> Reading {
    let (mut sources, documents) = documents(&folder.join("manifests.yaml"));
    let options = ReadOptions {
        edition,
        // The older editions were recorded in clusters that know the old versions.
        legacy_versions: folder.starts_with("testdata/truth/editions"),
        ambassador_id: "default".into(),
        ambassador_namespace: "default".into(),
        serialised: true,
    };
    read(&mut sources, &documents, &options)
}

fn folders(corpus: &str) -> Vec<PathBuf> {
    let root = Path::new("testdata/truth").join(corpus).join("cases");
    let mut folders: Vec<_> = std::fs::read_dir(root).unwrap().map(|entry| entry.unwrap().path()).collect();
    folders.sort();
    folders
}

fn name(folder: &Path) -> &str {
    folder.file_name().unwrap().to_str().unwrap()
}

/// The cases of editions 1 to 4, with the name that all editions share.
fn cases() -> Vec<(PathBuf, String, Edition)> {
    let old = folders("editions").into_iter().filter_map(|folder| {
        let (number, case) = name(&folder).strip_prefix('e')?.split_once('-')?;
        let (edition, case) = (number.parse().ok()?, case.to_owned());
        Some((folder, case, edition))
    });
    let newest = folders("conformance").into_iter().map(|folder| {
        let case = name(&folder).to_owned();
        (folder, case, Edition::Four)
    });
    old.chain(newest).collect()
}

fn compile(folder: &Path) -> Node {
    let (_, documents) = documents(&folder.join("routes.yaml"));
    documents[0].root.get("compile").unwrap().clone()
}

fn list<'a>(node: &'a Node, key: &str) -> &'a [Node] {
    node.get(key).and_then(Node::as_list).unwrap_or_default()
}

fn text(node: &Node, key: &str) -> String {
    node.get(key).and_then(Node::text).unwrap_or_default().to_owned()
}

/// The field that a schema checker names: of what is missing, the one around it.
fn field(violation: &Violation) -> String {
    match violation.problem {
        Problem::Missing => violation.path.rsplit_once('.').map_or(violation.path.clone(), |(parent, _)| parent.into()),
        _ => violation.path.clone(),
    }
}

fn refused(reading: &Reading) -> BTreeSet<(String, String, Vec<String>)> {
    let results = reading.results.iter().filter(|result| result.carrier.is_none());
    results
        .filter(|result| matches!(result.outcome, Outcome::Refused { stage: Stage::Schema | Stage::Kind, .. }))
        .map(|result| {
            let fields = result.violations.iter().map(field).collect();
            (result.kind.clone(), result.name.clone().unwrap_or_default(), fields)
        })
        .collect()
}

fn refused_as_recorded(compile: &Node) -> BTreeSet<(String, String, Vec<String>)> {
    let entry = |entry: &Node| {
        let fields = list(entry, "fields").iter().filter_map(|field| field.text().map(str::to_owned)).collect();
        (text(entry, "kind"), text(entry, "name"), fields)
    };
    list(compile, "refused_by_schema").iter().map(entry).collect()
}

#[test]
fn schemas_refuse_what_they_were_recorded_to_refuse() {
    for (folder, _, edition) in cases() {
        let (ours, recorded) = (refused(&reading(&folder, edition)), refused_as_recorded(&compile(&folder)));
        assert_eq!(ours, recorded, "{}", name(&folder));
    }
}

#[test]
fn notices_about_versions_are_the_recorded_ones() {
    for (folder, _, edition) in cases() {
        let reading = reading(&folder, edition);
        let posts = reading.posts.iter().filter(|post| post.level == PostLevel::Notice);
        let ours: BTreeSet<_> = posts.map(|post| post.message.clone()).collect();
        let compile = compile(&folder);
        let recorded = list(&compile, "notices").iter().filter_map(|notice| notice.text().map(str::to_owned));
        let recorded: BTreeSet<_> = recorded.filter(|notice| notice.starts_with("apiVersion")).collect();
        assert_eq!(ours, recorded, "{}", name(&folder));
    }
}

#[test]
fn errors_of_reading_are_filed_under_the_recorded_keys() {
    let mut compared = 0;
    for (folder, case, edition) in cases() {
        let (reading, compile) = (reading(&folder, edition), compile(&folder));
        let mut ours: BTreeMap<String, u32> = BTreeMap::new();
        for post in reading.posts.iter().filter(|post| post.level == PostLevel::Error) {
            *ours.entry(post.key.clone().unwrap_or_default()).or_default() += 1;
        }
        let recorded = list(&compile, "errors");
        let count = |key: &str| {
            let entry = recorded.iter().find(|entry| text(entry, "resource") == key);
            match key {
                "" => compile.get("global_errors").and_then(Node::text).map(str::to_owned),
                _ => entry.map(|entry| text(entry, "count")),
            }
        };
        for (key, number) in &ours {
            assert_eq!(count(key), Some(number.to_string()), "{} {key}", name(&folder));
            compared += 1;
        }
        let is_annotated = reading.results.iter().any(|result| result.carrier.is_some());
        if is_annotated && !LATER.contains(&case.as_str()) {
            assert_eq!(ours.keys().filter(|key| !key.is_empty()).count(), recorded.len(), "{}", name(&folder));
        }
    }
    assert!(compared > 20, "only {compared} errors were compared");
}

#[test]
fn the_gateway_ends_where_it_was_recorded_to_end() {
    let mut ends = 0;
    for (folder, _, edition) in cases() {
        let reading = reading(&folder, edition);
        let panics = reading.results.iter().any(|result| matches!(result.outcome, Outcome::Panic { .. }));
        assert_eq!(panics, compile(&folder).get("crashed").is_some(), "{}", name(&folder));
        ends += usize::from(panics);
    }
    assert!(ends > 0);
}
