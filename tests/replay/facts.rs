//! Facts as YAML values: built without what is absent, and compared by path.

use std::collections::BTreeSet;

use serde_yaml::{Mapping, Value};

use super::value::text;

/// Where two values differ, by path.
pub(crate) fn difference(path: &str, recorded: &Value, got: &Value, problems: &mut Vec<String>) {
    match (recorded, got) {
        (Value::Mapping(a), Value::Mapping(b)) => {
            let keys: BTreeSet<String> = a.keys().chain(b.keys()).map(text).collect();
            for key in keys {
                let none = Value::Null;
                let (a, b) = (a.get(key.as_str()).unwrap_or(&none), b.get(key.as_str()).unwrap_or(&none));
                difference(&format!("{path}.{key}"), a, b, problems);
            }
        }
        (Value::Sequence(a), Value::Sequence(b)) => {
            if a.len() != b.len() {
                problems.push(format!("{path}: recorded {} elements, got {}", a.len(), b.len()));
            }
            for (nth, (a, b)) in a.iter().zip(b).enumerate() {
                difference(&format!("{path}[{nth}]"), a, b, problems);
            }
        }
        _ if recorded.is_null() == got.is_null() && text(recorded) == text(got) => {}
        _ => problems.push(format!("{path}: recorded {}, got {}", short(recorded), short(got))),
    }
}

pub(crate) fn short(value: &Value) -> String {
    let text = serde_yaml::to_string(value).unwrap().trim().replace('\n', " ");
    text.chars().take(200).collect()
}

/// A mapping that leaves out what is absent.
#[derive(Default)]
pub(crate) struct Facts(Mapping);

impl Facts {
    pub(crate) fn with<T: Into<Value>>(mut self, key: &str, value: T) -> Self {
        self.0.insert(key.into(), value.into());
        self
    }

    pub(crate) fn with_some(self, key: &str, value: Option<impl Into<Value>>) -> Self {
        match value {
            Some(value) => self.with(key, value),
            None => self,
        }
    }

    pub(crate) fn with_list(self, key: &str, values: Vec<Value>) -> Self {
        if values.is_empty() { self } else { self.with(key, values) }
    }

    pub(crate) fn done(self) -> Value {
        Value::Mapping(self.0)
    }
}
