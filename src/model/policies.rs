//! Policies read from the fields of Mappings and the Module, with the checks of Emissary's compiler and of Envoy.

use std::sync::Arc;
use std::time::Duration;

use super::fields::{self, Fields};
use super::filter::Cors;
use super::policy::{CircuitBreaker, HashPolicy, Keepalive, LbPolicy, LoadBalancer, Priority, RetryPolicy};
use crate::source::Span;
use crate::yaml::{Dialect, Meaning, Node};

/// A value that Emissary's compiler does not take, with our words for it.
#[derive(Debug)]
pub(crate) struct Unacceptable(pub(crate) String);

/// A value that the compiler hands on and Envoy refuses.
#[derive(Debug)]
pub(crate) struct Rejected {
    /// What kind of problem.
    pub(crate) code: &'static str,
    /// The value.
    pub(crate) span: Span,
    /// Our words.
    pub(crate) what: String,
}

const RETRY_ON: [&str; 6] =
    ["5xx", "gateway-error", "connect-failure", "retriable-4xx", "refused-stream", "retriable-status-codes"];

/// Reads a `retry_policy`.
pub(crate) fn retry(fields: Fields<'_>) -> Result<(RetryPolicy, Vec<Rejected>), Unacceptable> {
    let Some(retry_on) = fields.text("retry_on").filter(|word| RETRY_ON.contains(word)) else {
        return Err(Unacceptable("retry_policy needs a retry_on that Emissary knows".to_owned()));
    };
    let mut rejected = Vec::new();
    let num_retries = fields.int("num_retries").map(|number| {
        u32::try_from(number).unwrap_or_else(|_| {
            let what = format!("num_retries {number} is out of range");
            rejected.push(Rejected { code: "negative-limit", span: fields.span_of("num_retries"), what });
            0
        })
    });
    let per_try_timeout = fields.text("per_try_timeout").and_then(|text| {
        let seconds = proto_seconds(text);
        if seconds.is_none() {
            let what = format!("per_try_timeout `{text}` is not in seconds, such as `0.5s`");
            rejected.push(Rejected { code: "per-try-timeout", span: fields.span_of("per_try_timeout"), what });
        }
        seconds
    });
    Ok((RetryPolicy { retry_on: retry_on.into(), num_retries, per_try_timeout }, rejected))
}

/// A duration as protobuf writes it in JSON: seconds with an `s`.
pub(crate) fn proto_seconds(text: &str) -> Option<Duration> {
    let number = text.strip_suffix('s')?;
    let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
    let digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    if whole.is_empty() || !digits(whole) || !digits(fraction) || fraction.len() > 9 {
        return None;
    }
    let nanos = format!("{fraction:0<9}").parse().ok()?;
    whole.parse().ok().filter(|seconds| *seconds <= 315_576_000_000_u64).map(|seconds| Duration::new(seconds, nanos))
}

/// Reads `circuit_breakers`; the shape is that of Emissary's check.
pub(crate) fn circuit_breakers(node: &Node) -> Result<(Vec<CircuitBreaker>, Vec<Rejected>), Unacceptable> {
    let Some(items) = node.as_list() else {
        return Err(Unacceptable("circuit_breakers must be a list".to_owned()));
    };
    let mut breakers = Vec::with_capacity(items.len());
    let mut rejected = Vec::new();
    for item in items {
        let fields = Fields::of(item);
        let mut limit = |key: &str| -> Result<Option<u32>, Unacceptable> {
            let Some(node) = fields.node(key) else { return Ok(None) };
            let Some(number) = lenient_int(node) else {
                return Err(Unacceptable(format!("{key} must be a number")));
            };
            Ok(Some(u32::try_from(number).unwrap_or_else(|_| {
                let what = format!("{key} {number} is out of range");
                rejected.push(Rejected { code: "negative-limit", span: fields.span_of(key), what });
                0
            })))
        };
        let (max_connections, max_pending_requests) = (limit("max_connections")?, limit("max_pending_requests")?);
        let (max_requests, max_retries) = (limit("max_requests")?, limit("max_retries")?);
        let priority = match fields.text("priority") {
            None => Priority::Default,
            Some(word) => priority(word).ok_or_else(|| {
                Unacceptable(format!("circuit breaker priority `{word}` is neither default nor high"))
            })?,
        };
        breakers.push(CircuitBreaker { priority, max_connections, max_pending_requests, max_requests, max_retries });
    }
    Ok((breakers, rejected))
}

/// What Python's `int()` takes: a number, or a text of digits.
fn lenient_int(node: &Node) -> Option<i64> {
    fields::int(node).or_else(|| fields::text(node)?.trim().parse().ok())
}

/// Envoy's routing priority, in any letter case.
pub(crate) fn priority(word: &str) -> Option<Priority> {
    if word.eq_ignore_ascii_case("default") {
        Some(Priority::Default)
    } else if word.eq_ignore_ascii_case("high") {
        Some(Priority::High)
    } else {
        None
    }
}

/// Reads a `load_balancer`; the shape is that of Emissary's check.
pub(crate) fn load_balancer(fields: Fields<'_>) -> Result<(LoadBalancer, Vec<Rejected>), Unacceptable> {
    let wrong = || Unacceptable("load_balancer has a shape that Emissary does not take".to_owned());
    let keys: Vec<&str> =
        fields.all().iter().filter_map(|entry| entry.key.text()).filter(|key| fields.has(key)).collect();
    let policy = fields.text("policy").and_then(lb_policy).ok_or_else(wrong)?;
    if matches!(policy, LbPolicy::RoundRobin | LbPolicy::LeastRequest) {
        return if keys.len() == 1 { Ok((LoadBalancer { policy, hash: None }, Vec::new())) } else { Err(wrong()) };
    }
    if keys.len() != 2 {
        return Err(wrong());
    }
    let mut rejected = Vec::new();
    let hash = hash_policy(fields, &mut rejected).ok_or_else(wrong)?;
    Ok((LoadBalancer { policy, hash: Some(hash) }, rejected))
}

/// What of a `load_balancer` that does not fit Emissary's check is in force all the same, where nobody drops it.
pub(crate) fn load_balancer_in_part(fields: Fields<'_>) -> Option<LoadBalancer> {
    let policy = lb_policy(fields.text("policy")?)?;
    let hashes = matches!(policy, LbPolicy::RingHash | LbPolicy::Maglev);
    Some(LoadBalancer { policy, hash: hashes.then(|| hash_policy(fields, &mut Vec::new())).flatten() })
}

/// By what a `load_balancer` hashes: the first of cookie, header and source address.
fn hash_policy(fields: Fields<'_>, rejected: &mut Vec<Rejected>) -> Option<HashPolicy> {
    if let Some((cookie, name)) = fields.map("cookie").and_then(|cookie| Some((cookie, cookie.filled("name")?))) {
        let ttl = cookie.text("ttl").and_then(|text| {
            let seconds = proto_seconds(text);
            if seconds.is_none() {
                let what = format!("cookie ttl `{text}` is not in seconds, such as `60s`");
                rejected.push(Rejected { code: "cookie-ttl", span: cookie.span_of("ttl"), what });
            }
            seconds
        });
        return Some(HashPolicy::Cookie { name: name.into(), path: cookie.filled("path").map(Arc::from), ttl });
    }
    if let Some(header) = fields.filled("header") {
        return Some(HashPolicy::Header(header.into()));
    }
    fields.has("source_ip").then_some(HashPolicy::SourceIp)
}

fn lb_policy(word: &str) -> Option<LbPolicy> {
    match word {
        "round_robin" => Some(LbPolicy::RoundRobin),
        "least_request" => Some(LbPolicy::LeastRequest),
        "ring_hash" => Some(LbPolicy::RingHash),
        "maglev" => Some(LbPolicy::Maglev),
        _ => None,
    }
}

/// Reads `cors` of a Mapping, or of the Module (where a text of origins is taken character by character).
pub(crate) fn cors(fields: Fields<'_>) -> Cors {
    let origins = match fields.node("origins") {
        Some(node) if node.as_list().is_some() => {
            node.as_list().unwrap_or_default().iter().filter_map(fields::text).map(str::to_owned).collect()
        }
        Some(node) => fields::text(node).map(|text| text.chars().map(String::from).collect()).unwrap_or_default(),
        None => Vec::new(),
    };
    let joined = |key: &str| match fields.node(key) {
        Some(node) if node.as_list().is_some() => fields.texts(key).map(|texts| texts.join(", ")),
        _ => fields.text(key).map(str::to_owned),
    };
    Cors {
        origins,
        methods: joined("methods"),
        headers: joined("headers"),
        exposed_headers: joined("exposed_headers"),
        credentials: fields.bool("credentials"),
        max_age: fields.node("max_age").and_then(Node::text).map(str::to_owned),
    }
}

/// Reads `keepalive`. Emissary's compiler looks for `time`: `idle_time` has no effect.
pub(crate) fn keepalive(fields: Fields<'_>) -> Keepalive {
    let number = |key: &str| fields.int(key).and_then(|number| u32::try_from(number).ok());
    Keepalive { probes: number("probes"), time: number("time"), interval: number("interval") }
}

/// Whether Python takes a value for true: what the Module's untyped switches go by.
pub(crate) fn truthy(node: &Node) -> bool {
    match node.meaning(Dialect::Kubernetes) {
        Some(Meaning::Null) => false,
        Some(Meaning::Bool(value)) => value,
        Some(Meaning::Int(value)) => value != 0,
        Some(Meaning::Float(value)) => value != 0.0,
        Some(Meaning::Str(text) | Meaning::Foreign(text)) => !text.is_empty(),
        None => {
            node.as_map().map_or_else(|| node.as_list().is_some_and(|items| !items.is_empty()), |map| !map.is_empty())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_seconds_are_durations_to_envoy() {
        assert_eq!(proto_seconds("0.5s"), Some(Duration::from_millis(500)));
        assert_eq!(proto_seconds("60s"), Some(Duration::from_secs(60)));
        for text in ["500ms", "1", "1m", "s", "-1s", "1m0s", ""] {
            assert_eq!(proto_seconds(text), None, "{text}");
        }
    }
}
