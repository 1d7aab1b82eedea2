//! The `service` field: what Emissary makes of it.

use std::fmt::Write as _;
use std::net::Ipv6Addr;
use std::sync::Arc;

/// A `service` text as Emissary normalises it when it reads a Mapping.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Service {
    /// The normalised text, qualified with a namespace where Emissary does so.
    pub text: Arc<str>,
}

/// Where a service leads: what a cluster is built from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Address {
    /// The scheme as written, in lower case.
    pub scheme: Option<String>,
    /// The host, in lower case; without brackets for IPv6.
    pub host: String,
    /// The port as written; `None` where none or 0 was.
    pub port: Option<u16>,
    /// What Emissary complains of, in our words. The cluster is used all the same.
    pub complaints: Vec<String>,
}

/// A service text that makes Emissary's compiler raise an exception.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UnbalancedBracket;

/// A service text split as a URL is.
struct Split<'t> {
    scheme: Option<&'t str>,
    host: &'t str,
    port: Option<&'t str>,
}

/// Splits as Python's `urlparse` does: scheme, authority (user information dropped), path and the rest dropped.
fn split(text: &str) -> Result<Split<'_>, UnbalancedBracket> {
    let (scheme, rest) = match text.split_once(':').and_then(|(scheme, rest)| Some((scheme, rest.strip_prefix("//")?)))
    {
        Some((scheme, rest)) if is_scheme(scheme) => (Some(scheme), rest),
        _ => (None, text.strip_prefix("//").unwrap_or(text)),
    };
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    if authority.contains('[') != authority.contains(']') {
        return Err(UnbalancedBracket);
    }
    let authority = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
    let (host, port) = match authority.strip_prefix('[').and_then(|inner| inner.split_once(']')) {
        Some((host, after)) => (host, after.strip_prefix(':')),
        None => match authority.split_once(':') {
            Some((host, port)) => (host, Some(port)),
            None => (authority, None),
        },
    };
    Ok(Split { scheme, host, port: port.filter(|port| !port.is_empty()) })
}

fn is_scheme(text: &str) -> bool {
    text.starts_with(|first: char| first.is_ascii_alphabetic())
        && text.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '.'))
}

/// Whose name rules decide where a service lives.
#[derive(Clone, Copy, Debug)]
pub struct Qualifier<'a> {
    /// The namespace of the Mapping.
    pub namespace: &'a str,
    /// The gateway's own namespace.
    pub ambassador_namespace: &'a str,
    /// Whether names are completed at all: not with a Consul resolver, not where the Module says that the gateway's own
    /// namespace serves.
    pub completes: bool,
}

impl Service {
    /// Normalises a text as a Mapping's `service` is.
    ///
    /// # Errors
    ///
    /// A text with an unbalanced bracket makes the compiler raise an exception.
    pub fn normalise(text: &str, qualifier: Qualifier<'_>) -> Result<Self, UnbalancedBracket> {
        let parts = split(text)?;
        if port_is_broken(parts.port) || parts.host.is_empty() {
            // Emissary gives up normalising and hands the text on as it stands.
            return Ok(Self { text: text.into() });
        }
        let host = percent_recode(&parts.host.to_lowercase());
        let is_qualified = host.contains(['.', ':']) || host == "localhost";
        let completed = if !is_qualified
            && qualifier.completes
            && !qualifier.namespace.is_empty()
            && qualifier.namespace != qualifier.ambassador_namespace
        {
            format!("{host}.{}", qualifier.namespace)
        } else if host.contains(':') {
            format!("[{host}]")
        } else {
            host
        };
        let mut normal = String::with_capacity(text.len() + qualifier.namespace.len() + 1);
        if let Some(scheme) = parts.scheme {
            let _ = write!(normal, "{}://", scheme.to_lowercase());
        }
        normal.push_str(&completed);
        if let Some(port) = parts.port.and_then(|port| port.parse::<u16>().ok()).filter(|port| *port != 0) {
            let _ = write!(normal, ":{port}");
        }
        Ok(Self { text: normal.into() })
    }

    /// A text that is taken as it stands, as for AuthServices and their like.
    pub fn verbatim(text: &str) -> Self {
        Self { text: text.into() }
    }
}

impl Address {
    /// Reads a normalised text as cluster building does.
    ///
    /// # Errors
    ///
    /// A text with an unbalanced bracket makes the compiler raise an exception.
    pub fn of(text: &str) -> Result<Self, UnbalancedBracket> {
        let parts = split(text)?;
        let mut complaints = Vec::new();
        let scheme = parts.scheme.map(str::to_lowercase);
        let mut host = parts.host.to_lowercase();
        let mut port = parts.port.and_then(|port| port.parse::<u16>().ok()).filter(|port| *port != 0);
        let may_be_ipv6 = !text.contains('[') && text.bytes().filter(|byte| *byte == b':').nth(1).is_some();
        let is_bare_ipv6 = may_be_ipv6 && host_part(text).parse::<Ipv6Addr>().is_ok();
        if host.is_empty() || is_bare_ipv6 {
            complaints.push(format!("service `{text}` names no host: the cluster points at a host called `unknown`"));
            complaints.push("the cluster is said to be ignored, and is not".to_owned());
            host = "unknown".to_owned();
            port = port.filter(|_| !is_bare_ipv6);
        } else if port_is_broken(parts.port) {
            complaints.push(format!("service `{text}` has a port that is none: port 80 of the host is used"));
            complaints.push("the cluster is said to be ignored, and is not".to_owned());
        }
        Ok(Self { scheme, host, port, complaints })
    }
}

fn host_part(text: &str) -> &str {
    let rest = text.split_once("://").map_or(text, |(_, rest)| rest);
    rest.split(['/', '?', '#']).next().unwrap_or_default()
}

fn port_is_broken(port: Option<&str>) -> bool {
    port.is_some_and(|port| !port.bytes().all(|byte| byte.is_ascii_digit()) || port.parse::<u16>().is_err())
}

/// Decodes and encodes again, so that what is not allowed in a host stands as an escape (`foo bar` as `foo%20bar`).
fn percent_recode(host: &str) -> String {
    let mut bytes = Vec::with_capacity(host.len());
    let raw = host.as_bytes();
    let mut at = 0;
    while let Some(&byte) = raw.get(at) {
        let escaped = raw.get(at + 1..at + 3).filter(|_| byte == b'%');
        match escaped.and_then(|digits| u8::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()) {
            Some(decoded) => {
                bytes.push(decoded);
                at += 3;
            }
            None => {
                bytes.push(byte);
                at += 1;
            }
        }
    }
    let mut out = String::with_capacity(host.len());
    for byte in bytes {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | b'-' | b'~' | b':' | b'/') {
            out.push(char::from(byte));
        } else {
            let _ = write!(out, "%{byte:02X}");
        }
    }
    out
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn normal(text: &str) -> String {
        let home = Qualifier { namespace: "default", ambassador_namespace: "default", completes: true };
        Service::normalise(text, home).unwrap().text.to_string()
    }

    fn away(text: &str) -> String {
        let away = Qualifier { namespace: "team", ambassador_namespace: "default", completes: true };
        Service::normalise(text, away).unwrap().text.to_string()
    }

    #[test]
    fn only_host_and_port_count() {
        for text in ["foo", "FOO", "foo/bar", "user:pw@foo", "//foo", "foo:", "foo:0"] {
            assert_eq!(normal(text), "foo", "{text}");
        }
        assert_eq!(normal("http://foo/bar?x#y"), "http://foo");
        assert_eq!(normal("HTTPS://foo:8443"), "https://foo:8443");
        assert_eq!(normal("foo bar"), "foo%20bar");
        assert_eq!(normal("[::1]:80"), "[::1]:80");
    }

    #[test]
    fn bare_names_elsewhere_are_completed() {
        assert_eq!(away("app:8080"), "app.team:8080");
        assert_eq!(away("http://app"), "http://app.team");
        assert_eq!(away("app.other"), "app.other");
        assert_eq!(away("localhost:9000"), "localhost:9000");
        assert_eq!(away("[::1]"), "[::1]");
    }

    #[test]
    fn a_bad_port_is_complained_of_and_not_used() {
        let address = Address::of(&normal("foo:99999")).unwrap();
        assert_eq!((address.host.as_str(), address.port, address.complaints.len()), ("foo", None, 2));
        let address = Address::of("https:foo").unwrap();
        assert_eq!((address.host.as_str(), address.port), ("https", None));
    }

    #[test]
    fn a_service_without_a_host_is_unknown() {
        for text in ["", ":80", "::1"] {
            assert_eq!(Address::of(text).unwrap().host, "unknown", "{text}");
        }
    }

    #[test]
    fn an_unbalanced_bracket_aborts() {
        assert_eq!(Address::of("http://[::1"), Err(UnbalancedBracket));
    }
}
