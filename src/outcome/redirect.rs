//! Redirects: those that Mappings ask for, and the one to https.

use http::header::{HeaderMap, HeaderValue, LOCATION};

use super::head::Head;
use super::reply::grpc_status;
use super::rewrite::redirected;
use crate::model;
use crate::routing::predicate::PathTest;

/// A redirect as the client gets it.
#[derive(Clone, Debug, PartialEq)]
pub struct Redirected {
    /// The status; a gRPC client gets 200.
    pub status: u16,
    /// Where to.
    pub location: String,
    /// All headers but `date`, `server` and `connection`.
    pub headers: HeaderMap,
}

/// The redirect that a Mapping asks for.
pub fn by_mapping(redirect: &model::Redirect, test: &PathTest, head: &Head<'_>) -> Redirected {
    let path = redirected(&redirect.path, test, &head.path);
    answer(redirect.code, format!("{}://{}{path}", head.scheme(), redirect.host), head)
}

/// The redirect to https: the authority stays but for `:80` where the scheme was http, the path stays as it is.
pub fn to_https(head: &Head<'_>) -> Redirected {
    let authority =
        if head.https { &head.authority } else { head.authority.strip_suffix(":80").unwrap_or(&head.authority) };
    answer(301, format!("https://{authority}{}", head.path), head)
}

fn answer(code: u16, location: String, head: &Head<'_>) -> Redirected {
    let mut headers = HeaderMap::new();
    if let Ok(value) = HeaderValue::try_from(location.as_str()) {
        headers.insert(LOCATION, value);
    }
    let is_grpc = head.is_grpc();
    if is_grpc {
        headers.insert("content-type", HeaderValue::from_static("application/grpc"));
        headers.insert("grpc-status", HeaderValue::from(grpc_status(code)));
    } else if head.method == "HEAD" {
        headers.insert("transfer-encoding", HeaderValue::from_static("chunked"));
    }
    Redirected { status: if is_grpc { 200 } else { code }, location, headers }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{AuthUse, RedirectPath};

    fn head(authority: &str, path: &str) -> Head<'static> {
        Head {
            method: "GET".into(),
            https: false,
            authority: authority.to_owned().into(),
            path: path.to_owned().into(),
            headers: HeaderMap::new(),
        }
    }

    #[test]
    fn https_keeps_authority_and_path() {
        for (authority, kept) in
            [("a.com", "a.com"), ("a.com:80", "a.com"), ("a.com:8080", "a.com:8080"), ("[::1]:80", "[::1]")]
        {
            assert_eq!(to_https(&head(authority, "/s/x?y=1")).location, format!("https://{kept}/s/x?y=1"));
        }
        let already = Head { https: true, ..head("a.com:80", "/s") };
        assert_eq!(to_https(&already).location, "https://a.com:80/s");
    }

    #[test]
    fn a_mapping_names_the_host_and_the_request_the_scheme() {
        let redirect = model::Redirect {
            host: "new.com:8443".into(),
            path: RedirectPath::Keep,
            code: 308,
            auth: AuthUse::Bypassed,
        };
        let test = PathTest::Prefix { text: "/r".into(), case_sensitive: true };
        let redirected = by_mapping(&redirect, &test, &head("old.com:80", "/r/x?y"));
        assert_eq!((redirected.status, redirected.location.as_str()), (308, "http://new.com:8443/r/x?y"));
    }

    #[test]
    fn a_grpc_client_gets_200() {
        let mut head = head("a", "/");
        head.headers.insert("content-type", HeaderValue::from_static("application/grpc"));
        let redirected = to_https(&head);
        assert_eq!((redirected.status, redirected.headers["grpc-status"].as_bytes()), (200, &b"2"[..]));
    }
}
