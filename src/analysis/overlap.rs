//! Which routes of a list could take requests that a given route takes: by authority and the beginning of the path.

use std::sync::Arc;

use rustc_hash::FxHashMap;

use crate::routing::Tests;
use crate::routing::predicate::AuthorityTest;

/// A list of routes, sorted for the question.
pub(super) struct Overlaps {
    exact: FxHashMap<Arc<str>, Literals>,
    other: Literals,
}

/// Literals of paths in lower case, sorted, with the places of their routes.
#[derive(Default)]
struct Literals(Vec<(Box<[u8]>, usize)>);

impl Overlaps {
    pub(super) fn new<'t>(tests: impl Iterator<Item = &'t Tests>) -> Self {
        let mut found = Self { exact: FxHashMap::default(), other: Literals::default() };
        for (at, tests) in tests.enumerate() {
            let literals = match &tests.authority {
                AuthorityTest::Exact(text) => found.exact.entry(Arc::clone(text)).or_default(),
                _ => &mut found.other,
            };
            literals.0.push((key(tests), at));
        }
        for literals in found.exact.values_mut().chain([&mut found.other]) {
            literals.0.sort_unstable();
        }
        found
    }

    /// The places of all routes that could meet, rising.
    pub(super) fn with(&self, tests: &Tests) -> Vec<usize> {
        let key = key(tests);
        let mut places = Vec::new();
        self.other.meeting(&key, &mut places);
        match &tests.authority {
            AuthorityTest::Exact(text) => {
                if let Some(literals) = self.exact.get(text) {
                    literals.meeting(&key, &mut places);
                }
            }
            test => {
                let fits = self.exact.iter().filter(|(name, _)| test.takes(name));
                fits.for_each(|(_, literals)| literals.meeting(&key, &mut places));
            }
        }
        places.sort_unstable();
        places
    }
}

impl Literals {
    /// Literals that begin with the key, or that the key begins with.
    fn meeting(&self, key: &[u8], places: &mut Vec<usize>) {
        let from = |key: &[u8]| self.0.partition_point(|(literal, _)| &**literal < key);
        let longer = self.0.iter().skip(from(key)).take_while(|(literal, _)| literal.starts_with(key));
        places.extend(longer.map(|(_, at)| *at));
        for length in 0..key.len() {
            let Some(shorter) = key.get(..length) else { break };
            let same = self.0.iter().skip(from(shorter)).take_while(|(literal, _)| **literal == *shorter);
            places.extend(same.map(|(_, at)| *at));
        }
    }
}

fn key(tests: &Tests) -> Box<[u8]> {
    tests.path.literal().to_ascii_lowercase().into()
}
