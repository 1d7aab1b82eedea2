//! Envoy's format strings, as header values and access logs have them: read into parts, or refused as Envoy does.

use std::sync::Arc;

/// A part of a format string.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FormatPart {
    /// Text that stands for itself.
    Text(Arc<str>),
    /// `%NAME(ARGUMENT):LENGTH%`
    Operator {
        /// The operator.
        name: Arc<str>,
        /// What stands in parentheses.
        argument: Option<Arc<str>>,
        /// At most so many characters.
        max_length: Option<usize>,
    },
}

/// Operators that need an argument in parentheses.
const WITH_ARGUMENT: [&str; 14] = [
    "REQ",
    "RESP",
    "TRAILER",
    "REQ_WITHOUT_QUERY",
    "DYNAMIC_METADATA",
    "CLUSTER_METADATA",
    "UPSTREAM_METADATA",
    "FILTER_STATE",
    "UPSTREAM_FILTER_STATE",
    "ENVIRONMENT",
    "METADATA",
    "COALESCE",
    "PER_REQUEST_STATE",
    "FILE_CONTENT",
];

/// Operators that may have an argument.
const WITH_OPTIONAL_ARGUMENT: [&str; 12] = [
    "START_TIME",
    "EMIT_TIME",
    "GRPC_STATUS",
    "DOWNSTREAM_PEER_CERT_V_START",
    "DOWNSTREAM_PEER_CERT_V_END",
    "UPSTREAM_PEER_CERT_V_START",
    "UPSTREAM_PEER_CERT_V_END",
    "PATH",
    "QUERY_PARAM",
    "COMMON_DURATION",
    "DOWNSTREAM_REMOTE_ADDRESS_WITHOUT_PORT",
    "DOWNSTREAM_DIRECT_REMOTE_ADDRESS_WITHOUT_PORT",
];

/// Operators without an argument.
const PLAIN: [&str; 78] = [
    "REQUEST_DURATION",
    "REQUEST_TX_DURATION",
    "RESPONSE_DURATION",
    "RESPONSE_TX_DURATION",
    "DOWNSTREAM_HANDSHAKE_DURATION",
    "ROUNDTRIP_DURATION",
    "BYTES_RECEIVED",
    "BYTES_RETRANSMITTED",
    "PACKETS_RETRANSMITTED",
    "UPSTREAM_WIRE_BYTES_RECEIVED",
    "UPSTREAM_HEADER_BYTES_RECEIVED",
    "UPSTREAM_HEADER_BYTES_SENT",
    "UPSTREAM_WIRE_BYTES_SENT",
    "BYTES_SENT",
    "DURATION",
    "DOWNSTREAM_WIRE_BYTES_RECEIVED",
    "DOWNSTREAM_WIRE_BYTES_SENT",
    "DOWNSTREAM_HEADER_BYTES_RECEIVED",
    "DOWNSTREAM_HEADER_BYTES_SENT",
    "PROTOCOL",
    "UPSTREAM_PROTOCOL",
    "RESPONSE_CODE",
    "RESPONSE_CODE_DETAILS",
    "CONNECTION_TERMINATION_DETAILS",
    "RESPONSE_FLAGS",
    "RESPONSE_FLAGS_LONG",
    "UPSTREAM_HOST_NAME",
    "UPSTREAM_HOST_NAME_WITHOUT_PORT",
    "UPSTREAM_HOST",
    "UPSTREAM_CONNECTION_ID",
    "UPSTREAM_CLUSTER",
    "UPSTREAM_CLUSTER_RAW",
    "UPSTREAM_LOCAL_ADDRESS",
    "UPSTREAM_LOCAL_ADDRESS_WITHOUT_PORT",
    "UPSTREAM_LOCAL_PORT",
    "UPSTREAM_REMOTE_ADDRESS",
    "UPSTREAM_REMOTE_ADDRESS_WITHOUT_PORT",
    "UPSTREAM_REMOTE_PORT",
    "UPSTREAM_REQUEST_ATTEMPT_COUNT",
    "UPSTREAM_TLS_CIPHER",
    "UPSTREAM_TLS_VERSION",
    "UPSTREAM_TLS_SESSION_ID",
    "UPSTREAM_PEER_ISSUER",
    "UPSTREAM_PEER_CERT",
    "UPSTREAM_PEER_SUBJECT",
    "DOWNSTREAM_LOCAL_ADDRESS",
    "DOWNSTREAM_LOCAL_ADDRESS_WITHOUT_PORT",
    "DOWNSTREAM_LOCAL_PORT",
    "DOWNSTREAM_REMOTE_ADDRESS",
    "DOWNSTREAM_REMOTE_PORT",
    "DOWNSTREAM_DIRECT_REMOTE_ADDRESS",
    "DOWNSTREAM_DIRECT_REMOTE_PORT",
    "CONNECTION_ID",
    "REQUESTED_SERVER_NAME",
    "ROUTE_NAME",
    "DOWNSTREAM_PEER_URI_SAN",
    "DOWNSTREAM_PEER_DNS_SAN",
    "DOWNSTREAM_PEER_IP_SAN",
    "DOWNSTREAM_PEER_SUBJECT",
    "DOWNSTREAM_PEER_ISSUER",
    "DOWNSTREAM_PEER_SERIAL",
    "DOWNSTREAM_PEER_CERT",
    "DOWNSTREAM_PEER_FINGERPRINT_256",
    "DOWNSTREAM_PEER_FINGERPRINT_1",
    "DOWNSTREAM_LOCAL_URI_SAN",
    "DOWNSTREAM_LOCAL_DNS_SAN",
    "DOWNSTREAM_LOCAL_SUBJECT",
    "DOWNSTREAM_TLS_SESSION_ID",
    "DOWNSTREAM_TLS_CIPHER",
    "DOWNSTREAM_TLS_VERSION",
    "DOWNSTREAM_TRANSPORT_FAILURE_REASON",
    "UPSTREAM_TRANSPORT_FAILURE_REASON",
    "HOSTNAME",
    "FILTER_CHAIN_NAME",
    "VIRTUAL_CLUSTER_NAME",
    "TLS_JA3_FINGERPRINT",
    "STREAM_ID",
    "TRACE_ID",
];

/// Reads a format string.
///
/// # Errors
///
/// What Envoy refuses: a lone percent sign, an operator that it does not know, a missing argument.
pub fn parse(text: &str) -> Result<Vec<FormatPart>, String> {
    let mut parts = Vec::new();
    let mut plain = String::new();
    let mut rest = text;
    while let Some(at) = rest.find('%') {
        plain.push_str(&rest[..at]);
        let after = &rest[at + 1..];
        if let Some(next) = after.strip_prefix('%') {
            plain.push('%');
            rest = next;
            continue;
        }
        let (operator, next) = operator(after)?;
        if !plain.is_empty() {
            parts.push(FormatPart::Text(std::mem::take(&mut plain).into()));
        }
        parts.push(operator);
        rest = next;
    }
    plain.push_str(rest);
    if !plain.is_empty() {
        parts.push(FormatPart::Text(plain.into()));
    }
    Ok(parts)
}

/// Whether Envoy takes a format string.
///
/// # Errors
///
/// As [`parse`].
pub fn check(text: &str) -> Result<(), String> {
    parse(text).map(drop)
}

/// Reads what follows a percent sign up to the closing one.
fn operator(text: &str) -> Result<(FormatPart, &str), String> {
    let lone = || "a percent sign that begins no operator; write `%%` for a percent sign".to_owned();
    let end = text.find(|c: char| !(c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_')).ok_or_else(lone)?;
    let (name, mut rest) = text.split_at(end);
    if name.is_empty() {
        return Err(lone());
    }
    let mut argument = None;
    if let Some(inner) = rest.strip_prefix('(') {
        let close = inner.find(')').ok_or_else(lone)?;
        argument = Some(&inner[..close]);
        rest = &inner[close + 1..];
    }
    let mut max_length = None;
    if let Some(digits) = rest.strip_prefix(':') {
        let end = digits.find(|c: char| !c.is_ascii_digit()).ok_or_else(lone)?;
        max_length = Some(digits[..end].parse().map_err(|_| lone())?);
        rest = &digits[end..];
    }
    let rest = rest.strip_prefix('%').ok_or_else(lone)?;
    let known = if WITH_ARGUMENT.contains(&name) {
        argument.is_some_and(|argument| !argument.is_empty())
    } else {
        WITH_OPTIONAL_ARGUMENT.contains(&name) || PLAIN.contains(&name)
    };
    if !known {
        return Err(format!("`%{name}%` is no operator that Envoy knows"));
    }
    Ok((FormatPart::Operator { name: name.into(), argument: argument.map(Into::into), max_length }, rest))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn two_percent_signs_are_one() {
        assert_eq!(parse("100%%").unwrap(), [FormatPart::Text("100%".into())]);
    }

    #[test]
    fn operators_have_arguments_and_lengths() {
        let parts = parse("a %REQ(x-user):5% b").unwrap();
        let operator =
            FormatPart::Operator { name: "REQ".into(), argument: Some("x-user".into()), max_length: Some(5) };
        assert_eq!(parts, [FormatPart::Text("a ".into()), operator, FormatPart::Text(" b".into())]);
    }

    #[test]
    fn lone_and_unknown_operators_are_refused() {
        for text in ["50%", "% x", "%NO_SUCH_THING%", "%REQ%", "%REQ(x%", "%lower%"] {
            assert!(check(text).is_err(), "{text}");
        }
    }
}
