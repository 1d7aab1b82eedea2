//! THE SHARED MATCHING ENGINE
//!
//! - *takes*: a snapshot
//! - *gives*: one immutable table that answers which route takes a request, and why
//! - *never*: knows Kubernetes, YAML, sockets or editions; draws a random number
//! - *start*: [`predicate`], then [`rank`]

mod compile;
mod explain;
mod index;
pub mod pattern;
pub mod predicate;
pub mod rank;
pub mod regex;
mod request;
mod route;
mod shared;
mod vary;
mod vhost;

use std::sync::Arc;

pub use explain::{Explanation, Verdict};
pub use index::{Likely, RouteList};
pub use request::{Draw, RequestView};
pub use route::{Mismatch, Route, RouteId, Tests};
pub use shared::SharedTexts;
pub use vhost::{Chain, Listener, Selection, Serves, Treatment, VirtualHost, VirtualHosts};

use crate::model::{Cluster, ClusterId, Filters, Settings};

/// All that decides what happens to a request. Immutable; shared by `Arc`.
#[derive(Clone, Debug)]
pub struct RouteTable {
    listeners: Vec<Listener>,
    routes: Vec<Route>,
    clusters: Vec<Cluster>,
    /// The filters of all HTTP listeners, in order.
    pub filters: Arc<Filters>,
    /// The Module's settings.
    pub settings: Arc<Settings>,
}

impl RouteTable {
    /// A table of its parts. Routes come in rank order; virtual hosts name them by their place.
    pub fn new(
        listeners: Vec<Listener>,
        routes: Vec<Route>,
        clusters: Vec<Cluster>,
        filters: Arc<Filters>,
        settings: Arc<Settings>,
    ) -> Self {
        Self { listeners, routes, clusters, filters, settings }
    }

    /// All listeners, in Emissary's order.
    pub fn listeners(&self) -> &[Listener] {
        &self.listeners
    }

    /// The listener on a port.
    pub fn listener(&self, port: u16) -> Option<&Listener> {
        self.listeners
            .iter()
            .find(|listener| listener.port == port && listener.stack.http)
            .or_else(|| self.listeners.iter().find(|listener| listener.port == port))
    }

    /// All routes in rank order.
    pub fn routes(&self) -> &[Route] {
        &self.routes
    }

    /// A route of this table.
    pub fn route(&self, id: RouteId) -> &Route {
        &self.routes[id.0 as usize]
    }

    /// All clusters, in the order of their making.
    pub fn clusters(&self) -> &[Cluster] {
        &self.clusters
    }

    /// A cluster of this table.
    pub fn cluster(&self, id: ClusterId) -> &Cluster {
        &self.clusters[id.0 as usize]
    }

    /// The route for a request on a virtual host.
    pub fn select(&self, host: &VirtualHost, request: &RequestView<'_>) -> Option<Selection<'_>> {
        host.select(&self.routes, request)
    }

    /// Every route of a virtual host with its verdict.
    pub fn explain(&self, host: &VirtualHost, request: &RequestView<'_>) -> Explanation {
        host.explain(&self.routes, request)
    }
}
