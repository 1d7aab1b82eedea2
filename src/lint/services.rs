//! The Services of the input, found by what rules ask for.

use std::sync::Arc;

use rustc_hash::{FxHashMap, FxHashSet};

use crate::resource::{CONFIG, KubernetesObject};

/// The Services of the input.
#[derive(Debug, Default)]
pub(super) struct Services<'c> {
    /// The first of each name, whatever its namespace.
    by_name: FxHashMap<&'c str, &'c KubernetesObject>,
    /// Namespaces in which there are Services without annotations of Emissary's.
    with_others: FxHashSet<&'c str>,
}

impl<'c> Services<'c> {
    pub(super) fn of(objects: &'c [Arc<KubernetesObject>]) -> Self {
        let mut services = Self::default();
        for service in objects.iter().filter(|object| object.object.kind == "Service") {
            services.by_name.entry(&service.object.name).or_insert(service);
            if service.root.path(&["metadata", "annotations", CONFIG]).is_none() {
                services.with_others.insert(&service.object.namespace);
            }
        }
        services
    }

    /// The first of a name, whatever its namespace.
    pub(super) fn named(&self, name: &str) -> Option<&'c KubernetesObject> {
        self.by_name.get(name).copied()
    }

    /// Whether there are Services in a namespace that carry no annotation of Emissary's.
    pub(super) fn has_others_in(&self, namespace: &str) -> bool {
        self.with_others.contains(namespace)
    }
}
