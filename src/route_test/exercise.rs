//! What a suite exercises: which routes its requests come to, and which tests it sees say yes and no.
//!
//! A test is seen to say no where a request meets all others of its route, no earlier route takes it, and so nothing but
//! this test keeps it out. What no request can show is not asked for.

use serde::Serialize;

use super::case::WitnessText;
use super::judge::Judge;
use super::place::MappingRef;
use super::run::Settled;
use crate::analysis::boundary::{Boundaries, tests};
use crate::analysis::reachability::{Reachabilities, Reachability};
use crate::analysis::{Budget, Proof, Reason, Witness, land};
use crate::routing::predicate::HeaderKey;
use crate::routing::{Draw, Mismatch, RouteId, RouteTable, Tests};

/// How much of a configuration a suite exercises.
#[derive(Clone, Debug, Serialize)]
pub struct Coverage {
    /// Routes of Mappings that can be reached.
    pub routes: Part,
    /// Of each of their tests whether it is seen to say yes, and to say no.
    pub conditions: Part,
    /// What is not seen.
    pub unseen: Vec<Unseen>,
    /// How many conditions there are of which it is not known whether they can be seen.
    pub undecided: usize,
}

/// So many of so many.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Part {
    /// How many are seen.
    pub seen: usize,
    /// How many there are.
    pub of: usize,
}

/// A test that a suite never sees say yes, or never no.
#[derive(Clone, Debug, Serialize)]
pub struct Unseen {
    /// The Mapping.
    pub mapping: MappingRef,
    /// The test: `path`, `header x-canary` …; none where the whole route is not seen.
    pub test: Option<String>,
    /// What it is never seen to say.
    pub never: &'static str,
    /// A request that would show it.
    pub by: WitnessText,
}

impl Part {
    /// In percent; of nothing, all is seen.
    pub fn percent(self) -> f64 {
        if self.of == 0 { 100.0 } else { self.seen as f64 * 100.0 / self.of as f64 }
    }
}

/// What the requests of a suite see of each route.
struct Sight {
    reached: bool,
    /// The tests that were seen to say no.
    refused: Vec<Mismatch>,
}

/// How much of a configuration a suite exercises.
///
/// # Errors
///
/// The budget does not suffice to tell authorities apart.
pub fn coverage(judge: &Judge<'_>, settled: &[Settled<'_>]) -> Result<Coverage, Reason> {
    let table = judge.table();
    let boundaries = Boundaries::of(table, Budget::default())?;
    let reachabilities = Reachabilities::of(table, Budget::default());
    let sights = sights(table, settled);
    let mut coverage =
        Coverage { routes: Part::default(), conditions: Part::default(), unseen: Vec::new(), undecided: 0 };
    for (id, reachability) in reachabilities.iter() {
        let (Some(mapping), Some(sight)) = (judge.mapping(table.route(id).mapping), sights.get(id.0 as usize)) else {
            continue;
        };
        let (Reachability::Reachable(witness) | Reachability::OnlyRedirected(witness)) = reachability else { continue };
        coverage.route(mapping, sight, &table.route(id).tests, id, witness, &boundaries, table);
    }
    Ok(coverage)
}

impl Coverage {
    #[expect(clippy::too_many_arguments, reason = "all that is known of one route")]
    fn route(
        &mut self,
        mapping: &MappingRef,
        sight: &Sight,
        of: &Tests,
        id: RouteId,
        witness: &Witness,
        boundaries: &Boundaries<'_>,
        table: &RouteTable,
    ) {
        let seen = usize::from(sight.reached);
        self.routes.of += 1;
        self.routes.seen += seen;
        let mut unseen = |test, never, witness: &Witness| {
            let by = WitnessText::of(witness, table);
            self.unseen.push(Unseen { mapping: mapping.clone(), test, never, by });
        };
        if !sight.reached {
            unseen(None, "yes", witness);
        }
        for test in tests(of) {
            let is_seen = sight.refused.contains(&test);
            let miss = if is_seen { Proof::Holds(()) } else { boundaries.miss(id, of, test) };
            match miss {
                _ if is_seen => {
                    self.conditions.of += 2;
                    self.conditions.seen += seen + 1;
                }
                Proof::Fails(witness) => {
                    unseen(Some(name(of, test)), "no", &witness);
                    self.conditions.of += 2;
                    self.conditions.seen += seen;
                }
                Proof::Holds(()) => {
                    self.conditions.of += 1;
                    self.conditions.seen += seen;
                }
                Proof::Unknown(_) => {
                    self.undecided += 1;
                    self.conditions.of += 1;
                    self.conditions.seen += seen;
                }
            }
        }
    }
}

fn sights(table: &RouteTable, settled: &[Settled<'_>]) -> Vec<Sight> {
    let mut sights: Vec<Sight> = table.routes().iter().map(|_| Sight { reached: false, refused: Vec::new() }).collect();
    let drawn = draws(table);
    for one in settled {
        let fixed = one.case.draw.map(super::run::draw);
        let draws = fixed.as_ref().map_or(drawn.as_slice(), std::slice::from_ref);
        for draw in draws {
            let Ok((landing, Some(arrived))) = land(table, &one.request, *draw) else { continue };
            let Some(host) = landing.host() else { continue };
            let view = arrived.view();
            for id in host.routes.ranked() {
                let route = table.route(*id);
                let Some(sight) = sights.get_mut(id.0 as usize) else { continue };
                if host.treatment(route, view.secure).is_none() {
                    continue;
                }
                let mut refusals = route.tests.refusals(&view);
                match (refusals.next(), refusals.next()) {
                    (None, _) => {
                        sight.reached = true;
                        break;
                    }
                    (Some(only), None) if !sight.refused.contains(&only) => sight.refused.push(only),
                    _ => {}
                }
            }
        }
    }
    sights
}

/// Draws that no share of a table tells from others: one of each kind.
pub(super) fn draws(table: &RouteTable) -> Vec<Draw> {
    let mut ends: Vec<u32> = table.routes().iter().map(|route| route.tests.share.0).chain([0]).collect();
    ends.retain(|end| *end < u32::from(Draw::COUNT));
    ends.sort_unstable();
    ends.dedup();
    ends.into_iter().map(|end| Draw::new(u64::from(end))).collect()
}

/// What a test is called.
pub(super) fn name(tests: &Tests, test: Mismatch) -> String {
    match test {
        Mismatch::Authority => "host".to_owned(),
        Mismatch::Path => "path".to_owned(),
        Mismatch::Method => "method".to_owned(),
        Mismatch::Share => "share".to_owned(),
        Mismatch::Cleartext => "cleartext".to_owned(),
        Mismatch::Query(at) => {
            let name = tests.query.get(usize::from(at)).map_or("", |test| &test.name);
            format!("query {name}")
        }
        Mismatch::Header(at) => {
            let name = tests.headers.get(usize::from(at)).map_or("", |test| match &test.name {
                HeaderKey::Name(name) => name.as_str(),
                HeaderKey::Authority => ":authority",
                HeaderKey::Method => ":method",
                HeaderKey::Path => ":path",
                HeaderKey::Scheme => ":scheme",
                HeaderKey::Impossible(name) => name,
            });
            format!("header {name}")
        }
    }
}
