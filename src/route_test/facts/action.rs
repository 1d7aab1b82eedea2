//! What a route does, as facts.

use std::sync::Arc;
use std::time::Duration;

use serde::Serialize;

use crate::model::{
    Action, AuthUse, Cors, Forward, HashPolicy, HostRewrite, Priority, Redirect, RedirectPath, RetryPolicy, Rewrite,
};
use crate::pipeline::Compilation;
use crate::routing::Route;

/// What a Mapping gets where it says nothing.
const DEFAULT_TIMEOUT: Duration = Duration::from_secs(3);

/// A header's name, its value, and `append` or `replace`.
type Addition = (Arc<str>, Arc<str>, &'static str);

/// What a route does: it has a `service` or a `redirect`.
#[derive(Clone, Debug, Default, Serialize)]
pub struct ActionFacts {
    /// Where requests go.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub service: Option<Arc<str>>,
    /// Where requests are sent instead.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub redirect: Option<RedirectFacts>,
    /// What replaces the matched part of the path.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub prefix_rewrite: Option<Arc<str>>,
    /// What replaces each match of a regex.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub regex_rewrite: Option<RegexRewriteFacts>,
    /// What replaces the authority.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub host_rewrite: Option<Arc<str>>,
    /// Whether the authority becomes the endpoint's name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub auto_host_rewrite: Option<bool>,
    /// The limit of the exchange, where it is not 3 s; zero is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub timeout: Option<String>,
    /// The limit of silence, where set.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub idle_timeout: Option<String>,
    /// `high`, where it is that.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub priority: Option<&'static str>,
    /// Retries.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub retry: Option<RetryFacts>,
    /// What a sticky choice hangs on, in Envoy's shape.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub hash_policy: Vec<serde_json::Value>,
    /// Protocols to upgrade to.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub upgrades: Vec<Arc<str>>,
    /// Services that get copies.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub mirror: Vec<MirrorFacts>,
    /// Cross-origin rules.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cors: Option<CorsFacts>,
    /// How many descriptors the RateLimitService is asked about.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rate_limit_descriptors: Option<usize>,
    /// Headers added to requests.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub request_headers_added: Vec<Addition>,
    /// Headers removed from requests.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub request_headers_removed: Vec<Arc<str>>,
    /// Headers added to responses.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub response_headers_added: Vec<Addition>,
    /// Headers removed from responses.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub response_headers_removed: Vec<Arc<str>>,
    /// `bypassed`, where the AuthService is not asked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub auth: Option<&'static str>,
}

/// Where requests are sent instead.
#[derive(Clone, Debug, Default, Serialize)]
pub struct RedirectFacts {
    /// To https, all else the same.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub https: Option<bool>,
    /// The new authority.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub host: Option<Arc<str>>,
    /// The new path.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub path: Option<Arc<str>>,
    /// What replaces the matched part of the path.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub prefix: Option<Arc<str>>,
    /// What replaces each match of a regex.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub regex: Option<RegexRewriteFacts>,
    /// The status.
    pub code: u16,
}

/// A regex and what replaces its matches.
#[derive(Clone, Debug, Serialize)]
pub struct RegexRewriteFacts {
    /// The regex.
    pub pattern: Arc<str>,
    /// The replacement, with `\1` for groups.
    pub substitution: Arc<str>,
}

/// Retries.
#[derive(Clone, Debug, Serialize)]
pub struct RetryFacts {
    /// How many more tries, where set.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub num_retries: Option<u32>,
    /// When.
    pub retry_on: Arc<str>,
    /// The limit of each try, where set.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub per_try_timeout: Option<String>,
}

/// A service that gets copies.
#[derive(Clone, Debug, Serialize)]
pub struct MirrorFacts {
    /// The service.
    pub service: Arc<str>,
    /// Of a hundred requests how many.
    pub percent: u32,
}

/// Cross-origin rules.
#[derive(Clone, Debug, Serialize)]
pub struct CorsFacts {
    /// Origins, exactly.
    pub origins: Vec<String>,
    /// `access-control-allow-methods`
    #[serde(skip_serializing_if = "Option::is_none")]
    pub allow_methods: Option<String>,
    /// `access-control-allow-headers`
    #[serde(skip_serializing_if = "Option::is_none")]
    pub allow_headers: Option<String>,
    /// `access-control-expose-headers`
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expose_headers: Option<String>,
    /// `access-control-allow-credentials`
    #[serde(skip_serializing_if = "Option::is_none")]
    pub allow_credentials: Option<bool>,
    /// `access-control-max-age`
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_age: Option<String>,
}

impl ActionFacts {
    /// Sends to https.
    pub(super) fn to_https() -> Self {
        let redirect = RedirectFacts { https: Some(true), code: 301, ..RedirectFacts::default() };
        Self { redirect: Some(redirect), ..Self::default() }
    }

    /// What a route does with requests that it serves.
    pub(super) fn of(compilation: &Compilation, route: &Route) -> Self {
        match &route.action {
            Action::Redirect(redirect) => {
                Self { redirect: Some(redirect_facts(redirect)), auth: bypassed(&redirect.auth), ..Self::default() }
            }
            Action::Forward(forward) => {
                let service = Arc::clone(&compilation.snapshot.mappings[route.mapping].service);
                forward_facts(compilation, forward, service)
            }
        }
    }
}

fn bypassed(auth: &AuthUse) -> Option<&'static str> {
    matches!(auth, AuthUse::Bypassed).then_some("bypassed")
}

fn redirect_facts(redirect: &Redirect) -> RedirectFacts {
    let host = (!redirect.host.is_empty()).then(|| Arc::clone(&redirect.host));
    let bare = RedirectFacts { host, code: redirect.code, ..RedirectFacts::default() };
    match &redirect.path {
        RedirectPath::Keep => bare,
        RedirectPath::Path(path) => RedirectFacts { path: Some(Arc::clone(path)), ..bare },
        RedirectPath::Prefix(prefix) => RedirectFacts { prefix: Some(Arc::clone(prefix)), ..bare },
        RedirectPath::Regex { pattern, substitution } => RedirectFacts {
            regex: Some(RegexRewriteFacts { pattern: pattern.as_str().into(), substitution: Arc::clone(substitution) }),
            ..bare
        },
    }
}

fn forward_facts(compilation: &Compilation, forward: &Forward, service: Arc<str>) -> ActionFacts {
    let mut facts = ActionFacts { service: Some(service), auth: bypassed(&forward.auth), ..ActionFacts::default() };
    match &forward.rewrite {
        Rewrite::Keep => {}
        Rewrite::Prefix(text) => facts.prefix_rewrite = Some(Arc::clone(text)),
        Rewrite::Regex { pattern, substitution } => {
            let (pattern, substitution) = (pattern.as_str().into(), Arc::clone(substitution));
            facts.regex_rewrite = Some(RegexRewriteFacts { pattern, substitution });
        }
    }
    match &forward.host {
        HostRewrite::Keep => {}
        HostRewrite::Literal(text) => facts.host_rewrite = Some(Arc::clone(text)),
        HostRewrite::Auto => facts.auto_host_rewrite = Some(true),
    }
    let limit = forward.timeout.unwrap_or_default();
    facts.timeout = (limit != DEFAULT_TIMEOUT).then(|| seconds(limit));
    facts.idle_timeout = forward.idle_timeout.map(seconds);
    facts.priority = (forward.priority == Priority::High).then_some("high");
    facts.retry = forward.retry.as_ref().map(retry_facts);
    facts.hash_policy = forward.hash.iter().map(hash_facts).collect();
    facts.upgrades = forward.upgrades.to_vec();
    facts.mirror = forward
        .mirror
        .iter()
        .map(|mirror| MirrorFacts {
            service: Arc::clone(&compilation.table.cluster(mirror.cluster).service),
            percent: mirror.percent,
        })
        .collect();
    facts.cors = forward.cors.as_deref().map(cors_facts);
    facts.rate_limit_descriptors = (!forward.rate_limits.is_empty()).then_some(forward.rate_limits.len());
    facts.request_headers_added = additions(&forward.request_headers.add);
    facts.request_headers_removed = forward.request_headers.remove.to_vec();
    facts.response_headers_added = additions(&forward.response_headers.add);
    facts.response_headers_removed = forward.response_headers.remove.to_vec();
    facts
}

fn additions(headers: &[crate::model::HeaderValue]) -> Vec<Addition> {
    let how = |append| if append { "append" } else { "replace" };
    headers.iter().map(|header| (Arc::clone(&header.name), Arc::clone(&header.value), how(header.append))).collect()
}

fn retry_facts(retry: &RetryPolicy) -> RetryFacts {
    RetryFacts {
        num_retries: retry.num_retries,
        retry_on: Arc::clone(&retry.retry_on),
        per_try_timeout: retry.per_try_timeout.map(seconds),
    }
}

fn hash_facts(hash: &HashPolicy) -> serde_json::Value {
    match hash {
        HashPolicy::SourceIp => serde_json::json!({"connection_properties": {"source_ip": true}}),
        HashPolicy::Header(name) => serde_json::json!({"header": {"header_name": &**name}}),
        HashPolicy::Cookie { name, path, ttl } => {
            let mut cookie = serde_json::json!({"name": &**name});
            if let Some(path) = path {
                cookie["path"] = (&**path).into();
            }
            if let Some(ttl) = ttl {
                cookie["ttl"] = format!("{}s", ttl.as_secs_f64()).into();
            }
            serde_json::json!({ "cookie": cookie })
        }
    }
}

fn cors_facts(cors: &Cors) -> CorsFacts {
    CorsFacts {
        origins: cors.origins.clone(),
        allow_methods: cors.methods.clone(),
        allow_headers: cors.headers.clone(),
        expose_headers: cors.exposed_headers.clone(),
        allow_credentials: cors.credentials.filter(|allowed| *allowed),
        max_age: cors.max_age.clone(),
    }
}

fn seconds(duration: Duration) -> String {
    format!("{:.3}s", duration.as_secs_f64())
}
