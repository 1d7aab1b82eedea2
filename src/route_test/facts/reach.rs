//! Whether a route can be reached, as facts.

use std::sync::Arc;

use serde::Serialize;

use super::super::case::WitnessText;
use super::super::place::{MappingRef, mapping_ref};
use super::{Facts, RouteFacts};
use crate::analysis::reachability::{Reachabilities, Reachability, Why};
use crate::analysis::{Budget, Slice, slices};
use crate::pipeline::Compilation;
use crate::routing::RouteId;

/// Whether a route can be reached: by a request, or why not.
#[derive(Clone, Debug, Serialize)]
pub struct ReachFacts {
    /// `reachable`, `redirected` (requests come to it only to be sent to https), `unreachable` or `unknown`.
    pub verdict: &'static str,
    /// A request that comes to it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub by: Option<WitnessText>,
    /// Why no request does, or why that is not known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub why: Option<String>,
    /// Mappings that take all of its requests before it; none for the gateway's own.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub covered_by: Vec<Option<MappingRef>>,
    /// Requests of it that go to another Mapping which is not simply the more special one.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub loses: Vec<LossFacts>,
}

/// Requests that go to another Mapping.
#[derive(Clone, Debug, Serialize)]
pub struct LossFacts {
    /// The Mapping that takes them.
    pub to: MappingRef,
    /// One of them.
    pub by: WitnessText,
}

impl Facts {
    /// The facts of a compilation, with what can be proved about each route.
    pub fn proved(compilation: &Compilation) -> Self {
        let mut facts = Self::of(compilation);
        let table = &compilation.table;
        let reachabilities = Reachabilities::of(table, Budget::default());
        let mut reach: Vec<ReachFacts> =
            reachabilities.iter().map(|(_, found)| ReachFacts::of(compilation, found)).collect();
        for (id, slices) in slices(table, Budget::default()) {
            if let Some(facts) = reach.get_mut(id.0 as usize) {
                facts.loses = slices.iter().filter_map(|slice| LossFacts::of(compilation, slice)).collect();
            }
        }
        let reach: Vec<Arc<ReachFacts>> = reach.into_iter().map(Arc::new).collect();
        let tell = |route: &mut RouteFacts| route.reached = reach.get(route.id.0 as usize).cloned();
        let chains = facts.listeners.iter_mut().flat_map(|listener| &mut listener.chains);
        chains.flat_map(|chain| &mut chain.vhosts).flat_map(|host| &mut host.routes).for_each(tell);
        facts
    }
}

impl ReachFacts {
    fn of(compilation: &Compilation, found: &Reachability) -> Self {
        let bare = |verdict| Self { verdict, by: None, why: None, covered_by: Vec::new(), loses: Vec::new() };
        let by = |witness| Some(WitnessText::of(witness, &compilation.table));
        match found {
            Reachability::Reachable(witness) => Self { by: by(witness), ..bare("reachable") },
            Reachability::OnlyRedirected(witness) => Self { by: by(witness), ..bare("redirected") },
            Reachability::Unknown(reason) => Self { why: Some(reason.to_string()), ..bare("unknown") },
            Reachability::Unreachable(why) => {
                let words = match why {
                    Why::NoHost => "no virtual host has it",
                    Why::Refused => "its Hosts refuse cleartext, and nothing else comes in",
                    Why::Impossible => "no request of its Hosts can meet its conditions",
                    Why::Covered(_) => "others take all of its requests",
                };
                let covered_by = match why {
                    Why::Covered(by) => by.iter().map(|id| mapping_of(compilation, *id)).collect(),
                    _ => Vec::new(),
                };
                Self { why: Some(words.to_owned()), covered_by, ..bare("unreachable") }
            }
        }
    }
}

impl LossFacts {
    /// `None`: to the gateway's own, which everybody expects.
    fn of(compilation: &Compilation, slice: &Slice) -> Option<Self> {
        Some(Self { to: mapping_of(compilation, slice.by)?, by: WitnessText::of(&slice.example, &compilation.table) })
    }
}

fn mapping_of(compilation: &Compilation, id: RouteId) -> Option<MappingRef> {
    mapping_ref(compilation, compilation.table.route(id).mapping)
}
