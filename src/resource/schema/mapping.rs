//! Mapping and TCPMapping.

use super::field::{Field, INT, Object, Type, between};
use super::shared::{
    ADDED_HEADERS, AMBASSADOR_ID, CIRCUIT_BREAKERS, EXPLICIT_TLS, OLD_ADDED_HEADERS, OLD_AMBASSADOR_ID, REGEX_MAP,
    TEXT_MAP, TEXTS, flag,
};
use crate::edition::Edition;
use crate::resource::version::Forms;

const BOOL: Type = Type::Bool;
const TEXT: Type = Type::Text;

/// A header or query condition in v1 and v2.
const OLD_CONDITIONS: Type = Type::Map(&Type::BoolOrText);

pub(super) static MAPPING: Object = Object::new(&[
    Field::new("add_linkerd_headers", BOOL, "Adds `l5d-dst-override` with the address of the service.")
        .forms(Forms::FROM_V1),
    Field::new("add_request_headers", ADDED_HEADERS, "Headers that are added to the request.").kept().forms(Forms::NEW),
    Field::new("add_request_headers", OLD_ADDED_HEADERS, "Headers that are added to the request.")
        .kept()
        .forms(Forms::EVER_BUT_NEW),
    Field::new("add_response_headers", ADDED_HEADERS, "Headers that are added to the response.")
        .kept()
        .forms(Forms::NEW),
    Field::new("add_response_headers", OLD_ADDED_HEADERS, "Headers that are added to the response.")
        .kept()
        .forms(Forms::EVER_BUT_NEW),
    Field::new("allow_upgrade", TEXTS, "Protocols that a connection may be upgraded to, such as `websocket`.")
        .forms(Forms::FROM_V2),
    AMBASSADOR_ID,
    OLD_AMBASSADOR_ID,
    Field::new("auth_context_extensions", TEXT_MAP, "What a gRPC AuthService is told about this Mapping.")
        .forms(Forms::FROM_V2),
    Field::new("auto_host_rewrite", BOOL, "Sets the Host header to the DNS name of the service.").forms(Forms::EVER),
    Field::new("bypass_auth", BOOL, "Requests are not sent to the AuthService.").forms(Forms::FROM_V1),
    Field::new("bypass_error_response_overrides", BOOL, "No effect.").forms(Forms::FROM_V2),
    Field::new("case_sensitive", BOOL, "Whether the letter case of the path counts; it does unless said otherwise.")
        .forms(Forms::EVER),
    Field::new("circuit_breaker", TEXT, "Named a CircuitBreaker object; no effect.").forms(Forms::V0),
    Field::new("circuit_breakers", CIRCUIT_BREAKERS, "How much the service is asked at a time.").forms(Forms::FROM_V1),
    Field::new("cluster_idle_timeout_ms", Type::Millis, "How long an idle connection to the service is kept.")
        .forms(Forms::FROM_V1),
    Field::new(
        "cluster_max_connection_lifetime_ms",
        Type::Millis,
        "How long a connection to the service is kept at all.",
    )
    .forms(Forms::FROM_V2),
    Field::new("cluster_tag", TEXT, "Keeps the connections of this Mapping apart from others to the same service.")
        .forms(Forms::FROM_V1),
    Field::new("connect_timeout_ms", Type::Millis, "How long connecting to the service may take; 3000 by default.")
        .forms(Forms::EVER),
    Field::new("cors", Type::Object(&CORS), "Answers to browsers that ask across origins.").forms(Forms::EVER),
    Field::new("dns_type", TEXT, "How the service's name is resolved: strict_dns or logical_dns."),
    Field::new("docs", Type::Object(&DOCS), "For the developer portal only.").forms(Forms::FROM_V2),
    Field::new("enable_ipv4", BOOL, "Whether the service may have IPv4 addresses.").forms(Forms::EVER),
    Field::new("enable_ipv6", BOOL, "Whether the service may have IPv6 addresses.").forms(Forms::EVER),
    Field::new("envoy_override", Type::Untyped, "No effect.").forms(Forms::EVER),
    Field::new(
        "error_response_overrides",
        Type::List(&Type::Object(&ERROR_RESPONSE_OVERRIDE), 1),
        "Bodies of error responses; not supported any more.",
    )
    .forms(Forms::FROM_V2),
    Field::new("grpc", BOOL, "The service is spoken to in HTTP/2.").forms(Forms::EVER),
    Field::new("headers", TEXT_MAP, "Headers that a request must have, with exactly these values.").forms(Forms::NEW),
    Field::new("headers", OLD_CONDITIONS, "Headers that a request must have: the exact value, or `true` for any.")
        .omitted()
        .forms(Forms::EVER_BUT_NEW),
    Field::new(
        "health_checks",
        Type::List(&Type::Object(&HEALTH_CHECK), 1),
        "How endpoints are asked whether they are well.",
    )
    .forms(Forms::NEW)
    .since(Edition::Three),
    Field::new("host", TEXT, "Deprecated: the exact Host header, or with host_regex a regular expression.")
        .forms(Forms::EVER),
    Field::new("host_redirect", BOOL, "Answers with a redirect to the service's host.").forms(Forms::EVER),
    Field::new("host_regex", BOOL, "Deprecated: `host` is a regular expression.").forms(Forms::EVER),
    Field::new("host_rewrite", TEXT, "The Host header that the service gets.").forms(Forms::EVER),
    Field::new("hostname", TEXT, "The names that are served: exact, or a DNS glob such as `*.example.com`.")
        .forms(Forms::NEW),
    Field::new("idle_timeout_ms", Type::Millis, "How long a request may go without a byte.").forms(Forms::FROM_V1),
    Field::new("keepalive", Type::Object(&KEEPALIVE), "TCP keepalive towards the service.").forms(Forms::FROM_V1),
    Field::new("labels", Type::Map(&Type::List(&LABEL_GROUP, 0)), "What the RateLimitService is told, by domain.")
        .forms(Forms::NEW),
    Field::new("labels", Type::Map(&Type::List(&Type::LabelGroup, 0)), "What the RateLimitService is told, by domain.")
        .forms(Forms::FROM_V1_BUT_NEW),
    Field::new("load_balancer", Type::Object(&LOAD_BALANCER), "How requests are spread over endpoints.")
        .forms(Forms::FROM_V1),
    Field::new("method", TEXT, "The method that a request must have.").forms(Forms::EVER),
    Field::new("method_regex", BOOL, "`method` is a regular expression.").forms(Forms::EVER),
    Field::new("modules", Type::List(&Type::Untyped, 0), "No effect.").forms(Forms::EVER),
    Field::new("outlier_detection", TEXT, "Not supported: the Mapping is dropped.").forms(Forms::EVER),
    Field::new("path_redirect", TEXT, "The path that a redirect leads to.").forms(Forms::EVER),
    Field::new("precedence", INT, "Higher ones are tried first, whatever else orders Mappings.").forms(Forms::EVER),
    Field::new("prefix", TEXT, "How the path must begin.").required().forms(Forms::EVER),
    Field::new("prefix_exact", BOOL, "The path must be equal to `prefix`.").forms(Forms::FROM_V2),
    Field::new("prefix_redirect", TEXT, "What a redirect puts in the place of the prefix.").forms(Forms::FROM_V2),
    Field::new("prefix_regex", BOOL, "`prefix` is a regular expression for the whole path.").forms(Forms::EVER),
    Field::new("priority", TEXT, "Envoy's routing priority: default or high.").forms(Forms::EVER),
    Field::new("query_parameters", TEXT_MAP, "Query parameters that a request must have, with these values.")
        .forms(Forms::NEW),
    Field::new("query_parameters", OLD_CONDITIONS, "Query parameters that a request must have.")
        .omitted()
        .forms(Forms::FROM_V2_BUT_NEW),
    Field::new(
        "rate_limits",
        Type::List(&Type::Object(&RATE_LIMIT), 0),
        "What the RateLimitService is told; `labels` since v1.",
    )
    .forms(Forms::V0),
    Field::new("redirect_response_code", Type::Code(&[301, 302, 303, 307, 308]), "The status of a redirect.")
        .forms(Forms::FROM_V2),
    Field::new("regex_headers", TEXT_MAP, "Headers whose values must match regular expressions.").forms(Forms::EVER),
    Field::new("regex_query_parameters", TEXT_MAP, "Query parameters whose values must match regular expressions.")
        .forms(Forms::FROM_V2),
    Field::new("regex_redirect", Type::Object(&REGEX_MAP), "Changes the path that a redirect leads to.")
        .forms(Forms::FROM_V2),
    Field::new("regex_rewrite", Type::Object(&REGEX_MAP), "Changes the path that the service gets.")
        .forms(Forms::FROM_V2),
    Field::new("remove_request_headers", TEXTS, "Headers that are taken from the request.").forms(Forms::NEW),
    Field::new("remove_request_headers", Type::TextOrList, "Headers that are taken from the request.")
        .forms(Forms::FROM_V1_BUT_NEW),
    Field::new("remove_response_headers", TEXTS, "Headers that are taken from the response.").forms(Forms::NEW),
    Field::new("remove_response_headers", Type::TextOrList, "Headers that are taken from the response.")
        .forms(Forms::FROM_V1_BUT_NEW),
    Field::new("resolver", TEXT, "The resolver that finds the service's endpoints.").forms(Forms::FROM_V1),
    Field::new("respect_dns_ttl", BOOL, "DNS answers are kept as long as they say.").forms(Forms::FROM_V2),
    Field::new("retry_policy", Type::Object(&RETRY_POLICY), "When and how often a request is tried again.")
        .forms(Forms::FROM_V1),
    Field::new("rewrite", TEXT, "What takes the place of the prefix; `/` by default, nothing is changed with ``.")
        .kept()
        .forms(Forms::EVER),
    Field::new("service", TEXT, "Where requests go: `[https://]name[.namespace][:port]`.")
        .required()
        .forms(Forms::EVER),
    Field::new("shadow", BOOL, "The service gets a copy of the requests, and its answers are thrown away.")
        .forms(Forms::EVER),
    Field::new("stats_name", TEXT, "The name of the service in statistics.").forms(Forms::NEW),
    Field::new("timeout_ms", Type::Millis, "How long the whole answer may take; 3000 by default, 0 for ever.")
        .forms(Forms::EVER),
    Field::new("tls", TEXT, "The TLSContext for the connection to the service.").forms(Forms::NEW),
    Field::new("tls", Type::BoolOrText, "Whether the service is spoken to over TLS, or the TLSContext for it.")
        .forms(Forms::EVER_BUT_NEW),
    Field::new("use_websocket", BOOL, "Deprecated: allows websockets, whatever the value.").forms(Forms::EVER),
    Field::new("v2BoolHeaders", TEXTS, "The headers that v2 had with `true`; no effect.").forms(Forms::NEW),
    Field::new("v2BoolQueryParameters", TEXTS, "The query parameters that v2 had with `true`; no effect.")
        .forms(Forms::NEW),
    EXPLICIT_TLS,
    Field::new("v3StatsName", TEXT, "The name of the service in statistics.").old_name_of("stats_name"),
    Field::new(
        "v3health_checks",
        Type::List(&Type::Object(&HEALTH_CHECK), 1),
        "How endpoints are asked whether they are well.",
    )
    .old_name_of("health_checks")
    .since(Edition::Three),
    Field::new("weight", INT, "The percentage of requests that this Mapping takes in its group.").forms(Forms::EVER),
]);

static CORS: Object = Object::new(&[
    Field::new("credentials", BOOL, "Whether the browser may send cookies.").forms(Forms::EVER),
    Field::new("exposed_headers", TEXTS, "Headers of the answer that scripts may read.").forms(Forms::NEW),
    Field::new("exposed_headers", Type::TextOrList, "Headers of the answer that scripts may read.")
        .forms(Forms::EVER_BUT_NEW),
    Field::new("headers", TEXTS, "Headers that the browser may send.").forms(Forms::NEW),
    Field::new("headers", Type::TextOrList, "Headers that the browser may send.").forms(Forms::EVER_BUT_NEW),
    Field::new("max_age", TEXT, "How many seconds the browser may remember the answer.").forms(Forms::EVER),
    Field::new("methods", TEXTS, "Methods that the browser may use.").forms(Forms::NEW),
    Field::new("methods", Type::TextOrList, "Methods that the browser may use.").forms(Forms::EVER_BUT_NEW),
    Field::new("origins", TEXTS, "Origins that may ask: exact texts, or `*`.").forms(Forms::NEW),
    Field::new("origins", Type::TextOrList, "Origins that may ask: a list, or a text with commas.")
        .forms(Forms::EVER_BUT_NEW),
    flag("v2CommaSeparatedOrigins", "v2 had the origins in one text; no effect.").forms(Forms::NEW),
]);

static DOCS: Object = Object::new(&[
    Field::new("display_name", TEXT, "The name in the portal.").forms(Forms::EVER),
    Field::new("ignored", BOOL, "Whether the portal leaves it out.").forms(Forms::EVER),
    Field::new("path", TEXT, "Where the service has its description.").forms(Forms::EVER),
    Field::new("timeout_ms", Type::Millis, "How long fetching it may take.").forms(Forms::EVER),
    Field::new("url", TEXT, "Where the description is instead.").forms(Forms::EVER),
]);

static ERROR_RESPONSE_OVERRIDE: Object = Object::new(&[
    Field::new("body", Type::Object(&ERROR_RESPONSE_BODY), "The body.").required().made().forms(Forms::EVER),
    Field::new("on_status_code", between(400, 599), "The status whose body is replaced.")
        .required()
        .omitted()
        .forms(Forms::EVER),
]);

static ERROR_RESPONSE_BODY: Object = Object::new(&[
    Field::new("content_type", TEXT, "Its content type.").forms(Forms::EVER),
    Field::new("json_format", TEXT_MAP, "A JSON object.").kept().forms(Forms::EVER),
    Field::new("text_format", TEXT, "A text.").forms(Forms::EVER),
    Field::new("text_format_source", Type::Object(&TEXT_FORMAT_SOURCE), "A file with a text.").forms(Forms::EVER),
]);

static TEXT_FORMAT_SOURCE: Object =
    Object::new(&[Field::new("filename", TEXT, "The file in the gateway's pod.").forms(Forms::EVER)]);

static HEALTH_CHECK: Object = Object::new(&[
    Field::new("health_check", Type::Object(&HEALTH_CHECK_LAYER), "What is asked.").required().made(),
    Field::new("healthy_threshold", INT, "How many good answers make an endpoint healthy; 1 by default."),
    Field::new("interval", Type::Duration, "How often it is asked, such as 5s."),
    Field::new("timeout", Type::Duration, "How long an answer may take, such as 3s."),
    Field::new("unhealthy_threshold", INT, "How many bad answers make an endpoint unhealthy; 2 by default."),
]);

static HEALTH_CHECK_LAYER: Object = Object::with_count(
    &[
        Field::new("grpc", Type::Object(&GRPC_HEALTH_CHECK), "A gRPC health check."),
        Field::new("http", Type::Object(&HTTP_HEALTH_CHECK), "An HTTP request."),
    ],
    1,
    1,
);

static GRPC_HEALTH_CHECK: Object = Object::new(&[
    Field::new("authority", TEXT, "The authority that is asked."),
    Field::new("upstream_name", TEXT, "The gRPC service that is asked about.").required(),
]);

static HTTP_HEALTH_CHECK: Object = Object::new(&[
    Field::new("add_request_headers", ADDED_HEADERS, "Headers of the request."),
    Field::new("expected_statuses", Type::List(&Type::Object(&STATUS_RANGE), 0), "The statuses that are good."),
    Field::new("hostname", TEXT, "The Host header of the request."),
    Field::new("path", TEXT, "The path of the request.").required(),
    Field::new("remove_request_headers", TEXTS, "Headers that the request does not have."),
]);

static STATUS_RANGE: Object = Object::new(&[
    Field::new("max", between(100, 599), "The last good status.").required().omitted(),
    Field::new("min", between(100, 599), "The first good status.").required().omitted(),
]);

static KEEPALIVE: Object = Object::new(&[
    Field::new("idle_time", INT, "Seconds before the first probe; ignored in a Mapping.").forms(Forms::EVER),
    Field::new("interval", INT, "Seconds between probes.").forms(Forms::EVER),
    Field::new("probes", INT, "How many probes may go unanswered.").forms(Forms::EVER),
]);

static LOAD_BALANCER: Object = Object::new(&[
    Field::new("cookie", Type::Object(&LOAD_BALANCER_COOKIE), "Stick to an endpoint by a cookie.").forms(Forms::EVER),
    Field::new("header", TEXT, "Stick to an endpoint by a header's value.").forms(Forms::EVER),
    Field::new(
        "policy",
        Type::OneOf(&["round_robin", "ring_hash", "maglev", "least_request"]),
        "How an endpoint is chosen.",
    )
    .required()
    .forms(Forms::EVER),
    Field::new("source_ip", BOOL, "Stick to an endpoint by the client's address.").forms(Forms::EVER),
]);

static LOAD_BALANCER_COOKIE: Object = Object::new(&[
    Field::new("name", TEXT, "The cookie's name.").required().forms(Forms::EVER),
    Field::new("path", TEXT, "The cookie's path.").forms(Forms::EVER),
    Field::new("ttl", TEXT, "How long the cookie lives, such as 60s.").forms(Forms::EVER),
]);

static RETRY_POLICY: Object = Object::new(&[
    Field::new("num_retries", INT, "How often at most; 1 by default.").forms(Forms::EVER),
    Field::new("per_try_timeout", TEXT, "How long one try may take, such as 0.5s.").forms(Forms::EVER),
    Field::new(
        "retry_on",
        Type::OneOf(&[
            "5xx",
            "gateway-error",
            "connect-failure",
            "retriable-4xx",
            "refused-stream",
            "retriable-status-codes",
        ]),
        "What is tried again.",
    )
    .forms(Forms::EVER),
]);

static RATE_LIMIT: Object = Object::new(&[
    Field::new("descriptor", TEXT, "A text of one's own.").forms(Forms::V0),
    Field::new("headers", TEXTS, "Headers whose values are told.").forms(Forms::V0),
]);

/// One group of labels in `v3alpha1`.
const LABEL_GROUP: Type = Type::Single(&Type::List(&Type::Object(&LABEL), 0));

static LABEL: Object = Object::with_count(
    &[
        Field::new("destination_cluster", Type::Object(&DESTINATION_CLUSTER), "The cluster that the request goes to."),
        Field::new("generic_key", Type::Object(&GENERIC_KEY), "A fixed text."),
        Field::new("remote_address", Type::Object(&REMOTE_ADDRESS), "The client's address."),
        Field::new("request_headers", Type::Object(&REQUEST_HEADERS), "The value of a header."),
        Field::new("source_cluster", Type::Object(&SOURCE_CLUSTER), "The name of the gateway itself."),
    ],
    1,
    1,
);

static DESTINATION_CLUSTER: Object =
    Object::new(&[Field::new("key", Type::OneOf(&["destination_cluster"]), "Always destination_cluster.")
        .required()
        .kept()]);
static REMOTE_ADDRESS: Object =
    Object::new(&[Field::new("key", Type::OneOf(&["remote_address"]), "Always remote_address.").required().kept()]);
static SOURCE_CLUSTER: Object =
    Object::new(&[Field::new("key", Type::OneOf(&["source_cluster"]), "Always source_cluster.").required().kept()]);

static GENERIC_KEY: Object = Object::new(&[
    Field::new("key", TEXT, "The key; generic_key by default."),
    flag("v2Shorthand", "v2 had a plain text; no effect."),
    Field::new("value", TEXT, "The text.").required().kept(),
]);

static REQUEST_HEADERS: Object = Object::new(&[
    Field::new("header_name", TEXT, "The header.").required().kept(),
    Field::new("key", TEXT, "The key under which its value is told.").required().kept(),
    Field::new("omit_if_not_present", BOOL, "No effect: without the header the whole group is skipped."),
]);

pub(super) static STATUS: Object = Object::new(&[
    Field::new("reason", TEXT, "Why it is inactive."),
    Field::new("state", Type::OneOf(&["", "Inactive", "Running"]), "Whether it is in use."),
]);

pub(super) static TCP_MAPPING: Object = Object::new(&[
    Field::new("address", TEXT, "The address that the port is bound to.").forms(Forms::FROM_V1),
    AMBASSADOR_ID,
    OLD_AMBASSADOR_ID,
    Field::new("circuit_breakers", CIRCUIT_BREAKERS, "How much the service is asked at a time.").forms(Forms::FROM_V1),
    Field::new("cluster_tag", TEXT, "Keeps the connections of this TCPMapping apart from others.")
        .forms(Forms::FROM_V1),
    Field::new("enable_ipv4", BOOL, "Whether the service may have IPv4 addresses.").forms(Forms::FROM_V1),
    Field::new("enable_ipv6", BOOL, "Whether the service may have IPv6 addresses.").forms(Forms::FROM_V1),
    Field::new("host", TEXT, "The server name that a client must ask for in TLS.").forms(Forms::FROM_V1),
    Field::new("idle_timeout_ms", TEXT, "No effect; a text, not a number.").forms(Forms::FROM_V1),
    Field::new("port", INT, "The port that clients connect to.").required().omitted().forms(Forms::FROM_V1),
    Field::new("resolver", TEXT, "The resolver that finds the service's endpoints.").forms(Forms::FROM_V1),
    Field::new("service", TEXT, "Where connections go.").required().forms(Forms::FROM_V1),
    Field::new("stats_name", TEXT, "No effect.").forms(Forms::NEW),
    Field::new("tls", TEXT, "The TLSContext for the connection to the service.").forms(Forms::NEW),
    Field::new("tls", Type::BoolOrText, "Whether the service is spoken to over TLS, or the TLSContext for it.")
        .forms(Forms::FROM_V1_BUT_NEW),
    EXPLICIT_TLS,
    Field::new("v3StatsName", TEXT, "No effect.").old_name_of("stats_name"),
    Field::new("weight", INT, "The share of connections.").forms(Forms::FROM_V1),
]);
