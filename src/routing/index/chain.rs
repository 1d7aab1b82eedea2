//! Chains: the candidates of a trie's node in rank order, then those of the nodes above it.
//!
//! A chain is a run of entries ended by a jump into the chain above. Where a route further up would come before one of
//! ours (precedence can do that), the part above is copied into ours, so that reading along is already rank order.
//! Copies have a budget; where it does not suffice, and where what is above depends on the request, the entry is a
//! fork: two chains to be read together. A long list that differs in one exact header becomes a switch on its value.

use std::hash::BuildHasher;

use http::HeaderName;
use rustc_hash::{FxBuildHasher, FxHashMap, FxHashSet};

use super::super::predicate::{HeaderKey, HeaderTest, ValueTest};
use super::super::route::Route;

/// Where a chain begins among all entries.
pub(super) type Position = u32;

/// The chain without routes.
pub(super) const EMPTY: Position = 0;

/// One step of a chain.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// A candidate; the next step stands behind it.
    Route(u32),
    /// It goes on elsewhere.
    Jump(Position),
    /// It goes on in one of several places, by the request.
    Switch(u32),
    /// It goes on in two places at once.
    Fork(u32),
}

/// An entry is a step packed into four bytes: the two highest bits say which.
#[derive(Clone, Copy, Debug)]
struct Entry(u32);

const KIND: u32 = 0b11 << 30;
const JUMP: u32 = 0b01 << 30;
const SWITCH: u32 = 0b10 << 30;
const FORK: u32 = 0b11 << 30;

impl Entry {
    fn new(step: Step) -> Self {
        match step {
            Step::Route(id) => Self(id),
            Step::Jump(position) => Self(JUMP | position),
            Step::Switch(at) => Self(SWITCH | at),
            Step::Fork(at) => Self(FORK | at),
        }
    }

    #[inline]
    fn step(self) -> Step {
        let number = self.0 & !KIND;
        match self.0 & KIND {
            JUMP => Step::Jump(number),
            SWITCH => Step::Switch(number),
            FORK => Step::Fork(number),
            _ => Step::Route(number),
        }
    }
}

/// All chains of a route list.
#[derive(Clone, Debug)]
pub(super) struct Chains {
    entries: Vec<Entry>,
    forks: Vec<Fork>,
    switches: Vec<Switch>,
}

/// Two chains to be read together.
#[derive(Clone, Copy, Debug)]
pub(super) struct Fork {
    /// One.
    pub(super) one: Position,
    /// The other.
    pub(super) other: Position,
    /// The lowest number in either.
    lowest: u32,
}

/// Chains by the value of one header.
#[derive(Clone, Debug)]
pub(super) struct Switch {
    /// The header.
    pub(super) name: HeaderName,
    /// Where the hash of a value leads. Each of these chains goes on with `otherwise`: a value that only has the hash
    /// of another is led past routes that refuse it, and misses none.
    by_hash: FxHashMap<u64, Position>,
    /// Where all other values lead, and none.
    pub(super) otherwise: Position,
    /// The lowest number in any of them.
    lowest: u32,
}

impl Chains {
    /// The step at a position; the empty chain jumps to itself.
    #[inline]
    pub(super) fn step(&self, position: Position) -> Step {
        self.entries.get(position as usize).map_or(Step::Jump(EMPTY), |entry| entry.step())
    }

    /// A fork.
    #[inline]
    pub(super) fn fork(&self, at: u32) -> Option<Fork> {
        self.forks.get(at as usize).copied()
    }

    /// A switch.
    #[inline]
    pub(super) fn switch(&self, at: u32) -> Option<&Switch> {
        self.switches.get(at as usize)
    }
}

impl Switch {
    /// Where a value leads, if not where all others do.
    #[inline]
    pub(super) fn place(&self, value: &[u8]) -> Option<Position> {
        self.by_hash.get(&hashed(value)).copied()
    }
}

/// The hash of a text: looked for in place of it, for then no text needs to be fetched from memory. The predicate
/// refuses what has only the hash.
#[inline]
pub(super) fn hashed(text: &[u8]) -> u64 {
    FxBuildHasher.hash_one(text)
}

/// How much may be spent on building.
#[derive(Clone, Copy, Debug)]
pub(super) struct Limits {
    /// How many entries all merging together may copy, for each route.
    pub(super) copies_per_route: usize,
    /// How many entries one merging may copy.
    pub(super) copies_at_once: usize,
    /// From how many routes on a list is worth a switch.
    pub(super) switch_from: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { copies_per_route: 8, copies_at_once: 64, switch_from: 8 }
    }
}

/// How deep switches may stand inside switches.
const SWITCH_DEPTH: usize = 4;

/// Builds chains, those above first.
pub(super) struct Builder<'r> {
    chains: Chains,
    routes: &'r [Route],
    limits: Limits,
    copies_left: usize,
}

impl<'r> Builder<'r> {
    pub(super) fn new(routes: &'r [Route], count: usize, limits: Limits) -> Self {
        let chains = Chains { entries: vec![Entry::new(Step::Jump(EMPTY))], forks: Vec::new(), switches: Vec::new() };
        let copies_left = count.saturating_mul(limits.copies_per_route);
        Self { chains, routes, limits, copies_left }
    }

    pub(super) fn finish(mut self) -> Chains {
        self.chains.entries.shrink_to_fit();
        self.chains
    }

    /// A chain of these routes (in rank order) and of all those above.
    pub(super) fn add(&mut self, routes: &[u32], above: Position) -> Position {
        self.switched(routes, above, SWITCH_DEPTH)
    }

    fn switched(&mut self, routes: &[u32], above: Position, depth: usize) -> Position {
        let name = if depth == 0 { None } else { self.telling_header(routes) };
        let Some(name) = name else { return self.linked(routes, above) };
        let mut values: Vec<(u64, Vec<u32>)> = Vec::new();
        let mut places: FxHashMap<u64, usize> = FxHashMap::default();
        let mut others = Vec::new();
        for &id in routes {
            let value = self.headers(id).iter().find_map(|test| exact(test).filter(|(found, _)| **found == name));
            match value {
                None => others.push(id),
                Some((_, value)) => {
                    let hash = hashed(value.as_bytes());
                    let place = *places.entry(hash).or_insert_with(|| {
                        values.push((hash, Vec::new()));
                        values.len() - 1
                    });
                    values[place].1.push(id);
                }
            }
        }
        let otherwise = self.switched(&others, above, depth - 1);
        let mut by_hash = FxHashMap::with_capacity_and_hasher(values.len(), FxBuildHasher);
        for (hash, routes) in values {
            by_hash.insert(hash, self.switched(&routes, otherwise, depth - 1));
        }
        let lowest = routes.first().copied().unwrap_or(u32::MAX).min(self.lowest(above));
        self.chains.switches.push(Switch { name, by_hash, otherwise, lowest });
        let switch = self.chains.switches.len() as u32 - 1;
        self.push(Step::Switch(switch))
    }

    /// The header in which most of these routes differ, if it tells enough of them apart.
    fn telling_header(&self, routes: &[u32]) -> Option<HeaderName> {
        if routes.len() < self.limits.switch_from {
            return None;
        }
        let mut found: Vec<(&HeaderName, usize, FxHashSet<&str>)> = Vec::new();
        for (name, value) in routes.iter().flat_map(|id| self.headers(*id)).filter_map(exact) {
            if let Some((_, count, values)) = found.iter_mut().find(|(known, ..)| *known == name) {
                *count += 1;
                values.insert(value);
            } else if found.len() < 16 {
                // A list may name many headers; the first few are enough to find one that tells.
                found.push((name, 1, FxHashSet::from_iter([value])));
            }
        }
        let (name, count, _) =
            found.into_iter().filter(|(_, _, values)| values.len() > 1).max_by_key(|found| found.2.len())?;
        (count * 2 >= routes.len()).then(|| name.clone())
    }

    fn headers(&self, id: u32) -> &'r [HeaderTest] {
        self.routes.get(id as usize).map_or(&[], |route| &route.tests.headers)
    }

    /// A chain of these routes merged with those above as far as these reach, then linked to the rest.
    fn linked(&mut self, routes: &[u32], above: Position) -> Position {
        let Some(&last) = routes.last() else { return above };
        let Some((copies, rest)) = self.before(last, above) else {
            let one = self.linked(routes, EMPTY);
            let lowest = self.lowest(one).min(self.lowest(above));
            self.chains.forks.push(Fork { one, other: above, lowest });
            let fork = self.chains.forks.len() as u32 - 1;
            return self.push(Step::Fork(fork));
        };
        self.copies_left -= copies.len();
        let start = self.chains.entries.len() as Position;
        let mut copies = copies.into_iter().peekable();
        for &id in routes {
            while let Some(copy) = copies.next_if(|copy| *copy < id) {
                self.push(Step::Route(copy));
            }
            self.push(Step::Route(id));
        }
        self.push(Step::Jump(rest));
        start
    }

    /// The routes of a chain that come before one, and where the chain goes on; `None` if they cannot be told without a
    /// request, or are too many to be copied.
    fn before(&self, id: u32, chain: Position) -> Option<(Vec<u32>, Position)> {
        let (mut found, mut position) = (Vec::new(), chain);
        let most = self.limits.copies_at_once.min(self.copies_left);
        loop {
            match self.chains.step(position) {
                Step::Jump(EMPTY) => return Some((found, EMPTY)),
                Step::Jump(target) => position = target,
                Step::Route(next) if next < id => {
                    if found.len() == most {
                        return None;
                    }
                    found.push(next);
                    position += 1;
                }
                Step::Route(_) => return Some((found, position)),
                Step::Switch(_) | Step::Fork(_) => {
                    return (self.lowest(position) > id).then_some((found, position));
                }
            }
        }
    }

    /// The lowest number in a chain.
    fn lowest(&self, chain: Position) -> u32 {
        match self.chains.step(chain) {
            Step::Route(id) => id,
            Step::Jump(EMPTY) => u32::MAX,
            Step::Jump(target) => self.lowest(target),
            Step::Switch(at) => self.chains.switch(at).map_or(u32::MAX, |switch| switch.lowest),
            Step::Fork(at) => self.chains.fork(at).map_or(u32::MAX, |fork| fork.lowest),
        }
    }

    fn push(&mut self, step: Step) -> Position {
        self.chains.entries.push(Entry::new(step));
        self.chains.entries.len() as Position - 1
    }
}

/// The header and the value of a test for exactly that value.
fn exact(test: &HeaderTest) -> Option<(&HeaderName, &str)> {
    match (&test.name, &test.value) {
        (HeaderKey::Name(name), ValueTest::Exact(value)) => Some((name, value)),
        _ => None,
    }
}
