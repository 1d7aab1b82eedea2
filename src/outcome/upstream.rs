//! The request as the upstream gets it, and the copy that a shadow gets.

use std::borrow::Cow;
use std::time::Duration;

use http::header::{CONTENT_LENGTH, HeaderMap, HeaderName, HeaderValue, TRANSFER_ENCODING};

use super::forwarded::append_forwarded;
use super::head::Head;
use super::rewrite;
use super::target::shadowed;
use crate::model::{Cluster, Forward};
use crate::routing::Route;

const ORIGINAL_PATH: HeaderName = HeaderName::from_static("x-envoy-original-path");
const ORIGINAL_HOST: HeaderName = HeaderName::from_static("x-envoy-original-host");
const EXPECTED_TIMEOUT: HeaderName = HeaderName::from_static("x-envoy-expected-rq-timeout-ms");

/// Tells the upstream how long we wait.
pub fn tell_timeout(headers: &mut HeaderMap, forward: &Forward) {
    let said = match expected_timeout(forward) {
        None => return,
        // Emissary's own: nearly all routes have it.
        Some(3000) => HeaderValue::from_static("3000"),
        Some(milliseconds) => HeaderValue::from(milliseconds),
    };
    headers.insert(EXPECTED_TIMEOUT, said);
}

/// How long an upstream may take: the limit of one try where there is one, else that of the exchange.
pub fn expected_timeout(forward: &Forward) -> Option<u64> {
    let milliseconds = |limit: Duration| u64::try_from(limit.as_millis()).unwrap_or(u64::MAX);
    let whole = forward.timeout.map(milliseconds).filter(|limit| *limit > 0);
    let one_try = forward.retry.as_ref().and_then(|retry| retry.per_try_timeout).map(milliseconds);
    match (whole, one_try.filter(|limit| *limit > 0)) {
        (Some(whole), Some(one_try)) => Some(whole.min(one_try)),
        (whole, one_try) => whole.or(one_try),
    }
}

/// Rewrites authority and path, and tells the upstream what they were unless that is suppressed.
pub fn rewrite(route: &Route, forward: &Forward, cluster: &Cluster, suppress_envoy_headers: bool, head: &mut Head<'_>) {
    let tell = |headers: &mut HeaderMap, name: HeaderName, was: &str| {
        if !suppress_envoy_headers && let Ok(was) = HeaderValue::from_str(was) {
            headers.insert(name, was);
        }
    };
    if let Some(authority) = rewrite::authority(&forward.host, cluster) {
        tell(&mut head.headers, ORIGINAL_HOST, &head.authority);
        head.authority = Cow::Owned(authority.to_owned());
    }
    let rewritten = match &head.path {
        Cow::Borrowed(path) => rewrite::path(&forward.rewrite, &route.tests.path, path),
        Cow::Owned(path) => {
            rewrite::path(&forward.rewrite, &route.tests.path, path).map(|path| Cow::Owned(path.into_owned()))
        }
    };
    if let Some(path) = rewritten {
        tell(&mut head.headers, ORIGINAL_PATH, &head.path);
        head.path = path;
    }
}

/// What HTTP/1 adds to a request without a body: a method that usually has one says that there is none, unless
/// the connection is to become something else.
pub fn tell_no_body(head: &mut Head<'_>, is_upgrade: bool) {
    if is_upgrade || matches!(&*head.method, "GET" | "HEAD" | "DELETE" | "TRACE") {
        return;
    }
    let says_length = head.headers.contains_key(CONTENT_LENGTH) || head.headers.contains_key(TRANSFER_ENCODING);
    if !says_length {
        head.headers.insert(CONTENT_LENGTH, HeaderValue::from(0));
    }
}

/// The copy of an upstream request that a shadow gets. `gateway` is the gateway's own address.
pub fn mirrored(upstream: &Head<'_>, gateway: &HeaderValue) -> Head<'static> {
    let mut headers = upstream.headers.clone();
    append_forwarded(&mut headers, gateway);
    headers.insert("x-envoy-internal", HeaderValue::from_static("true"));
    Head {
        method: Cow::Owned(upstream.method.clone().into_owned()),
        https: upstream.https,
        authority: Cow::Owned(shadowed(&upstream.authority)),
        path: Cow::Owned(upstream.path.clone().into_owned()),
        headers,
    }
}
