//! A request as a person describes it; what is left open is settled with the table at hand.

use std::borrow::Cow;
use std::net::{IpAddr, Ipv4Addr};

use super::url::{Scheme, Url, UrlError, split_port};
use crate::outcome::request::{Request, Version};
use crate::routing::{Listener, RouteTable, Serves};

/// A request as a person describes it: whatever is `None` is settled by the table.
#[derive(Clone, Debug)]
pub struct Ask<'a> {
    /// What the asker calls it, as JSON text.
    pub id: Option<Cow<'a, str>>,
    /// The Listener's port.
    pub listener: Option<u16>,
    /// Whether it comes over TLS.
    pub scheme: Scheme,
    /// The port in the URL.
    pub port: Option<u16>,
    /// The server name for TLS; inside `None` where none is sent.
    pub sni: Option<Option<Cow<'a, str>>>,
    /// The method.
    pub method: Cow<'a, str>,
    /// The Host header; inside `None` where none is sent.
    pub authority: Option<Option<Cow<'a, str>>>,
    /// Path and query, byte for byte.
    pub target: Cow<'a, str>,
    /// All other headers, in order.
    pub headers: Vec<(Cow<'a, str>, Cow<'a, str>)>,
    /// The version of HTTP.
    pub version: Version,
    /// The address that the connection comes from.
    pub client: IpAddr,
    /// The length of the body, where there is one.
    pub body: Option<u64>,
}

/// Why a request cannot be asked.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AskError {
    /// The URL is none.
    #[error(transparent)]
    Url(#[from] UrlError),
    /// A header without a colon.
    #[error("`{0}` is no header: a colon stands between name and value, as in `x-canary: always`")]
    HeaderColon(String),
    /// A header name with characters that no header name has.
    #[error("`{0}` is no header name")]
    HeaderName(String),
    /// A header value with a line break.
    #[error("the value of header `{0}` has a control character")]
    HeaderValue(String),
    /// A method with characters that no method has.
    #[error("`{0}` is no method")]
    Method(String),
    /// A method, and nothing to ask for.
    #[error("`{0}` is a method: what is its URL?")]
    NoUrl(String),
}

impl Default for Ask<'_> {
    fn default() -> Self {
        Self {
            id: None,
            listener: None,
            scheme: Scheme::Http,
            port: None,
            sni: None,
            method: Cow::Borrowed("GET"),
            authority: None,
            target: Cow::Borrowed("/"),
            headers: Vec::new(),
            version: Version::Http11,
            client: IpAddr::V4(Ipv4Addr::LOCALHOST),
            body: None,
        }
    }
}

impl<'a> Ask<'a> {
    /// A GET of a URL; user information in it becomes an `authorization` header, as clients do.
    ///
    /// # Errors
    ///
    /// The URL is none.
    pub fn get(url: &'a str) -> Result<Self, AskError> {
        let url = Url::parse(url)?;
        let authorization = url.user.map(|user| (Cow::Borrowed("authorization"), Cow::Owned(basic(user))));
        Ok(Self {
            scheme: url.scheme,
            port: url.port,
            authority: url.authority().map(Some),
            target: url.target,
            headers: authorization.into_iter().collect(),
            ..Self::default()
        })
    }

    /// `URL`, or `METHOD URL`.
    ///
    /// # Errors
    ///
    /// One of them is none.
    pub fn words(words: &'a str) -> Result<Self, AskError> {
        match words.trim().split_once([' ', '\t']) {
            Some((method, url)) if is_upper(method) => {
                let mut ask = Self::get(url.trim_start())?;
                ask.set_method(method)?;
                Ok(ask)
            }
            None if is_common_method(words.trim()) => Err(AskError::NoUrl(words.trim().to_owned())),
            _ => Self::get(words.trim()),
        }
    }

    /// Sets the method.
    ///
    /// # Errors
    ///
    /// It is none.
    pub fn set_method(&mut self, method: impl Into<Cow<'a, str>>) -> Result<(), AskError> {
        let method = method.into();
        if !is_token(&method) {
            return Err(AskError::Method(method.into_owned()));
        }
        self.method = method;
        Ok(())
    }

    /// Adds a header `name: value`; a Host header sets the authority.
    ///
    /// # Errors
    ///
    /// It is none.
    pub fn add_header_line(&mut self, line: &str) -> Result<(), AskError> {
        // A pseudo header begins with a colon that does not end its name.
        let name_from = usize::from(line.starts_with(':'));
        let colon = line.get(name_from..).and_then(|rest| rest.find(':'));
        let colon = colon.ok_or_else(|| AskError::HeaderColon(line.to_owned()))? + name_from;
        self.add_header(line[..colon].trim().to_owned(), line[colon + 1..].trim().to_owned())
    }

    /// Adds a header; a Host header sets the authority.
    ///
    /// # Errors
    ///
    /// Its name or its value is none.
    pub fn add_header(
        &mut self,
        name: impl Into<Cow<'a, str>>,
        value: impl Into<Cow<'a, str>>,
    ) -> Result<(), AskError> {
        let (name, value) = (name.into(), value.into());
        if value.chars().any(|c| c.is_control() && c != '\t') {
            return Err(AskError::HeaderValue(name.into_owned()));
        }
        if name.eq_ignore_ascii_case("host") || name == ":authority" {
            self.authority = Some(Some(value));
            return Ok(());
        }
        if !is_token(&name) {
            return Err(AskError::HeaderName(name.into_owned()));
        }
        self.headers.push((name, value));
        Ok(())
    }

    /// Whether there is a header of this name.
    pub fn has_header(&self, name: &str) -> bool {
        self.headers.iter().any(|(key, _)| key.eq_ignore_ascii_case(name))
    }

    /// Gives it a body as curl's `-d` does: GET becomes POST, a form unless a header says otherwise.
    pub fn set_body(&mut self, length: u64, method_given: bool) {
        self.body = Some(length);
        if !method_given {
            self.method = Cow::Borrowed("POST");
        }
        if !self.has_header("content-type") {
            let form = Cow::Borrowed("application/x-www-form-urlencoded");
            self.headers.push((Cow::Borrowed("content-type"), form));
        }
    }

    /// The same, borrowing nothing.
    pub fn into_owned(self) -> Ask<'static> {
        fn own(text: Cow<'_, str>) -> Cow<'static, str> {
            Cow::Owned(text.into_owned())
        }
        Ask {
            id: self.id.map(own),
            listener: self.listener,
            scheme: self.scheme,
            port: self.port,
            sni: self.sni.map(|name| name.map(own)),
            method: own(self.method),
            authority: self.authority.map(|authority| authority.map(own)),
            target: own(self.target),
            headers: self.headers.into_iter().map(|(name, value)| (own(name), own(value))).collect(),
            version: self.version,
            client: self.client,
            body: self.body,
        }
    }

    /// Settles what was left open.
    pub fn settle(self, table: &RouteTable) -> Request<'a> {
        let listener = self.listener.unwrap_or_else(|| listener(table, self.scheme, self.port));
        let authority = self.authority.unwrap_or_else(|| Some(Cow::Owned(authority(table, listener))));
        let tls = (self.scheme == Scheme::Https)
            .then(|| self.sni.unwrap_or_else(|| server_name(authority.as_deref()).map(|name| Cow::Owned(name.into()))));
        Request {
            listener,
            tls,
            version: self.version,
            method: self.method,
            authority,
            target: self.target,
            headers: self.headers,
            body: self.body,
            client: self.client,
        }
    }
}

/// The port to which a scheme and a URL's port lead: the URL's own where something listens there; else, of the
/// Listeners that take the scheme, the customary one (8443, 8080), or the first.
fn listener(table: &RouteTable, scheme: Scheme, port: Option<u16>) -> u16 {
    let open = |port: &u16| table.listener(*port).is_some();
    if let Some(port) = port.filter(open) {
        return port;
    }
    let customary = match scheme {
        Scheme::Http => 8080,
        Scheme::Https => 8443,
    };
    let takes = |listener: &&Listener| takes(listener, scheme);
    let fitting = || table.listeners().iter().filter(takes).map(|listener| listener.port);
    fitting().find(|port| *port == customary).or_else(|| fitting().next()).unwrap_or(customary)
}

/// Whether a Listener has a chain for requests of a scheme.
fn takes(listener: &Listener, scheme: Scheme) -> bool {
    listener.stack.http
        && listener
            .chains
            .iter()
            .any(|chain| chain.tls.is_some() == (scheme == Scheme::Https) && matches!(chain.serves, Serves::Http(_)))
}

/// The name for a request that names none: that of the only virtual host, else `localhost`.
fn authority(table: &RouteTable, port: u16) -> String {
    let chains = table.listener(port).into_iter().flat_map(|listener| &listener.chains);
    let mut domains = chains.flat_map(|chain| match &chain.serves {
        Serves::Http(hosts) => hosts.iter().map(|host| &*host.domain).collect(),
        Serves::Tcp(_) => Vec::new(),
    });
    match domains.next() {
        Some(only) if !only.contains('*') && domains.all(|other| other == only) => only.to_owned(),
        _ => "localhost".to_owned(),
    }
}

/// The name that a TLS client sends for an authority: none for addresses.
pub(super) fn server_name(authority: Option<&str>) -> Option<&str> {
    let (host, _) = split_port(authority?);
    (!host.starts_with('[') && host.parse::<IpAddr>().is_err()).then_some(host)
}

/// The value of an `authorization` header for `user:password`.
pub(super) fn basic(user: &str) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::from("Basic ");
    for group in user.as_bytes().chunks(3) {
        let bits = group.iter().fold(0u32, |bits, byte| bits << 8 | u32::from(*byte)) << (8 * (3 - group.len()));
        for place in 0..4 {
            let digit = DIGITS.get((bits >> (18 - 6 * place)) as usize & 63).filter(|_| place <= group.len());
            text.push(digit.map_or('=', |digit| char::from(*digit)));
        }
    }
    text
}

/// Whether a text can be a method or the name of a header.
pub(super) fn is_token(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte))
}

/// Whether a word can only be a method: URLs have small letters, dots or slashes.
fn is_upper(word: &str) -> bool {
    let is_url = |byte: u8| byte.is_ascii_lowercase() || byte == b'.';
    is_token(word) && word.contains(|c: char| c.is_ascii_uppercase()) && !word.bytes().any(is_url)
}

fn is_common_method(text: &str) -> bool {
    ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "CONNECT", "TRACE"].contains(&text)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_method_may_stand_before_the_url() {
        let ask = Ask::words("POST https://a.b/x").unwrap();
        assert_eq!((&*ask.method, ask.scheme, &*ask.target), ("POST", Scheme::Https, "/x"));
        assert_eq!(Ask::words("/x").unwrap().method, "GET");
        assert_eq!(Ask::words("GET").unwrap_err(), AskError::NoUrl("GET".into()));
        assert!(Ask::words("G@T /x").is_err());
        assert_eq!(Ask::words("M-SEARCH  /x").unwrap().method, "M-SEARCH");
        // What a Mapping with this `method`, and without `method_regex`, takes.
        assert_eq!(Ask::words("GET|HEAD /x").unwrap().method, "GET|HEAD");
    }

    #[test]
    fn a_header_has_a_colon() {
        let mut ask = Ask::get("/").unwrap();
        ask.add_header_line("X-Canary:  always ").unwrap();
        ask.add_header_line("x-time: 12:30").unwrap();
        assert_eq!(ask.headers, [("X-Canary".into(), "always".into()), ("x-time".into(), "12:30".into())]);
        assert_eq!(ask.add_header_line("x-canary").unwrap_err(), AskError::HeaderColon("x-canary".into()));
        assert_eq!(ask.add_header_line("x y: z").unwrap_err(), AskError::HeaderName("x y".into()));
        assert_eq!(ask.add_header_line(": z").unwrap_err(), AskError::HeaderColon(": z".into()));
        assert_eq!(ask.add_header_line("").unwrap_err(), AskError::HeaderColon(String::new()));
    }

    #[test]
    fn a_host_header_is_the_authority() {
        let mut ask = Ask::get("http://a.b/").unwrap();
        ask.add_header_line("Host: c.d").unwrap();
        assert_eq!(ask.authority, Some(Some("c.d".into())));
        ask.add_header_line(":authority: e.f").unwrap();
        assert_eq!(ask.authority, Some(Some("e.f".into())));
        assert!(ask.headers.is_empty());
    }

    #[test]
    fn a_body_makes_a_post_of_a_form() {
        let mut ask = Ask::get("/").unwrap();
        ask.set_body(3, false);
        assert_eq!((&*ask.method, ask.body), ("POST", Some(3)));
        assert!(ask.has_header("Content-Type"));
        let mut ask = Ask::get("/").unwrap();
        ask.add_header_line("Content-Type: application/json").unwrap();
        ask.set_method("PUT").unwrap();
        ask.set_body(3, true);
        assert_eq!((&*ask.method, ask.headers.len()), ("PUT", 1));
    }

    #[test]
    fn users_become_basic_authorization() {
        assert_eq!(basic("Aladdin:open sesame"), "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==");
        assert_eq!(basic("ab"), "Basic YWI=");
        assert_eq!(basic("abc"), "Basic YWJj");
        assert_eq!(Ask::get("http://u:p@a.b/").unwrap().headers, [("authorization".into(), "Basic dTpw".into())]);
    }

    #[test]
    fn addresses_send_no_server_name() {
        assert_eq!(server_name(Some("a.b:8443")), Some("a.b"));
        assert_eq!(server_name(Some("127.0.0.1:8443")), None);
        assert_eq!(server_name(Some("[::1]:8443")), None);
        assert_eq!(server_name(None), None);
    }
}
