//! Text inside text is found where it stands.

use proptest::prelude::*;

use super::*;
use crate::source::{Embedding, Lines};

/// Reads `text`, finds the value under `config`, and gives how it lies.
fn embedded(text: &str) -> Option<(String, Embedding)> {
    let parsed = read(text);
    let document = parsed.documents.first()?;
    let node = document.root.get("config").or_else(|| document.root.path(&["metadata", "config"]))?;
    let inner = node.text()?.to_owned();
    Some((inner, Embedding::of(text, node)?))
}

/// Every byte that a piece covers is the same on both sides, and only what is written otherwise has none.
fn check(text: &str, is_written_otherwise: impl Fn(&str, usize) -> bool) {
    let Some((inner, embedding)) = embedded(text) else { panic!("not read: {text:?}: {:?}", read(text).diagnostics) };
    let mut covered = vec![false; inner.len()];
    let mut end = 0;
    for piece in &*embedding.pieces {
        let (at, outer, len) = (piece.inner as usize, piece.outer as usize, piece.len as usize);
        assert!(at >= end, "pieces overlap: {text:?}");
        assert_eq!(inner.get(at..at + len), text.get(outer..outer + len), "{text:?}");
        covered[at..at + len].fill(true);
        end = at + len;
    }
    for (at, is_covered) in covered.into_iter().enumerate() {
        if !is_covered {
            assert!(is_written_otherwise(&inner, at), "byte {at} of {inner:?} is lost: {text:?}");
        }
    }
}

fn is_break(inner: &str, at: usize) -> bool {
    matches!(inner.as_bytes()[at], b'\n' | b' ')
}

/// A line of a block: anything but blanks first.
fn block_line() -> impl Strategy<Value = String> {
    prop_oneof![
        6 => "[a-z:#\"'\\\\é😀\t -]{0,8}",
        1 => Just("---".to_owned()),
        1 => Just("kind: Mapping".to_owned()),
        2 => Just(String::new()),
    ]
}

prop_compose! {
    fn block(style: &'static str)(
        lines in prop::collection::vec(block_line(), 0..8),
        first in "[a-zé#-][a-z: ]{0,5}",
        leading in 0usize..3,
        extra in 0usize..4,
        indent in 1usize..5,
        chomp in prop::sample::select(vec!["", "-", "+"]),
        explicit: bool,
        nested: bool,
        anchor in prop::sample::select(vec!["", "&x ", "!!str "]),
        line_end in prop::sample::select(vec!["\n", "\r\n"]),
        tail in prop::sample::select(vec!["", "\n", "\n\nafter: 1\n", "\n# comment\nafter: 1\n", "\n \n...\n"]),
        comment in prop::sample::select(vec!["", " # why"]),
    ) -> String {
        let (head, outer) = if nested { ("metadata:\n  config: ", 2) } else { ("config: ", 0) };
        let indicator = if explicit { indent.to_string() } else { String::new() };
        let mut text = format!("{head}{anchor}{style}{indicator}{chomp}{comment}\n");
        text += &"\n".repeat(leading);
        let indent = " ".repeat(outer + indent);
        // An explicit indentation lets the first line begin with blanks.
        let blanks = if explicit { " ".repeat(extra) } else { String::new() };
        text += &format!("{indent}{blanks}{first}");
        for line in &lines {
            text += &if line.is_empty() { "\n".into() } else { format!("\n{indent}{line}") };
        }
        text += if nested { tail.trim_end() } else { tail };
        text.replace('\n', line_end)
    }
}

prop_compose! {
    fn double()(
        parts in prop::collection::vec(prop_oneof![
            4 => "[a-z:#'é😀 -]{1,6}".prop_map(String::from),
            2 => prop::sample::select(vec![
                "\\n", "\\\"", "\\\\", "\\t", "\\u00e9", "\\x41", "\\U0001F600", "\\ud83d\\ude00", "\\/", "\\ ", "\\_",
            ]).prop_map(String::from),
            1 => prop::sample::select(vec!["\n  ", " \n  ", "\n\n  ", "\\\n  ", "\\\n\n   ", " \\\n  \\ ", "\t\n\n\n  "])
                .prop_map(String::from),
        ], 0..10),
        line_end in prop::sample::select(vec!["\n", "\r\n"]),
    ) -> String {
        format!("{{\"a\": 1, \"config\": \"{}\"}}\n", parts.concat()).replace('\n', line_end)
    }
}

prop_compose! {
    fn single()(
        parts in prop::collection::vec(prop_oneof![
            4 => "[a-z:#\"\\\\é😀 -]{1,6}".prop_map(String::from),
            1 => Just("''".to_owned()),
            1 => prop::sample::select(vec!["\n  ", " \n  ", "\n\n  ", " \n\n\n  "]).prop_map(String::from),
        ], 0..10),
        line_end in prop::sample::select(vec!["\n", "\r\n"]),
    ) -> String {
        format!("config: &x '{}'\nafter: 1\n", parts.concat()).replace('\n', line_end)
    }
}

prop_compose! {
    fn plain()(
        words in prop::collection::vec("[a-zé][a-z0-9é😀\"'-]{0,5}", 1..8),
        gaps in prop::collection::vec(prop::sample::select(vec![" ", "  ", "\n  ", " \n  ", "\n\n  ", "\n \n\n  "]), 8),
        line_end in prop::sample::select(vec!["\n", "\r\n"]),
    ) -> String {
        let mut text = String::from("config: ");
        for (word, gap) in words.iter().zip(&gaps) {
            text += word;
            text += gap;
        }
        format!("{}\nafter: 1\n", text.trim_end()).replace('\n', line_end)
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 4000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn literal_blocks_are_found(text in block("|")) {
        check(&text, |inner, at| inner.as_bytes()[at] == b'\n');
    }

    #[test]
    fn folded_blocks_are_found(text in block(">")) {
        check(&text, is_break);
    }

    #[test]
    fn double_quotes_are_found(text in double()) {
        let escaped = ['é', '😀', 'A', '"', '\\', '\t', '/', '\u{a0}', '\n', ' '];
        check(&text, |inner, at| inner[inner.floor_char_boundary(at)..].starts_with(escaped));
    }

    #[test]
    fn single_quotes_are_found(text in single()) {
        check(&text, is_break);
    }

    #[test]
    fn plain_text_is_found(text in plain()) {
        check(&text, is_break);
    }
}

/// Line and column outside of the first `needle` inside.
fn place(text: &str, needle: &str) -> (u32, u32) {
    let (inner, embedding) = embedded(text).unwrap();
    let start = inner.find(needle).unwrap();
    let span = embedding.lift(start as u32, (start + needle.len()) as u32);
    Lines::of(text).position(text, span.start)
}

#[test]
fn a_line_of_an_annotation_has_its_line_and_column() {
    let literal = "metadata:\n  config: |-2\n\n      kind: é\n    prefix: /a/\n";
    assert_eq!(place(literal, "kind"), (4, 7));
    assert_eq!(place(literal, "/a/"), (5, 13));
    let json = "{\"config\": \"kind: \\u00e9\\nprefix: /a/\"}";
    assert_eq!(place(json, "é"), (1, 19));
    assert_eq!(place(json, "/a/"), (1, 35));
}

#[test]
fn an_alias_of_a_text_points_at_the_lines_that_it_stands_for() {
    let text = "x: &x |\n  kind: A\nconfig: *x\n";
    let (_, embedding) = embedded(text).unwrap();
    assert_eq!(&text[embedding.lift(0, 4).range()], "kind");
}
