//! Forms of request targets, and authorities: what HTTP/1 lets through.

use std::borrow::Cow;

/// What a request target asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target<'a> {
    /// The path with its query.
    pub path: Cow<'a, str>,
    /// The authority of an absolute target; it replaces the Host header.
    pub authority: Option<Cow<'a, str>>,
}

/// Why a target is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum TargetRefusal {
    /// It is no target: 400.
    Malformed,
    /// It is `https`, and the connection is not: 403.
    SchemeMismatch,
    /// It is none of a path (`*`, a tunnel): there is no route for it, 404.
    NoPath,
}

/// The methods that Envoy's HTTP/1 parser knows. HTTP/2 takes any token.
const METHODS: [&str; 33] = [
    "GET",
    "HEAD",
    "POST",
    "PUT",
    "DELETE",
    "OPTIONS",
    "TRACE",
    "PATCH",
    "COPY",
    "LOCK",
    "MKCOL",
    "MOVE",
    "PROPFIND",
    "PROPPATCH",
    "SEARCH",
    "UNLOCK",
    "BIND",
    "REBIND",
    "UNBIND",
    "ACL",
    "REPORT",
    "MKACTIVITY",
    "CHECKOUT",
    "MERGE",
    "NOTIFY",
    "SUBSCRIBE",
    "UNSUBSCRIBE",
    "PURGE",
    "MKCALENDAR",
    "LINK",
    "UNLINK",
    "SOURCE",
    "CONNECT",
];

/// Whether HTTP/1 takes a method; letter case counts.
pub fn is_method(method: &str) -> bool {
    METHODS.contains(&method)
}

/// Reads the target of an HTTP/1 request.
///
/// # Errors
///
/// What Envoy refuses.
pub fn read<'a>(method: &str, target: &'a str, is_tls: bool) -> Result<Target<'a>, TargetRefusal> {
    if target.is_empty() || !target.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Err(TargetRefusal::Malformed);
    }
    if method == "CONNECT" {
        let has_port = target.rsplit_once(':').is_some_and(|(_, port)| is_port(port));
        return Err(if has_port && is_url_host(target) { TargetRefusal::NoPath } else { TargetRefusal::Malformed });
    }
    if target.starts_with('/') {
        return Ok(Target { path: Cow::Borrowed(target), authority: None });
    }
    if method == "OPTIONS" && target.starts_with('*') {
        return Err(TargetRefusal::NoPath);
    }
    absolute(target, is_tls)
}

/// Reads the `:path` of an HTTP/2 request: any bytes but blanks and controls will do, and are encoded later.
///
/// # Errors
///
/// What Envoy refuses.
pub fn read_http2<'a>(method: &str, path: &'a str) -> Result<Target<'a>, TargetRefusal> {
    if method == "CONNECT" || method == "OPTIONS" && path == "*" {
        return Err(TargetRefusal::NoPath);
    }
    let is_path = path.starts_with('/') && !path.bytes().any(|byte| byte <= b' ' || byte == 0x7f);
    if is_path { Ok(Target { path: Cow::Borrowed(path), authority: None }) } else { Err(TargetRefusal::Malformed) }
}

fn absolute(target: &str, is_tls: bool) -> Result<Target<'_>, TargetRefusal> {
    let (scheme, rest) = target.split_once("://").ok_or(TargetRefusal::Malformed)?;
    let is_https = scheme.eq_ignore_ascii_case("https");
    if !is_https && !scheme.eq_ignore_ascii_case("http") {
        return Err(TargetRefusal::Malformed);
    }
    let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    let (authority, path) = rest.split_at(end);
    let host = authority.split_once('@').map_or(authority, |(_, host)| host);
    if !is_url_host(host) || path.starts_with('#') {
        return Err(TargetRefusal::Malformed);
    }
    if is_https && !is_tls {
        return Err(TargetRefusal::SchemeMismatch);
    }
    if path.starts_with('?') {
        return Err(TargetRefusal::NoPath);
    }
    let path = if path.is_empty() { "/" } else { path };
    Ok(Target { path: Cow::Borrowed(path), authority: Some(Cow::Borrowed(host)) })
}

/// Whether a text is a host with perhaps a port, as an absolute URL may have it.
fn is_url_host(text: &str) -> bool {
    if let Some((inside, after)) = text.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        let is_address = inside.bytes().all(|byte| byte.is_ascii_hexdigit() || matches!(byte, b':' | b'.'));
        return is_address && !inside.is_empty() && (after.is_empty() || after.strip_prefix(':').is_some_and(is_port));
    }
    let (host, port) = match text.split_once(':') {
        Some((host, port)) => (host, Some(port)),
        None => (text, None),
    };
    let is_name = host.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.'));
    !host.is_empty() && is_name && port.is_none_or(is_port)
}

fn is_port(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_digit()) && text.parse::<u16>().is_ok()
}

/// Whether a Host header may have this value.
pub fn is_authority(text: &str) -> bool {
    text.bytes().all(|byte| {
        byte.is_ascii_alphanumeric()
            || matches!(byte, b'!' | b'$'..=b'.' | b':' | b';' | b'=' | b'@' | b'[' | b']' | b'_' | b'~')
    })
}

/// The authority without its port, if that is the listener's own.
pub fn without_port(authority: &str, listener_port: u16) -> &str {
    let Some(colon) = authority.rfind(':') else { return authority };
    let (host, port) = authority.split_at(colon);
    if authority.rfind(']').is_some_and(|bracket| bracket > colon) || (host.contains('[') && !host.contains(']')) {
        return authority;
    }
    match port.get(1..).map(str::parse::<u16>) {
        Some(Ok(port)) if port == listener_port => host,
        _ => authority,
    }
}

/// The authority that a mirrored request has.
pub fn shadowed(authority: &str) -> String {
    let bracket = authority.rfind(']').unwrap_or(0);
    let colon = authority.rfind(':').filter(|colon| *colon > bracket || bracket == 0);
    let (host, port) = authority.split_at(colon.unwrap_or(authority.len()));
    format!("{host}-shadow{port}")
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn get(target: &str) -> Result<(String, Option<String>), TargetRefusal> {
        read("GET", target, false).map(|t| (t.path.into_owned(), t.authority.map(Cow::into_owned)))
    }

    #[test]
    fn a_path_is_taken_as_it_is() {
        assert_eq!(get("/a?b#c"), Ok(("/a?b#c".to_owned(), None)));
        for target in ["", "a", "a?b", "?x", "*", "a:b", "/a b", "/\u{e9}", "/\u{7f}", "http:/a", "a://", "://a/"] {
            assert_eq!(get(target), Err(TargetRefusal::Malformed), "{target}");
        }
    }

    #[test]
    fn an_absolute_target_brings_its_authority() {
        for (target, path, authority) in [
            ("http://a", "/", "a"),
            ("HTTP://A/B?c", "/B?c", "A"),
            ("http://a:080/b", "/b", "a:080"),
            ("http://u:p@a:8/q", "/q", "a:8"),
            ("http://[::1]:9/", "/", "[::1]:9"),
            ("http://-/x", "/x", "-"),
        ] {
            assert_eq!(get(target), Ok((path.to_owned(), Some(authority.to_owned()))), "{target}");
        }
    }

    #[test]
    fn a_broken_absolute_target_is_refused() {
        for target in [
            "ftp://a/",
            "http:///",
            "http://?x",
            "http://a_b/",
            "http://a,b/",
            "http://*/",
            "http://a:x/",
            "http://a:/x",
            "http://a:99999/",
            "http://a@/",
            "http://a@b@c/x",
            "http://[::1/",
            "http://a#f",
            "http://a%41/",
        ] {
            assert_eq!(get(target), Err(TargetRefusal::Malformed), "{target}");
        }
    }

    #[test]
    fn https_needs_tls() {
        assert_eq!(get("https://a/"), Err(TargetRefusal::SchemeMismatch));
        assert!(read("GET", "https://a/", true).is_ok());
    }

    #[test]
    fn what_is_no_path_has_no_route() {
        assert_eq!(read("OPTIONS", "*", false), Err(TargetRefusal::NoPath));
        assert_eq!(read("CONNECT", "a:443", false), Err(TargetRefusal::NoPath));
        assert_eq!(get("http://a?x"), Err(TargetRefusal::NoPath));
        for target in ["a", "/x", "*", "a:99999", "http://a/"] {
            assert_eq!(read("CONNECT", target, false), Err(TargetRefusal::Malformed), "{target}");
        }
    }

    #[test]
    fn http2_takes_paths_only_and_more_bytes_in_them() {
        assert_eq!(read_http2("GET", "/\u{e9}").map(|target| target.path), Ok("/\u{e9}".into()));
        assert_eq!(read_http2("GET", "http://a/"), Err(TargetRefusal::Malformed));
        assert_eq!(read_http2("GET", "/a b"), Err(TargetRefusal::Malformed));
        assert_eq!(read_http2("CONNECT", "a:443"), Err(TargetRefusal::NoPath));
    }

    #[test]
    fn methods_are_a_fixed_list() {
        assert!(is_method("PURGE") && is_method("SOURCE"));
        assert!(!is_method("get") && !is_method("QUERY") && !is_method("M-SEARCH") && !is_method(""));
    }

    #[test]
    fn authorities_may_be_odd_but_not_anything() {
        for text in ["", "user@a", "a:abc", "[::1]:8080", "::1", "a,b", "a_x", "*.b", "a;b", "a!b$c&d(e)", "a%25"] {
            assert!(is_authority(text), "{text}");
        }
        for text in ["a/x", "a#x", "a?x", "\u{e9}", "a\\b", "a\tx", "\"a\"", "a b", "a|b", "a<b", "a^b", "a`b", "{a}"] {
            assert!(!is_authority(text), "{text}");
        }
    }

    #[test]
    fn only_the_listeners_port_is_cut_off() {
        for (authority, stripped) in [
            ("a:8080", "a"),
            ("a:80", "a:80"),
            ("a", "a"),
            ("[::1]:8080", "[::1]"),
            ("[::8080]", "[::8080]"),
            ("a:08080", "a"),
            ("a:x", "a:x"),
        ] {
            assert_eq!(without_port(authority, 8080), stripped, "{authority}");
        }
    }

    #[test]
    fn a_shadow_is_named_before_the_port() {
        assert_eq!(shadowed("app.example.com"), "app.example.com-shadow");
        assert_eq!(shadowed("app.example.com:8080"), "app.example.com-shadow:8080");
        assert_eq!(shadowed("[::1]"), "[::1]-shadow");
        assert_eq!(shadowed("[::1]:80"), "[::1]-shadow:80");
    }
}
