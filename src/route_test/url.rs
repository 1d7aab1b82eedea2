//! A URL as a person types it: whole, without a scheme, or a path alone.

use std::borrow::Cow;

/// How a request comes to the gateway.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Scheme {
    /// In cleartext.
    #[default]
    Http,
    /// Over TLS.
    Https,
}

impl Scheme {
    /// The scheme of this name, in any letter case.
    pub fn parse(text: &str) -> Option<Self> {
        if text.eq_ignore_ascii_case("http") || text.eq_ignore_ascii_case("ws") {
            Some(Self::Http)
        } else if text.eq_ignore_ascii_case("https") || text.eq_ignore_ascii_case("wss") {
            Some(Self::Https)
        } else {
            None
        }
    }

    /// Its name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Http => "http",
            Self::Https => "https",
        }
    }

    /// The port that a URL without one means.
    pub fn default_port(self) -> u16 {
        match self {
            Self::Http => 80,
            Self::Https => 443,
        }
    }
}

/// The parts of a URL that reach the gateway.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Url<'a> {
    /// The scheme; http where none is written.
    pub scheme: Scheme,
    /// `user:password`, where written.
    pub user: Option<&'a str>,
    /// The host without its port; `None` for a path alone.
    pub host: Option<&'a str>,
    /// The port, where written.
    pub port: Option<u16>,
    /// Path and query, byte for byte; never empty.
    pub target: Cow<'a, str>,
}

/// Why a text is no URL.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum UrlError {
    /// Nothing was written.
    #[error("the URL is empty: write https://HOST/PATH or /PATH")]
    Empty,
    /// A blank or a control character.
    #[error("`{0}` is no URL: it has a blank or a control character, which clients send as %20 and the like")]
    Blank(String),
    /// Another protocol.
    #[error("`{url}` cannot be asked: `{scheme}` is not a scheme of HTTP, write http or https")]
    Scheme {
        /// The whole text.
        url: String,
        /// What stands before `://`.
        scheme: String,
    },
    /// No host where one belongs.
    #[error("`{0}` is no URL: it has no host")]
    NoHost(String),
    /// A host with characters that no host has.
    #[error("`{url}` is no URL: `{host}` is no host (a name is written in ASCII, a path begins with a slash)")]
    Host {
        /// The whole text.
        url: String,
        /// What stands where the host belongs.
        host: String,
    },
    /// A port that is none.
    #[error("`{url}` is no URL: `{port}` is no port")]
    Port {
        /// The whole text.
        url: String,
        /// What stands behind the colon.
        port: String,
    },
    /// A word that could be a host or a path.
    #[error("`{0}` is no URL: write https://HOST/PATH, or begin a path with a slash")]
    Word(String),
}

impl<'a> Url<'a> {
    /// Reads a URL as curl does, fragment cut off; or a path alone.
    ///
    /// # Errors
    ///
    /// Why it is none, in one sentence.
    pub fn parse(text: &'a str) -> Result<Self, UrlError> {
        if text.is_empty() {
            return Err(UrlError::Empty);
        }
        if text.chars().any(|c| c == ' ' || c.is_control()) {
            return Err(UrlError::Blank(text.escape_debug().to_string()));
        }
        let whole = text.split('#').next().unwrap_or_default();
        if whole.starts_with('/') {
            return Ok(Self { scheme: Scheme::Http, user: None, host: None, port: None, target: Cow::Borrowed(whole) });
        }
        let (scheme, rest) = match whole.split_once("://") {
            Some((scheme, rest)) => {
                let known = Scheme::parse(scheme);
                let unknown = || UrlError::Scheme { url: text.to_owned(), scheme: scheme.to_owned() };
                (Some(known.ok_or_else(unknown)?), rest)
            }
            None => (None, whole),
        };
        let end = rest.find(['/', '?']).unwrap_or(rest.len());
        let (authority, target) = rest.split_at(end);
        let (user, address) = match authority.rsplit_once('@') {
            Some((user, address)) => (Some(user), address),
            None => (None, authority),
        };
        let (host, port) = split_port(address);
        if host.is_empty() {
            return Err(UrlError::NoHost(text.to_owned()));
        }
        if scheme.is_none() && !host.contains(['.', '[']) && port.is_none() && host != "localhost" {
            return Err(UrlError::Word(text.to_owned()));
        }
        if !is_host(host) {
            return Err(UrlError::Host { url: text.to_owned(), host: host.to_owned() });
        }
        let port = match port {
            None | Some("") => None,
            Some(digits) => Some(
                parse_port(digits).ok_or_else(|| UrlError::Port { url: text.to_owned(), port: digits.to_owned() })?,
            ),
        };
        let target = match target.chars().next() {
            None => Cow::Borrowed("/"),
            Some('?') => Cow::Owned(format!("/{target}")),
            Some(_) => Cow::Borrowed(target),
        };
        Ok(Self { scheme: scheme.unwrap_or_default(), user, host: Some(host), port, target })
    }

    /// The Host header that a client sends: the port only where it is not the scheme's own.
    pub fn authority(&self) -> Option<Cow<'a, str>> {
        let host = self.host?;
        Some(match self.port {
            Some(port) if port != self.scheme.default_port() => Cow::Owned(format!("{host}:{port}")),
            _ => Cow::Borrowed(host),
        })
    }
}

/// Host and port of an authority; brackets belong to the host.
pub(crate) fn split_port(address: &str) -> (&str, Option<&str>) {
    let after_brackets = if address.starts_with('[') { address.find(']').unwrap_or(0) } else { 0 };
    match address[after_brackets..].rfind(':') {
        Some(colon) => (&address[..after_brackets + colon], Some(&address[after_brackets + colon + 1..])),
        None => (address, None),
    }
}

fn parse_port(digits: &str) -> Option<u16> {
    digits.bytes().all(|byte| byte.is_ascii_digit()).then(|| digits.parse().ok()).flatten().filter(|port| *port > 0)
}

fn is_host(host: &str) -> bool {
    match host.strip_prefix('[') {
        Some(rest) => rest.strip_suffix(']').is_some_and(|inner| inner.parse::<std::net::Ipv6Addr>().is_ok()),
        None => host.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~')),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn parts(text: &str) -> (&'static str, Option<String>, Option<u16>, String) {
        let url = Url::parse(text).unwrap();
        (url.scheme.as_str(), url.authority().map(Cow::into_owned), url.port, url.target.into_owned())
    }

    fn error(text: &str) -> String {
        Url::parse(text).unwrap_err().to_string()
    }

    #[test]
    fn a_whole_url_has_all_parts() {
        let authority = Some("shop.example.com:8443".to_owned());
        let expected = ("https", authority, Some(8443), "/cart/7?x=1".to_owned());
        assert_eq!(parts("https://shop.example.com:8443/cart/7?x=1#top"), expected);
    }

    #[test]
    fn the_schemes_own_port_is_not_sent() {
        assert_eq!(parts("http://a.b:80/"), ("http", Some("a.b".into()), Some(80), "/".into()));
        assert_eq!(parts("HTTPS://a.b:443"), ("https", Some("a.b".into()), Some(443), "/".into()));
        assert_eq!(parts("https://a.b:80").1, Some("a.b:80".into()));
        assert_eq!(parts("http://a.b:/x"), ("http", Some("a.b".into()), None, "/x".into()));
    }

    #[test]
    fn a_path_may_stand_alone() {
        assert_eq!(parts("/httpbin/get?a=1"), ("http", None, None, "/httpbin/get?a=1".into()));
        assert_eq!(parts("//twice"), ("http", None, None, "//twice".into()));
    }

    #[test]
    fn the_scheme_may_be_missing() {
        assert_eq!(parts("shop.example.com/cart"), ("http", Some("shop.example.com".into()), None, "/cart".into()));
        assert_eq!(parts("localhost:8080?q"), ("http", Some("localhost:8080".into()), Some(8080), "/?q".into()));
        assert_eq!(parts("localhost").1, Some("localhost".into()));
    }

    #[test]
    fn addresses_are_hosts() {
        assert_eq!(parts("http://[::1]:8080/x").1, Some("[::1]:8080".into()));
        assert_eq!(parts("http://127.0.0.1/x").1, Some("127.0.0.1".into()));
    }

    #[test]
    fn user_information_is_kept_apart() {
        let url = Url::parse("https://alice:s3cret@a.b/").unwrap();
        assert_eq!((url.user, url.host), (Some("alice:s3cret"), Some("a.b")));
    }

    #[test]
    fn what_is_no_url_is_said_in_one_sentence() {
        assert_eq!(error(""), "the URL is empty: write https://HOST/PATH or /PATH");
        assert!(error("not a url").starts_with("`not a url` is no URL: it has a blank"));
        assert!(error("ftp://a.b/").contains("`ftp` is not a scheme of HTTP"));
        assert_eq!(error("http://"), "`http://` is no URL: it has no host");
        assert_eq!(error("https:///path"), "`https:///path` is no URL: it has no host");
        assert_eq!(error("http://a.b:99999/"), "`http://a.b:99999/` is no URL: `99999` is no port");
        assert_eq!(error("http://a.b:x/"), "`http://a.b:x/` is no URL: `x` is no port");
        assert!(error("http://a_b!/").contains("`a_b!` is no host"));
        assert!(error("http://münchen.de/").contains("is no host"));
        assert!(error("http://[::1/").contains("is no host"));
        assert!(error("cart/7").contains("begin a path with a slash"));
        assert!(error("::::").contains("is no"));
    }

    #[test]
    fn no_text_panics() {
        for text in ["[", "]", "[]:", "@", "@@:", "http://@", "http://[", "http://]:1", "a:b@c:d", "é", "?", "#"] {
            let _ = Url::parse(text);
        }
    }
}
