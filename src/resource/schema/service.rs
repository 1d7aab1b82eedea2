//! AuthService, RateLimitService, LogService and TracingService.

use super::field::{Field, INT, Object, Type};
use super::shared::{AMBASSADOR_ID, CIRCUIT_BREAKERS, EXPLICIT_TLS, OLD_AMBASSADOR_ID, TEXT_MAP, TEXTS, flag};
use crate::edition::Edition;
use crate::resource::version::Forms;

const BOOL: Type = Type::Bool;
const TEXT: Type = Type::Text;
const PROTOCOL_VERSION: Type = Type::OneOf(&["v2", "v3"]);

pub(super) static AUTH: Object = Object::new(&[
    Field::new("add_auth_headers", TEXT_MAP, "Headers that the auth service gets.").forms(Forms::FROM_V2),
    Field::new("add_linkerd_headers", BOOL, "Adds `l5d-dst-override` with the address of the auth service.")
        .forms(Forms::FROM_V1),
    Field::new("allow_request_body", BOOL, "The auth service gets the first 4096 bytes of the body.")
        .forms(Forms::FROM_V1),
    Field::new("allowed_authorization_headers", TEXTS, "Headers of its answer that go on to the service.")
        .forms(Forms::FROM_V1),
    Field::new("allowed_headers", TEXTS, "Headers that go to the auth service and back.").forms(Forms::V0),
    Field::new("allowed_request_headers", TEXTS, "Headers of the request that the auth service gets.")
        .forms(Forms::FROM_V1),
    AMBASSADOR_ID,
    OLD_AMBASSADOR_ID,
    Field::new("auth_service", TEXT, "Where the auth service is: `[https://]name[.namespace][:port]`.")
        .required()
        .forms(Forms::EVER),
    Field::new("circuit_breakers", CIRCUIT_BREAKERS, "How much the auth service is asked at a time.")
        .forms(Forms::NEW)
        .since(Edition::Three),
    Field::new("failure_mode_allow", BOOL, "Requests pass when the auth service fails.").forms(Forms::FROM_V1),
    Field::new("include_body", Type::Object(&INCLUDE_BODY), "The auth service gets the body.").forms(Forms::FROM_V1),
    Field::new("path_prefix", TEXT, "What is put before the path when the auth service is asked.").forms(Forms::EVER),
    Field::new("proto", Type::OneOf(&["http", "grpc"]), "How the auth service is spoken to.").forms(Forms::FROM_V1),
    Field::new("protocol_version", PROTOCOL_VERSION, "The version of the gRPC protocol: must be v3.")
        .forms(Forms::FROM_V2),
    Field::new("stats_name", TEXT, "The name of the auth service in statistics.").forms(Forms::NEW),
    Field::new("status_on_error", Type::Object(&STATUS_ON_ERROR), "The status when the auth service fails.")
        .forms(Forms::FROM_V1),
    Field::new("timeout_ms", Type::Millis, "How long the auth service may take; 5000 by default.")
        .forms(Forms::FROM_V1),
    Field::new("tls", TEXT, "The TLSContext for the connection to the auth service.").forms(Forms::NEW),
    Field::new("tls", Type::BoolOrText, "Whether the auth service is spoken to over TLS, or the TLSContext for it.")
        .forms(Forms::EVER_BUT_NEW),
    EXPLICIT_TLS,
    Field::new("v3CircuitBreakers", CIRCUIT_BREAKERS, "How much the auth service is asked at a time.")
        .old_name_of("circuit_breakers")
        .since(Edition::Three),
    Field::new("v3StatsName", TEXT, "The name of the auth service in statistics.").old_name_of("stats_name"),
]);

static INCLUDE_BODY: Object = Object::new(&[
    Field::new("allow_partial", BOOL, "A longer body is cut instead of refused.")
        .required()
        .omitted()
        .forms(Forms::EVER),
    Field::new("max_bytes", INT, "How much of the body at most.").required().omitted().forms(Forms::EVER),
]);

static STATUS_ON_ERROR: Object =
    Object::new(&[Field::new("code", INT, "The status; 403 by default.").omitted().forms(Forms::EVER)]);

pub(super) static RATE_LIMIT: Object = Object::new(&[
    AMBASSADOR_ID,
    OLD_AMBASSADOR_ID,
    Field::new("domain", TEXT, "The domain of the labels that are used; `ambassador` by default.")
        .forms(Forms::FROM_V1),
    flag("failure_mode_deny", "Requests are refused when the service fails.").since(Edition::Three),
    Field::new("grpc", Type::Object(&RATE_LIMIT_GRPC), "How gRPC clients are told.")
        .forms(Forms::NEW)
        .since(Edition::Three),
    Field::new("protocol_version", PROTOCOL_VERSION, "The version of the gRPC protocol: must be v3.")
        .forms(Forms::FROM_V2),
    Field::new("service", TEXT, "Where the rate limit service is.").required().forms(Forms::EVER),
    Field::new("stats_name", TEXT, "The name of the service in statistics.").forms(Forms::NEW),
    Field::new("timeout_ms", Type::Millis, "How long the service may take; 20 by default.").forms(Forms::FROM_V1),
    Field::new("tls", TEXT, "The TLSContext for the connection to the service.").forms(Forms::NEW),
    Field::new("tls", Type::BoolOrText, "Whether the service is spoken to over TLS, or the TLSContext for it.")
        .forms(Forms::EVER_BUT_NEW),
    EXPLICIT_TLS,
    Field::new("v3GRPC", Type::Object(&RATE_LIMIT_GRPC), "How gRPC clients are told.")
        .old_name_of("grpc")
        .since(Edition::Three),
    Field::new("v3StatsName", TEXT, "The name of the service in statistics.").old_name_of("stats_name"),
]);

static RATE_LIMIT_GRPC: Object =
    Object::new(&[flag("use_resource_exhausted_code", "Meant to answer RESOURCE_EXHAUSTED; no effect.")]);

pub(super) static LOG: Object = Object::new(&[
    AMBASSADOR_ID,
    OLD_AMBASSADOR_ID,
    Field::new("driver", Type::OneOf(&["tcp", "http"]), "Which entries are sent.").forms(Forms::FROM_V1),
    Field::new("driver_config", Type::Object(&DRIVER_CONFIG), "What the entries hold; must be there, even empty.")
        .forms(Forms::FROM_V1),
    Field::new("flush_interval_byte_size", INT, "Entries are sent when there are so many bytes.").forms(Forms::FROM_V1),
    Field::new("flush_interval_time", Type::Seconds, "Entries are sent after so many seconds.").forms(Forms::FROM_V1),
    Field::new("grpc", BOOL, "The service is spoken to in HTTP/2: must be true.").forms(Forms::FROM_V1),
    Field::new("protocol_version", PROTOCOL_VERSION, "The version of the gRPC protocol: must be v3.").forms(Forms::NEW),
    Field::new("service", TEXT, "Where the log service is.").forms(Forms::FROM_V1),
    Field::new("stats_name", TEXT, "The name of the service in statistics.").forms(Forms::NEW),
    Field::new("v3ProtocolVersion", PROTOCOL_VERSION, "The version of the gRPC protocol: must be v3.")
        .old_name_of("protocol_version"),
    Field::new("v3StatsName", TEXT, "The name of the service in statistics.").old_name_of("stats_name"),
]);

static DRIVER_CONFIG: Object = Object::new(&[Field::new(
    "additional_log_headers",
    Type::List(&Type::Object(&ADDITIONAL_LOG_HEADER), 0),
    "Headers that are logged.",
)
.forms(Forms::EVER)]);

static ADDITIONAL_LOG_HEADER: Object = Object::new(&[
    Field::new("during_request", BOOL, "Whether it is looked for in requests.").forms(Forms::EVER),
    Field::new("during_response", BOOL, "Whether it is looked for in responses.").forms(Forms::EVER),
    Field::new("during_trailer", BOOL, "Whether it is looked for in trailers.").forms(Forms::EVER),
    Field::new("header_name", TEXT, "The header.").forms(Forms::EVER),
]);

pub(super) static TRACING: Object = Object::new(&[
    AMBASSADOR_ID,
    OLD_AMBASSADOR_ID,
    Field::new("config", Type::Object(&TRACE_CONFIG), "Settings of the driver.").forms(Forms::EVER),
    Field::new("custom_tags", Type::List(&Type::Object(&CUSTOM_TAG), 0), "Tags of every span.")
        .forms(Forms::NEW)
        .since(Edition::Three),
    Field::new(
        "driver",
        Type::OneOf(&["lightstep", "zipkin", "datadog", "opentelemetry"]),
        "What kind of service it is.",
    )
    .required()
    .forms(Forms::EVER),
    Field::new("sampling", Type::Object(&SAMPLING), "Which requests are traced, in percent.").forms(Forms::FROM_V1),
    Field::new("service", TEXT, "Where the tracing service is.").required().forms(Forms::EVER),
    Field::new("stats_name", TEXT, "The name of the service in statistics.").forms(Forms::NEW),
    Field::new("tag_headers", TEXTS, "Deprecated: request headers that become tags.").forms(Forms::EVER),
    Field::new("v3CustomTags", Type::List(&Type::Object(&CUSTOM_TAG), 0), "Tags of every span.")
        .old_name_of("custom_tags")
        .since(Edition::Three),
    Field::new("v3StatsName", TEXT, "The name of the service in statistics.").old_name_of("stats_name"),
]);

static SAMPLING: Object = Object::new(&[
    Field::new("client", INT, "Of the requests whose client asks for it.").forms(Forms::EVER),
    Field::new("overall", INT, "Of all that would be traced.").forms(Forms::EVER),
    Field::new("random", INT, "Of all requests, by chance.").forms(Forms::EVER),
]);

const PROPAGATION_MODES: Type = Type::List(&Type::OneOf(&["ENVOY", "LIGHTSTEP", "B3", "TRACE_CONTEXT"]), 0);

static TRACE_CONFIG: Object = Object::new(&[
    Field::new("access_token_file", TEXT, "The file with Lightstep's token.").forms(Forms::EVER),
    Field::new("collector_cluster", TEXT, "The name of the collector.").forms(Forms::EVER),
    Field::new("collector_endpoint", TEXT, "The path that spans are sent to.").forms(Forms::EVER),
    Field::new(
        "collector_endpoint_version",
        Type::OneOf(&["HTTP_JSON_V1", "HTTP_JSON", "HTTP_PROTO"]),
        "The form of the spans; HTTP_JSON_V1 is not supported any more.",
    )
    .forms(Forms::EVER),
    Field::new("collector_hostname", TEXT, "The Host header for the collector.").forms(Forms::EVER),
    Field::new("propagation_modes", PROPAGATION_MODES, "How Lightstep hands the trace on.")
        .forms(Forms::NEW)
        .since(Edition::Three),
    Field::new("service_name", TEXT, "The name of the gateway in traces.").forms(Forms::EVER),
    Field::new("shared_span_context", BOOL, "Client and server share a span.").forms(Forms::EVER),
    Field::new("trace_id_128bit", BOOL, "Trace ids of 128 bits.").forms(Forms::EVER),
    Field::new("v3PropagationModes", PROPAGATION_MODES, "How Lightstep hands the trace on.")
        .old_name_of("propagation_modes")
        .since(Edition::Three),
]);

static CUSTOM_TAG: Object = Object::new(&[
    Field::new("environment", Type::Object(&TAG_ENVIRONMENT), "From a variable of the gateway's environment."),
    Field::new("literal", Type::Object(&TAG_LITERAL), "A fixed text."),
    Field::new("request_header", Type::Object(&TAG_HEADER), "From a request header."),
    Field::new("tag", TEXT, "The name of the tag.").required().kept(),
]);

static TAG_ENVIRONMENT: Object = Object::new(&[
    Field::new("default_value", TEXT, "The text when there is no such variable."),
    Field::new("name", TEXT, "The variable.").required().kept(),
]);

static TAG_LITERAL: Object = Object::new(&[Field::new("value", TEXT, "The text.").required().kept()]);

static TAG_HEADER: Object = Object::new(&[
    Field::new("default_value", TEXT, "The text when there is no such header."),
    Field::new("name", TEXT, "The header.").required().kept(),
]);
