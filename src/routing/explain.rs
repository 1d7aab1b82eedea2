//! Every candidate and why it was taken or not.

use super::request::RequestView;
use super::route::{Mismatch, Route, RouteId};
use super::vhost::{Treatment, VirtualHost};

/// What one route says to a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It takes the request.
    Wins(Treatment),
    /// It would take it, but another comes first.
    Later {
        /// The one that comes first.
        than: RouteId,
    },
    /// It refuses, for all these reasons.
    Refused(Vec<Mismatch>),
}

/// Every route of a virtual host in rank order, with its verdict.
#[derive(Clone, Debug)]
pub struct Explanation {
    /// The routes in rank order.
    pub candidates: Vec<(RouteId, Verdict)>,
    /// The one that takes the request.
    pub winner: Option<RouteId>,
}

impl VirtualHost {
    /// Asks every one of its routes, through the same tests that selection asks.
    pub fn explain(&self, routes: &[Route], request: &RequestView<'_>) -> Explanation {
        let mut winner = None;
        let mut candidates = Vec::with_capacity(self.routes.ranked().len());
        for &id in self.routes.ranked() {
            let Some(route) = routes.get(id.0 as usize) else { continue };
            let mut refusals: Vec<Mismatch> = route.tests.refusals(request).collect();
            let treatment = self.treatment(route, request.secure);
            if treatment.is_none() {
                refusals.push(Mismatch::Cleartext);
            }
            let verdict = match (treatment, winner) {
                (Some(treatment), None) if refusals.is_empty() => {
                    winner = Some(id);
                    Verdict::Wins(treatment)
                }
                (Some(_), Some(than)) if refusals.is_empty() => Verdict::Later { than },
                _ => Verdict::Refused(refusals),
            };
            candidates.push((id, verdict));
        }
        Explanation { candidates, winner }
    }
}
