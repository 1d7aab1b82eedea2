//! A suite from a configuration: a request for every route that can be reached, and one for every boundary, where a test
//! begins to refuse or one route comes before another.

use std::collections::{BTreeMap, BTreeSet};

use super::case::CaseText;
use super::exercise::name;
use super::judge::Judge;
use crate::analysis::boundary::{Boundaries, relaxed, tests};
use crate::analysis::reachability::{Reachabilities, Reachability};
use crate::analysis::{Budget, Proof, Reason, Witness};
use crate::routing::RouteId;

/// The cases of a suite that expect what a configuration does now.
///
/// # Errors
///
/// The budget does not suffice to tell authorities apart.
pub fn generate(judge: &Judge<'_>) -> Result<Vec<CaseText>, Reason> {
    let table = judge.table();
    let boundaries = Boundaries::of(table, Budget::default())?;
    let reachabilities = Reachabilities::of(table, Budget::default());
    let mut suite = Generated { judge, cases: Vec::new(), known: BTreeSet::new(), at: BTreeMap::new() };
    let reachable = |id: RouteId| match reachabilities.get(id) {
        Some(Reachability::Reachable(witness) | Reachability::OnlyRedirected(witness)) => Some(witness),
        _ => None,
    };
    let later = boundaries.later();
    let routes = reachabilities.iter().filter_map(|(id, _)| {
        let mapping = judge.mapping(table.route(id).mapping)?;
        Some((id, format!("{}.{}", mapping.name, mapping.namespace)))
    });
    for (id, mapping) in routes {
        if let Some(witness) = reachable(id) {
            suite.add(mapping.clone(), witness, Some(id));
        }
        // A route that nothing comes to has boundaries too: a step over one of them, and something does.
        let of = &table.route(id).tests;
        for test in tests(of) {
            for (_, wider) in relaxed(of, test) {
                if let Proof::Fails(witness) = boundaries.between(id, &wider, of, test) {
                    suite.add(format!("not {mapping}: {}", name(of, test)), &witness, None);
                }
            }
        }
        for behind in later.get(id.0 as usize).into_iter().flatten() {
            let other = &table.route(*behind).tests;
            let is_seen = suite
                .at
                .get(&id)
                .is_some_and(|seen| seen.iter().any(|witness: &Witness| other.check(&witness.point.view()).is_ok()));
            if is_seen {
                continue;
            }
            if let (Proof::Fails(witness), Some(after)) =
                (boundaries.both(id, *behind), judge.mapping(table.route(*behind).mapping))
            {
                suite.add(format!("{mapping} before {}.{}", after.name, after.namespace), &witness, Some(id));
            }
        }
    }
    Ok(suite.cases)
}

struct Generated<'j> {
    judge: &'j Judge<'j>,
    cases: Vec<CaseText>,
    /// Requests that are there already.
    known: BTreeSet<String>,
    /// The requests that come to each route.
    at: BTreeMap<RouteId, Vec<Witness>>,
}

impl Generated<'_> {
    fn add(&mut self, name: String, witness: &Witness, at: Option<RouteId>) {
        let request = witness.request();
        let is_drawn = self.judge.answer(&request, None).outcomes.len() > 1;
        let draw = is_drawn.then_some(witness.draw());
        let answer = self.judge.answer(&request, Some(witness.draw()));
        let Some(case) = CaseText::of(&answer, draw, self.judge.table()) else { return };
        if let Some(id) = at {
            self.at.entry(id).or_default().push(witness.clone());
        }
        if self.known.insert(format!("{request:?} {draw:?}")) {
            self.cases.push(CaseText { name: Some(name), ..case });
        }
    }
}
