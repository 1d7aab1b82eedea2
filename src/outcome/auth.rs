//! The AuthService over HTTP: what it is asked, and what its answer does.

use std::borrow::Cow;

use http::header::{CONTENT_LENGTH, CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue};

use super::forwarded::REQUEST_ID;
use super::head::Head;
use super::reply::{Reply, Why};
use crate::model::Auth;

/// Headers of the client that the AuthService always sees.
const ALWAYS_SENT: [&str; 8] = [
    "authorization",
    "cookie",
    "from",
    "proxy-authorization",
    "user-agent",
    "x-forwarded-for",
    "x-forwarded-host",
    "x-forwarded-proto",
];

/// Headers of its answer that always count.
const ALWAYS_TAKEN: [&str; 5] = ["authorization", "location", "proxy-authenticate", "set-cookie", "www-authenticate"];

/// How an AuthService is asked over HTTP.
#[derive(Clone, Copy, Debug)]
pub struct HttpRules<'a> {
    /// Put before the path.
    pub path_prefix: Option<&'a str>,
    /// Headers of the client that it sees beside the fixed ones, in lower case.
    pub request_headers: &'a [String],
    /// Headers of its answer that go on beside the fixed ones, in lower case.
    pub authorization_headers: &'a [String],
    /// Headers that we add for it.
    pub add: &'a [(String, String)],
}

/// The part of a request's body that the AuthService sees.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BodyShown {
    /// How many bytes.
    pub length: u64,
    /// Whether that is not all of it.
    pub is_partial: bool,
}

/// What the AuthService says.
#[derive(Clone, Debug, PartialEq)]
pub enum Verdict {
    /// The request may go on, with these headers set on it.
    Allowed(HeaderMap),
    /// The client gets this answer.
    Denied(Reply),
    /// It could not be asked, or failed.
    Failed,
}

impl HttpRules<'_> {
    /// The request by which the AuthService is asked.
    pub fn question(&self, auth: &Auth, head: &Head<'_>, body: Option<BodyShown>) -> Head<'static> {
        let mut headers = HeaderMap::with_capacity(12);
        for name in ALWAYS_SENT.iter().copied().chain(self.request_headers.iter().map(String::as_str)) {
            if !matches!(name, "content-length" | "host")
                && let Some(value) = joined(&head.headers, name)
                && let Ok(name) = HeaderName::from_bytes(name.as_bytes())
            {
                headers.insert(name, value);
            }
        }
        for (name, value) in self.add {
            if let (Ok(name), Ok(value)) =
                (HeaderName::from_bytes(name.as_bytes()), HeaderValue::from_bytes(value.as_bytes()))
            {
                headers.insert(name, value);
            }
        }
        headers.insert(CONTENT_LENGTH, HeaderValue::from(body.map_or(0, |body| body.length)));
        if let Some(body) = body {
            let is_partial = if body.is_partial { "true" } else { "false" };
            headers.insert("x-envoy-auth-partial-body", HeaderValue::from_static(is_partial));
        }
        headers.insert("x-envoy-internal", HeaderValue::from_static("true"));
        let timeout = u64::try_from(auth.timeout.as_millis()).unwrap_or(u64::MAX);
        headers.insert("x-envoy-expected-rq-timeout-ms", HeaderValue::from(timeout));
        Head {
            method: Cow::Owned(head.method.clone().into_owned()),
            https: head.https,
            authority: Cow::Owned(head.authority.clone().into_owned()),
            path: Cow::Owned(format!("{}{}", self.path_prefix.unwrap_or_default(), head.path)),
            headers,
        }
    }

    /// What an answer means: exactly 200 allows, 5xx is a failure, anything else is the client's answer.
    pub fn verdict(&self, status: u16, answer: &HeaderMap, body: &str) -> Verdict {
        match status {
            200 => Verdict::Allowed(self.taken(answer, |headers, name, value| {
                headers.insert(name, value);
            })),
            500.. => Verdict::Failed,
            _ => {
                let mut reply = Reply::new(Why::AuthDenied);
                reply.status = status;
                reply.headers = self.taken(answer, |headers, name, value| {
                    headers.append(name, value);
                });
                if !body.is_empty() && !reply.headers.contains_key(CONTENT_TYPE) {
                    reply.headers.insert(CONTENT_TYPE, HeaderValue::from_static("text/plain"));
                }
                reply.body = Cow::Owned(body.to_owned());
                Verdict::Denied(reply)
            }
        }
    }

    fn taken(&self, answer: &HeaderMap, mut put: impl FnMut(&mut HeaderMap, HeaderName, HeaderValue)) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for (name, value) in answer {
            let is_taken = ALWAYS_TAKEN.contains(&name.as_str())
                || self.authorization_headers.iter().any(|taken| taken == name.as_str());
            if is_taken {
                put(&mut headers, name.clone(), value.clone());
            }
        }
        headers
    }
}

/// What becomes of a request about which the AuthService could not be asked: `None`, it goes on.
pub fn failed(auth: &Auth) -> Option<Reply> {
    (!auth.failure_mode_allow).then(|| Reply { status: auth.status_on_error, ..Reply::new(Why::AuthFailed) })
}

/// Whether a path is one of the gateway's own probes, which a misconfigured AuthService leaves alone.
pub fn is_probe(path: &str) -> bool {
    ["/ambassador/v0/check_alive", "/ambassador/v0/check_ready"].iter().any(|probe| path.starts_with(probe))
}

/// The answer to every other request when the AuthService of this key is configured wrongly.
pub fn broken(service: &str, headers: &HeaderMap) -> Reply {
    let id = headers.get(REQUEST_ID).map(|id| String::from_utf8_lossy(id.as_bytes()));
    let mut reply = Reply::new(Why::AuthBroken);
    reply.headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    reply.body = Cow::Owned(format!(
        "{{\n  \"message\": \"the {service} AuthService is misconfigured; see the logs for more information\",\n  \
         \"request_id\": \"{}\",\n  \"status_code\": 500\n}}\n",
        id.unwrap_or_default()
    ));
    reply
}

/// All values of a header, joined with commas.
fn joined(headers: &HeaderMap, name: &str) -> Option<HeaderValue> {
    let mut values = headers.get_all(name).iter();
    let first = values.next()?;
    let mut bytes = first.as_bytes().to_vec();
    for value in values {
        bytes.push(b',');
        bytes.extend_from_slice(value.as_bytes());
    }
    HeaderValue::from_maybe_shared(bytes).ok()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::time::Duration;

    use super::*;
    use crate::model::{AuthProtocol, ClusterId};

    fn service() -> Auth {
        Auth {
            cluster: ClusterId(0),
            service: "auth".into(),
            protocol: AuthProtocol::Grpc,
            timeout: Duration::from_secs(5),
            body: None,
            failure_mode_allow: false,
            status_on_error: 403,
        }
    }

    fn map(pairs: &[(&'static str, &'static str)]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for (name, value) in pairs {
            headers.append(*name, HeaderValue::from_static(value));
        }
        headers
    }

    fn with_rules<T>(test: impl FnOnce(HttpRules<'_>) -> T) -> T {
        let own = ["x-own".to_owned(), "x-auth".to_owned()];
        let add = [("x-own".to_owned(), "gw".to_owned())];
        test(HttpRules { path_prefix: Some("/pre"), request_headers: &own, authorization_headers: &own, add: &add })
    }

    #[test]
    fn it_sees_method_path_and_chosen_headers() {
        let sent = [("cookie", "a=1"), ("cookie", "b=2"), ("x-own", "mine"), ("x-other", "1"), ("content-length", "5")];
        let head = Head {
            method: "POST".into(),
            https: false,
            authority: "app".into(),
            path: "/x?y".into(),
            headers: map(&sent),
        };
        let question = with_rules(|rules| rules.question(&service(), &head, None));
        assert_eq!((&*question.method, &*question.path, &*question.authority), ("POST", "/pre/x?y", "app"));
        assert_eq!(question.headers["cookie"], "a=1,b=2");
        assert_eq!(question.headers["x-own"], "gw");
        assert_eq!(question.headers["content-length"], "0");
        assert_eq!(question.headers["x-envoy-expected-rq-timeout-ms"], "5000");
        assert!(!question.headers.contains_key("x-other"));
    }

    #[test]
    fn only_200_allows_and_the_last_value_counts() {
        let answer = map(&[("x-auth", "1"), ("x-auth", "2"), ("x-secret", "no"), ("set-cookie", "a=1")]);
        let Verdict::Allowed(headers) = with_rules(|rules| rules.verdict(200, &answer, "")) else { panic!() };
        assert_eq!((headers.len(), &headers["x-auth"]), (2, &HeaderValue::from_static("2")));
        assert!(matches!(with_rules(|rules| rules.verdict(204, &answer, "")), Verdict::Denied(_)));
        assert_eq!(with_rules(|rules| rules.verdict(503, &answer, "")), Verdict::Failed);
    }

    #[test]
    fn a_denial_is_the_clients_answer() {
        let answer = map(&[("x-auth", "1"), ("x-auth", "2"), ("content-type", "text/x"), ("x-secret", "no")]);
        let Verdict::Denied(reply) = with_rules(|rules| rules.verdict(401, &answer, "who")) else { panic!() };
        assert_eq!((reply.status, &*reply.body), (401, "who"));
        assert_eq!(reply.headers.get_all("x-auth").iter().count(), 2);
        assert_eq!(reply.headers["content-type"], "text/plain");
        assert!(!reply.headers.contains_key("x-secret"));
    }

    #[test]
    fn a_failure_refuses_unless_told() {
        assert_eq!(failed(&service()).unwrap().status, 403);
        assert_eq!(failed(&Auth { status_on_error: 503, ..service() }).unwrap().status, 503);
        assert_eq!(failed(&Auth { failure_mode_allow: true, ..service() }), None);
    }
}
