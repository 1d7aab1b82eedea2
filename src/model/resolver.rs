//! Resolvers: how the endpoints of a service are found.

use std::collections::HashMap;
use std::sync::Arc;

use super::fields::Fields;
use super::problem::{Effect, Problems};
use super::table::ResourceId;
use crate::resource::{Kind, Resource};

/// How the endpoints of a service are found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ResolverKind {
    /// By DNS.
    Service,
    /// From the endpoints of a Kubernetes Service.
    Endpoint,
    /// From Consul.
    Consul {
        /// The datacenter.
        datacenter: Arc<str>,
    },
}

impl ResolverKind {
    /// Whether bare names are completed with a namespace.
    pub fn completes_names(&self) -> bool {
        !matches!(self, Self::Consul { .. })
    }

    /// Whether single endpoints are known, so that load balancing and health checks can be asked for.
    pub fn knows_endpoints(&self) -> bool {
        !matches!(self, Self::Service)
    }
}

/// All resolvers by name; names are global.
#[derive(Debug)]
pub(crate) struct Resolvers {
    known: HashMap<String, ResolverKind>,
}

impl Resolvers {
    /// The built-in ones, and over them those of the input.
    pub(crate) fn read(resources: &[(ResourceId, &Resource)], problems: &mut Problems) -> Self {
        let consul = || ResolverKind::Consul { datacenter: "dc1".into() };
        let built_in = [
            ("kubernetes-service", ResolverKind::Service),
            ("endpoint", ResolverKind::Endpoint),
            ("kubernetes-endpoint", ResolverKind::Endpoint),
            ("consul", consul()),
            ("consul-endpoint", consul()),
        ];
        let mut known: HashMap<String, ResolverKind> =
            built_in.into_iter().map(|(name, kind)| (name.to_owned(), kind)).collect();
        for (_, resource) in resources {
            let kind = match resource.kind {
                Kind::KubernetesServiceResolver => ResolverKind::Service,
                Kind::KubernetesEndpointResolver => ResolverKind::Endpoint,
                Kind::ConsulResolver => match Fields::of(&resource.spec).filled("datacenter") {
                    Some(datacenter) => ResolverKind::Consul { datacenter: datacenter.into() },
                    None => {
                        let message =
                            format!("ConsulResolver {} has no datacenter: it counts as absent", resource.name);
                        let key = resource.key.clone();
                        problems.post(Effect::Dropped, "consul-datacenter", key, resource.name_span, message);
                        known.remove(&resource.name);
                        continue;
                    }
                },
                _ => continue,
            };
            let aliases: &[&str] = match resource.name.as_str() {
                "endpoint" | "kubernetes-endpoint" => &["endpoint", "kubernetes-endpoint"],
                "consul" | "consul-endpoint" => &["consul", "consul-endpoint"],
                _ => &[],
            };
            for alias in aliases {
                known.insert((*alias).to_owned(), kind.clone());
            }
            known.insert(resource.name.clone(), kind);
        }
        Self { known }
    }

    /// The resolver of a name.
    pub(crate) fn find(&self, name: &str) -> Option<&ResolverKind> {
        self.known.get(name)
    }
}
