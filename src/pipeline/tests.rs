//! What is compiled again is what is compiled anew.

#![allow(clippy::unwrap_used)]

use proptest::prelude::*;

use super::{Compilation, Options, Recompiler, compile};
use crate::diagnostic::Diagnostic;
use crate::source::{Live, ObjectRef, Origin, SourceMap};

/// What is written of a name, a kind of text and a number.
fn document(name: usize, shape: usize, number: usize) -> String {
    let object = |kind: &str, spec: &str| {
        format!("apiVersion: getambassador.io/v3alpha1\nkind: {kind}\nmetadata:\n  name: n{name}\nspec:\n{spec}")
    };
    let mapping = |host: &str| {
        object("Mapping", &format!("  hostname: '{host}'\n  prefix: /{number}/\n  service: s{number}:8080\n"))
    };
    match shape {
        0..=3 => mapping("*"),
        4 => mapping("a.example.com"),
        // Sentences about the group, the other member and their places.
        5 => object("Mapping", "  hostname: '*'\n  prefix: /same/\n  service: s\n  weight: 80\n"),
        6 => object("Mapping", &format!("  hostname: '*'\n  prefix: /{number}/\n  service: s\n  no_such: {number}\n")),
        7 => object("Mapping", "  hostname: '*'\n  prefix: '[ä'\n  prefix_regex: true\n  service: s\n"),
        8 => object("Host", &format!("  hostname: h{number}.example.com\n  tlsSecret: {{name: none}}\n")),
        9 => object("Listener", &format!("  port: {}\n  protocol: HTTP\n  securityModel: XFP\n", 8080 + number)),
        10 => format!("# alone {number}\n"),
        11 => format!("kind: [{number}\n"),
        12 => "null\n".to_owned(),
        13 => format!("apiVersion: v1\nkind: List\nitems:\n- {}", mapping("*").trim_end().replace('\n', "\n  ")),
        14 => object("Module", &format!("  config:\n    server_name: m{number}\n")).replace("n0", "ambassador"),
        _ => {
            let inner = |extra: usize| {
                let separator = "      ---\n";
                format!(
                    "{separator}      apiVersion: getambassador.io/v3alpha1\n      kind: Mapping\n      name: in{name}-{extra}\n      hostname: '*'\n      prefix: /in/{number}/{extra}/\n      service: s\n      timeout_ms: {}\n",
                    if number == 3 { "soon".to_owned() } else { number.to_string() }
                )
            };
            let all: String = (0..shape - 14).map(inner).collect();
            format!(
                "apiVersion: v1\nkind: Service\nmetadata:\n  name: n{name}\n  annotations:\n    getambassador.io/config: |\n{all}"
            )
        }
    }
}

/// Another state of the files: of a file, a document's place, and what happens there.
#[derive(Clone, Debug)]
enum Edit {
    Put(usize, usize, String),
    Add(usize, usize, String),
    Remove(usize, usize),
    Swap(usize, usize),
    NewFile(usize),
    DropFile(usize),
}

fn documents() -> impl Strategy<Value = String> {
    (0..6usize, 0..18usize, 0..5usize).prop_map(|(name, shape, number)| document(name, shape, number))
}

fn edits() -> impl Strategy<Value = Edit> {
    let place = || (0..3usize, 0..8usize);
    prop_oneof![
        4 => (place(), documents()).prop_map(|((file, at), text)| Edit::Put(file, at, text)),
        3 => (place(), documents()).prop_map(|((file, at), text)| Edit::Add(file, at, text)),
        2 => place().prop_map(|(file, at)| Edit::Remove(file, at)),
        1 => place().prop_map(|(file, at)| Edit::Swap(file, at)),
        1 => (0..3usize).prop_map(Edit::NewFile),
        1 => (0..3usize).prop_map(Edit::DropFile),
    ]
}

type Files = Vec<Vec<String>>;

fn apply(files: &mut Files, edit: Edit) {
    match edit {
        Edit::NewFile(at) => files.insert(at.min(files.len()), vec![document(at, 0, at)]),
        Edit::DropFile(at) if files.len() > 1 => drop(files.remove(at % files.len())),
        Edit::DropFile(_) => {}
        Edit::Put(file, ..) | Edit::Add(file, ..) | Edit::Remove(file, _) | Edit::Swap(file, _) => {
            let count = files.len();
            let file = &mut files[file % count];
            match edit {
                Edit::Add(_, at, text) => file.insert(at.min(file.len()), text),
                _ if file.is_empty() => {}
                Edit::Put(_, at, text) => {
                    let at = at % file.len();
                    file[at] = text;
                }
                Edit::Remove(_, at) => drop(file.remove(at % file.len())),
                Edit::Swap(_, at) => {
                    let at = at % file.len();
                    file.swap(0, at);
                }
                Edit::NewFile(_) | Edit::DropFile(_) => {}
            }
        }
    }
}

/// The files as texts of their own.
fn as_files(files: &Files) -> SourceMap {
    let mut sources = SourceMap::default();
    for (at, documents) in files.iter().enumerate() {
        sources.add(Origin::File(format!("{at}.yaml").into()), documents.join("---\n"));
    }
    sources
}

/// Each document as an object of an API server.
fn as_live(files: &Files) -> SourceMap {
    let mut sources = SourceMap::default();
    for (at, text) in files.iter().flatten().enumerate() {
        let object = ObjectRef { kind: "Any".into(), name: at.to_string(), namespace: "default".into() };
        let field = |text: &str, span: crate::source::Span, inner: bool| {
            format!("{inner}:{}", text.get(span.range()).unwrap_or_default())
        };
        let live = Live { object, field, last_applied: None, home: "default".into() };
        sources.add(Origin::Live(live), text.as_str());
    }
    sources
}

fn diagnostic(of: &Compilation, one: &Diagnostic) -> String {
    let place = |span| of.sources.place(span);
    let labels: Vec<_> = one.labels.iter().map(|label| (place(label.span), &label.text)).collect();
    format!(
        "{:?} {} {} {:?} {} {labels:?} {:?}",
        one.severity,
        one.code,
        one.message,
        place(one.primary.span),
        one.primary.text,
        one.notes
    )
}

/// All of a compilation that shows where it is used, with places as users see them.
fn shown(of: &Compilation) -> Vec<String> {
    let place = |span| of.sources.place(span);
    let mut out: Vec<String> = of.diagnostics.iter().map(|one| diagnostic(of, one)).collect();
    out.extend(of.notes.iter().cloned());
    out.extend(of.documents.iter().map(|document| {
        format!("{:?} {}", place(document.span), of.sources.text(of.sources.outermost(document.root.span)))
    }));
    out.extend(of.reading.results.iter().map(|result| {
        let places = (place(result.document), place(result.source));
        format!("{places:?} {} {:?} {:?} {:?} {:?}", result.kind, result.name, result.key, result.outcome, result.harm)
    }));
    out.extend(of.reading.posts.iter().map(|post| format!("{:?} {} {:?}", post.key, post.message, place(post.span))));
    out.extend(of.reading.objects.iter().map(|object| format!("{} {:?}", object.object, place(object.root.span))));
    let snapshot = &of.snapshot;
    out.extend(snapshot.resources.iter().map(|resource| {
        let (whole, name) = (place(resource.span), place(resource.name_span));
        format!("{} {} {:?} {whole:?} {name:?}", resource.kind, resource.key, resource.carrier)
    }));
    out.extend(snapshot.problems.iter().map(|one| {
        let places = (one.span.map(place), one.other.map(place));
        format!("{} {:?} {:?} {} {places:?}", one.code, one.effect, one.key, one.message)
    }));
    out.push(format!("{:?}", snapshot.mappings));
    out.push(format!("{:?} {:?}", of.table.listeners(), of.table.clusters()));
    out.push(format!("{:?} {:?}", of.refusal().map(|refusal| refusal.why), of.table.settings));
    out.extend(of.table.routes().iter().map(|route| format!("{route:?}")));
    out
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    #[test]
    fn what_is_compiled_again_is_what_is_compiled_anew(
        first in proptest::collection::vec(proptest::collection::vec(documents(), 0..6), 1..3),
        edits in proptest::collection::vec(edits(), 1..8),
    ) {
        for sources in [as_files, as_live] {
            let mut files = first.clone();
            let mut recompiler = Recompiler::new(Options::default());
            prop_assert_eq!(shown(&recompiler.compile(sources(&files))), shown(&compile(sources(&files), &Options::default())));
            for edit in &edits {
                apply(&mut files, edit.clone());
                let again = recompiler.compile(sources(&files));
                prop_assert_eq!(shown(&again), shown(&compile(sources(&files), &Options::default())));
            }
        }
    }
}
