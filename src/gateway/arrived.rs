//! A request as it arrives, whatever it came over.

use std::borrow::Cow;

use http::Request;
use http::header::{HeaderMap, HeaderName};
use hyper::body::Incoming;

use super::frames;
use super::http1::{ClientBody, Note};
use crate::outcome::request::Version;

/// A request as it arrives.
pub(crate) struct Arrived {
    pub(crate) version: Version,
    pub(crate) method: Cow<'static, str>,
    /// The target, without its authority.
    pub(crate) path: String,
    /// What the target said of it; over HTTP/1 the Host header has it.
    pub(crate) authority: Option<String>,
    pub(crate) headers: HeaderMap,
    pub(crate) body: ClientBody,
    pub(crate) note: Note,
}

impl Default for Arrived {
    fn default() -> Self {
        Self {
            version: Version::Http11,
            method: Cow::Borrowed(""),
            path: String::new(),
            authority: None,
            headers: HeaderMap::new(),
            body: ClientBody::Empty,
            note: Note::default(),
        }
    }
}

impl Arrived {
    /// A stream of HTTP/2.
    pub(crate) fn over_http2(request: Request<Incoming>) -> Self {
        let (mut parts, body) = request.into_parts();
        let target = parts.uri.path_and_query().map(|target| target.as_str().to_owned());
        let authority = parts.uri.authority().map(|authority| authority.as_str().to_owned());
        Self {
            version: Version::Http2,
            method: method_of(parts.method.as_str()),
            path: told(&mut parts.headers, &frames::TARGET).or(target).unwrap_or_else(|| "/".to_owned()),
            authority: told(&mut parts.headers, &frames::AUTHORITY).or(authority),
            headers: parts.headers,
            body: ClientBody::Http2(body),
            note: Note::default(),
        }
    }
}

/// What the gate in front of h2 tells beside.
fn told(headers: &mut HeaderMap, name: &HeaderName) -> Option<String> {
    headers.remove(name).map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned())
}

/// The usual methods need no text of their own.
pub(crate) fn method_of(method: &str) -> Cow<'static, str> {
    const USUAL: [&str; 7] = ["GET", "POST", "PUT", "HEAD", "DELETE", "PATCH", "OPTIONS"];
    USUAL.into_iter().find(|usual| *usual == method).map_or_else(|| Cow::Owned(method.to_owned()), Cow::Borrowed)
}
