//! `convert` over everything that was recorded: the output converts to itself, and routes as the input did.

#![allow(clippy::unwrap_used, clippy::print_stdout)]

// Of the replaying only the requests are needed.
#[allow(dead_code)]
mod replay;

use std::path::{Path, PathBuf};

use kubectl_ambassador::convert::convert;
use kubectl_ambassador::edition::Edition;
use kubectl_ambassador::outcome::request::Request;
use kubectl_ambassador::pipeline::{self, Compilation, Options};
use kubectl_ambassador::report::format::answer;
use kubectl_ambassador::resource::{ReadOptions, read};
use kubectl_ambassador::route_test::Judge;
use kubectl_ambassador::source::{Origin, SourceMap};
use kubectl_ambassador::yaml;
use serde_yaml::Value;

fn folders(corpus: &str) -> Vec<PathBuf> {
    let root = Path::new("testdata/truth").join(corpus).join("cases");
    let mut folders: Vec<_> = std::fs::read_dir(root).unwrap().map(|entry| entry.unwrap().path()).collect();
    folders.sort();
    folders
}

fn has_old_objects(documents: &[yaml::Document]) -> bool {
    documents.iter().any(|document| {
        let version = document.root.get("apiVersion").and_then(yaml::Node::text);
        matches!(version, Some("getambassador.io/v1" | "getambassador.io/v2"))
    })
}

fn converted(text: &str) -> String {
    let mut sources = SourceMap::default();
    let id = sources.add(Origin::Stdin, text);
    let documents = yaml::parse(id, text).documents;
    let options = ReadOptions {
        edition: Edition::Four,
        legacy_versions: has_old_objects(&documents),
        ambassador_id: "default".into(),
        ambassador_namespace: "default".into(),
        serialised: true,
    };
    let reading = read(&mut sources, &documents, &options);
    convert(&documents, &reading, &sources).yaml()
}

#[test]
fn converted_output_converts_to_itself() {
    for folder in ["conversion", "conformance", "editions", "wire"].into_iter().flat_map(folders) {
        let manifests = std::fs::read_to_string(folder.join("manifests.yaml")).unwrap();
        let once = converted(&manifests);
        assert_eq!(converted(&once), once, "{}", folder.display());
    }
}

fn compiled(text: &str, legacy_versions: Option<bool>) -> Compilation {
    let mut sources = SourceMap::default();
    sources.add(Origin::Stdin, text);
    let options = Options { edition: Some(Edition::Four), legacy_versions, strict: true, ..Options::default() };
    pipeline::compile(sources, &options)
}

/// What is said about a request, without names and places of Mappings.
fn said(judge: &Judge<'_>, request: &Request<'_>) -> serde_json::Value {
    let mut line = Vec::new();
    answer::write(&mut line, None, &judge.answer(request, None));
    let mut answer: serde_json::Value = serde_json::from_slice(&line).unwrap();
    for name in ["notes", "hints"] {
        answer.as_object_mut().unwrap().remove(name);
    }
    for outcome in answer["outcomes"].as_array_mut().unwrap() {
        let outcome = outcome.as_object_mut().unwrap();
        outcome.remove("mapping");
        // Which document it was that Envoy refuses is told with its place.
        outcome.remove("why");
    }
    answer
}

#[test]
fn requests_go_where_they_went_before() {
    let mut compared = 0;
    for folder in ["conformance", "editions"].into_iter().flat_map(folders) {
        let manifests = std::fs::read_to_string(folder.join("manifests.yaml")).unwrap();
        let recorded: Value =
            serde_yaml::from_str(&std::fs::read_to_string(folder.join("requests.yaml")).unwrap()).unwrap();
        let (before, after) = (compiled(&manifests, None), compiled(&converted(&manifests), None));
        if before.refusal().is_some_and(|refusal| after.refusal().is_none() && refusal.why.contains("process")) {
            // What Emissary ends itself over is converted nevertheless.
            continue;
        }
        let (before, after) = (Judge::new(&before), Judge::new(&after));
        for recorded in recorded["requests"].as_sequence().unwrap() {
            let request = replay::case::request(recorded);
            assert_eq!(said(&after, &request), said(&before, &request), "{}: {:?}", folder.display(), recorded["name"]);
            compared += 1;
        }
    }
    println!("agree {compared} of {compared}");
    assert!(compared > 3000, "{compared}");
}
