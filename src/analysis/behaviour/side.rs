//! One side of a comparison: its routes as numbers that both sides share.

use std::sync::Arc;

use rustc_hash::FxHashMap;

use super::End;
use crate::analysis::fingerprint::{ActionFingerprint, Parties};
use crate::analysis::gateway::Gateway;
use crate::analysis::scene::{Mode, Outside, Stage};
use crate::analysis::space::RequestSet;
use crate::routing::{RouteId, Tests};

/// A route in a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Item {
    pub(super) id: RouteId,
    /// Routes with the same number test the same.
    pub(super) tests: u32,
    /// Routes with the same number do the same.
    pub(super) does: u32,
    pub(super) end: End,
}

/// The routes of a virtual host that are there for requests of a scene, in rank order.
pub(super) type List = Arc<[Item]>;

/// What is done, by number.
#[derive(Default)]
pub(super) struct Deeds {
    all: Vec<Arc<ActionFingerprint>>,
    numbers: FxHashMap<Arc<ActionFingerprint>, u32>,
}

impl Deeds {
    fn number(&mut self, deed: ActionFingerprint) -> u32 {
        if let Some(known) = self.numbers.get(&deed) {
            return *known;
        }
        let (deed, number) = (Arc::new(deed), self.all.len() as u32);
        self.all.push(Arc::clone(&deed));
        self.numbers.insert(deed, number);
        number
    }

    /// What an item does; without one there is no route.
    pub(super) fn of(&self, item: Option<&Item>) -> ActionFingerprint {
        let known = item.and_then(|item| self.all.get(item.does as usize));
        known.map_or_else(ActionFingerprint::not_found, |deed| ActionFingerprint::clone(deed))
    }
}

/// One side.
pub(super) struct Side<'t> {
    pub(super) gateway: Gateway<'t>,
    /// The requests of each route.
    pub(super) sets: Vec<RequestSet>,
    tests: Vec<u32>,
    serves: Vec<u32>,
    parties: Parties,
    lists: FxHashMap<(usize, Mode), List>,
}

impl<'t> Side<'t> {
    #[expect(clippy::mutable_key_type, reason = "regexes are equal by their texts, whatever they have built by now")]
    pub(super) fn both(before: Gateway<'t>, after: Gateway<'t>, deeds: &mut Deeds) -> [Self; 2] {
        let parties = Parties::of_both(&before, &after);
        let mut kinds: FxHashMap<&'t Tests, u32> = FxHashMap::default();
        [before, after].map(|gateway| {
            let routes = gateway.table.routes();
            let kind = |tests: &'t Tests| {
                let next = kinds.len() as u32;
                *kinds.entry(tests).or_insert(next)
            };
            Self {
                gateway,
                sets: routes.iter().map(|route| RequestSet::of(&route.tests)).collect(),
                tests: routes.iter().map(|route| &route.tests).map(kind).collect(),
                serves: routes
                    .iter()
                    .map(|route| deeds.number(ActionFingerprint::of(&gateway, route, parties)))
                    .collect(),
                parties,
                lists: FxHashMap::default(),
            }
        })
    }

    /// The requests of a route.
    pub(super) fn set(&self, id: RouteId) -> Option<&RequestSet> {
        self.sets.get(id.0 as usize)
    }

    /// The routes that requests of a scene meet here.
    pub(super) fn list(&mut self, stage: Option<Stage<'t>>, deeds: &mut Deeds) -> List {
        let Some(stage) = stage else { return Arc::default() };
        let key = (Arc::as_ptr(&stage.host.routes) as usize, stage.mode);
        if let Some(known) = self.lists.get(&key) {
            return Arc::clone(known);
        }
        let mut items = Vec::with_capacity(stage.host.routes.ranked().len());
        for &id in stage.host.routes.ranked() {
            let route = self.gateway.table.route(id);
            let Some(tests) = self.tests.get(id.0 as usize).copied() else { continue };
            if !stage.has(route) {
                continue;
            }
            items.push(if stage.serves(route) {
                let does = self.serves.get(id.0 as usize).copied().unwrap_or(u32::MAX);
                Item { id, tests, does, end: End::Route(id) }
            } else {
                let does = deeds.number(ActionFingerprint::to_https(route));
                Item { id, tests, does, end: End::ToHttps(id) }
            });
        }
        let list: List = items.into();
        self.lists.insert(key, Arc::clone(&list));
        list
    }

    /// What a route does with requests whose path its regex does not touch.
    pub(super) fn untouched(&self, item: &Item) -> Option<ActionFingerprint> {
        let route = self.gateway.table.route(item.id);
        matches!(item.end, End::Route(_)).then(|| ActionFingerprint::untouched(&self.gateway, route, self.parties))
    }

    /// Where a connection ends that serves no HTTP here, and what is done with it.
    pub(super) fn outside(&self, outside: Outside<'_>) -> (End, ActionFingerprint) {
        match outside {
            Outside::Nowhere => (End::Nowhere, ActionFingerprint::default()),
            Outside::Tcp(clusters) => (End::Tcp, ActionFingerprint::tcp(&self.gateway, clusters)),
        }
    }
}
