//! What becomes of a client's headers before anything looks at them: repeated ones joined, hop-by-hop ones dropped,
//! upgrades recognised.

use http::header::{
    CONNECTION, CONTENT_LENGTH, COOKIE, EXPECT, HeaderMap, HeaderName, HeaderValue, TE, TRANSFER_ENCODING, UPGRADE,
};

/// What old peers say of how long they keep a connection.
pub const KEEP_ALIVE: HeaderName = HeaderName::from_static("keep-alive");
/// What old clients and proxies say `connection` with.
pub const PROXY_CONNECTION: HeaderName = HeaderName::from_static("proxy-connection");

/// Headers that Envoy keeps once: further values are joined on with a comma.
const JOINED: [&str; 38] = [
    "accept",
    "accept-encoding",
    "access-control-request-headers",
    "access-control-request-method",
    "access-control-request-private-network",
    "authorization",
    "cache-control",
    "cdn-loop",
    "content-encoding",
    "content-type",
    "expect",
    "grpc-accept-encoding",
    "grpc-timeout",
    "if-match",
    "if-modified-since",
    "if-none-match",
    "if-range",
    "if-unmodified-since",
    "origin",
    "pragma",
    "proxy-status",
    "referer",
    "upgrade",
    "user-agent",
    "via",
    "x-client-trace-id",
    "x-envoy-attempt-count",
    "x-envoy-decorator-operation",
    "x-envoy-external-address",
    "x-envoy-is-timeout-retry",
    "x-envoy-original-host",
    "x-envoy-original-path",
    "x-forwarded-for",
    "x-forwarded-host",
    "x-forwarded-port",
    "x-forwarded-proto",
    "x-request-id",
    "connection",
];

/// The same for answers.
const JOINED_IN_ANSWERS: [&str; 22] = [
    "access-control-allow-credentials",
    "access-control-allow-headers",
    "access-control-allow-methods",
    "access-control-allow-origin",
    "access-control-allow-private-network",
    "access-control-expose-headers",
    "access-control-max-age",
    "age",
    "cache-control",
    "content-encoding",
    "content-type",
    "etag",
    "expires",
    "grpc-message",
    "grpc-status",
    "last-modified",
    "location",
    "proxy-status",
    "vary",
    "via",
    "x-envoy-upstream-service-time",
    "x-request-id",
];

/// The most headers that `Connection` may name.
const MOST_NOMINATED: usize = 10;

/// Why a request is refused for its headers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum HeaderRefusal {
    /// `Connection` names a header that must not fall away: 400.
    Nominated,
    /// `Connection` names `host`, which is gone then: 400 without a body.
    NominatedHost,
}

/// Why a request is refused for what it says of its body.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum FramingRefusal {
    /// `Content-Length` is no length, stands twice, or stands beside `Transfer-Encoding`: 400.
    Length,
    /// `Transfer-Encoding` is anything but `chunked`, once: 501.
    Coding,
}

/// What a request asks its connection to become.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Upgrade {
    /// The protocol, in lower case.
    pub protocol: String,
}

/// Whether repeated headers of this name (in lower case) are joined.
pub fn is_joined(name: &str) -> bool {
    JOINED.contains(&name)
}

/// Joins repeated headers of the kinds that Envoy keeps once.
pub fn join_repeated(headers: &mut HeaderMap) {
    if headers.keys_len() == headers.len() {
        return;
    }
    join(headers, &JOINED);
}

/// Joins repeated headers of an answer, of the kinds that Envoy keeps once.
pub fn join_repeated_in_answer(headers: &mut HeaderMap) {
    if headers.keys_len() < headers.len() {
        join(headers, &JOINED_IN_ANSWERS);
    }
}

fn join(headers: &mut HeaderMap, names: &[&'static str]) {
    for name in names.iter().copied().map(HeaderName::from_static) {
        let mut values = headers.get_all(&name).iter();
        let (Some(first), Some(second)) = (values.next(), values.next()) else { continue };
        let mut joined = first.as_bytes().to_vec();
        for value in std::iter::once(second).chain(values) {
            joined.push(b',');
            joined.extend_from_slice(value.as_bytes());
        }
        if let Ok(joined) = HeaderValue::from_maybe_shared(joined) {
            headers.insert(name, joined);
        }
    }
}

/// Joins the cookies of an HTTP/2 request, which may come one by one.
pub fn join_cookies(headers: &mut HeaderMap) {
    let mut cookies = headers.get_all(COOKIE).iter();
    let (Some(first), Some(second)) = (cookies.next(), cookies.next()) else { return };
    let mut joined = first.as_bytes().to_vec();
    for cookie in std::iter::once(second).chain(cookies) {
        joined.extend_from_slice(b"; ");
        joined.extend_from_slice(cookie.as_bytes());
    }
    if let Ok(joined) = HeaderValue::from_maybe_shared(joined) {
        headers.insert(COOKIE, joined);
    }
}

/// Checks what a request says of its body. `allow_chunked_length` drops a length that stands beside `chunked`.
///
/// # Errors
///
/// What Envoy refuses.
pub fn check_framing(headers: &mut HeaderMap, allow_chunked_length: bool) -> Result<(), FramingRefusal> {
    let mut codings = headers.get_all(TRANSFER_ENCODING).iter();
    let has_coding = match (codings.next(), codings.next()) {
        (None, _) => false,
        (Some(coding), None) if coding.as_bytes().eq_ignore_ascii_case(b"chunked") => true,
        _ => return Err(FramingRefusal::Coding),
    };
    let mut lengths = headers.get_all(CONTENT_LENGTH).iter();
    let Some(length) = lengths.next() else { return Ok(()) };
    let is_length = length.as_bytes().iter().all(u8::is_ascii_digit)
        && length.to_str().is_ok_and(|length| length.parse::<u64>().is_ok());
    if !is_length || lengths.next().is_some() || has_coding && !allow_chunked_length {
        return Err(FramingRefusal::Length);
    }
    if has_coding {
        headers.remove(CONTENT_LENGTH);
    }
    Ok(())
}

/// Drops what concerns only the connection, and tells the upgrade that is asked for.
///
/// An upgrade keeps `connection` and `upgrade`; one to `h2c` counts as none.
///
/// # Errors
///
/// `Connection` names too many headers, or some that must stay.
pub fn take_hop_by_hop(headers: &mut HeaderMap) -> Result<Option<Upgrade>, HeaderRefusal> {
    // One look spares most requests a search for each name.
    if !headers.keys().any(is_of_connection) {
        return Ok(None);
    }
    let upgrade = asked_upgrade(headers);
    if upgrade.is_none() {
        drop_nominated(headers)?;
        headers.remove(CONNECTION);
        headers.remove(UPGRADE);
        keep_only_trailers_of_te(headers);
    }
    headers.remove(&KEEP_ALIVE);
    headers.remove(&PROXY_CONNECTION);
    if headers.get(EXPECT).is_some_and(|value| value.as_bytes().eq_ignore_ascii_case(b"100-continue")) {
        headers.remove(EXPECT);
    }
    Ok(upgrade)
}

/// Whether a header can concern only the connection.
fn is_of_connection(name: &HeaderName) -> bool {
    matches!(name.as_str(), "connection" | "upgrade" | "te" | "expect" | "keep-alive" | "proxy-connection")
}

fn asked_upgrade(headers: &mut HeaderMap) -> Option<Upgrade> {
    let protocol = headers.get(UPGRADE)?.to_str().unwrap_or_default().to_ascii_lowercase();
    if !tokens(headers).any(|token| token.eq_ignore_ascii_case("upgrade")) {
        return None;
    }
    if protocol == "h2c" {
        headers.remove("http2-settings");
        return None;
    }
    Some(Upgrade { protocol })
}

fn tokens(headers: &HeaderMap) -> impl Iterator<Item = &str> {
    headers
        .get_all(CONNECTION)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .map(|token| token.trim_matches([' ', '\t']))
}

fn drop_nominated(headers: &mut HeaderMap) -> Result<(), HeaderRefusal> {
    if !headers.contains_key(CONNECTION) {
        return Ok(());
    }
    let nominated: Vec<String> =
        tokens(headers).filter(|token| !token.is_empty()).map(str::to_ascii_lowercase).collect();
    if nominated.len() >= MOST_NOMINATED {
        return Err(HeaderRefusal::Nominated);
    }
    for name in nominated {
        match name.as_str() {
            "close" | "keep-alive" | "upgrade" | "http2-settings" | "connection" | "te" => {}
            "host" => return Err(HeaderRefusal::NominatedHost),
            "x-forwarded-for" | "x-forwarded-host" | "x-forwarded-proto" => return Err(HeaderRefusal::Nominated),
            _ if name.starts_with(':') => return Err(HeaderRefusal::Nominated),
            _ => {
                headers.remove(&name);
            }
        }
    }
    Ok(())
}

fn keep_only_trailers_of_te(headers: &mut HeaderMap) {
    let Some(te) = headers.get(TE) else { return };
    let has_trailers =
        te.to_str().is_ok_and(|value| value.split(',').any(|token| token.trim_matches([' ', '\t']) == "trailers"));
    if has_trailers {
        headers.insert(TE, HeaderValue::from_static("trailers"));
    } else {
        headers.remove(TE);
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn map(pairs: &[(&str, &str)]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for (name, value) in pairs {
            headers.append(HeaderName::from_bytes(name.as_bytes()).unwrap(), value.parse().unwrap());
        }
        headers
    }

    fn names(headers: &HeaderMap) -> Vec<&str> {
        headers.keys().map(HeaderName::as_str).collect()
    }

    #[test]
    fn well_known_headers_are_joined_without_a_blank() {
        let mut headers = map(&[("via", "a"), ("x", "1"), ("via", "b"), ("x", "2"), ("cookie", "c"), ("cookie", "d")]);
        join_repeated(&mut headers);
        assert_eq!(headers.get_all("via").iter().collect::<Vec<_>>(), ["a,b"]);
        assert_eq!(headers.get_all("x").iter().count(), 2);
        assert_eq!(headers.get_all("cookie").iter().count(), 2);
    }

    #[test]
    fn cookies_of_http2_are_joined() {
        let mut headers = map(&[("cookie", "a=1"), ("x", "1"), ("cookie", "b=2")]);
        join_cookies(&mut headers);
        assert_eq!(headers.get_all("cookie").iter().collect::<Vec<_>>(), ["a=1; b=2"]);
    }

    #[test]
    fn a_length_is_one_number() {
        for length in ["5", "005", "18446744073709551615"] {
            assert_eq!(check_framing(&mut map(&[("content-length", length)]), false), Ok(()), "{length}");
        }
        for length in ["", "-1", "+5", "5,6", "5 6", "0x5", "5.0", "18446744073709551616"] {
            let refusal = check_framing(&mut map(&[("content-length", length)]), false);
            assert_eq!(refusal, Err(FramingRefusal::Length), "{length}");
        }
        let twice = check_framing(&mut map(&[("content-length", "5"), ("content-length", "5")]), false);
        assert_eq!(twice, Err(FramingRefusal::Length));
    }

    #[test]
    fn the_only_coding_is_chunked() {
        assert_eq!(check_framing(&mut map(&[("transfer-encoding", "CHUNKED")]), false), Ok(()));
        for coding in ["identity", "chunked, gzip", "chunked, chunked", "\"chunked\"", ""] {
            let refusal = check_framing(&mut map(&[("transfer-encoding", coding)]), false);
            assert_eq!(refusal, Err(FramingRefusal::Coding), "{coding}");
        }
        let both = [("transfer-encoding", "chunked"), ("content-length", "5")];
        assert_eq!(check_framing(&mut map(&both), false), Err(FramingRefusal::Length));
        let mut headers = map(&both);
        assert_eq!(check_framing(&mut headers, true), Ok(()));
        assert_eq!(names(&headers), ["transfer-encoding"]);
    }

    #[test]
    fn what_connection_names_falls_away() {
        let mut headers = map(&[
            ("connection", "keep-alive, X-Hop"),
            ("x-hop", "1"),
            ("keep-alive", "5"),
            ("te", "trailers"),
            ("a", "b"),
        ]);
        assert_eq!(take_hop_by_hop(&mut headers), Ok(None));
        assert_eq!(names(&headers), ["te", "a"]);
    }

    #[test]
    fn connection_must_not_name_what_tells_the_origin() {
        for name in ["x-forwarded-for", "X-Forwarded-Proto", "x-forwarded-host", ":path", "a,b,c,d,e,f,g,h,i,j"] {
            assert_eq!(take_hop_by_hop(&mut map(&[("connection", name)])), Err(HeaderRefusal::Nominated), "{name}");
        }
        assert_eq!(take_hop_by_hop(&mut map(&[("connection", "host")])), Err(HeaderRefusal::NominatedHost));
        assert_eq!(take_hop_by_hop(&mut map(&[("connection", "a,b,c,d,e,f,g,h,i")])), Ok(None));
    }

    #[test]
    fn te_keeps_only_trailers() {
        for (te, kept) in [("trailers", true), ("trailers, gzip", true), ("gzip", false), ("TRAILERS", false)] {
            let mut headers = map(&[("te", te)]);
            take_hop_by_hop(&mut headers).unwrap();
            assert_eq!(headers.get("te").is_some_and(|value| value == "trailers"), kept, "{te}");
        }
    }

    #[test]
    fn an_upgrade_keeps_its_headers() {
        let mut headers = map(&[("connection", "Upgrade"), ("upgrade", "WebSocket")]);
        let upgrade = take_hop_by_hop(&mut headers).unwrap().unwrap();
        assert_eq!(upgrade.protocol, "websocket");
        assert_eq!(names(&headers), ["connection", "upgrade"]);
    }

    #[test]
    fn h2c_and_an_upgrade_without_connection_are_none() {
        let mut headers = map(&[("connection", "Upgrade"), ("upgrade", "H2c"), ("http2-settings", "x")]);
        assert_eq!(take_hop_by_hop(&mut headers), Ok(None));
        assert!(headers.is_empty());
        let mut headers = map(&[("upgrade", "websocket")]);
        assert_eq!(take_hop_by_hop(&mut headers), Ok(None));
        assert!(headers.is_empty());
    }

    #[test]
    fn only_100_continue_is_ours() {
        let mut headers = map(&[("expect", "100-Continue")]);
        take_hop_by_hop(&mut headers).unwrap();
        assert!(headers.is_empty());
        let mut headers = map(&[("expect", "foo")]);
        take_hop_by_hop(&mut headers).unwrap();
        assert_eq!(headers.len(), 1);
    }
}
