//! Steps that may answer or change an exchange.

use std::sync::Arc;
use std::time::Duration;

use ipnet::IpNet;

use super::table::ClusterId;

/// The filters of all HTTP listeners, in Envoy's order.
#[derive(Clone, Debug, Default)]
pub struct Filters {
    /// In the order in which they see a request.
    pub chain: Vec<Filter>,
}

/// A step that may answer or change an exchange.
#[derive(Clone, Debug, PartialEq)]
pub enum Filter {
    /// gRPC clients over HTTP/1.1.
    GrpcHttp1Bridge,
    /// gRPC-Web.
    GrpcWeb,
    /// Counts of gRPC calls.
    GrpcStats(GrpcStats),
    /// A Lua script; it is not run by this gateway.
    Lua(Arc<str>),
    /// Compression of responses.
    Gzip(Gzip),
    /// Requests are read whole before they go on.
    Buffer {
        /// The largest body in bytes.
        max_request_bytes: u32,
    },
    /// Who may come at all.
    IpRules(IpRules),
    /// Cross-origin requests.
    Cors,
    /// The AuthService.
    Auth(Box<Auth>),
    /// Every request is answered 500 because the AuthService with this key is configured wrongly.
    AuthBroken(Arc<str>),
    /// The RateLimitService.
    RateLimit(RateLimit),
    /// Custom error responses of the patched Envoy before edition 4; this gateway does not know them.
    ResponseMap,
    /// The end: the route's action.
    Router,
}

impl Filter {
    /// The word that Envoy's documentation uses for it.
    pub fn name(&self) -> &'static str {
        match self {
            Self::GrpcHttp1Bridge => "grpc_http1_bridge",
            Self::GrpcWeb => "grpc_web",
            Self::GrpcStats(_) => "grpc_stats",
            Self::Lua(_) => "lua",
            Self::Gzip(_) => "gzip",
            Self::Buffer { .. } => "buffer",
            Self::IpRules(_) => "rbac",
            Self::Cors => "cors",
            Self::Auth(_) => "ext_authz",
            Self::AuthBroken(_) => "lua",
            Self::RateLimit(_) => "ratelimit",
            Self::ResponseMap => "response_map",
            Self::Router => "router",
        }
    }
}

/// Which gRPC calls are counted.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct GrpcStats {
    /// Every method has statistics of its own.
    pub all_methods: bool,
    /// Only these services and methods; they win over `all_methods`.
    pub services: Vec<(String, Vec<String>)>,
    /// Upstream times too.
    pub upstream_stats: bool,
}

/// Compression of responses.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Gzip {
    /// The smallest body that is compressed, in bytes; Envoy's default is 30.
    pub min_content_length: Option<u32>,
    /// Content types; Envoy's default list where absent.
    pub content_type: Option<Vec<String>>,
    /// zlib's level, in Envoy's words.
    pub compression_level: Option<String>,
    /// zlib's strategy, in Envoy's words.
    pub compression_strategy: Option<String>,
    /// zlib's memory level, 1 to 9.
    pub memory_level: Option<u32>,
    /// zlib's window bits, 9 to 15.
    pub window_bits: Option<u32>,
    /// Responses with an ETag stay as they are.
    pub disable_on_etag_header: bool,
    /// Upstreams do not see the client's `accept-encoding`.
    pub remove_accept_encoding_header: bool,
}

/// Who may come at all.
#[derive(Clone, Debug, PartialEq)]
pub struct IpRules {
    /// Whether the ranges are allowed, or denied.
    pub allow: bool,
    /// The ranges.
    pub ranges: Vec<IpRange>,
}

/// A range of addresses and whose address is meant.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum IpRange {
    /// The address of the connection.
    Peer(IpNet),
    /// The client's address, from `x-forwarded-for` where that is trusted.
    Remote(IpNet),
}

/// Cross-origin rules of a route.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Cors {
    /// Origins, exactly; `*` is any.
    pub origins: Vec<String>,
    /// `access-control-allow-methods`
    pub methods: Option<String>,
    /// `access-control-allow-headers`
    pub headers: Option<String>,
    /// `access-control-expose-headers`
    pub exposed_headers: Option<String>,
    /// `access-control-allow-credentials`; `None` where the Mapping is silent.
    pub credentials: Option<bool>,
    /// `access-control-max-age`, seconds as text.
    pub max_age: Option<String>,
}

/// The AuthService.
#[derive(Clone, Debug, PartialEq)]
pub struct Auth {
    /// Where it is.
    pub cluster: ClusterId,
    /// The service as written.
    pub service: Arc<str>,
    /// How it is asked.
    pub protocol: AuthProtocol,
    /// The limit of one question.
    pub timeout: Duration,
    /// The body that it gets to see.
    pub body: Option<AuthBody>,
    /// Whether a request passes when the question fails.
    pub failure_mode_allow: bool,
    /// The status when the question fails.
    pub status_on_error: u16,
}

/// How the AuthService is asked.
#[derive(Clone, Debug, PartialEq)]
pub enum AuthProtocol {
    /// By a request like the client's.
    Http {
        /// Put before the path.
        path_prefix: Option<String>,
        /// Headers of the client that it sees beside the fixed ones, in lower case.
        request_headers: Vec<String>,
        /// Headers of its answer that go on beside the fixed ones, in lower case.
        authorization_headers: Vec<String>,
        /// Headers that we add for it.
        add: Vec<(String, String)>,
    },
    /// By Envoy's `envoy.service.auth.v3.Authorization/Check`.
    Grpc,
}

/// The part of a request's body that the AuthService sees.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AuthBody {
    /// Up to so many bytes.
    pub max_bytes: u32,
    /// Whether a longer body is cut; else it is refused.
    pub allow_partial: bool,
}

/// The RateLimitService.
#[derive(Clone, Debug, PartialEq)]
pub struct RateLimit {
    /// Where it is.
    pub cluster: ClusterId,
    /// The service as written.
    pub service: Arc<str>,
    /// The domain of all questions.
    pub domain: Arc<str>,
    /// The limit of one question.
    pub timeout: Duration,
    /// Whether a request is refused when the question fails.
    pub failure_mode_deny: bool,
}

/// One question to the RateLimitService: entries in order.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Descriptor {
    /// What is told.
    pub entries: Vec<DescriptorEntry>,
}

/// One entry of a descriptor.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum DescriptorEntry {
    /// The gateway's own service cluster.
    SourceCluster,
    /// The name of the cluster that the request goes to.
    DestinationCluster,
    /// The client's address.
    RemoteAddress,
    /// A fixed text.
    GenericKey {
        /// Its key, `generic_key` by default.
        key: Arc<str>,
        /// The text.
        value: Arc<str>,
    },
    /// A header's value; without that header the whole descriptor is left out.
    RequestHeader {
        /// The key.
        key: Arc<str>,
        /// The header.
        header: Arc<str>,
    },
}

/// Where access logs go beside the standard output.
#[derive(Clone, Debug, PartialEq)]
pub struct LogSink {
    /// Where it is.
    pub cluster: ClusterId,
    /// The service as written.
    pub service: Arc<str>,
    /// HTTP entries; else TCP entries for the same requests.
    pub http_entries: bool,
    /// Headers told beside the usual ones: the name, and whether it is looked for in requests, responses, trailers.
    pub additional_headers: Vec<(String, [bool; 3])>,
    /// How often entries are sent.
    pub flush_interval: Duration,
    /// How many bytes make a batch.
    pub flush_bytes: u32,
}

/// Where spans go.
#[derive(Clone, Debug, PartialEq)]
pub struct Tracing {
    /// Where it is.
    pub cluster: ClusterId,
    /// The service as written.
    pub service: Arc<str>,
    /// `zipkin`, `datadog` or `opentelemetry`.
    pub driver: String,
    /// Percentages: asked by clients, drawn, and of all.
    pub sampling: [u32; 3],
    /// Where Zipkin takes spans.
    pub endpoint: String,
    /// The Host header for Zipkin, if not the cluster's name.
    pub hostname: Option<String>,
    /// The name of the gateway in traces, where given.
    pub service_name: Option<String>,
    /// Whether ids of traces have 128 bits.
    pub wide_ids: bool,
    /// Whether client and server share a span.
    pub shares_spans: bool,
    /// Tags of every span, by name.
    pub tags: Vec<(String, TraceTag)>,
}

/// Where a tag of a span comes from; `or` stands in where there is no such thing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TraceTag {
    /// It is fixed.
    Literal(String),
    /// A variable of the gateway's environment.
    Environment {
        /// The variable.
        name: String,
        /// Stands in.
        or: Option<String>,
    },
    /// A request header.
    RequestHeader {
        /// The header.
        name: String,
        /// Stands in.
        or: Option<String>,
    },
}
