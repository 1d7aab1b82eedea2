//! What is done with a request that a route takes.

use std::sync::Arc;
use std::time::Duration;

use super::filter::{Cors, Descriptor};
use super::policy::{HashPolicy, HeaderEdits, Priority, RetryPolicy};
use super::table::ClusterId;
use crate::routing::regex::Regex;

/// What is done with a request that a route takes.
#[derive(Clone, Debug, PartialEq)]
pub enum Action {
    /// It goes to a cluster.
    Forward(Box<Forward>),
    /// It is sent elsewhere.
    Redirect(Box<Redirect>),
}

/// How a request is forwarded.
#[derive(Clone, Debug, PartialEq)]
pub struct Forward {
    /// Where to.
    pub cluster: ClusterId,
    /// What becomes of the path.
    pub rewrite: Rewrite,
    /// What becomes of the authority.
    pub host: HostRewrite,
    /// The limit of the whole exchange, retries included; `None` is none.
    pub timeout: Option<Duration>,
    /// The limit of silence on the stream; `None` is Envoy's five minutes, zero is none.
    pub idle_timeout: Option<Duration>,
    /// Retries.
    pub retry: Option<RetryPolicy>,
    /// Copies of requests.
    pub mirror: Option<Mirror>,
    /// Which circuit breakers count it.
    pub priority: Priority,
    /// Protocols that a client may upgrade to, in lower case.
    pub upgrades: Arc<[Arc<str>]>,
    /// What a sticky choice of the endpoint hangs on.
    pub hash: Option<HashPolicy>,
    /// Cross-origin rules.
    pub cors: Option<Arc<Cors>>,
    /// Edits of the request, after all filters.
    pub request_headers: HeaderEdits,
    /// Edits of the response.
    pub response_headers: HeaderEdits,
    /// Whether the AuthService is asked.
    pub auth: AuthUse,
    /// What the RateLimitService is asked.
    pub rate_limits: Arc<[Descriptor]>,
}

/// What becomes of the path on its way to the upstream.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Rewrite {
    /// Nothing.
    Keep,
    /// The matched part (a prefix; of exact and regex paths all of it) is replaced.
    Prefix(Arc<str>),
    /// Every match of a regex is replaced.
    Regex {
        /// The regex.
        pattern: Regex,
        /// The replacement, with `\1` for groups.
        substitution: Arc<str>,
    },
}

/// What becomes of the authority on its way to the upstream.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum HostRewrite {
    /// Nothing.
    Keep,
    /// It is replaced.
    Literal(Arc<str>),
    /// It becomes the DNS name of the endpoint; without effect where the endpoint is an address.
    Auto,
}

/// Copies of requests for another cluster.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mirror {
    /// Where to.
    pub cluster: ClusterId,
    /// Of a hundred requests how many.
    pub percent: u32,
}

/// Whether the AuthService is asked about a route.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AuthUse {
    /// It is asked, and told these things (gRPC only).
    Asked {
        /// `auth_context_extensions`, by rising key.
        extensions: Arc<[(Arc<str>, Arc<str>)]>,
    },
    /// It is not asked.
    Bypassed,
}

/// A redirect that a Mapping asks for.
#[derive(Clone, Debug, PartialEq)]
pub struct Redirect {
    /// The new authority.
    pub host: Arc<str>,
    /// What becomes of the path.
    pub path: RedirectPath,
    /// The status: 301, 302, 303, 307 or 308.
    pub code: u16,
    /// Whether the AuthService is asked first (before edition 3).
    pub auth: AuthUse,
}

/// What becomes of the path in a redirect.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum RedirectPath {
    /// Nothing.
    Keep,
    /// It is replaced; the query stays, unless the new path has one.
    Path(Arc<str>),
    /// The matched part is replaced.
    Prefix(Arc<str>),
    /// Every match of a regex is replaced.
    Regex {
        /// The regex.
        pattern: Regex,
        /// The replacement.
        substitution: Arc<str>,
    },
}

impl Action {
    /// The cluster that a request goes to, if it goes to one.
    pub fn cluster(&self) -> Option<ClusterId> {
        match self {
            Self::Forward(forward) => Some(forward.cluster),
            Self::Redirect(_) => None,
        }
    }
}
