//! An error is planted at a random leaf of a Mapping, which is then embedded in every way that YAML has; it is reported
//! where it was planted.

use std::fmt::Write as _;

use kubectl_ambassador::lint::check;
use kubectl_ambassador::pipeline::{Options, compile};
use kubectl_ambassador::source::{Origin, SourceMap};
use proptest::prelude::*;

/// How a document is embedded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Style {
    Object,
    FlowObject,
    Json,
    List,
    Literal,
    Strip,
    Keep,
    Indented,
    Folded,
    Double,
    Single,
    JsonAnnotation,
    Anchor,
}

const STYLES: [Style; 13] = [
    Style::Object,
    Style::FlowObject,
    Style::Json,
    Style::List,
    Style::Literal,
    Style::Strip,
    Style::Keep,
    Style::Indented,
    Style::Folded,
    Style::Double,
    Style::Single,
    Style::JsonAnnotation,
    Style::Anchor,
];

/// Fields of a Mapping: parent, key, value. `[]` behind a parent makes it a list with one map.
const LEAVES: [(&str, &str, &str); 17] = [
    ("", "hostname", "shop.example.com"),
    ("", "prefix", "/shop/"),
    ("", "service", "shop"),
    ("", "timeout_ms", "4000"),
    ("", "host_rewrite", "inner.example.com"),
    ("", "method", "GET"),
    ("", "precedence", "7"),
    ("", "cluster_tag", "grün"),
    ("headers", "x-user", "héllo"),
    ("headers", "x-zone", "eu"),
    ("cors", "max_age", "86400s"),
    ("cors", "credentials", "true"),
    ("query_parameters", "page", "one"),
    ("retry_policy", "retry_on", "5xx"),
    ("retry_policy", "num_retries", "3"),
    ("circuit_breakers[]", "max_connections", "64"),
    ("circuit_breakers[]", "max_retries", "5"),
];

/// Without these there is no Mapping.
const REQUIRED: [usize; 3] = [0, 1, 2];

/// A Mapping with these leaves in this order, and what is planted in it.
#[derive(Clone, Debug)]
struct Plant {
    leaves: Vec<usize>,
    /// Which of them is wrong; `None` for a sound Mapping.
    leaf: Option<usize>,
    in_key: bool,
}

impl Plant {
    fn sound(&self) -> Self {
        Self { leaf: None, ..self.clone() }
    }
}

fn key_and_value(at: usize, plant: &Plant) -> (String, String) {
    let (parent, key, value) = LEAVES[at];
    if Some(at) != plant.leaf {
        return (key.to_owned(), value.to_owned());
    }
    let chosen_by_user = matches!(parent, "headers" | "query_parameters");
    if plant.in_key && !chosen_by_user {
        return ("planted".to_owned(), value.to_owned());
    }
    let takes_text = value.parse::<i64>().is_err() && value != "true" && key != "retry_on";
    (key.to_owned(), if takes_text { "$planted".to_owned() } else { "planted".to_owned() })
}

/// A key, the fields in it, and its value where there are none.
type Field = (String, Vec<(String, String)>, String);

/// Top-level fields of the document, in order.
fn tree(plant: &Plant) -> Vec<Field> {
    let mut fields: Vec<Field> = Vec::new();
    for at in &plant.leaves {
        let parent = LEAVES[*at].0;
        let (key, value) = key_and_value(*at, plant);
        if parent.is_empty() {
            fields.push((key, Vec::new(), value));
        } else if let Some(field) = fields.iter_mut().find(|(name, ..)| name == parent) {
            field.1.push((key, value));
        } else {
            fields.push((parent.to_owned(), vec![(key, value)], String::new()));
        }
    }
    fields
}

fn block(plant: &Plant, indent: usize) -> String {
    let mut out = String::new();
    let blanks = " ".repeat(indent);
    for (key, children, value) in tree(plant) {
        if children.is_empty() {
            let _ = writeln!(out, "{blanks}{key}: {value}");
            continue;
        }
        let is_list = key.ends_with("[]");
        let _ = writeln!(out, "{blanks}{}:", key.trim_end_matches("[]"));
        for (nth, (key, value)) in children.iter().enumerate() {
            let lead = if is_list && nth == 0 { "- " } else { "  " };
            let _ = writeln!(out, "{blanks}{lead}{key}: {value}");
        }
    }
    out
}

/// On one line; `quote` surrounds keys and texts.
fn flow(plant: &Plant, quote: &str) -> String {
    let scalar = |value: &str| {
        let is_text = value.parse::<i64>().is_err() && value != "true";
        if is_text { format!("{quote}{value}{quote}") } else { value.to_owned() }
    };
    let pair = |key: &str, value: &str| format!("{quote}{key}{quote}: {}", scalar(value));
    let fields = tree(plant).into_iter().map(|(key, children, value)| {
        if children.is_empty() {
            return pair(&key, &value);
        }
        let children: Vec<_> = children.iter().map(|(key, value)| pair(key, value)).collect();
        let (open, close) = if key.ends_with("[]") { ("[{", "}]") } else { ("{", "}") };
        format!("{quote}{}{quote}: {open}{}{close}", key.trim_end_matches("[]"), children.join(", "))
    });
    fields.collect::<Vec<_>>().join(", ")
}

const HEAD: &str = "apiVersion: v1\nkind: Service\nmetadata:\n  name: web\n  annotations:\n";

fn indented(text: &str, columns: usize) -> String {
    text.lines().map(|line| format!("{}{line}\n", " ".repeat(columns))).collect()
}

/// A text folded so that it unfolds to itself: lines that are not indented need a blank one between them.
fn folded(text: &str, columns: usize) -> String {
    let lines: Vec<&str> = text.lines().collect();
    let mut out = String::new();
    for (at, line) in lines.iter().enumerate() {
        let _ = writeln!(out, "{}{line}", " ".repeat(columns));
        let is_plain = |line: Option<&&str>| line.is_some_and(|line| !line.starts_with(' '));
        if is_plain(Some(line)) && is_plain(lines.get(at + 1)) {
            out.push('\n');
        }
    }
    out
}

fn manifests(style: Style, plant: &Plant) -> String {
    let inner = || format!("apiVersion: getambassador.io/v3alpha1\nkind: Mapping\nname: shop\n{}", block(plant, 0));
    let inner_flow = |quote: &str| {
        format!(
            "{{{quote}apiVersion{quote}: {quote}getambassador.io/v3alpha1{quote}, {quote}kind{quote}: {quote}Mapping{quote}, {quote}name{quote}: {quote}shop{quote}, {}}}",
            flow(plant, quote)
        )
    };
    let literal = |header: &str, columns: usize| {
        format!("{HEAD}    getambassador.io/config: {header}\n{}", indented(&inner(), columns))
    };
    match style {
        Style::Object => format!(
            "apiVersion: getambassador.io/v3alpha1\nkind: Mapping\nmetadata:\n  name: shop\nspec:\n{}",
            block(plant, 2)
        ),
        Style::FlowObject => format!(
            "{{apiVersion: getambassador.io/v3alpha1, kind: Mapping, metadata: {{name: shop}}, spec: {{{}}}}}\n",
            flow(plant, "'")
        ),
        Style::Json => format!(
            "{{\"apiVersion\": \"getambassador.io/v3alpha1\", \"kind\": \"Mapping\", \"metadata\": {{\"name\": \"shop\"}}, \"spec\": {{{}}}}}\n",
            flow(plant, "\"")
        ),
        Style::List => format!(
            "apiVersion: v1\nkind: List\nitems:\n- apiVersion: getambassador.io/v3alpha1\n  kind: Mapping\n  metadata: {{name: shop}}\n  spec:\n{}",
            block(plant, 4)
        ),
        Style::Literal => literal("|", 6),
        Style::Strip => literal("|-", 6),
        Style::Keep => literal("|+", 8),
        Style::Indented => literal("|2", 6),
        Style::Folded => format!("{HEAD}    getambassador.io/config: >\n{}", folded(&inner(), 6)),
        Style::Double => {
            let quoted = inner().replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n");
            format!("{HEAD}    getambassador.io/config: \"{quoted}\"\n")
        }
        Style::Single => format!("{HEAD}    getambassador.io/config: '{}'\n", inner_flow("\"")),
        Style::JsonAnnotation => {
            let quoted = inner_flow("\"").replace('"', "\\\"");
            format!(
                "{{\"apiVersion\": \"v1\", \"kind\": \"Service\", \"metadata\": {{\"name\": \"web\", \"annotations\": {{\"getambassador.io/config\": \"{quoted}\"}}}}}}\n"
            )
        }
        Style::Anchor => format!(
            "{HEAD}    example.com/copy: &config |\n{}    getambassador.io/config: *config\n",
            indented(&inner(), 6)
        ),
    }
}

/// The line and column of what was planted, quotes before it included.
fn planted(text: &str) -> (u32, u32) {
    let mut at = text.find("planted").unwrap();
    if text[..at].ends_with('$') {
        at -= 1;
    }
    let quotes = text[..at].trim_end_matches(['"', '\'']);
    at = quotes.len();
    if text[at..].starts_with('"') && text[..at].ends_with('\\') {
        at -= 1;
    }
    let line = text[..at].matches('\n').count() as u32 + 1;
    let column = text[..at].rsplit('\n').next().unwrap().chars().count() as u32 + 1;
    (line, column)
}

/// What is found: code, message and place.
fn found(text: &str) -> Vec<(String, (u32, u32))> {
    let mut sources = SourceMap::default();
    sources.add(Origin::Stdin, text);
    let compilation = compile(sources, &Options::default());
    let findings = check(&compilation).findings;
    let places = findings.iter().map(|finding| {
        let place = compilation.sources.place(finding.span());
        (format!("{} {}", finding.rule.code, finding.diagnostic.message), (place.line, place.column))
    });
    places.collect()
}

/// Some leaves in some order, those that must be among them.
fn leaves() -> impl Strategy<Value = Vec<usize>> {
    let optional: Vec<usize> = (0..LEAVES.len()).filter(|at| !REQUIRED.contains(at)).collect();
    let count = optional.len();
    proptest::sample::subsequence(optional, 0..=count)
        .prop_map(|optional| REQUIRED.into_iter().chain(optional).collect::<Vec<_>>())
        .prop_shuffle()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 600, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn an_error_is_reported_where_it_was_planted(
        style in 0..STYLES.len(),
        leaves in leaves(),
        leaf: proptest::sample::Index,
        in_key: bool,
        carriage_returns: bool,
        before in "(# [a-zé]{0,20}\n){0,3}",
    ) {
        let leaf = *leaf.get(&leaves);
        let plant = Plant { leaves, leaf: Some(leaf), in_key };
        let text = format!("{before}{}", manifests(STYLES[style], &plant));
        let text = if carriage_returns { text.replace('\n', "\r\n") } else { text };
        let known: Vec<String> = found(&manifests(STYLES[style], &plant.sound())).into_iter().map(|(said, _)| said).collect();
        let new: Vec<_> = found(&text).into_iter().filter(|(said, _)| !known.contains(said)).collect();
        let place = planted(&text);
        prop_assert!(new.iter().any(|(_, at)| *at == place), "{:?} {new:?}, not at {place:?}\n{text}", STYLES[style]);
        // Whoever misspells the name of a field hears of it there, and elsewhere what follows from its absence.
        let is_renamed = in_key && text.contains("planted:") || text.contains("planted\":") || text.contains("planted':") || text.contains("planted\\\":");
        let elsewhere = new.iter().find(|(_, at)| *at != place);
        let follows = |said: &str| is_renamed && (said.contains(LEAVES[leaf].1) || said.contains("no Host"));
        prop_assert!(elsewhere.is_none_or(|(said, _)| follows(said)), "{:?} {new:?}, not only at {place:?}\n{text}", STYLES[style]);
    }
}
