//! Values → YAML for new documents, safe for every reader in this field.
//!
//! serde_yaml writes what YAML 1.2 reads back. kubectl, Emissary and Python read YAML 1.1, to which more words are
//! booleans, numbers or dates; those are put in quotes afterwards.

use serde_yaml::{Mapping, Value as Yaml};

use super::node::{Node, Value};
use super::parse::plain_scalars;
use super::scalar::{Dialect, Meaning, key_text, plain};

/// Line ends to YAML 1.1 and none to YAML 1.2: the writer leaves them as they are, and readers disagree.
const LINE_ENDS: [char; 3] = ['\u{85}', '\u{2028}', '\u{2029}'];

/// What a node means to the readers of a dialect, as YAML text: its order kept, a repeated key with its last value.
pub fn to_yaml(node: &Node, dialect: Dialect) -> String {
    value_to_yaml(&to_value(node, dialect))
}

/// A value as YAML text that means the same to readers of YAML 1.1 and 1.2.
pub fn value_to_yaml(value: &Yaml) -> String {
    match serde_yaml::to_string(value) {
        // To find the plain texts is to read all of it again.
        Ok(text) if !text.contains(LINE_ENDS) && !holds_retyped(value) => text,
        Ok(text) if !text.contains(LINE_ENDS) => with_quotes(text),
        Ok(text) => in_json(value).unwrap_or_else(|| with_quotes(text)),
        Err(_) => in_json(value).unwrap_or_default(),
    }
}

/// A value on one line, to stand in a map or list of any style.
pub(super) fn on_one_line(value: &Yaml) -> Option<String> {
    let is_flow_safe = |text: &str| !text.contains(['\n', ',', '[', ']', '{', '}', '#']) && !text.contains(": ");
    let text = value_to_yaml(value);
    match value {
        Yaml::Sequence(_) | Yaml::Mapping(_) => escaped(&serde_json::to_string(value).ok()?),
        _ if is_flow_safe(text.trim_end()) => text.trim_end().to_owned(),
        _ => escaped(&serde_json::to_string(value).ok()?),
    }
    .into()
}

/// Every JSON text is YAML, and has all its texts in quotes.
fn in_json(value: &Yaml) -> Option<String> {
    Some(escaped(&serde_json::to_string_pretty(value).ok()?) + "\n")
}

/// JSON without the characters that are no part of YAML, or a line end to some.
fn escaped(plain: &str) -> String {
    let mut text = String::with_capacity(plain.len() + 16);
    for c in plain.chars() {
        match c {
            '\u{7f}'..='\u{9f}' | '\u{2028}' | '\u{2029}' | '\u{feff}' | '\u{fffe}' | '\u{ffff}' => {
                text.push_str(&format!("\\u{:04x}", u32::from(c)));
            }
            c => text.push(c),
        }
    }
    text
}

/// What a node means to the readers of a dialect.
pub fn to_value(node: &Node, dialect: Dialect) -> Yaml {
    match &node.value {
        Value::Scalar(scalar) => match scalar.resolve(dialect) {
            Meaning::Null => Yaml::Null,
            Meaning::Bool(value) => value.into(),
            Meaning::Int(value) => value.into(),
            Meaning::Float(value) => value.into(),
            Meaning::Str(text) | Meaning::Foreign(text) => text.into(),
        },
        Value::List(items) => items.iter().map(|item| to_value(item, dialect)).collect(),
        Value::Map(map) => {
            let mut mapping = Mapping::with_capacity(map.entries().len());
            for entry in map.entries() {
                let key = key_text(&entry.key, dialect).map_or_else(|| to_value(&entry.key, dialect), Into::into);
                mapping.insert(key, to_value(&entry.value, dialect));
            }
            Yaml::Mapping(mapping)
        }
    }
}

/// Puts quotes around each plain text that some reader would take for something else.
fn with_quotes(text: String) -> String {
    let mut quoted = String::with_capacity(text.len());
    let mut done = 0;
    for range in plain_scalars(&text) {
        let Some(scalar) = text.get(range.clone()) else { continue };
        if is_retyped(scalar) {
            quoted.push_str(text.get(done..range.start).unwrap_or_default());
            quoted.extend(["'", scalar, "'"]);
            done = range.end;
        }
    }
    if done == 0 {
        return text;
    }
    quoted.push_str(text.get(done..).unwrap_or_default());
    quoted
}

/// Whether some text of a value would be none to some reader if it stood there plain.
fn holds_retyped(value: &Yaml) -> bool {
    match value {
        Yaml::String(text) => !is_text_to_all(text),
        Yaml::Sequence(items) => items.iter().any(holds_retyped),
        Yaml::Mapping(map) => map.iter().any(|(key, value)| holds_retyped(key) || holds_retyped(value)),
        Yaml::Null | Yaml::Bool(_) | Yaml::Number(_) => false,
        Yaml::Tagged(_) => true,
    }
}

/// Whether a plain text is a text to readers of either YAML.
fn is_text_to_all(scalar: &str) -> bool {
    let is_text = |dialect| matches!(plain(scalar, dialect), Meaning::Str(_));
    !matches!(scalar, "<<" | "=") && is_text(Dialect::Kubernetes) && is_text(Dialect::Python)
}

/// Whether what the writer meant as text is none to a reader of YAML 1.1.
fn is_retyped(scalar: &str) -> bool {
    if is_text_to_all(scalar) {
        return false;
    }
    // A number or a boolean that was meant as such reads as such in its own dialect.
    matches!(serde_yaml::from_str(scalar), Ok(Yaml::String(_)))
}
