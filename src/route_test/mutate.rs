//! Whether a suite would notice a mistake: the configuration with a test dropped, a test relaxed, or a route tried before
//! another. Those that change no request are left out, by proof.

use serde::Serialize;

use super::case::WitnessText;
use super::exercise::{Part, draws, name};
use super::expect::unmet;
use super::judge::Judge;
use super::place::MappingRef;
use super::run::{Settled, draw};
use crate::analysis::behaviour::End;
use crate::analysis::boundary::{Boundaries, relaxed, tests};
use crate::analysis::{Budget, Gateway, Proof, Reason, same};
use crate::routing::{Draw, RouteTable};

/// What a suite notices.
#[derive(Clone, Debug, Serialize)]
pub struct Mutation {
    /// Mistakes that change some request, and how many of them are noticed.
    pub noticed: Part,
    /// Mistakes that change no request.
    pub equivalent: usize,
    /// Mistakes that are not noticed and of which it is not known whether they change a request.
    pub undecided: usize,
    /// Those that are not noticed.
    pub unnoticed: Vec<Unnoticed>,
}

/// A mistake that a suite does not notice.
#[derive(Clone, Debug, Serialize)]
pub struct Unnoticed {
    /// The Mapping in which it is made.
    pub mapping: MappingRef,
    /// What is done to it.
    pub mistake: String,
    /// A request that would tell.
    pub by: Option<WitnessText>,
}

/// A configuration with a mistake in it.
struct Mutant {
    mapping: MappingRef,
    mistake: String,
    table: RouteTable,
}

/// Makes every mistake, and sees which of them a suite notices. Cases that fail anyway notice nothing.
///
/// # Errors
///
/// The budget does not suffice to tell authorities apart.
pub fn mutate(judge: &Judge<'_>, settled: &[Settled<'_>]) -> Result<Mutation, Reason> {
    let table = judge.table();
    let passing: Vec<Passing<'_>> = settled.iter().filter_map(|one| Passing::of(one, judge)).collect();
    let mut found = Mutation { noticed: Part::default(), equivalent: 0, undecided: 0, unnoticed: Vec::new() };
    for mutant in mutants(judge)? {
        if passing.iter().any(|case| case.notices(&mutant.table, judge)) {
            found.noticed.of += 1;
            found.noticed.seen += 1;
            continue;
        }
        let tls = judge.tls();
        let [before, after] = [table, &mutant.table].map(|table| Gateway { table, tls });
        match same(before, after, Budget::default()) {
            Proof::Holds(()) => found.equivalent += 1,
            Proof::Unknown(_) => found.undecided += 1,
            Proof::Fails(comparison) => {
                found.noticed.of += 1;
                let by = comparison.classes.first().map(|class| WitnessText::of(&class.witness, table));
                found.unnoticed.push(Unnoticed { mapping: mutant.mapping, mistake: mutant.mistake, by });
            }
        }
    }
    Ok(found)
}

fn mutants<'j>(judge: &'j Judge<'_>) -> Result<impl Iterator<Item = Mutant> + use<'j>, Reason> {
    let table = judge.table();
    let boundaries = Boundaries::of(table, Budget::default())?;
    let mut earlier = vec![None; table.routes().len()];
    for (id, behind) in (0u32..).map(crate::routing::RouteId).zip(boundaries.later()) {
        for later in behind {
            if let Some(nearest) = earlier.get_mut(later.0 as usize) {
                // They come in rank order: the last is the nearest.
                *nearest = Some(id);
            }
        }
    }
    let routes = (0u32..).map(crate::routing::RouteId).zip(table.routes());
    Ok(routes.flat_map(move |(id, route)| {
        let Some(mapping) = judge.mapping(route.mapping).cloned() else { return Vec::new() };
        let of = &route.tests;
        let mut mutants = Vec::new();
        for test in tests(of) {
            for (how, wider) in relaxed(of, test) {
                let mistake = format!("{} {how}", name(of, test));
                let table = table.with_tests(id, wider);
                mutants.push(Mutant { mapping: mapping.clone(), mistake, table });
            }
        }
        let before = earlier.get(id.0 as usize).copied().flatten();
        if let Some((before, name)) =
            before.and_then(|before| Some((before, judge.mapping(table.route(before).mapping)?)))
        {
            let mistake = format!("tried before {}.{}", name.name, name.namespace);
            mutants.push(Mutant { mapping, mistake, table: table.with_earlier(id, before) });
        }
        mutants
    }))
}

/// A case that passes, with where its request ends.
struct Passing<'s> {
    one: &'s Settled<'s>,
    ends: Vec<(Draw, Ended)>,
}

/// Where a request ends, in words that hold for every variant of a table.
type Ended = Option<(crate::model::MappingId, bool)>;

impl<'s> Passing<'s> {
    fn of(one: &'s Settled<'s>, judge: &Judge<'_>) -> Option<Self> {
        let fixed = one.case.draw.map(draw);
        let answer = judge.answer(&one.request, fixed);
        if !unmet(&one.case.expect, &answer).is_empty() {
            return None;
        }
        let draws = fixed.map_or_else(|| draws(judge.table()), |draw| vec![draw]);
        let ends = draws.into_iter().map(|draw| (draw, ended(judge.table(), one, draw))).collect();
        Some(Self { one, ends })
    }

    fn notices(&self, table: &RouteTable, judge: &Judge<'_>) -> bool {
        // A share that was moved is noticed by draws that the table did not have: those are asked about in full.
        let fixed = self.one.case.draw.map(draw);
        if fixed.is_some() && self.ends.iter().all(|(draw, known)| ended(table, self.one, *draw) == *known) {
            return false;
        }
        let varied = judge.over(table);
        let answer = varied.answer(&self.one.request, fixed);
        !unmet(&self.one.case.expect, &answer).is_empty()
    }
}

fn ended(table: &RouteTable, one: &Settled<'_>, draw: Draw) -> Ended {
    let end = End::of(table, &one.request, draw)?;
    Some((table.route(end.route()?).mapping, matches!(end, End::Route(_))))
}
