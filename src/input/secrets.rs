//! Which Secrets objects name: those and no others are read. A name too many does no harm, it is not there.

use std::collections::BTreeSet;

use super::kube::LiveObject;
use crate::source::{SourceId, SourceMap};
use crate::yaml::{self, Node};

/// Keys under which a Secret is named, in all kinds and versions.
const KEYS: [&str; 5] = ["secret", "ca_secret", "crl_secret", "secretName", "tlsSecret"];

const CONFIG: &str = "getambassador.io/config";

/// A Secret: its namespace and its name.
pub(super) type SecretName = (String, String);

/// The Secrets that an object names.
pub(super) fn named_by(object: &LiveObject, into: &mut BTreeSet<SecretName>) {
    if !object.yaml.contains("ecret") || object.object.kind == "Secret" {
        return;
    }
    let source = SourceMap::default().add(crate::source::Origin::Assumed, "");
    for document in yaml::parse(source, &object.yaml).documents {
        let namespace = &object.object.namespace;
        if let Some(text) = document.root.path(&["metadata", "annotations", CONFIG]).and_then(Node::text) {
            in_annotation(source, text, namespace, into);
        }
        if object.object.kind != "Service" {
            walk(&document.root, namespace, into);
        }
    }
}

fn in_annotation(source: SourceId, text: &str, namespace: &str, into: &mut BTreeSet<SecretName>) {
    for document in yaml::parse(source, text).documents {
        let own = document.root.get("namespace").and_then(Node::text);
        walk(&document.root, own.unwrap_or(namespace), into);
    }
}

fn walk(node: &Node, namespace: &str, into: &mut BTreeSet<SecretName>) {
    for entry in node.as_map().map(|map| map.entries()).unwrap_or_default() {
        let is_name = entry.key.text().is_some_and(|key| KEYS.contains(&key));
        let (name, of) = match entry.value.text() {
            Some(name) => (Some(name), None),
            None => (entry.value.get("name").and_then(Node::text), entry.value.get("namespace").and_then(Node::text)),
        };
        if let Some(name) = name.filter(|name| is_name && !name.is_empty()) {
            into.insert((of.unwrap_or(namespace).to_owned(), name.to_owned()));
            // `NAME.NAMESPACE` is a name of another namespace, unless somebody says otherwise.
            if let Some((name, of)) = name.rsplit_once('.').filter(|_| of.is_none()) {
                into.insert((of.to_owned(), name.to_owned()));
            }
        }
        walk(&entry.value, namespace, into);
    }
    node.as_list().unwrap_or_default().iter().for_each(|item| walk(item, namespace, into));
}

/// A Secret whose contents are not needed: that there are some is enough to know.
pub(super) fn masked(mut object: LiveObject) -> LiveObject {
    let Ok(serde_yaml::Value::Mapping(mut root)) = serde_yaml::from_str(&object.yaml) else {
        object.yaml.clear();
        return object;
    };
    for part in ["data", "stringData"] {
        if let Some(serde_yaml::Value::Mapping(data)) = root.get_mut(part) {
            data.iter_mut().for_each(|(_, value)| *value = "TUFTS0VE".into());
        }
    }
    object.yaml = yaml::value_to_yaml(&serde_yaml::Value::Mapping(root));
    object
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::ObjectRef;

    fn object(kind: &str, yaml: &str) -> LiveObject {
        let object = ObjectRef { kind: kind.into(), name: "x".into(), namespace: "shop".into() };
        LiveObject { object, yaml: yaml.into(), last_applied: None }
    }

    fn named(kind: &str, yaml: &str) -> Vec<String> {
        let mut names = BTreeSet::new();
        named_by(&object(kind, yaml), &mut names);
        names.into_iter().map(|(namespace, name)| format!("{namespace}/{name}")).collect()
    }

    #[test]
    fn secrets_are_found_wherever_they_are_named() {
        let host = "kind: Host\nspec:\n  tlsSecret: {name: cert}\n  tls: {ca_secret: ca.edge}\n";
        assert_eq!(named("Host", host), ["edge/ca", "shop/ca.edge", "shop/cert"]);
        let ingress = "kind: Ingress\nspec:\n  tls:\n  - {hosts: [a], secretName: web}\n";
        assert_eq!(named("Ingress", ingress), ["shop/web"]);
    }

    #[test]
    fn annotations_are_looked_into() {
        let service = "metadata:\n  annotations:\n    getambassador.io/config: |\n      ---\n      kind: TLSContext\n      secret: inner\n      ---\n      kind: TLSContext\n      namespace: other\n      secret: outer\n";
        assert_eq!(named("Service", service), ["other/outer", "shop/inner"]);
    }

    #[test]
    fn contents_can_be_left_out() {
        let secret = masked(object("Secret", "kind: Secret\ndata:\n  tls.key: U0VDUkVU\n"));
        assert!(secret.yaml.contains("tls.key") && !secret.yaml.contains("U0VDUkVU"), "{}", secret.yaml);
    }
}
