//! `metadata`: what Go reads of it, and the rules that Kubernetes has for names and labels.

use super::check::{Problem, Violation};
use super::json::{Json, get, json, sort, text};
use super::time::is_rfc3339;
use super::write::CannotRead;
use crate::source::Span;
use crate::yaml::{Entry, Node};

/// Fields that the API server sets; nobody compares them.
const BY_SERVER: [&str; 2] = ["creationTimestamp", "managedFields"];

const TEXTS: [&str; 6] = ["generateName", "name", "namespace", "resourceVersion", "selfLink", "uid"];
const NUMBERS: [&str; 2] = ["deletionGracePeriodSeconds", "generation"];
const TIMES: [&str; 2] = ["creationTimestamp", "deletionTimestamp"];
const TEXT_MAPS: [&str; 2] = ["annotations", "labels"];
const LISTS: [&str; 3] = ["finalizers", "managedFields", "ownerReferences"];

/// What Go makes of metadata: known fields by name, without empty ones.
pub(crate) fn written(entries: &[Entry], span: Span) -> Result<Node, CannotRead> {
    let mut kept = Vec::with_capacity(entries.len());
    for entry in entries {
        let Some(name) = entry.key.text() else { continue };
        if !fits(name, &entry.value)? || BY_SERVER.contains(&name) {
            continue;
        }
        kept.push(Entry { key: entry.key.clone(), value: as_go_has_it(name, &entry.value) });
    }
    sort(&mut kept);
    Ok(Node::map(kept, span))
}

/// Whether a field is known and not empty; an error where Go cannot read it.
fn fits(name: &str, value: &Node) -> Result<bool, CannotRead> {
    let is_text = TEXTS.contains(&name);
    let found = json(value);
    let good = match found {
        Json::Null => return Ok(false),
        Json::Text(text) if is_text => !text.is_empty(),
        Json::Text(text) if TIMES.contains(&name) && is_rfc3339(text) => true,
        Json::Int(number) if NUMBERS.contains(&name) => number != 0,
        Json::Map(entries) if TEXT_MAPS.contains(&name) => {
            for entry in entries {
                if !matches!(json(&entry.value), Json::Text(_) | Json::Null) {
                    let key = entry.key.text().unwrap_or_default();
                    let type_name = json(&entry.value).type_name();
                    return Err(CannotRead::new(
                        entry.value.span,
                        format!("metadata.{name}.{key} must be a text, and is {type_name}"),
                    ));
                }
            }
            !entries.is_empty()
        }
        Json::List(items) if name == "finalizers" => {
            if let Some(item) = items.iter().find(|item| !matches!(json(item), Json::Text(_) | Json::Null)) {
                return Err(CannotRead::new(item.span, "metadata.finalizers must be texts"));
            }
            !items.is_empty()
        }
        Json::List(items) if LISTS.contains(&name) => {
            if let Some(item) = items.iter().find(|item| !matches!(json(item), Json::Map(_) | Json::Null)) {
                return Err(CannotRead::new(item.span, format!("metadata.{name} must be maps")));
            }
            !items.is_empty()
        }
        _ if !is_known(name) => return Ok(false),
        other => {
            let expected = expected(name);
            let type_name = other.type_name();
            return Err(CannotRead::new(value.span, format!("metadata.{name} must be {expected}, and is {type_name}")));
        }
    };
    Ok(good)
}

fn is_known(name: &str) -> bool {
    [&TEXTS[..], &NUMBERS, &TIMES, &TEXT_MAPS, &LISTS].iter().any(|names| names.contains(&name))
}

fn expected(name: &str) -> &'static str {
    if NUMBERS.contains(&name) {
        "an integer"
    } else if TIMES.contains(&name) {
        "a time"
    } else if TEXT_MAPS.contains(&name) {
        "a map of texts"
    } else if LISTS.contains(&name) {
        "a list"
    } else {
        "a text"
    }
}

/// Maps with sorted keys; a null among texts is an empty one.
fn as_go_has_it(name: &str, node: &Node) -> Node {
    let text = |node: &Node| match json(node) {
        Json::Null => Node::string("", node.span),
        _ => node.clone(),
    };
    match json(node) {
        Json::Map(entries) => {
            let texts = TEXT_MAPS.contains(&name);
            let value = |value: &Node| if texts { text(value) } else { value.clone() };
            let entry = |entry: &Entry| Entry { key: entry.key.clone(), value: value(&entry.value) };
            let mut entries: Vec<Entry> = entries.iter().map(entry).collect();
            sort(&mut entries);
            Node::map(entries, node.span)
        }
        Json::List(items) if name == "finalizers" => Node::list(items.iter().map(text).collect::<Vec<_>>(), node.span),
        _ => node.clone(),
    }
}

/// A map of texts as pairs, by rising key; what is no text is not there.
pub(crate) fn pairs(node: Option<&Node>) -> Vec<(String, String)> {
    let Some(Json::Map(entries)) = node.map(json) else { return Vec::new() };
    let pair = |entry: &Entry| Some((entry.key.text()?.to_owned(), text(&entry.value)?.to_owned()));
    let mut pairs: Vec<_> = entries.iter().filter_map(pair).collect();
    pairs.sort();
    pairs
}

/// What the API server finds wrong with names and labels.
pub(crate) fn violations(entries: &[Entry], span: Span) -> Vec<Violation> {
    let mut found = Vec::new();
    let mut name_rule = |field: &str, node: &Node, good: bool, expected: &'static str| {
        if !good {
            found.push(Violation {
                path: format!("metadata.{field}"),
                span: node.span,
                problem: Problem::Name { expected },
            });
        }
    };
    let given = |field: &str| get(entries, field).filter(|node| text(node).is_some_and(|text| !text.is_empty()));
    const SUBDOMAIN: &str = "lower case letters, digits, `-` and `.`, with a letter or digit at both ends";
    const LABEL: &str = "at most 63 lower case letters, digits and `-`, with a letter or digit at both ends";
    const QUALIFIED: &str = "keys of at most 63 letters, digits, `-`, `_` and `.`, perhaps after a domain and `/`";
    const VALUE: &str = "values of at most 63 letters, digits, `-`, `_` and `.`, with a letter or digit at both ends";
    if let Some(node) = given("name") {
        name_rule("name", node, is_subdomain(text(node).unwrap_or_default()), SUBDOMAIN);
    }
    if let Some(node) = given("namespace") {
        name_rule("namespace", node, is_label(text(node).unwrap_or_default()), LABEL);
    }
    if let Some(Json::Map(labels)) = get(entries, "labels").map(json) {
        for label in labels {
            name_rule("labels", &label.key, is_qualified(label.key.text().unwrap_or_default()), QUALIFIED);
            name_rule("labels", &label.value, is_label_value(text(&label.value).unwrap_or_default()), VALUE);
        }
    }
    if let Some(Json::Map(annotations)) = get(entries, "annotations").map(json) {
        for annotation in annotations {
            let key = annotation.key.text().unwrap_or_default().to_ascii_lowercase();
            name_rule("annotations", &annotation.key, is_qualified(&key), QUALIFIED);
        }
    }
    if given("name").is_none() && given("generateName").is_none() {
        found.push(Violation { path: "metadata.name".into(), span, problem: Problem::Missing });
    }
    found
}

fn is_alphanumeric_at_both_ends(text: &str) -> bool {
    let end = |byte: Option<u8>| byte.is_some_and(|byte| byte.is_ascii_alphanumeric());
    end(text.bytes().next()) && end(text.bytes().next_back())
}

fn is_label(text: &str) -> bool {
    text.len() <= 63
        && is_alphanumeric_at_both_ends(text)
        && text.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
}

fn is_subdomain(text: &str) -> bool {
    let part = |part: &str| {
        is_alphanumeric_at_both_ends(part)
            && part.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
    };
    text.len() <= 253 && text.split('.').all(part)
}

fn is_label_value(text: &str) -> bool {
    text.is_empty() || is_name_part(text)
}

fn is_name_part(text: &str) -> bool {
    text.len() <= 63
        && is_alphanumeric_at_both_ends(text)
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.'))
}

fn is_qualified(key: &str) -> bool {
    match key.split_once('/') {
        Some((prefix, name)) => is_subdomain(prefix) && is_name_part(name),
        None => is_name_part(key),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_subdomains() {
        assert!(is_subdomain("web.v2.dots"));
        for name in ["Upper", "a_b", "-a", "a.", "", "a..b"] {
            assert!(!is_subdomain(name), "{name}");
        }
    }

    #[test]
    fn nulls_among_texts_are_empty() {
        let node = |text: &str| crate::yaml::parse(crate::source::SourceId(0), text).documents.remove(0).root;
        let shown = |name: &str, text: &str| {
            crate::yaml::to_yaml(&as_go_has_it(name, &node(text)), crate::yaml::Dialect::Kubernetes)
        };
        assert_eq!(shown("labels", "{b: x, a: null}"), "a: ''\nb: x\n");
        assert_eq!(shown("finalizers", "[a, ~]"), "- a\n- ''\n");
    }

    #[test]
    fn owners_are_maps() {
        let node = |text: &str| crate::yaml::parse(crate::source::SourceId(0), text).documents.remove(0).root;
        assert!(fits("ownerReferences", &node("[5]")).is_err());
        assert!(matches!(fits("ownerReferences", &node("[{}]")), Ok(true)));
    }

    #[test]
    fn label_keys_may_have_a_domain() {
        assert!(is_qualified("app.kubernetes.io/name"));
        assert!(is_qualified("getambassador.io/config"));
        assert!(!is_qualified("a/b/c"));
        assert!(!is_qualified("/a"));
        assert!(is_label_value("") && is_label_value("A_b.c") && !is_label_value("-"));
    }
}
