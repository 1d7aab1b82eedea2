//! What a Mapping asks of its cluster.

use std::sync::Arc;

use super::health;
use super::mapping::ClusterWish;
use super::mappings::Reading;
use super::objection::Part;
use super::policies;

impl Reading<'_, '_> {
    pub(crate) fn cluster_wish(&mut self) -> Option<ClusterWish> {
        let fields = self.fields;
        let settings = &self.reader.module.settings;
        let resolver = fields.filled("resolver").unwrap_or(&settings.resolver);
        let span = if fields.has("resolver") { fields.span_of("resolver") } else { self.resource.name_span };
        let Some(kind) = self.reader.resolvers.find(resolver) else {
            let code = if fields.has("resolver") { "unknown-resolver" } else { "resolver-of-module" };
            return self.dropped(code, span, format!("there is no resolver {resolver}"));
        };
        if fields.has("outlier_detection") {
            return self.dropped(
                "outlier-detection",
                fields.span_of("outlier_detection"),
                "outlier_detection is not supported",
            );
        }
        if fields.has("error_response_overrides") && self.reader.edition.drops_error_response_overrides() {
            let span = fields.span_of("error_response_overrides");
            return self.dropped("error-response-overrides", span, "error_response_overrides is gone");
        }
        let circuit_breakers = match fields.node("circuit_breakers") {
            Some(node) => match policies::circuit_breakers(node) {
                Ok((breakers, rejected)) => {
                    self.rejected(Part::Cluster, rejected);
                    breakers
                }
                Err(why) => return self.dropped("circuit-breakers", node.span, why.0),
            },
            None if settings.circuit_breakers_broken => {
                let span = self.resource.name_span;
                return self.dropped("circuit-breakers-of-module", span, "the Module's circuit_breakers are no list");
            }
            None => settings.circuit_breakers.clone(),
        };
        let own_balancer = match fields.map("load_balancer") {
            None => None,
            Some(balancer) if !kind.knows_endpoints() => {
                let what = format!("load_balancer does not work with resolver {resolver}");
                return self.dropped("load-balancer-resolver", balancer.span(), what);
            }
            Some(balancer) => match policies::load_balancer(balancer) {
                Ok((policy, rejected)) => {
                    self.rejected(Part::Forward, rejected);
                    Some(policy)
                }
                Err(why) => return self.dropped("load-balancer", balancer.span(), why.0),
            },
        };
        let text = |key: &str| fields.filled(key).map(Arc::from);
        let health_checks = if kind.knows_endpoints() && self.reader.edition.has_health_checks() {
            let (checks, objections) = health::read(fields.list("health_checks").unwrap_or_default());
            for (span, what) in objections {
                self.objection(Part::Cluster, "health-check", span, what);
            }
            checks
        } else {
            Vec::new()
        };
        Some(ClusterWish {
            resolver: resolver.into(),
            tls: text("tls"),
            forces_tls: fields.is_true("tls"),
            tag: text("cluster_tag"),
            grpc: fields.is_true("grpc"),
            logical_dns: fields.text("dns_type").is_some_and(|kind| kind.eq_ignore_ascii_case("logical_dns")),
            respect_dns_ttl: fields.is_true("respect_dns_ttl"),
            enable_ipv4: fields.bool("enable_ipv4").unwrap_or(settings.enable_ipv4),
            enable_ipv6: fields.bool("enable_ipv6").unwrap_or(settings.enable_ipv6),
            stats_name: text("stats_name"),
            health_checks,
            connect_timeout: self.ms("connect_timeout_ms", Part::Cluster, 1),
            idle_timeout: self.ms("cluster_idle_timeout_ms", Part::Cluster, 0),
            max_connection_lifetime: self.ms("cluster_max_connection_lifetime_ms", Part::Cluster, 0),
            circuit_breakers,
            own_load_balancer: own_balancer.is_some(),
            load_balancer: own_balancer.or_else(|| settings.load_balancer.clone()),
            keepalive: fields.map("keepalive").map(policies::keepalive),
        })
    }
}
