//! What became of a Mapping on one side, as far as one request is concerned.

use std::collections::HashMap;

use crate::analysis::{Landing, Witness};
use crate::model::MappingId;
use crate::pipeline::Compilation;
use crate::routing::{Mismatch, RouteId, Treatment};

/// What a Mapping does with a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Fate {
    /// There is no such Mapping, or it has no route.
    Gone,
    /// The request comes to no virtual host, or to one that the Mapping is not under.
    Elsewhere {
        /// The domain, where there is one.
        domain: Option<String>,
    },
    /// These tests refuse it.
    Refuses(Vec<Mismatch>),
    /// Another Mapping comes first.
    Later,
    /// It takes it.
    Takes(Treatment),
}

/// The Mappings of a side by namespace and name.
pub(super) struct Fates<'c> {
    compilation: &'c Compilation,
    routes: HashMap<(&'c str, &'c str), RouteId>,
}

impl<'c> Fates<'c> {
    pub(super) fn of(compilation: &'c Compilation) -> Self {
        let mut routes = HashMap::new();
        for (at, route) in (0u32..).map(RouteId).zip(compilation.table.routes()) {
            let mapping = &compilation.snapshot.mappings[route.mapping];
            if mapping.from.is_some() {
                routes.insert((&*mapping.namespace, &*mapping.name), at);
            }
        }
        Self { compilation, routes }
    }

    /// The Mapping of a route; `None` for the gateway's own.
    pub(super) fn mapping(&self, id: RouteId) -> Option<MappingId> {
        let mapping = self.compilation.table.route(id).mapping;
        self.compilation.snapshot.mappings[mapping].from.map(|_| mapping)
    }

    pub(super) fn fate(&self, namespace: &str, name: &str, witness: &Witness) -> Fate {
        let table = &self.compilation.table;
        let Some(&id) = self.routes.get(&(namespace, name)) else { return Fate::Gone };
        let Ok((landing, arrived)) = witness.send(table) else { return Fate::Later };
        let Some(host) = landing.host() else { return Fate::Elsewhere { domain: None } };
        if host.routes.ranked().binary_search(&id).is_err() {
            return Fate::Elsewhere { domain: Some(host.domain.to_string()) };
        }
        let route = table.route(id);
        let Some(treatment) = host.treatment(route, arrived.secure) else {
            return Fate::Refuses(vec![Mismatch::Cleartext]);
        };
        let refusals: Vec<Mismatch> = route.tests.refusals(&arrived.view()).collect();
        match landing {
            _ if !refusals.is_empty() => Fate::Refuses(refusals),
            Landing::Route(_, winner, _) if winner == id => Fate::Takes(treatment),
            _ => Fate::Later,
        }
    }
}
