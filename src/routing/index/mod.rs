//! Which routes could take a request, in rank order. The index proposes, the predicate decides.
//!
//! Routes with the same authority test share a partition. Each partition has a trie over the literals with which their
//! paths begin ([`trie`]), each node of it a chain of candidates ([`chain`]). A request touches a few partitions; their
//! chains are read together, lowest rank first ([`likely`]).

mod chain;
mod likely;
mod trie;

use std::collections::BTreeMap;

use rustc_hash::FxHashMap;

use self::chain::{Builder, Chains, EMPTY, Limits, Position, hashed};
pub use self::likely::Likely;
use self::trie::{End, NONE, Tries, key};
use super::predicate::AuthorityTest;
use super::request::RequestView;
use super::route::{Route, RouteId};

/// The routes of a virtual host, indexed.
#[derive(Clone, Debug)]
pub struct RouteList {
    ranked: Box<[RouteId]>,
    tries: Tries,
    chains: Chains,
    /// Partitions, by the hash of their authority: each value is the root of a trie of paths.
    exact: FxHashMap<u64, u32>,
    /// Tries over wildcards, whose values are again roots of tries of paths.
    suffixes: u32,
    prefixes: u32,
    any: u32,
}

impl RouteList {
    /// Indexes routes of a table; `ranked` rises strictly.
    pub fn new(ranked: impl Into<Box<[RouteId]>>, routes: &[Route]) -> Self {
        Self::with_limits(ranked.into(), routes, Limits::default())
    }

    fn with_limits(ranked: Box<[RouteId]>, routes: &[Route], limits: Limits) -> Self {
        let mut exact: FxHashMap<u64, Vec<u32>> = FxHashMap::default();
        let mut suffixes: BTreeMap<Box<[u8]>, Vec<u32>> = BTreeMap::new();
        let mut prefixes: BTreeMap<Box<[u8]>, Vec<u32>> = BTreeMap::new();
        let mut any = Vec::new();
        for &RouteId(id) in &ranked {
            let Some(route) = routes.get(id as usize) else { continue };
            match &route.tests.authority {
                AuthorityTest::Exact(text) => exact.entry(hashed(text.as_bytes())).or_default().push(id),
                AuthorityTest::Suffix(text) => suffixes.entry(key(text.as_bytes(), End::Back)).or_default().push(id),
                AuthorityTest::Prefix(text) => prefixes.entry(key(text.as_bytes(), End::Front)).or_default().push(id),
                AuthorityTest::Any | AuthorityTest::Regex(_) => any.push(id),
            }
        }
        let builder = Builder::new(routes, ranked.len(), limits);
        let mut partitions = Partitions { routes, tries: Tries::default(), builder };
        let exact = exact.into_iter().map(|(hash, ids)| (hash, partitions.paths(&ids))).collect();
        let suffixes = partitions.globs(suffixes);
        let prefixes = partitions.globs(prefixes);
        let any = partitions.paths(&any);
        let Partitions { tries, builder, .. } = partitions;
        Self { ranked, tries, chains: builder.finish(), exact, suffixes, prefixes, any }
    }

    /// All routes in rank order.
    pub fn ranked(&self) -> &[RouteId] {
        &self.ranked
    }

    /// The routes that could take a request, in rank order: every one that does is among them.
    #[inline]
    pub fn likely<'i>(&'i self, request: &'i RequestView<'i>) -> Likely<'i> {
        Likely::new(self, request)
    }

    /// The chains that a request touches.
    #[inline]
    fn heads(&self, request: &RequestView<'_>, mut visit: impl FnMut(Position)) {
        let authority = request.authority.as_bytes();
        let mut partition = |root: u32| {
            let chain = self.tries.deepest(root, request.path.as_bytes());
            if chain != NONE {
                visit(chain);
            }
        };
        if !self.exact.is_empty()
            && let Some(&root) = self.exact.get(&hashed(authority))
        {
            partition(root);
        }
        self.tries.walk(self.suffixes, authority, End::Back, &mut partition);
        self.tries.walk(self.prefixes, authority, End::Front, &mut partition);
        partition(self.any);
    }
}

/// Partitions being built.
struct Partitions<'r> {
    routes: &'r [Route],
    tries: Tries,
    builder: Builder<'r>,
}

impl Partitions<'_> {
    /// A trie over wildcards; its values are tries over paths.
    fn globs(&mut self, partitions: BTreeMap<Box<[u8]>, Vec<u32>>) -> u32 {
        if partitions.is_empty() {
            return NONE;
        }
        let roots: Vec<u32> = partitions.values().map(|ids| self.paths(ids)).collect();
        let keys: Vec<Box<[u8]>> = partitions.into_keys().collect();
        self.tries.plant(&keys, |at, _| roots.get(at).copied().unwrap_or(NONE))
    }

    /// A trie over the literals of paths; its values are chains.
    fn paths(&mut self, ids: &[u32]) -> u32 {
        let literal = |id: u32| self.routes.get(id as usize).map_or(&[][..], |route| route.tests.path.literal());
        let mut filed: Vec<(Box<[u8]>, u32)> = ids.iter().map(|id| (key(literal(*id), End::Front), *id)).collect();
        if filed.is_empty() {
            return NONE;
        }
        filed.sort_unstable();
        let mut keys: Vec<Box<[u8]>> = Vec::new();
        let mut lists: Vec<Vec<u32>> = Vec::new();
        for (key, id) in filed {
            match lists.last_mut() {
                Some(list) if keys.last() == Some(&key) => list.push(id),
                _ => {
                    keys.push(key);
                    lists.push(vec![id]);
                }
            }
        }
        let builder = &mut self.builder;
        self.tries.plant(&keys, |at, above| {
            let above = if above == NONE { EMPTY } else { above };
            lists.get(at).map_or(above, |list| builder.add(list, above))
        })
    }
}

#[cfg(test)]
mod tests;
