//! Answers that the gateway makes itself.

use std::borrow::Cow;
use std::fmt;

use http::header::{CONTENT_TYPE, HeaderMap, HeaderValue, TRANSFER_ENCODING};

use super::intake::{FramingRefusal, HeaderRefusal};
use super::normalise::PathRefusal;
use super::target::TargetRefusal;

/// An answer that the gateway makes itself.
#[derive(Clone, Debug, PartialEq)]
pub struct Reply {
    /// The status.
    pub status: u16,
    /// Why.
    pub why: Why,
    /// Headers, without `date`, `server`, `connection` and what tells the body's length.
    pub headers: HeaderMap,
    /// The body.
    pub body: Cow<'static, str>,
    /// Whether the connection is closed whatever the client asks for.
    pub closes: bool,
}

/// Why the gateway answers itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Why {
    /// HTTP/1 does not know the method.
    Method,
    /// The request target is refused.
    Target(TargetRefusal),
    /// The authority has characters that it may not have.
    Authority,
    /// There is no authority.
    NoAuthority,
    /// The version is not served.
    Version,
    /// A header is refused.
    Header(HeaderRefusal),
    /// What is said of the body is refused.
    Framing(FramingRefusal),
    /// A header's name or value has bytes that it may not have.
    HeaderBytes,
    /// A header's name has an underscore, and the Module refuses that.
    Underscore,
    /// Headers are too many or too large.
    TooLarge,
    /// The path is refused.
    Path(PathRefusal),
    /// No virtual host is for the authority.
    NoVirtualHost,
    /// No route takes the request.
    NoRoute,
    /// The address may not come.
    IpRules,
    /// The body is larger than is buffered.
    Body,
    /// The upgrade is not allowed.
    Upgrade,
    /// A cross-origin preflight, answered for the service.
    Preflight,
    /// The AuthService is configured wrongly.
    AuthBroken,
    /// The AuthService said no.
    AuthDenied,
    /// The AuthService could not be asked.
    AuthFailed,
    /// The RateLimitService said no.
    RateLimited,
    /// The RateLimitService could not be asked.
    RateLimitFailed,
}

impl fmt::Display for Why {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Method => "HTTP/1 does not know the method",
            Self::Target(TargetRefusal::Malformed) => "the request target is malformed",
            Self::Target(TargetRefusal::SchemeMismatch) => "the target says https, and the connection is cleartext",
            Self::Target(TargetRefusal::NoPath) => "no route takes a target without a path",
            Self::Authority => "the authority has characters that it may not have",
            Self::NoAuthority => "the request names no host",
            Self::Version => "this version of HTTP is not served",
            Self::Header(HeaderRefusal::Nominated) => "the Connection header names a header that must stay",
            Self::Header(HeaderRefusal::NominatedHost) => "the Connection header names the host",
            Self::Framing(FramingRefusal::Length) => "the Content-Length is none, or not alone",
            Self::Framing(FramingRefusal::Coding) => "the Transfer-Encoding is not `chunked`",
            Self::HeaderBytes => "a header has bytes that it may not have",
            Self::Underscore => "a header's name has an underscore, and the Module refuses that",
            Self::TooLarge => "the headers are too many or too large",
            Self::Path(PathRefusal::Fragment) => "the path has a `#`",
            Self::Path(PathRefusal::EscapedSlash) => "the path has an escaped slash, and the Module refuses that",
            Self::Path(PathRefusal::Nul) => "the path has an escaped NUL",
            Self::NoVirtualHost => "no Host is for this authority",
            Self::NoRoute => "no Mapping takes the request",
            Self::IpRules => "the Module does not let this address in",
            Self::Body => "the body is larger than the Module buffers",
            Self::Upgrade => "the Mapping does not allow this upgrade",
            Self::Preflight => "a CORS preflight is answered for the service",
            Self::AuthBroken => "the AuthService is configured wrongly",
            Self::AuthDenied => "the AuthService said no",
            Self::AuthFailed => "the AuthService could not be asked",
            Self::RateLimited => "the RateLimitService said no",
            Self::RateLimitFailed => "the RateLimitService could not be asked",
        })
    }
}

impl Why {
    /// Whether a gRPC client gets the answer in gRPC's form. What the HTTP parser itself refuses is answered plainly.
    pub fn suits_grpc(self) -> bool {
        !matches!(
            self,
            Self::Method
                | Self::Target(TargetRefusal::Malformed | TargetRefusal::SchemeMismatch)
                | Self::Authority
                | Self::Version
                | Self::Header(HeaderRefusal::Nominated)
                | Self::HeaderBytes
                | Self::Framing(_)
                | Self::Underscore
                | Self::TooLarge
                | Self::Preflight
        )
    }
}

impl Reply {
    /// The answer for a reason. For what a service denied, its own status comes instead.
    pub fn new(why: Why) -> Self {
        let malformed = (400, "Bad Request", true);
        let (status, body, closes) = match why {
            Why::Method
            | Why::Authority
            | Why::HeaderBytes
            | Why::Underscore
            | Why::Framing(FramingRefusal::Length)
            | Why::Target(TargetRefusal::Malformed)
            | Why::Header(HeaderRefusal::Nominated) => malformed,
            Why::NoAuthority | Why::Header(HeaderRefusal::NominatedHost) | Why::Path(_) => (400, "", true),
            Why::Framing(FramingRefusal::Coding) => (501, "Not Implemented", true),
            Why::Target(TargetRefusal::SchemeMismatch) => (403, "Forbidden", true),
            Why::Version => (426, "Upgrade Required", true),
            Why::TooLarge => (431, "Request Header Fields Too Large", true),
            Why::Target(TargetRefusal::NoPath) | Why::NoVirtualHost | Why::NoRoute => (404, "", false),
            Why::IpRules => (403, "RBAC: access denied", false),
            Why::Body => (413, "Payload Too Large", false),
            Why::Upgrade => (403, "", true),
            Why::Preflight => (200, "", false),
            Why::AuthBroken | Why::RateLimitFailed => (500, "", false),
            Why::AuthDenied | Why::AuthFailed => (403, "", false),
            Why::RateLimited => (429, "", false),
        };
        let mut reply = Self { status, why, headers: HeaderMap::new(), body: Cow::Borrowed(body), closes };
        if !body.is_empty() {
            reply.headers.insert(CONTENT_TYPE, HeaderValue::from_static("text/plain"));
        }
        if why == Why::RateLimited {
            reply.headers.insert("x-envoy-ratelimited", HeaderValue::from_static("true"));
        }
        reply
    }

    /// The same answer as a gRPC client gets it: 200, and the status in headers; plain where the reason is the parser's.
    pub fn for_grpc(mut self) -> Self {
        if !self.why.suits_grpc() {
            return self;
        }
        let status = grpc_status(self.status);
        self.headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/grpc"));
        self.headers.insert("grpc-status", HeaderValue::from(status));
        if !self.body.is_empty()
            && let Ok(message) = HeaderValue::try_from(grpc_message(&self.body))
        {
            self.headers.insert("grpc-message", message);
        }
        self.body = Cow::Borrowed("");
        self.status = 200;
        self
    }

    /// The headers as HTTP/1 sends them to a request of this method: an empty answer to HEAD says that it is chunked.
    pub fn headers_for(&self, method: &str) -> HeaderMap {
        let mut headers = self.headers.clone();
        if method == "HEAD" && self.body.is_empty() {
            headers.insert(TRANSFER_ENCODING, HeaderValue::from_static("chunked"));
        }
        headers
    }
}

/// The gRPC status for an HTTP status.
pub fn grpc_status(status: u16) -> u16 {
    match status {
        400 => 13,
        401 => 16,
        403 => 7,
        404 => 12,
        429 | 502 | 503 | 504 => 14,
        _ => 2,
    }
}

/// A text as `grpc-message` has it: what is not printable ASCII, and the percent sign, is percent-encoded.
pub fn grpc_message(text: &str) -> String {
    use fmt::Write as _;
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        if (b' '..=b'~').contains(&byte) && byte != b'%' {
            out.push(char::from(byte));
        } else {
            let _ = write!(out, "%{byte:02X}");
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_malformed_request_is_answered_and_closed() {
        let reply = Reply::new(Why::Method);
        assert_eq!((reply.status, &*reply.body, reply.closes), (400, "Bad Request", true));
        let reply = Reply::new(Why::Path(PathRefusal::Fragment));
        assert_eq!((reply.status, &*reply.body, reply.closes), (400, "", true));
    }

    #[test]
    fn grpc_clients_get_200_with_a_status_of_their_own() {
        let reply = Reply::new(Why::NoRoute).for_grpc();
        assert_eq!((reply.status, reply.headers["grpc-status"].as_bytes()), (200, &b"12"[..]));
        assert!(!reply.headers.contains_key("grpc-message"));
        let reply = Reply::new(Why::IpRules).for_grpc();
        assert_eq!(reply.headers["grpc-message"], "RBAC: access denied");
        assert!(reply.body.is_empty());
        assert_eq!(Reply::new(Why::Method).for_grpc().status, 400);
    }

    #[test]
    fn grpc_messages_are_percent_encoded() {
        assert_eq!(grpc_message("50% é\n"), "50%25 %C3%A9%0A");
    }

    #[test]
    fn an_empty_answer_to_head_says_chunked() {
        assert_eq!(Reply::new(Why::NoRoute).headers_for("HEAD")["transfer-encoding"], "chunked");
        assert!(Reply::new(Why::NoRoute).headers_for("GET").is_empty());
    }
}
