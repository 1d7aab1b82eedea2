//! A key of the Module that nobody reads.

use super::unknown_field::nearest;
use crate::lint::{Check, Code, Context, Editions, Example, Fields, Findings, ResourceView, Rule};
use crate::resource::Kind;

pub(crate) static RULE: Rule = Rule {
    code: Code::new("AMB604"),
    name: "unknown-module-key",
    summary: "nobody reads this key of the Module",
    why: "The configuration of a Module has no schema: what is misspelt is kept, and never read.",
    editions: Editions::LATER,
    examples: &[Example::spec("Module", "merge_slash: true\n", "merge_slashes: true\n")],
    check: Check::Resource(Kind::Module, check),
    ..Rule::BASE
};

fn check(module: &ResourceView<'_>, _: &Context<'_>, out: &mut Findings) {
    for entry in config(module).all() {
        let Some(name) = entry.key.text() else { continue };
        if KNOWN.contains(&name) || DEAD.iter().any(|(dead, _)| *dead == name) {
            continue;
        }
        let finding = out.report(entry.key.span, format!("nobody reads `{name}` in the Module"));
        if let Some(nearest) = nearest(name, KNOWN.into_iter()) {
            finding.note(format!("Did you mean `{nearest}`?"));
        }
    }
}

/// The configuration of the Module that counts; nothing of others.
pub(super) fn config<'v>(module: &ResourceView<'v>) -> Fields<'v> {
    let counts = module.resource.name == "ambassador";
    if counts { module.fields.map("config") } else { Fields::of(None) }
}

/// Keys that meant something once, and what has taken their place.
pub(super) const DEAD: [(&str, &str); 11] = [
    ("auth_enabled", ""),
    ("diag_port", ""),
    ("features", ""),
    ("prune_unreachable_routes", ": routes that cannot be reached are always left out"),
    ("regex_type", ": regexes are RE2's"),
    ("service_port", ": a Listener opens the port"),
    ("statsd", ""),
    ("use_proxy_proto", ": PROXY in a Listener's `protocolStack` does it"),
    ("use_proxy_protocol", ": PROXY in a Listener's `protocolStack` does it"),
    ("x_forwarded_proto_redirect", ": a Host's `requestPolicy` does it"),
    ("xff_num_trusted_hops", ": a Listener's `l7Depth` does it"),
];

const KNOWN: [&str; 54] = [
    "add_linkerd_headers",
    "admin_port",
    "allow_chunked_length",
    "buffer",
    "buffer_limit_bytes",
    "circuit_breakers",
    "cluster_idle_timeout_ms",
    "cluster_max_connection_lifetime_ms",
    "cluster_request_timeout_ms",
    "cors",
    "debug_mode",
    "default_label_domain",
    "default_labels",
    "defaults",
    "diagnostics",
    "enable_grpc_http11_bridge",
    "enable_grpc_web",
    "enable_http10",
    "enable_ipv4",
    "enable_ipv6",
    "envoy_log_format",
    "envoy_log_path",
    "envoy_log_type",
    "envoy_validation_timeout",
    "error_response_overrides",
    "forward_client_cert_details",
    "grpc_stats",
    "gzip",
    "header_case_overrides",
    "headers_with_underscores_action",
    "ip_allow",
    "ip_deny",
    "keepalive",
    "listener_idle_timeout_ms",
    "liveness_probe",
    "load_balancer",
    "lua_scripts",
    "max_request_headers_kb",
    "merge_slashes",
    "preserve_external_request_id",
    "proper_case",
    "readiness_probe",
    "regex_max_size",
    "reject_requests_with_escaped_slashes",
    "resolver",
    "retry_policy",
    "runtime_flags",
    "server_name",
    "set_current_client_cert_details",
    "strip_matching_host_port",
    "suppress_envoy_headers",
    "tls",
    "use_ambassador_namespace_for_service_resolution",
    "use_remote_address",
];
