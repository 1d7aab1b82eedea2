//! Any text is read without panic, every place lies in it, and neither threads nor the short way of simple documents
//! change anything.

#![no_main]

use kubectl_ambassador::source::{Origin, SourceMap, Span};
use kubectl_ambassador::yaml::{self, Dialect, Node, Value, key_text, parse_in_full, parse_on, to_value, value_to_yaml};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let source = SourceMap::default().add(Origin::Stdin, text);
    let parsed = parse_on(source, text, 1);
    assert_eq!(format!("{parsed:?}"), format!("{:?}", parse_on(source, text, 3)));
    assert_eq!(format!("{parsed:?}"), format!("{:?}", parse_in_full(source, text)));
    for diagnostic in &parsed.diagnostics {
        check(diagnostic.primary.span, text);
        diagnostic.labels.iter().for_each(|label| check(label.span, text));
    }
    parsed.broken.iter().for_each(|span| check(*span, text));
    let mut end = 0;
    for document in &parsed.documents {
        check(document.span, text);
        assert!(document.span.start >= end, "documents overlap");
        end = document.span.end;
        document.comments.iter().for_each(|comment| check(comment.span, text));
        walk(&document.root, text, 0);
        write(&document.root);
    }
});

fn check(span: Span, text: &str) {
    assert!(text.get(span.range()).is_some(), "{span:?} is no place in {text:?}");
}

fn walk(node: &Node, text: &str, depth: usize) {
    assert!(depth <= 255);
    check(node.span, text);
    for dialect in [Dialect::Kubernetes, Dialect::Python] {
        let _ = (node.meaning(dialect), key_text(node, dialect));
    }
    match &node.value {
        Value::Scalar(_) => {}
        Value::List(items) => items.iter().for_each(|item| walk(item, text, depth + 1)),
        Value::Map(map) => map.entries().iter().for_each(|entry| {
            walk(&entry.key, text, depth + 1);
            walk(&entry.value, text, depth + 1);
        }),
    }
}

/// What is written again means the same, unless Kubernetes would not read it in the first place.
fn write(root: &Node) {
    let value = to_value(root, Dialect::Kubernetes);
    if !is_json(&value) {
        return;
    }
    let text = value_to_yaml(&value);
    let source = SourceMap::default().add(Origin::Stdin, &*text);
    let again = yaml::parse(source, &text);
    assert!(again.broken.is_empty(), "{text:?}: {:?}", again.diagnostics);
    let root = again.documents.first().map(|document| &document.root);
    let read = root.map_or(serde_yaml::Value::Null, |root| to_value(root, Dialect::Kubernetes));
    assert_eq!(read, value, "{text:?}");
}

fn is_json(value: &serde_yaml::Value) -> bool {
    match value {
        serde_yaml::Value::Number(number) => number.as_f64().is_none_or(f64::is_finite),
        serde_yaml::Value::Sequence(items) => items.iter().all(is_json),
        serde_yaml::Value::Mapping(map) => map.iter().all(|(key, value)| key.is_string() && is_json(value)),
        _ => true,
    }
}
