//! Requests that a route loses to an earlier one that is not simply the more special of the two.
//!
//! `/cart/` before `/` is as everybody wants it. Where `/api/` comes before `POST /`, the requests `POST /api/…` go
//! elsewhere than the second says: a slice of it is lost.

use rustc_hash::{FxHashMap, FxHashSet};

use super::overlap::Overlaps;
use super::reachability::meet;
use super::scene::{Pair, Scene, Scenes, Stage};
use super::search::{Judgement, search};
use super::space::RequestSet;
use super::witness::Witness;
use super::{Budget, Proof, Reason};
use crate::routing::{RouteId, RouteTable};

/// Requests of a route that another takes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Slice {
    /// The route that takes them.
    pub by: RouteId,
    /// One of them.
    pub example: Witness,
}

/// The slices that each route of a table loses; only routes that lose some, in rank order.
pub fn slices(table: &RouteTable, budget: Budget) -> Vec<(RouteId, Vec<Slice>)> {
    let Ok(scenes) = Scenes::of(Pair { before: table, after: table }, &mut budget.clone()) else { return Vec::new() };
    let sets = table.routes().iter().map(|route| RequestSet::of(&route.tests)).collect();
    let mut finder = Finder { table, sets, budget, known: FxHashSet::default(), found: FxHashMap::default() };
    for scene in &scenes.scenes {
        if let Some(stage) = scene.before {
            finder.scene(scene, stage);
        }
    }
    let mut found: Vec<_> = finder.found.into_iter().collect();
    found.sort_by_key(|(id, _)| *id);
    for (_, slices) in &mut found {
        slices.sort_by_key(|slice| slice.by);
    }
    found
}

struct Finder<'t> {
    table: &'t RouteTable,
    sets: Vec<RequestSet>,
    budget: Budget,
    /// Pairs that are told.
    known: FxHashSet<(RouteId, RouteId)>,
    found: FxHashMap<RouteId, Vec<Slice>>,
}

impl Finder<'_> {
    fn set(&self, id: RouteId) -> Option<&RequestSet> {
        self.sets.get(id.0 as usize)
    }

    fn scene(&mut self, scene: &Scene<'_>, stage: Stage<'_>) {
        let ranked = stage.host.routes.ranked();
        let overlaps = Overlaps::new(ranked.iter().map(|id| &self.table.route(*id).tests));
        for (at, &id) in ranked.iter().enumerate() {
            let route = self.table.route(id);
            if !stage.has(route) {
                continue;
            }
            let earlier = overlaps.with(&route.tests).into_iter().take_while(|place| *place < at);
            for by in earlier.filter_map(|place| ranked.get(place).copied()) {
                if !stage.has(self.table.route(by)) || self.known.contains(&(id, by)) {
                    continue;
                }
                if self.is_more_special(scene, by, id) {
                    continue;
                }
                if let Some(example) = self.example(scene, stage, id, by) {
                    self.known.insert((id, by));
                    self.found.entry(id).or_default().push(Slice { by, example });
                }
            }
        }
    }

    /// Whether all requests of a scene that meet the conditions of one meet those of another, as far as that is decided.
    fn is_more_special(&self, scene: &Scene<'_>, one: RouteId, other: RouteId) -> bool {
        let one = self.set(one).and_then(|set| set.intersect(&scene.set));
        let (Some(one), Some(other)) = (one, self.set(other)) else { return true };
        !matches!(one.within(&[other], &mut self.budget.clone()), Proof::Fails(_))
    }

    /// A request that meets the conditions of both and ends at the earlier one.
    fn example(&self, scene: &Scene<'_>, stage: Stage<'_>, id: RouteId, by: RouteId) -> Option<Witness> {
        let target = self.set(id)?.intersect(self.set(by)?)?.intersect(&scene.set)?;
        let found = search(&target, &mut self.budget.clone(), |point| match meet(self.table, scene, stage, point) {
            Ok((Some(winner), _)) if winner == by => Judgement::Accepted,
            Ok((Some(winner), _)) => match self.set(winner) {
                Some(set) => Judgement::Blocked(winner, set),
                None => Judgement::Undecided(Reason::NotReproduced),
            },
            Ok((None, _)) => Judgement::Undecided(Reason::NotReproduced),
            Err(reason) => Judgement::Undecided(reason),
        });
        match found {
            Proof::Fails(point) => scene.witness(point),
            Proof::Holds(_) | Proof::Unknown(_) => None,
        }
    }
}
