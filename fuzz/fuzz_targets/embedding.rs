//! Every scalar of any text is found again where it was written, byte for byte.

#![no_main]

use kubectl_ambassador::source::{Embedding, Origin, SourceMap};
use kubectl_ambassador::yaml::{self, Node, Tag, Value};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let mut sources = SourceMap::default();
    let source = sources.add(Origin::Stdin, text);
    for document in &yaml::parse(source, text).documents {
        walk(&document.root, text, &mut sources);
    }
});

fn walk(node: &Node, text: &str, sources: &mut SourceMap) {
    match &node.value {
        Value::Scalar(scalar) => {
            let Some(embedding) = Embedding::of(text, node) else { panic!("a scalar without embedding") };
            let inner = &*scalar.text;
            check(&embedding, inner, text);
            // What an alias or base 64 stands for is not written at its place.
            let is_elsewhere = text[node.span.range()].starts_with('*') || scalar.tag == Some(Tag::Binary);
            let is_blank = inner.bytes().all(|byte| byte == b'\n');
            assert!(is_elsewhere || is_blank || !embedding.pieces.is_empty(), "not proved: {inner:?} in {text:?}");
            lift(embedding, inner, text, sources);
        }
        Value::List(items) => items.iter().for_each(|item| walk(item, text, sources)),
        Value::Map(map) => map.entries().iter().for_each(|entry| {
            walk(&entry.key, text, sources);
            walk(&entry.value, text, sources);
        }),
    }
}

fn check(embedding: &Embedding, inner: &str, text: &str) {
    let mut end = 0;
    for piece in embedding.pieces.iter() {
        let (at, outer, len) = (piece.inner as usize, piece.outer as usize, piece.len as usize);
        assert!(at >= end, "pieces overlap");
        end = at + len;
        assert!(inner.get(at..end).is_some(), "a piece cuts a character");
        assert_eq!(inner.get(at..end), text.get(outer..outer + len));
    }
}

/// The documents inside point at texts that can be opened.
fn lift(embedding: Embedding, inner: &str, text: &str, sources: &mut SourceMap) {
    let source = sources.add(Origin::Embedded(embedding), inner);
    for document in &yaml::parse(source, inner).documents {
        let span = sources.outermost(document.span);
        assert!(text.get(span.range()).is_some(), "{span:?}");
        let _ = sources.place(document.root.span);
    }
}
