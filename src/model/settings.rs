//! The `ambassador` Module: defaults and behaviour of the whole gateway.

use std::time::Duration;

use super::filter::Cors;
use super::policy::{CircuitBreaker, Keepalive, LoadBalancer, RetryPolicy};

/// The settings of the whole gateway, defaults applied.
#[derive(Clone, Debug)]
pub struct Settings {
    /// `add_linkerd_headers`
    pub add_linkerd_headers: bool,
    /// Accept `content-length` beside `transfer-encoding`.
    pub allow_chunked_length: bool,
    /// Bytes buffered per connection, softly; `None` is Envoy's MiB.
    pub buffer_limit_bytes: Option<u32>,
    /// Circuit breakers of Mappings without their own.
    pub circuit_breakers: Vec<CircuitBreaker>,
    /// Whether `circuit_breakers` has a shape that drops every Mapping.
    pub circuit_breakers_broken: bool,
    /// `cluster_idle_timeout_ms`
    pub cluster_idle_timeout: Option<Duration>,
    /// `cluster_max_connection_lifetime_ms`
    pub cluster_max_connection_lifetime: Option<Duration>,
    /// `cluster_request_timeout_ms`; `None` is no limit.
    pub request_timeout: Option<Duration>,
    /// Cross-origin rules of Mappings without their own.
    pub cors: Option<Cors>,
    /// `default_label_domain`
    pub default_label_domain: String,
    /// HTTP/1.0 clients are served.
    pub enable_http10: bool,
    /// DNS asks for IPv4 addresses.
    pub enable_ipv4: bool,
    /// DNS asks for IPv6 addresses.
    pub enable_ipv6: bool,
    /// The access log.
    pub log: LogSettings,
    /// What becomes of `x-forwarded-client-cert`.
    pub forward_client_cert_details: Option<String>,
    /// Which parts of a client certificate are told upstream: subject, cert, chain, dns, uri.
    pub set_current_client_cert_details: Vec<(String, bool)>,
    /// What becomes of header names with underscores.
    pub underscores: Underscores,
    /// TCP keep-alive of Mappings without their own.
    pub keepalive: Option<Keepalive>,
    /// When an idle downstream connection is closed; `None` is Envoy's hour.
    pub listener_idle_timeout: Option<Duration>,
    /// The load balancer of Mappings without their own.
    pub load_balancer: Option<LoadBalancer>,
    /// The most that request headers may be, in KiB; Envoy's default is 60.
    pub max_request_headers_kb: u32,
    /// Adjacent slashes become one.
    pub merge_slashes: bool,
    /// A client's `x-request-id` is kept.
    pub preserve_external_request_id: bool,
    /// Header names go to clients in Title-Case.
    pub proper_case: bool,
    /// The largest program of a regex, as RE2 estimates it.
    pub regex_max_size: u32,
    /// `%2f` and `%5c` in paths are refused.
    pub reject_requests_with_escaped_slashes: bool,
    /// The resolver of Mappings without their own.
    pub resolver: String,
    /// Retries of Mappings without their own.
    pub retry_policy: Option<RetryPolicy>,
    /// The `server` header.
    pub server_name: String,
    /// The authority's port is cut off where it is the listener's.
    pub strip_matching_host_port: bool,
    /// Envoy's own headers are not added.
    pub suppress_envoy_headers: bool,
    /// Bare service names are looked up in the gateway's namespace.
    pub use_ambassador_namespace: bool,
    /// The client's address is that of the connection.
    pub use_remote_address: bool,
    /// Edition 1: the port of the main listener.
    pub service_port: Option<i64>,
    /// Edition 1: requests that do not count as https are redirected.
    pub x_forwarded_proto_redirect: bool,
}

/// The access log.
#[derive(Clone, Debug, PartialEq)]
pub struct LogSettings {
    /// Where it goes.
    pub path: String,
    /// Its shape.
    pub shape: LogShape,
}

/// The shape of the access log.
#[derive(Clone, Debug, PartialEq)]
pub enum LogShape {
    /// Lines of text; `None` is Emissary's format.
    Text(Option<String>),
    /// JSON objects; `None` is Emissary's set of keys.
    Json {
        /// Keys and formats, in order.
        format: Option<Vec<(String, String)>>,
        /// `typed_json`
        typed: bool,
    },
}

/// What becomes of header names with underscores.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Underscores {
    /// They pass.
    #[default]
    Allow,
    /// The request is refused.
    RejectRequest,
    /// The header is dropped.
    DropHeader,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            add_linkerd_headers: false,
            allow_chunked_length: false,
            buffer_limit_bytes: None,
            circuit_breakers: Vec::new(),
            circuit_breakers_broken: false,
            cluster_idle_timeout: None,
            cluster_max_connection_lifetime: None,
            request_timeout: Some(Duration::from_millis(3000)),
            cors: None,
            default_label_domain: "ambassador".to_owned(),
            enable_http10: false,
            enable_ipv4: true,
            enable_ipv6: false,
            log: LogSettings { path: "/dev/fd/1".to_owned(), shape: LogShape::Text(None) },
            forward_client_cert_details: None,
            set_current_client_cert_details: Vec::new(),
            underscores: Underscores::Allow,
            keepalive: None,
            listener_idle_timeout: None,
            load_balancer: None,
            max_request_headers_kb: 60,
            merge_slashes: false,
            preserve_external_request_id: false,
            proper_case: false,
            regex_max_size: 200,
            reject_requests_with_escaped_slashes: false,
            resolver: "kubernetes-service".to_owned(),
            retry_policy: None,
            server_name: "envoy".to_owned(),
            strip_matching_host_port: false,
            suppress_envoy_headers: false,
            use_ambassador_namespace: false,
            use_remote_address: true,
            service_port: None,
            x_forwarded_proto_redirect: false,
        }
    }
}
