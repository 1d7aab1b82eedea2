//! The head of a request on its way through the gateway.

use std::borrow::Cow;

use http::header::{CONTENT_TYPE, HeaderMap};

use super::normalise::split;
use crate::routing::{Draw, RequestView};

/// The head of a request: what filters look at, and what rewriting changes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Head<'a> {
    /// The method.
    pub method: Cow<'a, str>,
    /// Whether `:scheme` is https.
    pub https: bool,
    /// The authority.
    pub authority: Cow<'a, str>,
    /// The normalised path with its query.
    pub path: Cow<'a, str>,
    /// All other headers.
    pub headers: HeaderMap,
}

impl Head<'_> {
    /// What matching may look at. `secure` is what the Listener's security model says of the request.
    pub fn view(&self, secure: bool, draw: Draw) -> RequestView<'_> {
        let (path, query) = split(&self.path);
        RequestView {
            secure,
            authority: &self.authority,
            method: &self.method,
            path,
            query,
            headers: &self.headers,
            draw,
        }
    }

    /// `http` or `https`.
    pub fn scheme(&self) -> &'static str {
        if self.https { "https" } else { "http" }
    }

    /// Whether it is a gRPC call, by its content type.
    pub fn is_grpc(&self) -> bool {
        is_grpc(&self.headers)
    }
}

/// Whether headers are those of a gRPC call.
pub fn is_grpc(headers: &HeaderMap) -> bool {
    // Names are few: looking along them is cheaper than asking the map for one that is mostly not there.
    headers.keys().any(|name| *name == CONTENT_TYPE)
        && headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).is_some_and(is_grpc_type)
}

/// Whether a content type is gRPC's.
pub fn is_grpc_type(content_type: &str) -> bool {
    content_type.strip_prefix("application/grpc").is_some_and(|rest| rest.is_empty() || rest.starts_with('+'))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn grpc_is_known_by_its_content_type() {
        for (content_type, grpc) in [
            ("application/grpc", true),
            ("application/grpc+proto", true),
            ("application/grpc-web", false),
            ("application/json", false),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(CONTENT_TYPE, content_type.parse().unwrap());
            assert_eq!(is_grpc(&headers), grpc, "{content_type}");
        }
    }
}
