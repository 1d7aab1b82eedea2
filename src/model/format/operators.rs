//! The operators that Envoy knows, and what each takes in parentheses and behind a colon.

/// What an operator takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Takes {
    /// Neither argument nor length.
    Nothing,
    /// Perhaps an argument, no length.
    Maybe,
    /// An argument, and perhaps a length.
    Argument,
    /// An argument, no length.
    ArgumentOnly,
    /// A header's name, perhaps another behind a question mark, and perhaps a length.
    Header,
    /// Which path.
    Path,
    /// Which form of the query.
    QueryParams,
    /// Where the server name is from.
    ServerName,
    /// How the status is written.
    GrpcStatus,
    /// Whose metadata.
    Metadata,
    /// A key, and how it is written.
    FilterState,
    /// Two points in time, and a unit.
    Duration,
    /// A part of a certificate.
    Certificate,
}

/// Operators by what they take. Those that take nothing are in a list of their own.
const TAKING: &[(&str, Takes)] = &[
    ("CEL", Takes::Argument),
    ("CLUSTER_METADATA", Takes::ArgumentOnly),
    ("COALESCE", Takes::Argument),
    ("COMMON_DURATION", Takes::Duration),
    ("DOWNSTREAM_DIRECT_LOCAL_ADDRESS_WITHOUT_PORT", Takes::Maybe),
    ("DOWNSTREAM_DIRECT_REMOTE_ADDRESS_WITHOUT_PORT", Takes::Maybe),
    ("DOWNSTREAM_LOCAL_ADDRESS_WITHOUT_PORT", Takes::Maybe),
    ("DOWNSTREAM_PEER_CERT_V_END", Takes::Maybe),
    ("DOWNSTREAM_PEER_CERT_V_START", Takes::Maybe),
    ("DOWNSTREAM_REMOTE_ADDRESS_WITHOUT_PORT", Takes::Maybe),
    ("DYNAMIC_METADATA", Takes::Argument),
    ("EMIT_TIME", Takes::Maybe),
    ("EMIT_TIME_LOCAL", Takes::Maybe),
    ("ENVIRONMENT", Takes::Argument),
    ("FILTER_STATE", Takes::FilterState),
    ("GRPC_STATUS", Takes::GrpcStatus),
    ("METADATA", Takes::Metadata),
    ("PATH", Takes::Path),
    ("PER_REQUEST_STATE", Takes::ArgumentOnly),
    ("QUERY_PARAM", Takes::Argument),
    ("QUERY_PARAMS", Takes::QueryParams),
    ("REQ", Takes::Header),
    ("REQUESTED_SERVER_NAME", Takes::ServerName),
    ("REQUEST_HEADER", Takes::Header),
    ("RESP", Takes::Header),
    ("RESPONSE_CODE_DETAILS", Takes::Maybe),
    ("RESPONSE_HEADER", Takes::Header),
    ("RESPONSE_TRAILER", Takes::Header),
    ("START_TIME", Takes::Maybe),
    ("START_TIME_LOCAL", Takes::Maybe),
    ("STREAM_INFO_REQ", Takes::Header),
    ("TRAILER", Takes::Header),
    ("UPSTREAM_FILTER_STATE", Takes::FilterState),
    ("UPSTREAM_LOCAL_ADDRESS_WITHOUT_PORT", Takes::Maybe),
    ("UPSTREAM_METADATA", Takes::ArgumentOnly),
    ("UPSTREAM_PEER_CERT_V_END", Takes::Maybe),
    ("UPSTREAM_PEER_CERT_V_START", Takes::Maybe),
    ("UPSTREAM_REMOTE_ADDRESS_WITHOUT_PORT", Takes::Maybe),
    ("XFCC_VALUE", Takes::Certificate),
];

/// Operators that take nothing.
const PLAIN: &[&str] = &[
    "ACCESS_LOG_TYPE",
    "BYTES_RECEIVED",
    "BYTES_RETRANSMITTED",
    "BYTES_SENT",
    "CONNECTION_ID",
    "CONNECTION_TERMINATION_DETAILS",
    "CUSTOM_FLAGS",
    "DOWNSTREAM_CX_RTT",
    "DOWNSTREAM_DECOMPRESSED_HEADER_BYTES_RECEIVED",
    "DOWNSTREAM_DECOMPRESSED_HEADER_BYTES_SENT",
    "DOWNSTREAM_DETECTED_CLOSE_TYPE",
    "DOWNSTREAM_DIRECT_LOCAL_ADDRESS",
    "DOWNSTREAM_DIRECT_LOCAL_ADDRESS_ENDPOINT_ID",
    "DOWNSTREAM_DIRECT_LOCAL_PORT",
    "DOWNSTREAM_DIRECT_REMOTE_ADDRESS",
    "DOWNSTREAM_DIRECT_REMOTE_PORT",
    "DOWNSTREAM_HANDSHAKE_DURATION",
    "DOWNSTREAM_HEADER_BYTES_RECEIVED",
    "DOWNSTREAM_HEADER_BYTES_SENT",
    "DOWNSTREAM_LOCAL_ADDRESS",
    "DOWNSTREAM_LOCAL_ADDRESS_ENDPOINT_ID",
    "DOWNSTREAM_LOCAL_CLOSE_REASON",
    "DOWNSTREAM_LOCAL_DNS_SAN",
    "DOWNSTREAM_LOCAL_EMAIL_SAN",
    "DOWNSTREAM_LOCAL_IP_SAN",
    "DOWNSTREAM_LOCAL_OTHERNAME_SAN",
    "DOWNSTREAM_LOCAL_PORT",
    "DOWNSTREAM_LOCAL_SUBJECT",
    "DOWNSTREAM_LOCAL_URI_SAN",
    "DOWNSTREAM_PEER_CERT",
    "DOWNSTREAM_PEER_CHAIN_FINGERPRINTS_1",
    "DOWNSTREAM_PEER_CHAIN_FINGERPRINTS_256",
    "DOWNSTREAM_PEER_CHAIN_SERIALS",
    "DOWNSTREAM_PEER_DNS_SAN",
    "DOWNSTREAM_PEER_EMAIL_SAN",
    "DOWNSTREAM_PEER_FINGERPRINT_1",
    "DOWNSTREAM_PEER_FINGERPRINT_256",
    "DOWNSTREAM_PEER_IP_SAN",
    "DOWNSTREAM_PEER_ISSUER",
    "DOWNSTREAM_PEER_ISSUER_FINGERPRINT_256",
    "DOWNSTREAM_PEER_ISSUER_SERIAL",
    "DOWNSTREAM_PEER_OTHERNAME_SAN",
    "DOWNSTREAM_PEER_SERIAL",
    "DOWNSTREAM_PEER_SUBJECT",
    "DOWNSTREAM_PEER_URI_SAN",
    "DOWNSTREAM_REMOTE_ADDRESS",
    "DOWNSTREAM_REMOTE_PORT",
    "DOWNSTREAM_TLS_CIPHER",
    "DOWNSTREAM_TLS_GROUP",
    "DOWNSTREAM_TLS_SESSION_ID",
    "DOWNSTREAM_TLS_VERSION",
    "DOWNSTREAM_TRANSPORT_FAILURE_REASON",
    "DOWNSTREAM_WIRE_BYTES_RECEIVED",
    "DOWNSTREAM_WIRE_BYTES_SENT",
    "DURATION",
    "FILTER_CHAIN_NAME",
    "GRPC_STATUS_NUMBER",
    "HOSTNAME",
    "LISTENER_NAME",
    "LOCAL_REPLY_BODY",
    "PACKETS_RETRANSMITTED",
    "PROTOCOL",
    "REQUEST_DURATION",
    "REQUEST_HEADERS_BYTES",
    "REQUEST_TX_DURATION",
    "RESPONSE_CODE",
    "RESPONSE_DURATION",
    "RESPONSE_FLAGS",
    "RESPONSE_FLAGS_LONG",
    "RESPONSE_HEADERS_BYTES",
    "RESPONSE_TRAILERS_BYTES",
    "RESPONSE_TX_DURATION",
    "ROUNDTRIP_DURATION",
    "ROUTE_NAME",
    "ROUTE_RESOLUTION_COUNT",
    "ROUTE_RESOLUTION_TIME_US",
    "SPAN_ID",
    "STREAM_ID",
    "TLS_JA3_FINGERPRINT",
    "TLS_JA4_FINGERPRINT",
    "TRACE_ID",
    "UNIQUE_ID",
    "UPSTREAM_CLUSTER",
    "UPSTREAM_CLUSTER_RAW",
    "UPSTREAM_CONNECTION_ID",
    "UPSTREAM_CONNECTION_IDS_ATTEMPTED",
    "UPSTREAM_CONNECTION_POOL_READY_DURATION",
    "UPSTREAM_DECOMPRESSED_HEADER_BYTES_RECEIVED",
    "UPSTREAM_DECOMPRESSED_HEADER_BYTES_SENT",
    "UPSTREAM_DETECTED_CLOSE_TYPE",
    "UPSTREAM_HEADER_BYTES_RECEIVED",
    "UPSTREAM_HEADER_BYTES_SENT",
    "UPSTREAM_HOST",
    "UPSTREAM_HOSTS_ATTEMPTED",
    "UPSTREAM_HOSTS_ATTEMPTED_WITHOUT_PORT",
    "UPSTREAM_HOST_NAME",
    "UPSTREAM_HOST_NAMES_ATTEMPTED",
    "UPSTREAM_HOST_NAMES_ATTEMPTED_WITHOUT_PORT",
    "UPSTREAM_HOST_NAME_WITHOUT_PORT",
    "UPSTREAM_LOCAL_ADDRESS",
    "UPSTREAM_LOCAL_CLOSE_REASON",
    "UPSTREAM_LOCAL_DNS_SAN",
    "UPSTREAM_LOCAL_IP_SAN",
    "UPSTREAM_LOCAL_PORT",
    "UPSTREAM_LOCAL_URI_SAN",
    "UPSTREAM_PEER_CERT",
    "UPSTREAM_PEER_DNS_SAN",
    "UPSTREAM_PEER_IP_SAN",
    "UPSTREAM_PEER_ISSUER",
    "UPSTREAM_PEER_SUBJECT",
    "UPSTREAM_PEER_URI_SAN",
    "UPSTREAM_PROTOCOL",
    "UPSTREAM_REMOTE_ADDRESS",
    "UPSTREAM_REMOTE_ADDRESS_ENDPOINT_ID",
    "UPSTREAM_REMOTE_PORT",
    "UPSTREAM_REQUEST_ATTEMPT_COUNT",
    "UPSTREAM_SERVER_NAME",
    "UPSTREAM_TLS_CIPHER",
    "UPSTREAM_TLS_GROUP",
    "UPSTREAM_TLS_SESSION_ID",
    "UPSTREAM_TLS_VERSION",
    "UPSTREAM_TRANSPORT_FAILURE_REASON",
    "UPSTREAM_WIRE_BYTES_RECEIVED",
    "UPSTREAM_WIRE_BYTES_SENT",
    "VIRTUAL_CLUSTER_NAME",
];

/// What an operator takes; `None`: Envoy does not know it.
pub(super) fn takes(name: &str) -> Option<Takes> {
    if PLAIN.binary_search(&name).is_ok() {
        return Some(Takes::Nothing);
    }
    TAKING.iter().find(|(known, _)| *known == name).map(|(_, takes)| *takes)
}

impl Takes {
    /// Whether Envoy takes this argument and length.
    pub(super) fn allows(self, argument: Option<&str>, has_length: bool) -> bool {
        let given = argument.unwrap_or_default();
        let parts: Vec<&str> = given.split(':').collect();
        let first = parts.first().copied().unwrap_or_default();
        let second = parts.get(1).copied();
        match self {
            Self::Nothing => given.is_empty() && !has_length,
            Self::Maybe => !has_length,
            Self::Argument => !given.is_empty(),
            Self::ArgumentOnly => !given.is_empty() && !has_length,
            Self::Header => !given.is_empty() && is_header(given),
            Self::Path => {
                matches!(first, "" | "WQ" | "NQ")
                    && matches!(second, None | Some("" | "ORIG" | "PATH" | "ORIG_OR_PATH"))
            }
            Self::QueryParams => matches!(given, "" | "ORIG" | "DECODED"),
            Self::ServerName => {
                !has_length
                    && matches!(first, "" | "SNI_ONLY" | "SNI_FIRST" | "HOST_FIRST")
                    && matches!(second, None | Some("ORIG" | "HOST" | "ORIG_OR_HOST"))
            }
            Self::GrpcStatus => !has_length && matches!(given, "" | "CAMEL_STRING" | "SNAKE_STRING" | "NUMBER"),
            Self::Metadata => matches!(
                first,
                "DYNAMIC"
                    | "CLUSTER"
                    | "ROUTE"
                    | "UPSTREAM_HOST"
                    | "LISTENER"
                    | "LISTENER_FILTER_CHAIN"
                    | "VIRTUAL_HOST"
            ),
            Self::FilterState => {
                !first.is_empty() && matches!(parts.as_slice(), [_] | [_, "PLAIN" | "TYPED"] | [_, "FIELD", _])
            }
            Self::Duration => !has_length && matches!(parts.as_slice(), [_, _] | [_, _, "ms" | "us" | "ns"]),
            Self::Certificate => {
                let part = given.to_ascii_lowercase();
                matches!(part.as_str(), "by" | "cert" | "chain" | "dns" | "hash" | "subject" | "uri")
            }
        }
    }
}

/// Whether a text is a header's name, or two with a question mark between them.
fn is_header(text: &str) -> bool {
    let is_name = |name: &str| {
        let token = name.strip_prefix(':').filter(|token| !token.is_empty()).unwrap_or(name);
        token.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte))
    };
    match text.split_once('?') {
        None => is_name(text),
        Some((name, alternative)) => is_name(name) && is_name(alternative),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn operators_that_take_nothing_are_found_by_halving() {
        assert!(PLAIN.is_sorted());
        assert!(PLAIN.iter().all(|name| takes(name) == Some(Takes::Nothing)));
    }
}
