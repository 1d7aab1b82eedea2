//! A table that differs from another in one route: what suites and proofs are tried on.

use std::sync::Arc;

use rustc_hash::FxHashMap;

use super::RouteTable;
use super::index::RouteList;
use super::route::{Route, RouteId, Tests};
use super::vhost::{Chain, Serves, VirtualHost, VirtualHosts};

impl RouteTable {
    /// The same table, but for one route that tests otherwise.
    pub fn with_tests(&self, id: RouteId, tests: Tests) -> Self {
        let mut routes = self.routes.clone();
        if let Some(route) = routes.get_mut(id.0 as usize) {
            route.tests = tests;
        }
        self.varied(routes, |list| list.ranked().binary_search(&id).is_ok(), |id| id)
    }

    /// The same table, but for one route that is tried right before an earlier one.
    pub fn with_earlier(&self, id: RouteId, before: RouteId) -> Self {
        let mut routes = self.routes.clone();
        let (from, to) = (id.0 as usize, before.0 as usize);
        if let Some(part) = routes.get_mut(to..=from) {
            part.rotate_right(1);
        }
        let is_moved = |other: &RouteId| (before..=id).contains(other);
        let place = |other: RouteId| match other {
            _ if other == id => before,
            _ if is_moved(&other) => RouteId(other.0 + 1),
            _ => other,
        };
        self.varied(routes, |list| list.ranked().iter().any(is_moved), place)
    }

    /// Other routes, and lists made anew where they change.
    fn varied(
        &self,
        routes: Vec<Route>,
        changes: impl Fn(&RouteList) -> bool,
        place: impl Fn(RouteId) -> RouteId,
    ) -> Self {
        let mut lists: FxHashMap<*const RouteList, Arc<RouteList>> = FxHashMap::default();
        let mut list = |list: &Arc<RouteList>| {
            let known = lists.entry(Arc::as_ptr(list)).or_insert_with(|| {
                if !changes(list) {
                    return Arc::clone(list);
                }
                let mut ranked: Vec<RouteId> = list.ranked().iter().map(|id| place(*id)).collect();
                ranked.sort_unstable();
                Arc::new(RouteList::new(ranked, &routes))
            });
            Arc::clone(known)
        };
        let mut listeners = self.listeners.clone();
        for chain in listeners.iter_mut().flat_map(|listener| &mut listener.chains) {
            let Chain { serves: Serves::Http(hosts), .. } = chain else { continue };
            let varied = hosts.iter().map(|host| VirtualHost { routes: list(&host.routes), ..host.clone() });
            *hosts = VirtualHosts::new(varied.collect());
        }
        Self {
            listeners,
            routes,
            clusters: self.clusters.clone(),
            filters: Arc::clone(&self.filters),
            settings: Arc::clone(&self.settings),
        }
    }
}
