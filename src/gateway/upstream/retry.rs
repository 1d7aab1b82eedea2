//! When an exchange is tried again, and after how long.

use std::time::Duration;

use http::{HeaderMap, StatusCode};

use crate::gateway::fault::{Fault, Refused};
use crate::model::RetryPolicy;

/// Envoy's shortest back-off, and the longest.
const BASE: u64 = 25;
const LONGEST: u64 = 250;

/// How many tries a policy allows beside the first.
pub(crate) fn allowed(policy: Option<&RetryPolicy>) -> u32 {
    policy.map_or(0, |policy| policy.num_retries.unwrap_or(1))
}

/// Whether an answer is one to try again.
pub(crate) fn answers(policy: &RetryPolicy, status: StatusCode, headers: &HeaderMap) -> bool {
    // Whoever is over a limit only comes further over it.
    if headers.contains_key("x-envoy-ratelimited") {
        return false;
    }
    match &*policy.retry_on {
        "5xx" => status.is_server_error(),
        "gateway-error" => matches!(status.as_u16(), 502..=504),
        "retriable-4xx" => status == StatusCode::CONFLICT,
        _ => false,
    }
}

/// Whether a fault is one to try again.
pub(crate) fn faults(policy: &RetryPolicy, fault: &Fault) -> bool {
    let is_connecting = matches!(fault, Fault::ConnectFailed(_) | Fault::ConnectTimeout);
    let is_reset = matches!(
        fault,
        Fault::Termination | Fault::Protocol | Fault::Reset | Fault::RefusedStream | Fault::PerTryTimeout
    );
    match &*policy.retry_on {
        "5xx" | "gateway-error" => is_connecting || is_reset,
        "connect-failure" => is_connecting,
        "refused-stream" => *fault == Fault::RefusedStream,
        _ => false,
    }
}

/// How often a lost tunnel is replaced by another one for the same request, if the request's time allows: whoever
/// carries the tunnels may be away for some seconds.
pub(crate) const TUNNELS: u32 = 60;

/// Whether a tunnel was lost and another one may be tried: always before the request was sent, and else when the
/// request may be sent twice. Emissary has no tunnels, and its clients shall not notice ours.
pub(crate) fn lost_tunnel(fault: &Fault, method: &str) -> bool {
    match fault {
        Fault::ConnectFailed(Refused::Tunnel(unopened)) => unopened.may_pass,
        Fault::ConnectTimeout | Fault::RefusedStream => true,
        Fault::ConnectFailed(Refused::Tls(_)) | Fault::Termination | Fault::Reset => is_idempotent(method),
        _ => false,
    }
}

/// Whether a request may be sent twice.
pub(crate) fn is_idempotent(method: &str) -> bool {
    matches!(method, "GET" | "HEAD" | "OPTIONS" | "TRACE" | "PUT" | "DELETE")
}

/// How long to wait before the try after `tries`: anything up to a limit that doubles.
pub(crate) fn pause(tries: u32) -> Duration {
    let most = (BASE << tries.min(8)) - 1;
    Duration::from_millis(fastrand::u64(0..=most).min(LONGEST))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gateway::supply::Unopened;

    fn policy(retry_on: &str) -> RetryPolicy {
        RetryPolicy { retry_on: retry_on.into(), num_retries: None, per_try_timeout: None }
    }

    #[test]
    fn each_word_has_its_statuses() {
        let none = HeaderMap::new();
        let is = |on: &str, status: u16| {
            StatusCode::from_u16(status).is_ok_and(|status| answers(&policy(on), status, &none))
        };
        assert!(is("5xx", 500) && is("5xx", 503) && !is("5xx", 404));
        assert!(is("gateway-error", 502) && !is("gateway-error", 500));
        assert!(is("retriable-4xx", 409) && !is("retriable-4xx", 404));
        assert!(!is("retriable-status-codes", 503) && !is("connect-failure", 503));
    }

    #[test]
    fn only_connecting_counts_for_connect_failure() {
        assert!(faults(&policy("connect-failure"), &Fault::ConnectFailed(Refused::Tls(String::new()))));
        assert!(!faults(&policy("connect-failure"), &Fault::Termination));
        assert!(faults(&policy("5xx"), &Fault::Termination) && !faults(&policy("5xx"), &Fault::Overflow));
        assert!(faults(&policy("refused-stream"), &Fault::RefusedStream));
    }

    #[test]
    fn a_lost_tunnel_is_replaced_unless_the_request_may_have_had_effect() {
        assert!(lost_tunnel(&Fault::Termination, "GET") && !lost_tunnel(&Fault::Termination, "POST"));
        let unopened = |may_pass| Fault::ConnectFailed(Refused::Tunnel(Unopened { why: String::new(), may_pass }));
        assert!(lost_tunnel(&unopened(true), "POST") && !lost_tunnel(&unopened(false), "GET"));
        assert!(!lost_tunnel(&Fault::Timeout, "GET") && !lost_tunnel(&Fault::Overflow, "GET"));
    }

    #[test]
    fn pauses_stay_below_their_limit() {
        assert!((0..100).all(|_| pause(1) < Duration::from_millis(50)));
        assert!((0..100).all(|_| pause(20) <= Duration::from_millis(250)));
    }
}
