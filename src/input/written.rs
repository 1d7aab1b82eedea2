//! Live objects written out: what a user would have applied, without what only the API server cares about.

use kube::api::DynamicObject;
use serde_json::{Map, Value};

use super::client::reference;
use super::kube::{ApiKind, LiveObject};

/// What of the metadata is configuration.
const METADATA: [&str; 5] = ["name", "generateName", "namespace", "labels", "annotations"];

/// What kubectl applied last: the whole object once more, with everything that was secret in it.
const LAST_APPLIED: &str = "kubectl.kubernetes.io/last-applied-configuration";

/// An object with its text.
pub(super) fn written(object: &DynamicObject, kind: &ApiKind) -> LiveObject {
    let api_version =
        if kind.group.is_empty() { kind.version.clone() } else { format!("{}/{}", kind.group, kind.version) };
    let mut root = Map::new();
    root.insert("apiVersion".to_owned(), api_version.into());
    root.insert("kind".to_owned(), kind.kind.clone().into());
    root.insert("metadata".to_owned(), metadata(object));
    if let Value::Object(data) = &object.data {
        let kept = data.iter().filter(|(key, _)| *key != "status");
        root.extend(kept.map(|(key, value)| (key.clone(), value.clone())));
    }
    let yaml = serde_yaml::to_value(Value::Object(root)).map(|value| crate::yaml::value_to_yaml(&value));
    let annotations = object.metadata.annotations.as_ref();
    // What was applied of a Secret is the Secret once more.
    let last_applied = annotations.and_then(|all| all.get(LAST_APPLIED)).filter(|_| kind.kind != "Secret").cloned();
    LiveObject { object: reference(object, kind), yaml: yaml.unwrap_or_default(), last_applied }
}

fn metadata(object: &DynamicObject) -> Value {
    let Ok(Value::Object(mut metadata)) = serde_json::to_value(&object.metadata) else { return Value::Null };
    metadata.retain(|key, _| METADATA.contains(&key.as_str()));
    if let Some(Value::Object(annotations)) = metadata.get_mut("annotations") {
        annotations.remove(LAST_APPLIED);
        if annotations.is_empty() {
            metadata.remove("annotations");
        }
    }
    let order = |name: &str| METADATA.iter().position(|known| *known == name);
    let mut entries: Vec<(String, Value)> = metadata.into_iter().collect();
    entries.sort_by_key(|(name, _)| order(name));
    Value::Object(entries.into_iter().collect())
}
