//! Which Secrets are there and what can be done with them. Their contents never enter the model.

use std::collections::HashMap;
use std::sync::Arc;

use super::tls::SecretRef;
use crate::resource::KubernetesObject;
use crate::yaml::Node;

/// The Secrets of the input.
#[derive(Debug, Default)]
pub(crate) struct Secrets {
    found: HashMap<SecretRef, Contents>,
}

#[derive(Clone, Copy, Debug, Default)]
struct Contents {
    certificate: bool,
    key: bool,
    revocations: bool,
}

/// Types of Secrets that Emissary looks at; others are as good as absent.
const TYPES: [&str; 3] = ["Opaque", "kubernetes.io/tls", "istio.io/key-and-cert"];

impl Secrets {
    /// Finds the Secrets among Kubernetes' objects.
    pub(crate) fn of(objects: &[Arc<KubernetesObject>]) -> Self {
        let secrets = objects.iter().filter(|object| object.object.kind == "Secret");
        let found = secrets
            .filter(|secret| {
                let kind = secret.root.get("type").and_then(Node::text).unwrap_or("Opaque");
                TYPES.contains(&kind)
            })
            .map(|secret| {
                let has = |keys: &[&str]| {
                    ["data", "stringData"].iter().filter_map(|part| secret.root.get(part)).any(|data| {
                        keys.iter().any(|key| data.get(key).and_then(Node::text).is_some_and(|text| !text.is_empty()))
                    })
                };
                let contents = Contents {
                    certificate: has(&["tls.crt", "cert-chain.pem"]),
                    key: has(&["tls.key", "key.pem", "user.key"]),
                    revocations: has(&["crl.pem", "user.key"]),
                };
                let name = SecretRef { name: secret.object.name.clone(), namespace: secret.object.namespace.clone() };
                (name, contents)
            })
            .collect();
        Self { found }
    }

    /// Whether it holds a certificate with its key: what ending TLS needs.
    pub(crate) fn can_serve(&self, secret: &SecretRef) -> bool {
        self.found.get(secret).is_some_and(|contents| contents.certificate && contents.key)
    }

    /// Whether it holds authorities.
    pub(crate) fn can_verify(&self, secret: &SecretRef) -> bool {
        self.found.get(secret).is_some_and(|contents| contents.certificate)
    }

    /// Whether it holds a revocation list.
    pub(crate) fn can_revoke(&self, secret: &SecretRef) -> bool {
        self.found.get(secret).is_some_and(|contents| contents.revocations)
    }
}
