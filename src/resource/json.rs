//! Documents as JSON sees them: what kubectl, the API server and the gateway make of YAML before they look at it.

use std::sync::Arc;

use rustc_hash::{FxHashMap, FxHashSet};

use crate::source::Span;
use crate::yaml::{Dialect, Entry, Meaning, Node, Scalar, Value, key_text};

/// A value as JSON sees it.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Json<'a> {
    Null,
    Bool(bool),
    Int(i64),
    Float,
    Text(&'a str),
    List(&'a [Node]),
    Map(&'a [Entry]),
}

impl Json<'_> {
    /// The type as schemas name it.
    pub(crate) fn type_name(&self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Bool(_) => "a boolean",
            Self::Int(_) => "an integer",
            Self::Float => "a number",
            Self::Text(_) => "a text",
            Self::List(_) => "a list",
            Self::Map(_) => "a map",
        }
    }
}

/// A place where a document cannot be JSON.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct NotJson {
    pub(crate) span: Span,
    pub(crate) why: &'static str,
}

/// What a node is to JSON.
pub(crate) fn json(node: &Node) -> Json<'_> {
    match &node.value {
        Value::List(items) => Json::List(items),
        Value::Map(map) => Json::Map(map.entries()),
        Value::Scalar(scalar) => of_scalar(scalar, Dialect::Kubernetes),
    }
}

/// Whether a node is null.
pub(crate) fn is_null(node: &Node) -> bool {
    matches!(json(node), Json::Null)
}

/// Whether a node is `true`.
pub(crate) fn is_true(node: &Node) -> bool {
    matches!(json(node), Json::Bool(true))
}

/// The text of a node that is a string to Kubernetes.
pub(crate) fn text(node: &Node) -> Option<&str> {
    match json(node) {
        Json::Text(text) => Some(text),
        _ => None,
    }
}

fn of_scalar(scalar: &Scalar, dialect: Dialect) -> Json<'_> {
    match scalar.resolve(dialect) {
        Meaning::Null => Json::Null,
        Meaning::Bool(value) => Json::Bool(value),
        Meaning::Int(value) => Json::Int(value),
        Meaning::Float(value) => whole(value).map_or(Json::Float, Json::Int),
        Meaning::Str(text) | Meaning::Foreign(text) => Json::Text(text),
    }
}

/// `3000.0` and `1e3` reach JSON without a fraction, and are whole numbers there.
fn whole(value: f64) -> Option<i64> {
    // From 2^63 on a float is no i64; below 10^21 Go prints all digits.
    (value.fract() == 0.0 && value.abs() < 9_223_372_036_854_775_808.0).then_some(value as i64)
}

/// The node with keys that are unique texts, and scalars that mean the same to Kubernetes.
pub(crate) fn normal(node: &Node, dialect: Dialect) -> Result<Node, NotJson> {
    if is_normal(node, dialect)? { Ok(node.clone()) } else { rebuilt(node, dialect) }
}

/// Maps up to this size are searched for repeated keys without a set.
const FEW: usize = 12;

fn is_normal(node: &Node, dialect: Dialect) -> Result<bool, NotJson> {
    match &node.value {
        Value::Scalar(scalar) => Ok(same_to_kubernetes(finite(node, scalar, dialect)?, scalar, dialect)),
        Value::List(items) => {
            // All items are looked at, also behind the first that is to be rebuilt: any of them may be refused.
            items.iter().try_fold(true, |all, item| Ok(is_normal(item, dialect)? && all))
        }
        Value::Map(map) => {
            let keys = keys_are_normal(map.entries(), dialect);
            map.entries().iter().try_fold(keys, |all, entry| Ok(is_normal(&entry.value, dialect)? && all))
        }
    }
}

fn finite<'a>(node: &Node, scalar: &'a Scalar, dialect: Dialect) -> Result<Meaning<'a>, NotJson> {
    match scalar.resolve(dialect) {
        Meaning::Float(value) if !value.is_finite() => {
            Err(NotJson { span: node.span, why: "infinity and not-a-number are no values here" })
        }
        meaning => Ok(meaning),
    }
}

fn same_to_kubernetes(meaning: Meaning<'_>, scalar: &Scalar, dialect: Dialect) -> bool {
    dialect == Dialect::Kubernetes || meaning == scalar.resolve(Dialect::Kubernetes)
}

fn keys_are_normal(entries: &[Entry], dialect: Dialect) -> bool {
    let is_text = |scalar: &Scalar, dialect| matches!(scalar.resolve(dialect), Meaning::Str(_));
    let plain = entries.iter().all(|entry| match &entry.key.value {
        Value::Scalar(scalar) => is_text(scalar, dialect) && is_text(scalar, Dialect::Kubernetes),
        _ => false,
    });
    plain && !has_repeated_key(entries)
}

fn has_repeated_key(entries: &[Entry]) -> bool {
    if entries.len() > FEW {
        let mut seen = FxHashSet::default();
        return !entries.iter().filter_map(|entry| entry.key.text()).all(|key| seen.insert(key));
    }
    let mut rest = entries;
    while let [first, others @ ..] = rest {
        if others.iter().any(|other| other.key.text() == first.key.text()) {
            return true;
        }
        rest = others;
    }
    false
}

fn rebuilt(node: &Node, dialect: Dialect) -> Result<Node, NotJson> {
    match &node.value {
        Value::Scalar(scalar) => for_kubernetes(node, scalar, dialect),
        Value::List(items) => {
            let items: Result<Vec<_>, _> = items.iter().map(|item| rebuilt(item, dialect)).collect();
            Ok(Node::list(items?, node.span))
        }
        Value::Map(map) => {
            let mut entries: Vec<Entry> = Vec::with_capacity(map.entries().len());
            let mut places: FxHashMap<Arc<str>, usize> = FxHashMap::default();
            for given in map.entries() {
                let text = key_of(&given.key, dialect)?;
                let entry =
                    Entry { key: Node::string(text.clone(), given.key.span), value: rebuilt(&given.value, dialect)? };
                match places.get(&text).and_then(|at| entries.get_mut(*at)) {
                    Some(earlier) => *earlier = entry,
                    None => {
                        places.insert(text, entries.len());
                        entries.push(entry);
                    }
                }
            }
            Ok(Node::map(entries, node.span))
        }
    }
}

fn for_kubernetes(node: &Node, scalar: &Scalar, dialect: Dialect) -> Result<Node, NotJson> {
    let meaning = finite(node, scalar, dialect)?;
    if same_to_kubernetes(meaning, scalar, dialect) {
        return Ok(node.clone());
    }
    Ok(match meaning {
        Meaning::Null => Node::plain("null", node.span),
        Meaning::Bool(value) => Node::plain(if value { "true" } else { "false" }, node.span),
        Meaning::Int(value) => Node::plain(value.to_string(), node.span),
        Meaning::Float(value) => Node::plain(value.to_string(), node.span),
        Meaning::Str(text) | Meaning::Foreign(text) => Node::string(text, node.span),
    })
}

fn key_of(key: &Node, dialect: Dialect) -> Result<Arc<str>, NotJson> {
    match &key.value {
        Value::Scalar(scalar) if matches!(scalar.resolve(dialect), Meaning::Str(_)) => Ok(scalar.text.clone()),
        _ => match key_text(key, dialect) {
            Some(text) => Ok(text.into()),
            None => Err(NotJson { span: key.span, why: "only texts, numbers and booleans can be keys" }),
        },
    }
}

/// The value of a key in a normal map.
pub(crate) fn get<'a>(entries: &'a [Entry], key: &str) -> Option<&'a Node> {
    entries.iter().find(|entry| entry.key.text() == Some(key)).map(|entry| &entry.value)
}

/// An entry that we made or renamed.
pub(crate) fn entry(key: &'static str, key_span: Span, value: Node) -> Entry {
    Entry { key: Node::string(key, key_span), value }
}

/// Sorts by key, as Go writes maps.
pub(crate) fn sort(entries: &mut [Entry]) {
    if !entries.is_sorted_by(|a, b| a.key.text() <= b.key.text()) {
        entries.sort_by(|a, b| a.key.text().cmp(&b.key.text()));
    }
}
