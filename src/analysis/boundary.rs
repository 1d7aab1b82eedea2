//! Where a route's tests begin to matter: requests that meet all of them but one, and requests that two routes would take.

use super::language::Language;
use super::overlap::Overlaps;
use super::reachability::meet;
use super::scene::{Pair, Scene, Scenes, Stage};
use super::search::{Judgement, search};
use super::space::{Part, RequestSet, Schemes};
use super::witness::Witness;
use super::{Budget, Proof, Reason};
use crate::routing::predicate::{AuthorityTest, HeaderKey, MethodTest, PathTest, Share, ValueTest};
use crate::routing::{Mismatch, Route, RouteId, RouteTable, Tests};

/// Finds requests at the boundaries of routes.
pub struct Boundaries<'t> {
    table: &'t RouteTable,
    scenes: Vec<Scene<'t>>,
    sets: Vec<RequestSet>,
    budget: Budget,
}

impl<'t> Boundaries<'t> {
    /// Makes ready, with a budget for each question.
    ///
    /// # Errors
    ///
    /// The budget does not suffice to tell authorities apart.
    pub fn of(table: &'t RouteTable, budget: Budget) -> Result<Self, Reason> {
        let mut scenes = Scenes::of(Pair { before: table, after: table }, &mut budget.clone())?.scenes;
        // Where a request is served as it is, more can be seen of it than where it is sent to https.
        scenes.sort_by_key(|scene| scene.before.is_none_or(|stage| stage.mode != super::scene::Mode::Serve));
        let sets = table.routes().iter().map(|route| RequestSet::of(&route.tests)).collect();
        Ok(Self { table, scenes, sets, budget })
    }

    /// A request that meets all tests of a route but this one, and that no earlier route takes.
    pub fn miss(&self, id: RouteId, of: &Tests, test: Mismatch) -> Proof<(), Witness> {
        self.between(id, &without(of, test), of, test)
    }

    /// A request that meets wider tests than a route's but not its own `test`, and that no earlier route takes.
    pub fn between(&self, id: RouteId, wider: &Tests, of: &Tests, test: Mismatch) -> Proof<(), Witness> {
        let Some(target) = beyond(wider, of, test) else { return Proof::Holds(()) };
        self.find(id, &target, |winner| winner.is_none_or(|winner| winner > id))
    }

    /// A request that a route takes although a later one would take it too.
    pub fn both(&self, id: RouteId, later: RouteId) -> Proof<(), Witness> {
        let sets = (self.sets.get(id.0 as usize), self.sets.get(later.0 as usize));
        let (Some(one), Some(other)) = sets else { return Proof::Holds(()) };
        let Some(target) = one.intersect(other) else { return Proof::Holds(()) };
        self.find(id, &target, |winner| winner == Some(id))
    }

    /// Routes that stand behind a route on some virtual host and could meet it, each with its place behind.
    pub fn later(&self) -> Vec<Vec<RouteId>> {
        let mut found: Vec<Vec<RouteId>> = vec![Vec::new(); self.sets.len()];
        let mut seen: Vec<*const ()> = Vec::new();
        for stage in self.scenes.iter().filter_map(|scene| scene.before) {
            let list = std::sync::Arc::as_ptr(&stage.host.routes).cast::<()>();
            if seen.contains(&list) {
                continue;
            }
            seen.push(list);
            let ranked = stage.host.routes.ranked();
            let overlaps = Overlaps::new(ranked.iter().map(|id| &self.table.route(*id).tests));
            for (at, id) in ranked.iter().enumerate() {
                let behind = overlaps.with(&self.table.route(*id).tests).into_iter().filter(|place| *place > at);
                let Some(known) = found.get_mut(id.0 as usize) else { continue };
                known.extend(behind.filter_map(|place| ranked.get(place).copied()));
            }
        }
        for later in &mut found {
            later.sort_unstable();
            later.dedup();
        }
        found
    }

    /// A request of a set, on a virtual host that has the route, which ends as wanted.
    fn find(&self, id: RouteId, target: &RequestSet, wanted: impl Fn(Option<RouteId>) -> bool) -> Proof<(), Witness> {
        let mut undecided = None;
        for scene in &self.scenes {
            let Some(stage) = scene.before.filter(|stage| has(*stage, id, self.table.route(id))) else { continue };
            let Some(target) = target.intersect(&scene.set) else { continue };
            let judge = |point: &super::Point| match meet(self.table, scene, stage, point) {
                Ok((winner, _)) if wanted(winner) => Judgement::Accepted,
                Ok((Some(winner), _)) => match self.sets.get(winner.0 as usize) {
                    Some(set) => Judgement::Blocked(winner, set),
                    None => Judgement::Undecided(Reason::NotReproduced),
                },
                Ok((None, _)) => Judgement::Undecided(Reason::NotReproduced),
                Err(reason) => Judgement::Undecided(reason),
            };
            match search(&target, &mut self.budget.clone(), judge) {
                Proof::Holds(_) => {}
                Proof::Unknown(reason) => undecided = undecided.or(Some(reason)),
                Proof::Fails(point) => match scene.witness(point) {
                    Some(witness) => return Proof::Fails(witness),
                    None => undecided = undecided.or(Some(Reason::NotReproduced)),
                },
            }
        }
        undecided.map_or(Proof::Holds(()), Proof::Unknown)
    }
}

fn has(stage: Stage<'_>, id: RouteId, route: &Route) -> bool {
    stage.has(route) && stage.host.routes.ranked().binary_search(&id).is_ok()
}

/// The tests of a route that can refuse something.
pub fn tests(tests: &Tests) -> Vec<Mismatch> {
    let mut found = Vec::new();
    found.extend((tests.authority != AuthorityTest::Any).then_some(Mismatch::Authority));
    found.push(Mismatch::Path);
    found.extend((tests.method != MethodTest::Any).then_some(Mismatch::Method));
    found.extend((0u8..).zip(&tests.headers).map(|(at, _)| Mismatch::Header(at)));
    found.extend((0u8..).zip(&tests.query).map(|(at, _)| Mismatch::Query(at)));
    found.extend((tests.share < Share::ALL).then_some(Mismatch::Share));
    found
}

/// The tests without one of them.
pub fn without(tests: &Tests, test: Mismatch) -> Tests {
    let mut rest = tests.clone();
    match test {
        Mismatch::Authority => rest.authority = AuthorityTest::Any,
        Mismatch::Path => rest.path = PathTest::Prefix { text: "".into(), case_sensitive: true },
        Mismatch::Method => rest.method = MethodTest::Any,
        Mismatch::Header(at) => {
            let others = tests.headers.iter().enumerate().filter(|(nth, _)| *nth != usize::from(at));
            rest.headers = others.map(|(_, test)| test.clone()).collect();
        }
        Mismatch::Query(at) => {
            let others = tests.query.iter().enumerate().filter(|(nth, _)| *nth != usize::from(at));
            rest.query = others.map(|(_, test)| test.clone()).collect();
        }
        Mismatch::Share => rest.share = Share::ALL,
        Mismatch::Cleartext => {}
    }
    rest
}

/// Wider tests than these, by one of them: dropped, and where it can be told what is near, relaxed; in words.
pub fn relaxed(tests: &Tests, test: Mismatch) -> Vec<(&'static str, Tests)> {
    let mut found = vec![("dropped", without(tests, test))];
    let mut wider = tests.clone();
    let value = |value: &mut ValueTest| {
        let is_narrow = *value != ValueTest::Present;
        *value = ValueTest::Present;
        is_narrow
    };
    let how = match test {
        Mismatch::Path => match &tests.path {
            PathTest::Exact { text, case_sensitive } => {
                wider.path = PathTest::Prefix { text: text.clone(), case_sensitive: *case_sensitive };
                Some("a prefix instead of exact")
            }
            PathTest::Prefix { text, case_sensitive } => {
                let whole = text.trim_end_matches('/');
                whole.rfind('/').filter(|_| whole.len() > 1).map(|slash| {
                    let shorter = text.get(..=slash).unwrap_or("/");
                    wider.path = PathTest::Prefix { text: shorter.into(), case_sensitive: *case_sensitive };
                    "a segment shorter"
                })
            }
            PathTest::Regex(_) => None,
        },
        Mismatch::Header(at) => {
            let test = wider.headers.get_mut(usize::from(at));
            test.is_some_and(|test| value(&mut test.value)).then_some("with any value")
        }
        Mismatch::Query(at) => {
            let test = wider.query.get_mut(usize::from(at));
            test.is_some_and(|test| value(&mut test.value)).then_some("with any value")
        }
        Mismatch::Share if tests.share.0 + 1 < Share::ALL.0 => {
            wider.share = Share(tests.share.0 + 1);
            Some("of one more in a hundred")
        }
        Mismatch::Authority | Mismatch::Method | Mismatch::Share | Mismatch::Cleartext => None,
    };
    found.extend(how.map(|how| (how, wider)));
    found
}

/// The requests that pass wider tests, but not one of the others. `None`: there are none.
fn beyond(wider: &Tests, tests: &Tests, test: Mismatch) -> Option<RequestSet> {
    let mut set = RequestSet::of(wider);
    match test {
        Mismatch::Authority => set.exclude(Part::Authority, Language::of_authority(&tests.authority)?),
        Mismatch::Path => set.exclude(Part::Path, Language::of_path(&tests.path)),
        Mismatch::Method => set.exclude(Part::Method, Language::of_method(&tests.method)?),
        Mismatch::Header(at) => {
            let test = tests.headers.get(usize::from(at))?;
            let language = Language::of_value(&test.value);
            match &test.name {
                HeaderKey::Name(name) => set.exclude(Part::Header(name.clone()), language),
                HeaderKey::Authority => set.exclude(Part::Authority, language),
                HeaderKey::Method => set.exclude(Part::Method, language),
                HeaderKey::Scheme => {
                    let taken = Schemes { cleartext: test.value.takes(b"http"), secure: test.value.takes(b"https") };
                    set.schemes = set.schemes.and(taken.not());
                }
                // Of what the first looks at, path and query are one; the second refuses everything.
                HeaderKey::Path | HeaderKey::Impossible(_) => return None,
            }
        }
        Mismatch::Query(at) => {
            let test = tests.query.get(usize::from(at))?;
            set.exclude(Part::Query(std::sync::Arc::clone(&test.name)), Language::of_value(&test.value));
        }
        Mismatch::Share => set.draws.0 = set.draws.0.max(tests.share.0),
        Mismatch::Cleartext => return None,
    }
    Some(set)
}
