//! The gateway's own Mappings: diagnostics and probes.

use std::sync::Arc;
use std::time::Duration;

use super::action::{HostRewrite, Rewrite};
use super::headers;
use super::mapping::{ClusterWish, Condition, ConditionValue, GroupWish, Hostname, Mapping, Match, OwnWish};
use super::mappings::MappingReader;
use super::module::Internal;
use super::policy::HeaderValue;

impl MappingReader<'_> {
    /// One of the gateway's own Mappings.
    pub(crate) fn internal(&self, internal: &Internal) -> Option<Mapping> {
        if !internal.enabled || self.module.settings.circuit_breakers_broken {
            return None;
        }
        let settings = &self.module.settings;
        self.resolvers.find(&settings.resolver)?;
        let hostname = self.edition.attaches_by_hostname();
        let headers = hostname
            .then(|| Condition { name: ":authority".into(), value: ConditionValue::Glob("*".into()) })
            .into_iter()
            .collect();
        Some(Mapping {
            from: None,
            name: internal.name.into(),
            namespace: self.ambassador_namespace.into(),
            key: internal.name.into(),
            labels: Vec::new(),
            matches: Match {
                prefix: internal.prefix.as_str().into(),
                exact: None,
                regex: None,
                case_sensitive: None,
                hostname: hostname.then(|| Hostname { text: "*".into(), attaches_to_all: false }),
                headers,
                query: Vec::new(),
                precedence: 0,
            },
            label_text: None,
            weight: None,
            shadow: false,
            redirect: None,
            service: internal.service.as_str().into(),
            normal_service: internal.service.as_str().into(),
            cluster: ClusterWish {
                resolver: settings.resolver.as_str().into(),
                tls: None,
                forces_tls: false,
                tag: None,
                grpc: false,
                logical_dns: false,
                respect_dns_ttl: false,
                enable_ipv4: settings.enable_ipv4,
                enable_ipv6: settings.enable_ipv6,
                stats_name: None,
                health_checks: Vec::new(),
                connect_timeout: None,
                idle_timeout: None,
                max_connection_lifetime: None,
                circuit_breakers: settings.circuit_breakers.clone(),
                load_balancer: settings.load_balancer.clone(),
                own_load_balancer: false,
                keepalive: None,
            },
            own: OwnWish {
                rewrite: Rewrite::Prefix(internal.rewrite.as_str().into()),
                host: HostRewrite::Keep,
                timeout: Some(Duration::from_secs(10)),
                idle_timeout: None,
                bypass_auth: None,
                auth_extensions: Arc::default(),
            },
            group: GroupWish {
                cors: settings.cors.clone().map(Arc::new),
                retry: settings.retry_policy.clone(),
                add_linkerd_headers: Some(settings.add_linkerd_headers),
                rate_limits: self.labels.descriptors(None, &mut Vec::new()),
                add_request_headers: self.default_added("add_request_headers"),
                add_response_headers: self.default_added("add_response_headers"),
                remove_request_headers: self.default_removed("remove_request_headers"),
                remove_response_headers: self.default_removed("remove_response_headers"),
                ..GroupWish::default()
            },
        })
    }

    fn default_added(&self, field: &str) -> Vec<HeaderValue> {
        let values = self.module.default_for(field).into_iter().flat_map(headers::values);
        values.filter_map(|(_, value)| value).collect()
    }

    fn default_removed(&self, field: &str) -> Option<Arc<[Arc<str>]>> {
        let names = headers::names(self.module.default_for(field)?);
        Some(names.into_iter().map(|(name, _)| name).collect())
    }
}
