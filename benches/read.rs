//! From YAML bytes to resources: ten thousand Mappings in annotations of Services, in v3alpha1 and in v2.

#![allow(clippy::unwrap_used)]

use std::fmt::Write as _;

use divan::Bencher;
use kubectl_ambassador::edition::Edition;
use kubectl_ambassador::resource::{ReadOptions, read};
use kubectl_ambassador::source::{Origin, SourceMap};
use kubectl_ambassador::yaml::{self, Document};

/// The binary's.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const MAPPINGS: usize = 10_000;

fn main() {
    divan::main();
}

/// Services with a Mapping each, as an installation of many teams has them.
fn services(version: &str, field: &str) -> String {
    let mut text = String::new();
    for n in 0..MAPPINGS {
        write!(
            text,
            "---\napiVersion: v1\nkind: Service\nmetadata:\n  name: svc-{n}\n  namespace: team-{team}\n  labels: {{app: svc-{n}}}\n  annotations:\n    getambassador.io/config: |\n      ---\n      apiVersion: getambassador.io/{version}\n      kind: Mapping\n      name: svc-{n}-mapping\n      {field}\n      prefix: /team-{team}/svc-{n}/\n      service: svc-{n}.team-{team}:8080\n      timeout_ms: 5000\n      retry_policy: {{retry_on: 5xx, num_retries: 2}}\nspec:\n  selector: {{app: svc-{n}}}\n  ports:\n  - {{name: http, port: 8080, targetPort: 8080}}\n",
            team = n % 100,
        )
        .unwrap();
    }
    text
}

fn documents(text: &str) -> (SourceMap, Vec<Document>) {
    let mut sources = SourceMap::default();
    let id = sources.add(Origin::Stdin, text);
    let documents = yaml::parse(id, text).documents;
    (sources, documents)
}

fn options() -> ReadOptions {
    ReadOptions {
        edition: Edition::Four,
        legacy_versions: false,
        ambassador_id: "default".into(),
        ambassador_namespace: "default".into(),
        serialised: true,
    }
}

const SHAPES: [(&str, &str); 2] = [("v3alpha1", "hostname: app.example.com"), ("v2", "headers: {x-canary: true}")];

/// The outer YAML alone.
#[divan::bench(args = SHAPES.map(|(version, _)| version))]
fn parse(bencher: Bencher<'_, '_>, version: &str) {
    let (_, field) = SHAPES.into_iter().find(|(known, _)| *known == version).unwrap();
    let text = services(version, field);
    bencher.bench(|| documents(&text));
}

/// The annotations on top of it.
#[divan::bench(args = SHAPES.map(|(version, _)| version))]
fn annotations(bencher: Bencher<'_, '_>, version: &str) {
    let (_, field) = SHAPES.into_iter().find(|(known, _)| *known == version).unwrap();
    let text = services(version, field);
    let (sources, documents) = documents(&text);
    let options = options();
    bencher.bench(|| {
        let reading = read(&mut sources.clone(), &documents, &options);
        assert_eq!(reading.resources.len(), MAPPINGS);
        reading
    });
}

/// Both.
#[divan::bench(args = SHAPES.map(|(version, _)| version))]
fn all(bencher: Bencher<'_, '_>, version: &str) {
    let (_, field) = SHAPES.into_iter().find(|(known, _)| *known == version).unwrap();
    let text = services(version, field);
    let options = options();
    bencher.bench(|| {
        let (mut sources, documents) = documents(&text);
        read(&mut sources, &documents, &options)
    });
}
