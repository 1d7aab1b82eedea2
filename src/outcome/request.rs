//! The plain request that a person describes, or a line of a file: bytes as a client would send them.

use std::borrow::Cow;
use std::net::{IpAddr, Ipv4Addr};

/// A request as a client sends it to a port of the gateway.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request<'a> {
    /// The Listener's port.
    pub listener: u16,
    /// The server name that TLS asks for; `None` outside for cleartext, inside for none.
    pub tls: Option<Option<Cow<'a, str>>>,
    /// The version.
    pub version: Version,
    /// The method.
    pub method: Cow<'a, str>,
    /// The Host header, or `:authority`; `None` is none at all.
    pub authority: Option<Cow<'a, str>>,
    /// The request target, byte for byte.
    pub target: Cow<'a, str>,
    /// All other headers in order; names may repeat and have capitals.
    pub headers: Vec<(Cow<'a, str>, Cow<'a, str>)>,
    /// The length of the body, where one is sent.
    pub body: Option<u64>,
    /// The address that the connection comes from.
    pub client: IpAddr,
}

/// The version of HTTP that a client speaks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Version {
    /// HTTP/1.0
    Http10,
    /// HTTP/1.1
    #[default]
    Http11,
    /// HTTP/2
    Http2,
}

impl Version {
    /// The version of a text such as `1.1`.
    pub fn parse(text: &str) -> Option<Self> {
        Some(match text {
            "1.0" => Self::Http10,
            "1.1" => Self::Http11,
            "2" | "2.0" => Self::Http2,
            _ => return None,
        })
    }

    /// Envoy's name for it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Http10 => "HTTP/1.0",
            Self::Http11 => "HTTP/1.1",
            Self::Http2 => "HTTP/2",
        }
    }
}

impl<'a> Request<'a> {
    /// A GET from the machine itself, in cleartext, without headers.
    pub fn get(listener: u16, authority: &'a str, target: &'a str) -> Self {
        Self {
            listener,
            tls: None,
            version: Version::Http11,
            method: Cow::Borrowed("GET"),
            authority: Some(Cow::Borrowed(authority)),
            target: Cow::Borrowed(target),
            headers: Vec::new(),
            body: None,
            client: IpAddr::V4(Ipv4Addr::LOCALHOST),
        }
    }

    /// Whether it comes over TLS.
    pub fn is_tls(&self) -> bool {
        self.tls.is_some()
    }

    /// The values of a header as the client sent them, blanks around them cut off.
    pub fn values<'r>(&'r self, name: &'r str) -> impl Iterator<Item = &'r str> {
        self.headers.iter().filter(move |(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| trimmed(value))
    }
}

/// A header's value without the blanks around it, as every reader of HTTP takes it.
pub(crate) fn trimmed(value: &str) -> &str {
    let is_blank = |byte: Option<&u8>| matches!(byte, Some(b' ' | b'\t'));
    // Hardly any value has some.
    if is_blank(value.as_bytes().first()) || is_blank(value.as_bytes().last()) {
        value.trim_matches([' ', '\t'])
    } else {
        value
    }
}
