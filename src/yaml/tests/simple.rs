//! What is read without the parser is what the parser reads.

use std::path::Path;

use proptest::prelude::*;

use super::super::build::Builder;
use super::super::simple;
use super::super::text::Texts;
use super::*;

fn is_simple(text: &str) -> bool {
    let source = source(text);
    let mut builder = Builder::new(source, text);
    simple::read(source, text, 0..text.len(), &mut builder, &mut Texts::new()).is_ok()
}

fn agrees(text: &str) {
    let source = source(text);
    let (parsed, full) = (parse(source, text), parse_in_full(source, text));
    assert_eq!(parsed.documents.len(), full.documents.len(), "{text}");
    for (one, other) in parsed.documents.iter().zip(&full.documents) {
        assert_eq!((one.span, &one.comments), (other.span, &other.comments), "{text}");
        assert!(same(&one.root, &other.root), "{text}\n{:?}\n{:?}", one.root, other.root);
    }
    assert_eq!(parsed.broken, full.broken, "{text}");
    assert_eq!(format!("{:?}", parsed.diagnostics), format!("{:?}", full.diagnostics), "{text}");
}

fn same(one: &Node, other: &Node) -> bool {
    let same_values = match (&one.value, &other.value) {
        (Value::Scalar(one), Value::Scalar(other)) => one == other,
        (Value::List(one), Value::List(other)) => {
            one.len() == other.len() && one.iter().zip(&**other).all(|(one, other)| same(one, other))
        }
        (Value::Map(one), Value::Map(other)) => {
            let entries = one.entries().iter().zip(other.entries());
            one.entries().len() == other.entries().len()
                && entries.into_iter().all(|(one, other)| same(&one.key, &other.key) && same(&one.value, &other.value))
        }
        _ => false,
    };
    same_values && one.span == other.span
}

#[test]
fn what_nearly_everybody_writes_is_simple() {
    for text in [
        "a: b\n",
        "---\na: b",
        "apiVersion: v1\nmetadata:\n  name: x\n  annotations:\n    getambassador.io/config: |\n      ---\n      # c\n      a: \"b\"\n\nspec:\n  ports:\n  - name: http\n    port: 80\n  - {port: 81, name: 'x', tags: [a, b]}\n",
        "a:\n- b\n- c: d\n  e:\n    - f\ng: h\n",
        "prefix: /a/(b|c)+$\nweight: -5\nempty: {}\nnone: []\n",
        "a: 'b'   \nb: x#y:z \n",
    ] {
        assert!(is_simple(text), "{text}");
        agrees(text);
    }
}

#[test]
fn what_needs_the_parser_is_left_to_it() {
    for text in [
        "",
        "a",
        "a:\n",
        "a: b # c\n",
        "a: b\n  c\n",
        "a: b: c\n",
        "a: &x b\n",
        "a: !!str b\n",
        "a: \"b\\n\"\n",
        "a: 'it''s'\n",
        "a: |-\n  b\n",
        "a: |\n  b",
        "a: |\n\n  b\n",
        "a: >\n  b\n",
        "a: {b: c,}\n",
        "a: [b: c]\n",
        "a: b\n---\nc: d\n",
        "a: \u{e9}\n",
        "a:\tb\n",
        "- - a\n",
        "<<: a\n",
        "a: b\n- c\n",
        "-   a: b\n  c: d\n",
        "a: |\n   b\n  c\n",
    ] {
        assert!(!is_simple(text), "{text}");
        agrees(text);
    }
}

fn files(folder: &Path, visit: &mut dyn FnMut(&str)) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files(&path, visit);
        } else if path.extension().is_some_and(|extension| extension == "yaml" || extension == "yml") {
            visit(&std::fs::read_to_string(&path).unwrap());
        }
    }
}

#[test]
fn recorded_documents_are_read_alike() {
    let mut count = 0;
    files(&Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata"), &mut |text| {
        count += 1;
        agrees(text);
    });
    assert!(count > 100, "{count}");
}

/// Texts that are nearly simple: lines of signs that matter, indented anyhow.
fn texts() -> impl Strategy<Value = String> {
    let words = prop::sample::select(vec![
        "a: b",
        "a:",
        "b: |",
        "- a",
        "- a: b",
        "- ",
        "-",
        "c",
        "x",
        "---",
        "...",
        "# c",
        "a: b: c",
        "a: 'b'",
        "a: \"b\"",
        "a: {b: c}",
        "a: [b, c]",
        "a: {b: [c], d: {}}",
        "a: {b}",
        "a: [ x , 'y' ]",
        "a: b #c",
        "a: b#c",
        "1: 2",
        "a: -1",
        "- -1",
        "a: - b",
        "a: |-",
        "",
        "  ",
        "a: \"b\\\"",
        "a: ''",
        "a: b:",
        "a: {b: c,}",
        "a : b",
        "a: b  ",
        "- |",
    ]);
    let line = (0usize..6, words).prop_map(|(indent, words)| format!("{}{words}\n", " ".repeat(indent)));
    prop::collection::vec(line, 0..9).prop_map(|lines| lines.concat())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_parser_says_the_same(text in texts()) {
        agrees(&text);
        agrees(text.trim_end());
    }
}
