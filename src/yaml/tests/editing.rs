//! Edits change what was meant and leave the rest as it was written.

use serde_yaml::Value as Yaml;

use super::*;
use crate::source::{Edit, Embedding, SourceMap};

enum Change<'a> {
    Set(&'a str, Yaml),
    Rename(&'a str, &'a str),
    Remove(&'a str),
}
use Change::{Remove, Rename, Set};

/// Edits the map under `path`.
fn edit(text: &str, path: &[&str], change: &Change<'_>) -> Option<String> {
    let parsed = read(text);
    let document = parsed.documents.first().unwrap();
    let edits = edits(text, document, document.root.path(path).unwrap(), change)?;
    Edit::apply(&edits, text)
}

fn edits(text: &str, document: &Document, map: &Node, change: &Change<'_>) -> Option<Vec<Edit>> {
    let editor = Editor::new(text, document);
    match change {
        Set(key, value) => editor.set(map, key, value),
        Rename(key, name) => editor.rename(map, key, name),
        Remove(key) => editor.remove(map, key),
    }
}

const MAPPING: &str = "# the cart\nspec:\n  prefix: /cart  # why\n  # its service\n  service: \"cart\"\n\n  labels: {a: 1, b: 2}\n  text: |\n    x\n    y\nstatus:\n";

fn lines(change: &Change<'_>) -> String {
    edit(MAPPING, &["spec"], change).unwrap()
}

#[test]
fn a_value_is_set_in_its_place() {
    assert_eq!(lines(&Set("prefix", "/cart/".into())), MAPPING.replace("/cart  #", "/cart/  #"));
    assert_eq!(lines(&Set("service", "on".into())), MAPPING.replace("\"cart\"", "\"on\""));
    assert_eq!(lines(&Set("prefix", "on".into())), MAPPING.replace("/cart  #", "'on'  #"));
    assert_eq!(lines(&Set("text", 5.into())), MAPPING.replace("|\n    x\n    y", "5"));
    let list: Yaml = serde_yaml::from_str("[a, 'y']").unwrap();
    assert_eq!(lines(&Set("service", list)), MAPPING.replace("\"cart\"", "[\"a\",\"y\"]"));
    assert_eq!(edit(MAPPING, &[], &Set("status", true.into())).unwrap(), MAPPING.replace("status:", "status: true"));
    assert_eq!(edit("{\"a\":1}", &[], &Set("a", 2.into())).unwrap(), "{\"a\": 2}");
    assert_eq!(edit("a:\n  b: c\nd: e\n", &[], &Set("a", "x".into())).unwrap(), "a: x\nd: e\n");
    assert_eq!(edit("a: !!str 5 # x\n", &[], &Set("a", 6.into())).unwrap(), "a: 6 # x\n");
}

#[test]
fn a_missing_key_is_added_at_the_end() {
    let added = lines(&Set("weight", 10.into()));
    assert_eq!(added, MAPPING.replace("    y\n", "    y\n  weight: 10\n"));
    assert_eq!(
        edit(MAPPING, &["spec", "labels"], &Set("c", "x, y".into())).unwrap(),
        MAPPING.replace("b: 2}", "b: 2, c: \"x, y\"}")
    );
    let items = "a:\n- b: 1\n- c: 2";
    let parsed = read(items);
    let map = &parsed.documents[0].root.get("a").unwrap().as_list().unwrap()[0];
    let edits = edits(items, &parsed.documents[0], map, &Set("d", 3.into())).unwrap();
    assert_eq!(Edit::apply(&edits, items).unwrap(), "a:\n- b: 1\n  d: 3\n- c: 2");
    assert_eq!(edit("a: {}\n", &["a"], &Set("b", 1.into())).unwrap(), "a: {b: 1}\n");
    assert_eq!(edit("{\"a\": 1}", &[], &Set("b", "c".into())).unwrap(), "{\"a\": 1, \"b\": c}");
}

#[test]
fn a_key_is_renamed_in_its_place() {
    assert_eq!(lines(&Rename("prefix", "host")), MAPPING.replace("prefix:", "host:"));
    assert_eq!(edit("on: 1\n", &[], &Rename("true", "off")).unwrap(), "'off': 1\n");
    assert_eq!(edit("a: 1\nb: 2\n", &[], &Rename("a", "b")), None);
    assert_eq!(edit("a: 1\n", &[], &Rename("x", "y")), None);
}

#[test]
fn a_key_is_removed_with_its_line() {
    assert_eq!(lines(&Remove("prefix")), MAPPING.replace("  prefix: /cart  # why\n", ""));
    assert_eq!(lines(&Remove("text")), MAPPING.replace("  text: |\n    x\n    y\n", ""));
    assert_eq!(edit(MAPPING, &["spec", "labels"], &Remove("a")).unwrap(), MAPPING.replace("{a: 1, b", "{b"));
    assert_eq!(edit(MAPPING, &["spec", "labels"], &Remove("b")).unwrap(), MAPPING.replace("1, b: 2}", "1}"));
    assert_eq!(edit("a:\n  b: 1 # c\n", &["a"], &Remove("b")).unwrap(), "a:\n  {} # c\n");
    let items = "- a: 1\n  b: 2\n";
    let parsed = read(items);
    let map = &parsed.documents[0].root.as_list().unwrap()[0];
    let edits = edits(items, &parsed.documents[0], map, &Remove("a")).unwrap();
    assert_eq!(Edit::apply(&edits, items).unwrap(), "- b: 2\n");
}

#[test]
fn what_would_change_more_is_not_edited() {
    assert_eq!(edit("a: &x 1\nb: *x\n", &[], &Remove("a")), None);
    assert_eq!(edit("a: &x 1\nb: *x\n", &[], &Set("a", 2.into())), None);
    assert_eq!(edit("x: &x {a: 1}\ny:\n  <<: *x\n  b: 2\n", &["y"], &Remove("a")), None);
    assert_eq!(edit("a: 1\na: 2\n", &[], &Remove("a")), None);
}

/// Edits the Mapping in an annotation and applies the edit to the file.
fn edit_annotation(text: &str, change: &Change<'_>) -> Option<String> {
    let mut sources = SourceMap::default();
    let outer = sources.add(Origin::Stdin, text);
    let parsed = parse(outer, text);
    let node = parsed.documents[0].root.get("config").unwrap();
    let inner: std::sync::Arc<str> = node.text().unwrap().into();
    let source = sources.add(Origin::Embedded(Embedding::of(text, node).unwrap()), inner.clone());
    let documents = parse(source, &inner).documents;
    let edits = edits(&inner, &documents[0], &documents[0].root, change)?;
    let edits: Vec<Edit> = edits.iter().map(|edit| sources.outermost_edit(edit)).collect::<Option<_>>()?;
    Edit::apply(&edits, text)
}

#[test]
fn edits_of_an_annotation_keep_its_indentation() {
    let text = "config: |\n    kind: Mapping\n    prefix: /a\n    service: b\nafter: 1\n";
    let edited = |change: Change<'_>| edit_annotation(text, &change).unwrap();
    assert_eq!(edited(Set("prefix", "/b".into())), text.replace("/a", "/b"));
    assert_eq!(edited(Set("weight", 5.into())), text.replace("service: b\n", "service: b\n    weight: 5\n"));
    assert_eq!(edited(Remove("prefix")), text.replace("    prefix: /a\n", ""));
    assert_eq!(edited(Remove("service")), text.replace("    service: b\n", ""));
    assert_eq!(edited(Remove("kind")), text.replace("    kind: Mapping\n", ""));
}

#[test]
fn an_annotation_in_quotes_is_edited_in_its_quotes() {
    let double = "config: \"kind: Mapping\\nprefix: /a\\n\"\n";
    let edited = |change: Change<'_>| edit_annotation(double, &change);
    assert_eq!(edited(Remove("prefix")).unwrap(), "config: \"kind: Mapping\\n\"\n");
    assert_eq!(edited(Set("prefix", "/b\\".into())).unwrap(), double.replace("/a", "/b\\\\"));
    assert_eq!(edited(Set("weight", 5.into())).unwrap(), double.replace("/a\\n", "/a\\nweight: 5\\n"));
    let single = "config: '{\"prefix\": \"/a\", \"service\": \"it''s\"}'\n";
    let edited = |change: Change<'_>| edit_annotation(single, &change);
    assert_eq!(edited(Set("prefix", "on'".into())).unwrap(), single.replace("/a", "on''"));
    assert_eq!(edited(Rename("prefix", "host")).unwrap(), single.replace("prefix", "host"));
    assert_eq!(edited(Remove("prefix")).unwrap(), single.replace("\"prefix\": \"/a\", ", ""));
}

#[test]
fn an_annotation_in_a_folded_block_is_edited_within_its_lines() {
    let folded = "config: >-\n    {\"prefix\": \"/a\",\n    \"service\": \"b\"}\nafter: 1\n";
    let edited = |change: Change<'_>| edit_annotation(folded, &change);
    assert_eq!(edited(Set("prefix", "/b".into())).unwrap(), folded.replace("/a", "/b"));
    assert_eq!(edited(Rename("service", "host")).unwrap(), folded.replace("service", "host"));
    let lines = "config: >\n    kind: Mapping\n\n    prefix: /a\n";
    assert_eq!(edit_annotation(lines, &Remove("prefix")), None);
}

#[test]
fn lines_end_in_an_annotation_as_they_do_around_it() {
    let text = "config: |\r\n    kind: Mapping\r\n    prefix: /a\r\n    service: b\r\nafter: 1\r\n";
    let edited = |change: Change<'_>| edit_annotation(text, &change).unwrap();
    assert_eq!(edited(Set("prefix", "/b".into())), text.replace("/a", "/b"));
    assert_eq!(edited(Set("weight", 5.into())), text.replace("service: b\r\n", "service: b\r\n    weight: 5\r\n"));
    assert_eq!(edited(Remove("prefix")), text.replace("    prefix: /a\r\n", ""));
    assert_eq!(edited(Remove("service")), text.replace("    service: b\r\n", ""));
}

/// Whatever edit is made in quotes or in a folded block, the string means what was wanted, and all else is as it was.
#[test]
fn an_edit_in_a_string_means_what_it_says() {
    let outers = [
        "config: \"a: \\\"b\\\"\\nc: \\u00e9 d\\n\"\nafter: 1\n",
        "config: \"a b\n  c\n\n\n  d \\\n  e\"\nafter: 1\n",
        "config: 'a ''b''\n\n  c\n  d'\nafter: 1\n",
        "config: 'é: \"b\"'\nafter: 1\n",
        "config: >\n  a b\n  c\n\n    d\n  e\nafter: 1\n",
        "config: >-\r\n  {a: b,\r\n  c: d}\r\nafter: 1\r\n",
    ];
    let (mut made, mut left) = (0, 0);
    for outer_text in outers {
        let mut sources = SourceMap::default();
        let outer = sources.add(Origin::Stdin, outer_text);
        let parsed = parse(outer, outer_text);
        let node = parsed.documents[0].root.get("config").unwrap();
        let inner: std::sync::Arc<str> = node.text().unwrap().into();
        let source = sources.add(Origin::Embedded(Embedding::of(outer_text, node).unwrap()), inner.clone());
        let places: Vec<usize> = (0..=inner.len()).filter(|at| inner.is_char_boundary(*at)).collect();
        for (nth, start) in places.iter().enumerate() {
            for end in &places[nth..] {
                for text in ["", "x", " ", "'\"\\é", " x ", "y\nz", "\n"] {
                    let edit = Edit::new(Span::new(source, *start as u32, *end as u32), text);
                    let Some(lifted) = sources.outermost_edit(&edit) else {
                        left += 1;
                        continue;
                    };
                    made += 1;
                    let wanted = Edit::apply(&[edit], &inner).unwrap();
                    let edited = Edit::apply(&[lifted], outer_text).unwrap();
                    let again = read(&edited);
                    let root = &again.documents[0].root;
                    let found = (root.get("config").and_then(Node::text), root.get("after").and_then(Node::text));
                    assert_eq!(found, (Some(wanted.as_str()), Some("1")), "{start}..{end} {text:?}\n{edited}");
                }
            }
        }
    }
    assert!(made > 1_500 && left > 200, "{made} made, {left} not");
}
