//! Whether two gateways do different things with one request, where their routes could do the same.

use crate::analysis::fingerprint::Difference;
use crate::analysis::witness::Witness;
use crate::model::{Action, RedirectPath, Rewrite};
use crate::outcome::{Outcome, decide};
use crate::routing::regex::Regex;
use crate::routing::{Route, RouteTable};

/// Whether all differences are of a kind that depends on the request and shows in its outcome.
pub(super) fn shows_in_outcome(differences: &[Difference]) -> bool {
    differences.iter().all(|difference| difference.facet.is_shown_by_outcome())
}

/// Whether a request is treated differently by two tables.
pub(super) fn is_visible(tables: [&RouteTable; 2], witness: &Witness) -> bool {
    let request = witness.request();
    let [before, after] = tables.map(|table| decide(table, &request, witness.draw()).outcome);
    match (before, after) {
        (Outcome::Forward(before), Outcome::Forward(after)) => before.upstream != after.upstream,
        (Outcome::Redirect(before), Outcome::Redirect(after)) => before != after,
        (Outcome::Reply(before), Outcome::Reply(after)) => before != after,
        _ => true,
    }
}

/// For each regex by which a route rewrites paths, the paths that it changes.
pub(super) fn patterns(route: &Route) -> Option<Regex> {
    let pattern = match &route.action {
        Action::Forward(forward) => match &forward.rewrite {
            Rewrite::Regex { pattern, .. } => pattern,
            _ => return None,
        },
        Action::Redirect(redirect) => match &redirect.path {
            RedirectPath::Regex { pattern, .. } => pattern,
            _ => return None,
        },
    };
    Regex::new(&format!("(?s:.*)(?:{pattern})(?s:.*)")).ok()
}
