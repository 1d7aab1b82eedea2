//! Where two gateways answer differently: every class of requests, each with its smallest request.
//!
//! Routes that are the same on both sides, in the same order, cancel out: where such a pair wins nothing changes but
//! what it does. So a difference needs a route of one side that has no equal on the other, or a pair that does
//! different things. For each of these, and for whatever it meets on the other side, one question is asked: is there a
//! request that ends here before and there after?

mod align;
mod question;
mod side;
mod surroundings;
mod visible;

use rustc_hash::{FxHashMap, FxHashSet};

use self::question::Arrivals;
use self::side::{Deeds, Item, List, Side};
pub use self::surroundings::Surrounding;
use super::fingerprint::Difference;
use super::gateway::Gateway;
use super::overlap::Overlaps;
use super::scene::{Connection, Pair, Scene, Scenes};
use super::witness::{Landing, Witness, land};
use super::{Budget, Proof, Reason};
use crate::outcome::request::Request;
use crate::routing::{Draw, RouteId, RouteTable, Treatment};

/// Where a request ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum End {
    /// At a route that serves it.
    Route(RouteId),
    /// At a route that sends it to https.
    ToHttps(RouteId),
    /// In a 404: no virtual host, or no route.
    NoRoute,
    /// At a port that nobody listens on, or that has no chain for such a connection.
    Nowhere,
    /// Its connection is carried as bytes.
    Tcp,
}

impl End {
    /// The route.
    pub fn route(self) -> Option<RouteId> {
        match self {
            Self::Route(id) | Self::ToHttps(id) => Some(id),
            Self::NoRoute | Self::Nowhere | Self::Tcp => None,
        }
    }
}

impl End {
    /// Where any request ends. `None`: it is answered before it comes to a route.
    pub fn of(table: &RouteTable, request: &Request<'_>, draw: Draw) -> Option<Self> {
        land(table, request, draw).ok().map(|(landing, _)| Self::from(&landing))
    }
}

impl From<&Landing<'_>> for End {
    fn from(landing: &Landing<'_>) -> Self {
        match landing {
            Landing::Nowhere => Self::Nowhere,
            Landing::Tcp => Self::Tcp,
            Landing::NoHost | Landing::NoRoute(_) => Self::NoRoute,
            Landing::Route(_, id, Treatment::Serve) => Self::Route(*id),
            Landing::Route(_, id, Treatment::RedirectToHttps) => Self::ToHttps(*id),
        }
    }
}

/// Requests that end at one place before, and at another after.
#[derive(Clone, Debug)]
pub struct Class {
    /// Where they ended.
    pub before: End,
    /// Where they end.
    pub after: End,
    /// The smallest of them.
    pub witness: Witness,
    /// What is done otherwise.
    pub differences: Vec<Difference>,
}

/// A class of which it is not known whether it has requests.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Undecided {
    /// Where its requests would have ended.
    pub before: End,
    /// Where they would end.
    pub after: End,
    /// Why it is not known.
    pub reason: Reason,
}

/// What became of the comparison of two gateways.
#[derive(Clone, Debug, Default)]
pub struct Comparison {
    /// Classes of requests that end otherwise.
    pub classes: Vec<Class>,
    /// What could not be decided.
    pub undecided: Vec<Undecided>,
    /// What differs for all requests, whatever their route.
    pub surroundings: Vec<Surrounding>,
    /// How many questions were asked.
    pub questions: usize,
}

impl Comparison {
    /// Whether it is proved that no request changes.
    pub fn is_equal(&self) -> bool {
        self.classes.is_empty() && self.undecided.is_empty() && self.surroundings.is_empty()
    }

    /// The class of requests that end so.
    pub fn class(&self, before: End, after: End) -> Option<&Class> {
        self.classes.iter().find(|class| class.before == before && class.after == after)
    }
}

/// Compares two gateways, with a budget for each question.
pub fn compare(before: Gateway<'_>, after: Gateway<'_>, budget: Budget) -> Comparison {
    compared(before, after, budget, Until::End)
}

/// Whether two gateways do the same with every request. What is found first ends it: one class, or what stands around
/// all routes.
pub fn same(before: Gateway<'_>, after: Gateway<'_>, budget: Budget) -> Proof<(), Comparison> {
    let surroundings = surroundings::compare(before, after);
    if !surroundings.is_empty() {
        return Proof::Fails(Comparison { surroundings, ..Comparison::default() });
    }
    let found = compared(before, after, budget, Until::FirstClass);
    match found.undecided.first() {
        _ if !found.classes.is_empty() => Proof::Fails(found),
        Some(undecided) => Proof::Unknown(undecided.reason.clone()),
        None => Proof::Holds(()),
    }
}

/// How long to go on.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Until {
    FirstClass,
    End,
}

fn compared(before: Gateway<'_>, after: Gateway<'_>, budget: Budget, until: Until) -> Comparison {
    let mut comparer = Comparer::new(before, after, budget);
    comparer.until = until;
    match Scenes::of(Pair { before: before.table, after: after.table }, &mut budget.clone()) {
        Ok(scenes) => {
            scenes.connections.iter().for_each(|connection| comparer.connection(connection));
            scenes.scenes.iter().for_each(|scene| comparer.scene(scene));
        }
        Err(reason) => comparer.doubt(End::NoRoute, End::NoRoute, reason),
    }
    let mut found = comparer.found;
    if until == Until::End {
        found.surroundings = surroundings::compare(before, after);
    }
    let known = comparer.known;
    found.undecided.retain(|undecided| !known.contains(&(undecided.before, undecided.after)));
    found.classes.sort_by_key(|class| (class.before, class.after));
    found
}

struct Comparer<'t> {
    before: Side<'t>,
    after: Side<'t>,
    deeds: Deeds,
    arrivals: Arrivals,
    known: FxHashSet<(End, End)>,
    budget: Budget,
    until: Until,
    found: Comparison,
}

impl<'t> Comparer<'t> {
    fn new(before: Gateway<'t>, after: Gateway<'t>, budget: Budget) -> Self {
        let mut deeds = Deeds::default();
        let [before, after] = Side::both(before, after, &mut deeds);
        let (arrivals, known) = (Arrivals::default(), FxHashSet::default());
        let found = Comparison::default();
        Self { before, after, deeds, arrivals, known, budget, until: Until::End, found }
    }

    fn doubt(&mut self, before: End, after: End, reason: Reason) {
        let undecided = Undecided { before, after, reason };
        if !self.found.undecided.contains(&undecided) {
            self.found.undecided.push(undecided);
        }
    }

    /// Whether nothing more is to be asked.
    fn is_done(&self) -> bool {
        self.until == Until::FirstClass && !self.found.classes.is_empty()
    }

    /// Connections that are served by HTTP on neither side are compared as a whole.
    fn connection(&mut self, connection: &Connection<'t>) {
        if self.is_done() {
            return;
        }
        let (before, was) = self.before.outside(connection.before);
        let (after, is) = self.after.outside(connection.after);
        let differences = was.differences(&is);
        if before != after || !differences.is_empty() {
            let witness = connection.witness();
            self.found.classes.push(Class { before, after, witness, differences });
        }
    }

    fn scene(&mut self, scene: &Scene<'t>) {
        if self.is_done() {
            return;
        }
        let before = self.before.list(scene.before, &mut self.deeds);
        let after = self.after.list(scene.after, &mut self.deeds);
        let alike = |a: &Item, b: &Item| (a.tests, a.does) == (b.tests, b.does);
        let is_http = scene.outside == [None, None];
        if is_http && before.len() == after.len() && before.iter().zip(&*after).all(|(a, b)| alike(a, b)) {
            return;
        }
        if !is_http {
            self.ask(scene, None, None);
        }
        let kinds = |list: &List| list.iter().map(|item| item.tests).collect::<Vec<u32>>();
        let pairs = align::align(&kinds(&before), &kinds(&after));
        let after_of: FxHashMap<usize, usize> = pairs.iter().copied().collect();
        let before_of: FxHashMap<usize, usize> = pairs.iter().map(|(a, b)| (*b, *a)).collect();
        for (at, there) in &pairs {
            self.ask(scene, before.get(*at), after.get(*there));
        }
        let lost: Vec<(usize, Item)> = unpaired(&before, &after_of);
        let new: Vec<(usize, Item)> = unpaired(&after, &before_of);
        if !lost.is_empty() {
            let overlaps = self.after.overlaps(&after);
            for (at, item) in &lost {
                for there in overlaps.with(&self.before.gateway.table.route(item.id).tests) {
                    // The equal of that route takes all of its requests before this one sees them.
                    if before_of.get(&there).is_none_or(|equal| equal > at) {
                        self.ask(scene, Some(item), after.get(there));
                    }
                }
                self.ask(scene, Some(item), None);
            }
        }
        if !new.is_empty() {
            let overlaps = self.before.overlaps(&before);
            for (at, item) in &new {
                for there in overlaps.with(&self.after.gateway.table.route(item.id).tests) {
                    if after_of.get(&there).is_some_and(|equal| equal > at) {
                        self.ask(scene, before.get(there), Some(item));
                    }
                }
                self.ask(scene, None, Some(item));
            }
        }
    }
}

fn unpaired(list: &List, paired: &FxHashMap<usize, usize>) -> Vec<(usize, Item)> {
    list.iter().copied().enumerate().filter(|(at, _)| !paired.contains_key(at)).collect()
}

impl<'t> Side<'t> {
    fn overlaps(&self, list: &List) -> Overlaps {
        Overlaps::new(list.iter().map(|item| &self.gateway.table.route(item.id).tests))
    }
}
