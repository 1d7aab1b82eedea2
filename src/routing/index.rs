//! Which routes could take a request, in rank order. The index proposes, the predicate decides.

use super::request::RequestView;
use super::route::{Route, RouteId};

/// The routes of a virtual host, indexed.
#[derive(Clone, Debug)]
pub struct RouteList {
    ranked: Box<[RouteId]>,
}

impl RouteList {
    /// Indexes routes of a table; `ranked` rises strictly.
    pub fn new(ranked: impl Into<Box<[RouteId]>>, _routes: &[Route]) -> Self {
        Self { ranked: ranked.into() }
    }

    /// All routes in rank order.
    pub fn ranked(&self) -> &[RouteId] {
        &self.ranked
    }

    /// The routes that could take a request, in rank order: every one that does is among them.
    pub fn likely<'i>(&'i self, _request: &RequestView<'_>) -> impl Iterator<Item = RouteId> + 'i {
        self.ranked.iter().copied()
    }
}
