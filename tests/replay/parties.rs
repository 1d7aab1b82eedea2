//! The stand-ins that the corpus was recorded with: its AuthService, its RateLimitService, its echo upstream.

use std::borrow::Cow;
use std::time::Duration;

use http::{HeaderMap, HeaderValue};
use kubectl_ambassador::model::{Auth, AuthProtocol, RateLimit};
use kubectl_ambassador::outcome::Parties;
use kubectl_ambassador::outcome::auth::{HttpRules, Verdict};
use kubectl_ambassador::outcome::forwarded::Origin;
use kubectl_ambassador::outcome::head::Head;
use kubectl_ambassador::outcome::rate_limit::Entries;
use kubectl_ambassador::outcome::reply::{Reply, Why};

use super::case::Case;

/// The stand-ins, and what they were asked.
pub(crate) struct StandIns<'c> {
    case: &'c Case,
    /// The request that the AuthService got.
    pub(crate) auth_request: Option<Head<'static>>,
    /// The domain and descriptors that the RateLimitService got.
    pub(crate) limit_request: Option<(String, Vec<Vec<Vec<String>>>)>,
}

impl<'c> StandIns<'c> {
    /// Those of a case.
    pub(crate) fn of(case: &'c Case) -> Self {
        Self { case, auth_request: None, limit_request: None }
    }
}

fn map(pairs: &[(&'static str, &str)]) -> HeaderMap {
    pairs.iter().map(|(name, value)| (name.parse().unwrap(), HeaderValue::from_str(value).unwrap())).collect()
}

impl Parties for StandIns<'_> {
    fn authorise(&mut self, auth: &Auth, head: &Head<'_>, _origin: &Origin) -> Verdict {
        let AuthProtocol::Http { path_prefix, request_headers, authorization_headers, add } = &auth.protocol else {
            panic!("no recorded case of this corpus has a gRPC AuthService");
        };
        let rules = HttpRules { path_prefix: path_prefix.as_deref(), request_headers, authorization_headers, add };
        let question = rules.question(auth, head, None);
        if self.case.kind_of(&auth.service) == "dead" {
            return Verdict::Failed;
        }
        let bearer = question.headers.get("authorization").map_or("", |value| value.to_str().unwrap()).to_owned();
        let next = format!("https://login.example.com/?next={}", question.path);
        let is_head = question.method == "HEAD";
        self.auth_request = Some(question);
        let body = |text| if is_head { "" } else { text };
        match bearer.as_str() {
            "Bearer allow" => {
                let answer = [("x-auth-user", "alice"), ("x-auth-team", "blue"), ("set-cookie", "sess=1")];
                rules.verdict(200, &map(&answer), "")
            }
            "Bearer rewrite" => {
                let answer = [
                    ("authorization", "Bearer rewritten"),
                    ("x-auth-user", "bob"),
                    ("x-secret", "not-allowed-through"),
                ];
                rules.verdict(200, &map(&answer), "")
            }
            "Bearer forbid" => rules.verdict(403, &map(&[("x-auth-reason", "no")]), body("forbidden by auth\n")),
            "Bearer redirect" => rules.verdict(302, &map(&[("location", &next)]), ""),
            "Bearer error" => rules.verdict(500, &map(&[]), ""),
            "Bearer slow" if auth.timeout > Duration::from_millis(1200) => rules.verdict(200, &map(&[]), ""),
            "Bearer slow" | "Bearer reset" => Verdict::Failed,
            _ => {
                let answer = [("www-authenticate", "Basic realm=\"demo\""), ("x-auth-reason", "missing")];
                rules.verdict(401, &map(&answer), body("who are you\n"))
            }
        }
    }

    fn limit(&mut self, limit: &RateLimit, descriptors: &[Entries<'_>]) -> Option<Reply> {
        if self.case.kind_of(&limit.service) == "dead" {
            return limit.failure_mode_deny.then(|| Reply::new(Why::RateLimitFailed));
        }
        let told = |(key, value): &(&str, Cow<'_, str>)| vec![(*key).to_owned(), value.clone().into_owned()];
        let rows = descriptors.iter().map(|entries| entries.iter().map(told).collect()).collect();
        self.limit_request = Some((limit.domain.to_string(), rows));
        let is_over = descriptors.iter().flatten().any(|(_, value)| value.contains("limited"));
        is_over.then(|| Reply::new(Why::RateLimited))
    }
}

/// Why the status of a forwarded request hangs on how the upstream behaves; else the status that the echo gives.
pub(crate) fn echo_status(
    request: &kubectl_ambassador::outcome::request::Request<'_>,
    is_upgrade: bool,
) -> Result<u16, &'static str> {
    let value = |name| request.values(name).next();
    for (name, reason) in [
        ("x-echo-delay-ms", "the upstream answers late"),
        ("x-echo-fail-first", "the upstream fails some tries"),
        ("x-echo-reset", "the upstream closes the connection"),
    ] {
        if value(name).is_some() {
            return Err(reason);
        }
    }
    if let Some(status) = value("x-echo-status") {
        return status.parse().map_err(|_| "the upstream's status is no number");
    }
    Ok(if is_upgrade && value("x-echo-no-upgrade").is_none() { 101 } else { 200 })
}
