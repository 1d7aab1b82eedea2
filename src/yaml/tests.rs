//! What reading promises.
#![allow(clippy::unwrap_used)]

mod editing;
mod embedding;
mod simple;
mod writing;

use super::*;
use crate::diagnostic::Severity;
use crate::source::{Origin, SourceId, SourceMap};

fn read(text: &str) -> Parsed {
    parse(source(text), text)
}

fn source(text: &str) -> SourceId {
    SourceMap::default().add(Origin::Stdin, text)
}

/// A node as JSON-like text, scalars as written.
fn show(node: &Node) -> String {
    match &node.value {
        Value::Scalar(scalar) => scalar.text.to_string(),
        Value::List(items) => format!("[{}]", items.iter().map(show).collect::<Vec<_>>().join(",")),
        Value::Map(map) => {
            let entries: Vec<_> =
                map.entries().iter().map(|entry| format!("{}:{}", show(&entry.key), show(&entry.value))).collect();
            format!("{{{}}}", entries.join(","))
        }
    }
}

fn shown(text: &str) -> Vec<String> {
    read(text).documents.iter().map(|document| show(&document.root)).collect()
}

fn codes(text: &str) -> Vec<&'static str> {
    read(text).diagnostics.iter().map(|diagnostic| diagnostic.code).collect()
}

/// The texts under the spans of a node, its children after it.
fn slices<'t>(node: &Node, text: &'t str, out: &mut Vec<&'t str>) {
    out.push(&text[node.span.range()]);
    match &node.value {
        Value::Scalar(_) => {}
        Value::List(items) => items.iter().for_each(|item| slices(item, text, out)),
        Value::Map(map) => map.entries().iter().for_each(|entry| {
            slices(&entry.key, text, out);
            slices(&entry.value, text, out);
        }),
    }
}

#[test]
fn order_and_repeated_keys_are_kept_and_the_last_counts() {
    let parsed = read("b: 1\na: 2\nb: 3\n");
    assert_eq!(show(&parsed.documents[0].root), "{b:1,a:2,b:3}");
    assert_eq!(parsed.documents[0].root.get("b").unwrap().text(), Some("3"));
    let diagnostic = &parsed.diagnostics[0];
    assert_eq!((diagnostic.code, diagnostic.severity), ("yaml-duplicate-key", Severity::Warning));
    assert_eq!(diagnostic.primary.span.range(), 10..11);
    assert_eq!(diagnostic.labels[0].span.range(), 0..1);
}

#[test]
fn keys_are_repeated_when_they_mean_the_same() {
    assert_eq!(codes("on: 1\n'true': 2\n"), ["yaml-duplicate-key"]);
    assert_eq!(codes("16: 1\n0x10: 2\n"), ["yaml-duplicate-key"]);
    let large: String = (0..20).map(|nth| format!("k{nth}: x\n")).collect::<String>() + "k7: y\n";
    assert_eq!(codes(&large), ["yaml-duplicate-key"]);
}

#[test]
fn spans_are_the_texts_of_the_nodes() {
    let text = "\u{feff}a: &x [é, 'b']\r\nc:\r\n  d: |\r\n    e\r\n    f\r\n  g: *x\r\n";
    let parsed = read(text);
    let mut found = Vec::new();
    slices(&parsed.documents[0].root, text, &mut found);
    let whole = &text[3..text.len() - 2];
    let inner = "d: |\r\n    e\r\n    f\r\n  g: *x";
    let block = "e\r\n    f";
    assert_eq!(found, [whole, "a", "[é, 'b']", "é", "'b'", "c", inner, "d", block, "g", "*x", "é", "'b'"]);
    assert_eq!(parsed.documents[0].span.range(), 3..text.len() - 2);
}

#[test]
fn a_broken_document_leaves_the_others() {
    let text = "a: 1\n---\nb: [1, 2\n---\n\"c: 3\n---\nd: 4\n";
    let parsed = read(text);
    assert_eq!(parsed.documents.iter().map(|document| show(&document.root)).collect::<Vec<_>>(), ["{a:1}", "{d:4}"]);
    assert_eq!(parsed.diagnostics.len(), 2);
    assert_eq!(parsed.diagnostics[0].message, "`[` is never closed");
    assert_eq!(parsed.diagnostics[1].message, "the quote that opens here is never closed");
    assert_eq!(parsed.broken.iter().map(|span| &text[span.range()]).collect::<Vec<_>>(), ["b: [1, 2", "\"c: 3"]);
}

#[test]
fn empty_documents_are_passed_over_and_null_is_kept() {
    assert_eq!(shown("---\n---\n# nothing\n---\nnull\n---\n~\n---\n\n"), ["null", "~"]);
    assert!(shown("").is_empty());
    assert!(shown("\u{feff}\n# only a comment").is_empty());
    assert_eq!(shown("---\n''\n"), [""]);
}

#[test]
fn a_document_begins_with_its_first_content() {
    let text = "# licence\n---\n# about\nkind: A\n--- # second\n\n&x kind: B\n";
    let starts: Vec<_> = read(text).documents.iter().map(|document| &text[document.span.range()]).collect();
    assert_eq!(starts, ["kind: A", "&x kind: B"]);
}

#[test]
fn comments_go_with_their_document() {
    let text = "# licence\n---\n# about\nkind: A # here\n---\nkind: B\n# last\n";
    let comments: Vec<Vec<_>> = read(text)
        .documents
        .iter()
        .map(|document| document.comments.iter().map(|comment| (comment.text.to_string(), comment.own_line)).collect())
        .collect();
    assert_eq!(comments[0], [(" licence".into(), true), (" about".into(), true), (" here".into(), false)]);
    assert_eq!(comments[1], [(" last".into(), true)]);
}

#[test]
fn many_comments_are_no_problem() {
    let text = "# line\n".repeat(2000) + "a: 1\n" + &"# more\n".repeat(2000) + "b: 2\n";
    let parsed = read(&text);
    assert_eq!(parsed.documents[0].comments.len(), 4000);
    assert!(parsed.diagnostics.is_empty());
}

#[test]
fn merged_keys_yield_to_those_written_after_them() {
    assert_eq!(shown("x: &x {a: 1, b: 2}\ny:\n  <<: *x\n  b: 3\n"), ["{x:{a:1,b:2},y:{a:1,b:3}}"]);
    assert_eq!(shown("{<<: [{a: 1}, {a: 2, b: 2}], c: 3}"), ["{a:1,b:2,c:3}"]);
    assert_eq!(shown("{'<<': {a: 1}}"), ["{<<:{a:1}}"]);
}

#[test]
fn merged_keys_outrank_those_written_before_them_and_that_is_told() {
    let parsed = read("{a: 1, <<: {a: 2}}");
    assert_eq!(parsed.documents[0].root.get("a").unwrap().text(), Some("2"));
    assert_eq!(parsed.diagnostics[0].code, "yaml-merge-order");
}

#[test]
fn merging_takes_maps_only() {
    for text in ["{<<: 1}", "{<<: [1]}", "{<<: }", "{a: &l [{b: 1}], c: {<<: *l}}"] {
        assert_eq!(codes(text), ["yaml-merge"], "{text}");
        assert!(shown(text).is_empty());
    }
}

#[test]
fn aliases_share_and_end_with_their_document() {
    let parsed = read("a: &x [1, 2]\nb: *x\n---\nc: *x\n");
    let root = &parsed.documents[0].root;
    let (Value::List(a), Value::List(b)) = (&root.get("a").unwrap().value, &root.get("b").unwrap().value) else {
        panic!("two lists")
    };
    assert!(std::sync::Arc::ptr_eq(a, b));
    assert_eq!(parsed.documents.len(), 1);
    assert_eq!(parsed.diagnostics[0].message, "there is no anchor `x` before this alias in its document");
}

#[test]
fn aliases_cannot_blow_up_a_document() {
    let mut text = String::from("a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
    for nth in 1..9 {
        let before = nth - 1;
        let items = vec![format!("*a{before}"); 10].join(", ");
        text += &format!("a{nth}: &a{nth} [{items}]\n");
    }
    let parsed = read(&(text + "---\nb: 1\n"));
    assert_eq!(parsed.documents.len(), 1);
    assert_eq!(parsed.diagnostics.len(), 1);
    assert!(parsed.diagnostics[0].message.starts_with("the anchor `a"), "{}", parsed.diagnostics[0].message);
}

#[test]
fn an_anchor_inside_itself_is_refused() {
    for text in ["&a [*a]", "a: &a {b: *a}"] {
        assert_eq!(read(text).diagnostics[0].message, "the anchor `a` contains itself");
    }
}

#[test]
fn depth_has_an_end_in_every_form() {
    let nested: String = (0..300).map(|depth| " ".repeat(depth) + "a:\n").collect();
    let mut by_alias = String::from("a0: &a0 [x]\n");
    for nth in 1..100 {
        let before = nth - 1;
        by_alias += &format!("a{nth}: &a{nth} [[[[*a{before}]]]]\n");
    }
    for text in ["[".repeat(10_000), "- ".repeat(10_000), "{a: ".repeat(10_000), nested, by_alias] {
        assert_eq!(codes(&text), ["yaml-depth"]);
    }
    let deep = "[".repeat(255) + &"]".repeat(255);
    assert_eq!(read(&deep).documents.len(), 1);
}

#[test]
fn a_tab_in_the_indentation_is_told_as_such() {
    let parsed = read("a: b\nheaders:\n\tX: v\n");
    assert_eq!(parsed.diagnostics[0].code, "yaml-tab");
    assert_eq!(parsed.diagnostics[0].primary.span.range(), 14..15);
    assert_eq!(shown("a:\tb\t\nc: d\t# e\n"), ["{a:b,c:d}"]);
}

#[test]
fn tabs_are_refused_where_libyaml_refuses_them() {
    let refused = [
        "\t",
        "\n\ta: b",
        "a:\n  \tb: c",
        "a:\n  - \tb",
        "-\tb",
        "? a\n:\tb",
        "a: b\n\t\nc: d",
        "a: b\n\t# c\n",
        "a: \"b\"\n\t\nc: d",
        "a: |\n  b\n\t\nc: d",
        "a: |\n  \tb",
        "a:\n  b: c\n\td",
        "--- \n\t\na: b",
    ];
    for text in refused {
        assert_eq!(codes(text), ["yaml-tab"], "{text:?}");
        assert!(shown(text).is_empty());
    }
    let taken = [
        "a:\tb\t\n",
        "a: b\t# c",
        "{\n\ta: b,\n\tc: d\n}",
        "a: 'b\n\tc'",
        "a: |\n  b\n  \tc\n",
        "a: |1\n \tb",
        "a: b\n  \t\nc: d",
        "#\tb\na: b",
        "a: [b,\n\tc]\nd: e",
    ];
    for text in taken {
        assert!(codes(text).is_empty(), "{text:?}");
    }
}

#[test]
fn control_characters_break_their_document_only() {
    let parsed = read("a: x\u{7}\n---\nb: \"\\x07\"\n");
    assert_eq!(parsed.documents.len(), 1);
    assert_eq!(parsed.diagnostics[0].message, "the control character U+0007 cannot stand in YAML");
    assert_eq!(parsed.diagnostics[0].primary.span.range(), 4..5);
}

#[test]
fn json_is_yaml() {
    let text = r#"{"a": [1, true, null, "x\u00e9\/y"], "b": {}}"#;
    assert_eq!(shown(text), ["{a:[1,true,null,xé/y],b:{}}"]);
}

#[test]
fn what_kubectl_would_not_read_is_told() {
    assert_eq!(codes("%YAML 1.1\n---\na: 1\n"), ["yaml-directive"]);
    assert_eq!(shown("%TAG !e! tag:e,2000:\n---\na: !e!x 1\n---\nb: 1\n"), ["{a:1}", "{b:1}"]);
    assert_eq!(codes("--- {a: 1}\n"), ["yaml-separator"]);
    assert_eq!(codes("a: 1\n...\nb: 1\n"), ["yaml-after-end"]);
    assert_eq!(shown("a: 1\n...\nb: 1\n---\nc: 1\n"), ["{a:1}", "{c:1}"]);
    assert_eq!(codes("{a: 1}\n{b: 1}\n"), ["yaml-after-end"]);
}

#[test]
fn a_value_that_its_tag_contradicts_breaks_the_document() {
    assert_eq!(read("a: !!int x").diagnostics[0].message, "`x` cannot be read as !!int");
    for text in ["a: !!binary '?'", "a: !!int _7", "a: !!float x", "a: !!bool 1", "a: !!null x", "a: !!timestamp 1"] {
        assert_eq!(codes(text), ["yaml-tag"], "{text}");
    }
    assert_eq!(shown("a: !!binary aGk=\nb: !foo 5\nc: !!int '5'\n"), ["{a:hi,b:5,c:5}"]);
}

#[test]
fn a_large_scalar_is_read() {
    let large = "x".repeat(10 << 20);
    let text = format!("a: |\n  {large}\nb: \"{large}\"\n");
    let parsed = read(&text);
    assert_eq!(parsed.documents[0].root.get("b").unwrap().text().map(str::len), Some(10 << 20));
}

#[test]
fn keys_become_text() {
    let parsed =
        read("on: 1\nn: 1\n0x10: 1\n1.5: 1\n1e6: 1\n.inf: 1\n~: 1\n[a]: 1\n'on': 1\n18446744073709551615: 1\n");
    let map = parsed.documents[0].root.as_map().unwrap();
    let keys: Vec<_> = map.entries().iter().map(|entry| key_text(&entry.key, Dialect::Kubernetes)).collect();
    let keys: Vec<_> = keys.iter().map(Option::as_deref).collect();
    let expected = [
        Some("true"),
        Some("false"),
        Some("16"),
        Some("1.5"),
        Some("1e+06"),
        Some(".inf"),
        None,
        None,
        Some("on"),
        None,
    ];
    assert_eq!(keys, expected);
}

#[test]
fn threads_change_nothing() {
    let mut text = String::from("# head\n");
    for nth in 0..300 {
        text += match nth % 7 {
            0 => "---\nkind: A # c\n",
            1 => "---\nb: [1\n",
            2 => "---\n# only\n",
            3 => "--- {a: 1}\n",
            4 => "---\n\"x\n---\ny\"\n",
            5 => "---\n%\na: 1\na: 2\n",
            _ => "...\nrest: 1\n---\nk: |\n  text\n",
        };
    }
    let id = source(&text);
    let one = format!("{:?}", parse_on(id, &text, 1));
    for threads in [2, 3, 8] {
        assert_eq!(one, format!("{:?}", parse_on(id, &text, threads)));
    }
}
