//! What outside parties say: the AuthService and the RateLimitService.

use super::auth::Verdict;
use super::forwarded::Origin;
use super::head::Head;
use super::rate_limit::Entries;
use super::reply::Reply;
use crate::model::{Auth, RateLimit};

/// Those whom the gateway asks before it forwards a request.
pub trait Parties {
    /// What the AuthService says to a request.
    fn authorise(&mut self, auth: &Auth, head: &Head<'_>, origin: &Origin) -> Verdict;

    /// What the RateLimitService says to descriptors: an answer for the client, or nothing against it.
    fn limit(&mut self, limit: &RateLimit, descriptors: &[Entries<'_>]) -> Option<Reply>;
}

/// Parties that agree to everything and change nothing.
#[derive(Clone, Copy, Debug, Default)]
pub struct Agreeable;

impl Parties for Agreeable {
    fn authorise(&mut self, _auth: &Auth, _head: &Head<'_>, _origin: &Origin) -> Verdict {
        Verdict::Allowed(http::HeaderMap::new())
    }

    fn limit(&mut self, _limit: &RateLimit, _descriptors: &[Entries<'_>]) -> Option<Reply> {
        None
    }
}
