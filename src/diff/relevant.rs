//! Which fields of a Mapping a part of its behaviour hangs on.

use crate::analysis::fingerprint::Facet;
use crate::routing::Mismatch;

/// Fields that decide where a Mapping stands among others.
pub(super) const ORDER: &[&str] = &[
    "precedence",
    "prefix",
    "prefix_regex",
    "prefix_exact",
    "host",
    "host_regex",
    "hostname",
    "method",
    "method_regex",
    "headers",
    "regex_headers",
    "query_parameters",
    "regex_query_parameters",
    "weight",
];

/// Fields that decide under which Hosts a Mapping is found.
pub(super) const ATTACHES: &[&str] = &["hostname", "host", "host_regex", "headers", "metadata", "ambassador_id"];

/// Fields by which a test came to be.
pub(super) fn of_test(mismatch: Mismatch) -> &'static [&'static str] {
    match mismatch {
        Mismatch::Path => &["prefix", "prefix_regex", "prefix_exact", "case_sensitive", "regex"],
        Mismatch::Authority => &["hostname", "host", "host_regex", "headers"],
        Mismatch::Method => &["method", "method_regex", "headers"],
        Mismatch::Header(_) => &["headers", "regex_headers"],
        Mismatch::Query(_) => &["query_parameters", "regex_query_parameters"],
        Mismatch::Share => &["weight"],
        Mismatch::Cleartext => &[],
    }
}

/// Fields that a facet of what is done hangs on.
pub(super) fn of_facet(facet: Facet) -> &'static [&'static str] {
    match facet {
        Facet::Service => &["service", "resolver", "host_redirect", "cluster_tag"],
        Facet::Protocol => &["tls", "grpc", "service"],
        Facet::Status => &["host_redirect", "redirect_response_code"],
        Facet::Location => &["host_redirect", "service", "path_redirect", "prefix_redirect", "regex_redirect"],
        Facet::Path => &[
            "rewrite",
            "regex_rewrite",
            "prefix",
            "path_redirect",
            "prefix_redirect",
            "regex_redirect",
            "prefix_exact",
        ],
        Facet::Host => &["host_rewrite", "auto_host_rewrite"],
        Facet::Timeout => &["timeout_ms"],
        Facet::IdleTimeout => &["idle_timeout_ms"],
        Facet::Retries => &["retry_policy"],
        Facet::Mirror => &["shadow", "weight"],
        Facet::RequestHeaders => &["add_request_headers", "remove_request_headers", "add_linkerd_headers"],
        Facet::ResponseHeaders => &["add_response_headers", "remove_response_headers"],
        Facet::Cors => &["cors"],
        Facet::Auth => &["bypass_auth", "auth_context_extensions"],
        Facet::RateLimits => &["labels"],
        Facet::Upgrades => &["allow_upgrade", "use_websocket"],
        Facet::LoadBalancing => &["load_balancer", "resolver"],
        Facet::CircuitBreakers => &["circuit_breakers", "priority"],
        Facet::Connections => &[
            "connect_timeout_ms",
            "cluster_idle_timeout_ms",
            "cluster_max_connection_lifetime_ms",
            "keepalive",
            "enable_ipv4",
            "enable_ipv6",
            "dns_type",
            "respect_dns_ttl",
        ],
        Facet::HealthChecks => &["health_checks"],
    }
}
