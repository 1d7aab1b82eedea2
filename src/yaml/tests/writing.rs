//! What is written is read as it was meant.

use proptest::prelude::*;
use serde_yaml::Value as Yaml;

use super::*;

/// The value that a text means to a dialect.
fn read_back(text: &str, dialect: Dialect) -> Yaml {
    let parsed = read(text);
    assert!(parsed.diagnostics.is_empty(), "{text:?}: {:?}", parsed.diagnostics);
    parsed.documents.first().map_or(Yaml::Null, |document| to_value(&document.root, dialect))
}

fn awkward() -> impl Strategy<Value = String> {
    prop_oneof![
        2 => prop::sample::select(vec![
            "y", "N", "yes", "on", "Off", "null", "~", "", "true", "010", "0o10", "0x1F", "0b1", "1_000", "+5", "1e3",
            ".5", ".inf", ".nan", "12:30", "1:2:3", "2024-01-02", "2024-01-02T03:04:05Z", "=", "<<", "-", "- a", "a: b",
            "a #b", "#a", "&a", "*a", "!a", "|", ">", "%a", "@a", "`a", "{a", "[a", "'", "\"", "a\\b", "---", "...",
            "--- a", " a", "a ", "\ta", "a\t", "a\n", "\na", "a\nb", "a\n\n", " a\n b", "a\r\nb", "é", "😀", "\u{7f}",
            "\u{85}", "\u{2028}", "\u{feff}a", "\0", "\u{7}", "0_", "08", "1.5e+3", "-0", "0.", "-.inf", "1__0", "?",
            "? a", ":", "a:", ":a", "0b-1", "1_0:30.5", "NO", "NaN", "Infinity", "1e400",
        ]).prop_map(String::from),
        1 => "[ -~]{0,12}",
        1 => "[a-z0-9:_.+ \n\t#'\"é-]{0,10}",
    ]
}

fn value() -> impl Strategy<Value = Yaml> {
    let leaf = prop_oneof![
        4 => awkward().prop_map(Yaml::from),
        1 => any::<i64>().prop_map(Yaml::from),
        1 => any::<f64>().prop_filter("NaN is not itself", |value| !value.is_nan()).prop_map(Yaml::from),
        1 => any::<bool>().prop_map(Yaml::from),
        1 => Just(Yaml::Null),
    ];
    leaf.prop_recursive(4, 24, 5, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5).prop_map(Yaml::Sequence),
            prop::collection::vec((awkward().prop_map(Yaml::from), inner), 0..5)
                .prop_map(|entries| Yaml::Mapping(entries.into_iter().collect())),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 3000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn written_values_mean_the_same_to_kubernetes(value in value()) {
        let text = value_to_yaml(&value);
        prop_assert_eq!(read_back(&text, Dialect::Kubernetes), value, "{}", text);
    }

    #[test]
    fn a_node_written_again_means_the_same(value in value()) {
        let parsed = read(&value_to_yaml(&value));
        if let Some(document) = parsed.documents.first() {
            let again = to_yaml(&document.root, Dialect::Kubernetes);
            prop_assert_eq!(read_back(&again, Dialect::Kubernetes), value);
        }
    }

    #[test]
    fn written_texts_are_texts_to_python_too(text in awkward()) {
        let written = value_to_yaml(&Yaml::from(text.clone()));
        prop_assert_eq!(read_back(&written, Dialect::Python), Yaml::from(text));
    }
}

#[test]
fn order_is_kept_and_a_repeated_key_has_its_last_value() {
    let parsed = read("b: 1\na: {z: on, y: 0x10}\nb: [2, '3']\non: 010\n");
    let written = to_yaml(&parsed.documents[0].root, Dialect::Kubernetes);
    assert_eq!(written, "b:\n- 2\n- '3'\na:\n  z: true\n  'true': 16\n'true': 8\n");
}

#[test]
fn words_that_yaml_1_1_retypes_are_quoted() {
    let value: Yaml = serde_yaml::from_str("{on: yes, y: 12:30, '<<': 1_000, a: true, b: 1.5}").unwrap();
    assert_eq!(value_to_yaml(&value), "'on': 'yes'\n'y': '12:30'\n'<<': '1_000'\na: true\nb: 1.5\n");
}
