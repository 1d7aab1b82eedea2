//! A request as it goes to an endpoint.

use std::borrow::Cow;

use http::header::{CONNECTION, TRANSFER_ENCODING, UPGRADE};
use http::uri::{Authority, PathAndQuery, Scheme};
use http::{Method, Request, Uri, Version};

use super::http1::Outgoing;
use crate::gateway::upload::UpBody;
use crate::outcome::head::Head;

/// A request as it goes to an endpoint.
pub(crate) enum Sending {
    Http1(Box<Outgoing>),
    Http2(Box<Request<UpBody>>),
}

impl Sending {
    /// Writes a request down. `None` where it cannot be said in that version of HTTP.
    pub(crate) fn new(head: Cow<'_, Head<'_>>, body: UpBody, is_http2: bool) -> Option<Self> {
        if !is_http2 {
            return Outgoing::new(&head, body).map(Box::new).map(Self::Http1);
        }
        let mut uri = http::uri::Parts::default();
        uri.path_and_query = Some(path_and_query(&head.path)?);
        uri.scheme = Some(if head.https { Scheme::HTTPS } else { Scheme::HTTP });
        uri.authority = Some(Authority::try_from(head.authority.as_bytes()).ok()?);
        // Said of HTTP/2, a length of nothing would be a header of its own.
        let body = if matches!(body, UpBody::Empty) { UpBody::Silent } else { body };
        let mut request = Request::new(body);
        *request.method_mut() = Method::from_bytes(head.method.as_bytes()).ok()?;
        *request.version_mut() = Version::HTTP_2;
        *request.uri_mut() = Uri::from_parts(uri).ok()?;
        let mut headers = match head {
            Cow::Owned(head) => head.headers,
            Cow::Borrowed(head) => head.headers.clone(),
        };
        for name in [CONNECTION, TRANSFER_ENCODING, UPGRADE] {
            headers.remove(name);
        }
        *request.headers_mut() = headers;
        Some(Self::Http2(Box::new(request)))
    }

    /// Its method.
    pub(crate) fn method(&self) -> &Method {
        match self {
            Self::Http1(outgoing) => outgoing.method(),
            Self::Http2(request) => request.method(),
        }
    }
}

/// A target as upstreams take it: what would end it is percent-encoded.
pub(super) fn target(path: &str) -> Cow<'_, [u8]> {
    let ends = |byte: u8| byte.is_ascii_control() || byte == b' ';
    if path.is_empty() {
        return Cow::Borrowed(b"/");
    }
    if path.bytes().any(ends) { Cow::Owned(encoded(path, ends)) } else { Cow::Borrowed(path.as_bytes()) }
}

/// The same for HTTP/2, whose types know fewer bytes.
fn path_and_query(path: &str) -> Option<PathAndQuery> {
    let is_odd = |byte: u8| {
        !byte.is_ascii_graphic() || matches!(byte, b'"' | b'<' | b'>' | b'#' | b'`' | b'{' | b'}' | b'\\' | b'^' | b'|')
    };
    PathAndQuery::try_from(path).or_else(|_| PathAndQuery::try_from(encoded(path, is_odd))).ok()
}

/// A path with some bytes percent-encoded.
fn encoded(path: &str, is_odd: impl Fn(u8) -> bool) -> Vec<u8> {
    let mut encoded = Vec::with_capacity(path.len() + 8);
    for byte in path.bytes() {
        if is_odd(byte) {
            encoded.extend_from_slice(format!("%{byte:02X}").as_bytes());
        } else {
            encoded.push(byte);
        }
    }
    encoded
}
