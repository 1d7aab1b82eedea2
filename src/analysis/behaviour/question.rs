//! Is there a request that ends here before, and there after?

use http::HeaderName;
use rustc_hash::FxHashMap;

use super::side::{Deeds, Item, Side};
use super::visible::{is_visible, patterns, shows_in_outcome};
use super::{Class, Comparer, End};
use crate::analysis::fingerprint::ActionFingerprint;
use crate::analysis::language::Language;
use crate::analysis::scene::{Arrival, Outside, Scene, Stage, arrival, why_changed};
use crate::analysis::search::{Judgement, search};
use crate::analysis::space::{Part, Point, RequestSet};
use crate::analysis::witness::Witness;
use crate::analysis::{Budget, Proof, Reason};
use crate::routing::RouteId;
use crate::routing::regex::Regex;

/// How many requests are tried until one shows a difference in what is done with it.
const TRIES: usize = 6;

/// Which headers never arrive at the routes of a listener: by side, port and name.
#[derive(Default)]
pub(super) struct Arrivals(FxHashMap<(bool, u16, HeaderName), Arrival>);

impl Arrivals {
    /// Whether a set asks for a header that never arrives.
    fn is_in_vain(&mut self, is_after: bool, side: &Side<'_>, scene: &Scene<'_>, set: &RequestSet) -> bool {
        let Some((way, _)) = scene.ways.first() else { return false };
        set.header_names().any(|name| {
            let known = self.0.entry((is_after, way.port, name.clone()));
            *known.or_insert_with(|| arrival(side.gateway.table, way, name)) == Arrival::Never
        })
    }
}

/// One side of a question.
struct Half<'q, 't> {
    side: &'q Side<'t>,
    stage: Option<Stage<'t>>,
    /// The route at which the request should end; `None` is none.
    item: Option<&'q Item>,
    /// What the request meets where its connection serves no HTTP.
    outside: Option<Outside<'t>>,
}

impl<'q> Half<'q, '_> {
    fn end(&self) -> End {
        match (self.item, self.outside) {
            (Some(item), _) => item.end,
            (None, Some(outside)) => self.side.outside(outside).0,
            (None, None) => End::NoRoute,
        }
    }

    fn deed(&self, deeds: &Deeds) -> ActionFingerprint {
        match self.outside {
            Some(outside) => self.side.outside(outside).1,
            None => deeds.of(self.item),
        }
    }

    fn set(&self) -> Option<&'q RequestSet> {
        self.item.and_then(|item| self.side.set(item.id))
    }

    /// The paths that the regex of its route rewrites.
    fn pattern(&self) -> Option<Regex> {
        patterns(self.side.gateway.table.route(self.item?.id))
    }

    /// `None`: the request ends where it should.
    fn objection(&self, target: &RequestSet, witness: &Witness) -> Result<Option<(RouteId, &'q RequestSet)>, Reason> {
        let (landing, arrived) = witness.send(self.side.gateway.table)?;
        let same_host = match (landing.host(), self.stage) {
            (Some(host), Some(stage)) => std::ptr::eq(&*host.routes, &*stage.host.routes),
            (None, None) => true,
            _ => false,
        };
        if !same_host {
            return Err(Reason::NotReproduced);
        }
        let end = End::from(&landing);
        if end == self.end() {
            return Ok(None);
        }
        match end.route().and_then(|id| Some((id, self.side.set(id)?))) {
            Some((id, set)) if set.contains(&witness.point.view()) => Ok(Some((id, set))),
            Some((_, set)) => Err(why_changed(&witness.point, &arrived, &[target, set])),
            None => Err(why_changed(&witness.point, &arrived, &[target])),
        }
    }
}

impl<'t> Comparer<'t> {
    /// Asks whether requests of a scene end at these routes, unless that makes no difference or is known.
    pub(super) fn ask(&mut self, scene: &Scene<'t>, before: Option<&Item>, after: Option<&Item>) {
        let is_http = scene.outside == [None, None];
        if self.is_done() || is_http && before.map(|item| item.does) == after.map(|item| item.does) {
            return;
        }
        let halves = [
            Half { side: &self.before, stage: scene.before, item: before, outside: scene.outside[0] },
            Half { side: &self.after, stage: scene.after, item: after, outside: scene.outside[1] },
        ];
        let ends = (halves[0].end(), halves[1].end());
        if self.known.contains(&ends) {
            return;
        }
        self.found.questions += 1;
        let mut target = scene.set.clone();
        for set in halves.iter().filter_map(Half::set) {
            match target.intersect(set) {
                Some(both) => target = both,
                None => return,
            }
        }
        for (is_after, half) in [(false, &halves[0]), (true, &halves[1])] {
            if half.set().is_some_and(|set| self.arrivals.is_in_vain(is_after, half.side, scene, set)) {
                return;
            }
        }
        let differences = halves[0].deed(&self.deeds).differences(&halves[1].deed(&self.deeds));
        let is_subtle = is_http && shows_in_outcome(&differences);
        let mut budget = self.budget;
        let found = match find(scene, &halves, &target, &mut budget) {
            Proof::Fails(witness) if is_subtle => find_visible(scene, &halves, target, witness, &mut budget),
            found => found,
        };
        match found {
            Proof::Holds(()) => {}
            Proof::Unknown(reason) => self.doubt(ends.0, ends.1, reason),
            Proof::Fails(witness) => {
                self.known.insert(ends);
                self.found.classes.push(Class { before: ends.0, after: ends.1, witness, differences });
            }
        }
    }
}

fn find(scene: &Scene<'_>, halves: &[Half<'_, '_>; 2], target: &RequestSet, budget: &mut Budget) -> Proof<(), Witness> {
    let judge = |point: &Point| {
        let Some(witness) = scene.witness(point.clone()) else { return Judgement::Undecided(Reason::NotReproduced) };
        for half in halves {
            match half.objection(target, &witness) {
                Ok(None) => {}
                Ok(Some((id, set))) => return Judgement::Blocked(id, set),
                Err(reason) => return Judgement::Undecided(reason),
            }
        }
        Judgement::Accepted
    };
    match search(target, budget, judge) {
        Proof::Holds(_) => Proof::Holds(()),
        Proof::Unknown(reason) => Proof::Unknown(reason),
        Proof::Fails(point) => match scene.witness(point) {
            Some(witness) => Proof::Fails(witness),
            None => Proof::Unknown(Reason::NotReproduced),
        },
    }
}

/// What is done differs only as far as the request makes it differ: one is looked for that does.
fn find_visible(
    scene: &Scene<'_>,
    halves: &[Half<'_, '_>; 2],
    mut target: RequestSet,
    first: Witness,
    budget: &mut Budget,
) -> Proof<(), Witness> {
    let tables = [halves[0].side.gateway.table, halves[1].side.gateway.table];
    if is_visible(tables, &first) {
        return Proof::Fails(first);
    }
    let mut all_untouched = true;
    for pattern in halves.iter().filter_map(Half::pattern) {
        let mut touched = target.clone();
        touched.require(Part::Path, Language::Regex(pattern.clone()));
        match find(scene, halves, &touched, budget) {
            Proof::Fails(witness) if is_visible(tables, &witness) => return Proof::Fails(witness),
            Proof::Holds(()) => {}
            _ => all_untouched = false,
        }
    }
    let untouched = halves.each_ref().map(|half| half.item.and_then(|item| half.side.untouched(item)));
    if let ([Some(before), Some(after)], true) = (untouched, all_untouched)
        && before == after
    {
        return Proof::Holds(());
    }
    let mut tried = first;
    for _ in 0..TRIES {
        target.exclude(Part::Path, Language::exact(&tried.point.path));
        match find(scene, halves, &target, budget) {
            Proof::Fails(witness) if is_visible(tables, &witness) => return Proof::Fails(witness),
            Proof::Fails(witness) => tried = witness,
            other => return other,
        }
    }
    Proof::Unknown(Reason::NoDifferenceSeen)
}
