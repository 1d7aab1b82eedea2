//! Which routes can be reached, by which request; and what stands before those that cannot.

use http::HeaderName;
use rustc_hash::FxHashMap;

use super::scene::{Arrival, Pair, Scene, Scenes, Stage, arrival, why_changed};
use super::search::{Judgement, search};
use super::space::{Part, Point, RequestSet};
use super::witness::{Landing, Witness};
use super::{Budget, Proof, Reason};
use crate::model::MappingId;
use crate::routing::{RouteId, RouteTable};

/// Whether a route can be reached.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reachability {
    /// This request is served by it.
    Reachable(Witness),
    /// No request is served by it, but this one comes to it and is sent to https.
    OnlyRedirected(Witness),
    /// No request ever comes to it.
    Unreachable(Why),
    /// It could not be decided.
    Unknown(Reason),
}

/// Why no request comes to a route.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Why {
    /// No virtual host has it.
    NoHost,
    /// Its Hosts refuse cleartext, and nothing else comes in.
    Refused,
    /// No request of its virtual hosts can meet its conditions.
    Impossible,
    /// These take all of its requests before it.
    Covered(Vec<RouteId>),
}

/// Whether each route of a table can be reached.
#[derive(Clone, Debug)]
pub struct Reachabilities {
    by_route: Vec<Reachability>,
}

impl Reachabilities {
    /// Asks for every route of a table, with a budget for each question.
    pub fn of(table: &RouteTable, budget: Budget) -> Self {
        let count = table.routes().len();
        let scenes = match Scenes::of(Pair { before: table, after: table }, &mut budget.clone()) {
            Ok(scenes) => scenes,
            Err(reason) => return Self { by_route: vec![Reachability::Unknown(reason); count] },
        };
        let mut asker = Asker {
            table,
            sets: table.routes().iter().map(|route| RequestSet::of(&route.tests)).collect(),
            arrivals: FxHashMap::default(),
            budget,
        };
        let mut by_route = vec![Reachability::Unreachable(Why::NoHost); count];
        for scene in &scenes.scenes {
            let Some(stage) = scene.before else { continue };
            for &id in stage.host.routes.ranked() {
                let Some(known) = by_route.get_mut(id.0 as usize) else { continue };
                if !matches!(known, Reachability::Reachable(_)) {
                    let found = asker.ask(scene, stage, id);
                    let known_so_far = std::mem::replace(known, Reachability::Unreachable(Why::NoHost));
                    *known = known_so_far.or(found);
                }
            }
        }
        Self { by_route }
    }

    /// Whether a route can be reached.
    pub fn get(&self, id: RouteId) -> Option<&Reachability> {
        self.by_route.get(id.0 as usize)
    }

    /// Whether each Mapping of the table that they are of can be reached. A Mapping has one route, unless it has none:
    /// as a shadow, or because no group took it.
    pub fn by_mapping(&self, table: &RouteTable) -> FxHashMap<MappingId, (RouteId, &Reachability)> {
        self.iter().map(|(id, reachability)| (table.route(id).mapping, (id, reachability))).collect()
    }

    /// All routes in rank order.
    pub fn iter(&self) -> impl Iterator<Item = (RouteId, &Reachability)> {
        (0u32..).map(RouteId).zip(&self.by_route)
    }
}

impl Reachability {
    /// What two scenes say together.
    fn or(self, other: Self) -> Self {
        use Reachability::{OnlyRedirected, Reachable, Unknown, Unreachable};
        match (self, other) {
            (found @ Reachable(_), _) | (_, found @ Reachable(_)) => found,
            (reason @ Unknown(_), _) | (_, reason @ Unknown(_)) => reason,
            (found @ OnlyRedirected(_), _) | (_, found @ OnlyRedirected(_)) => found,
            (Unreachable(one), Unreachable(other)) => Unreachable(one.and(other)),
        }
    }
}

impl Why {
    fn and(self, other: Self) -> Self {
        match (self, other) {
            (Self::Covered(mut by), Self::Covered(also)) => {
                by.extend(also);
                by.sort_unstable();
                by.dedup();
                Self::Covered(by)
            }
            (by @ Self::Covered(_), _) | (_, by @ Self::Covered(_)) => by,
            (Self::Impossible, _) | (_, Self::Impossible) => Self::Impossible,
            (Self::Refused, _) | (_, Self::Refused) => Self::Refused,
            (Self::NoHost, Self::NoHost) => Self::NoHost,
        }
    }
}

struct Asker<'t> {
    table: &'t RouteTable,
    sets: Vec<RequestSet>,
    arrivals: FxHashMap<(u16, HeaderName), Arrival>,
    budget: Budget,
}

impl Asker<'_> {
    fn ask(&mut self, scene: &Scene<'_>, stage: Stage<'_>, id: RouteId) -> Reachability {
        let route = self.table.route(id);
        if !stage.has(route) {
            return Reachability::Unreachable(Why::Refused);
        }
        let target = self.sets.get(id.0 as usize).and_then(|set| set.intersect(&scene.set));
        let Some(mut target) = target else { return Reachability::Unreachable(Why::Impossible) };
        self.exclude_what_never_arrives(scene, &mut target);
        let found = search(&target, &mut self.budget.clone(), |point| match meet(self.table, scene, stage, point) {
            Ok((winner, arrived)) => match winner {
                Some(winner) if winner == id => Judgement::Accepted,
                Some(winner) => match self.sets.get(winner.0 as usize) {
                    Some(set) if set.contains(&point.view()) => Judgement::Blocked(winner, set),
                    Some(set) => Judgement::Undecided(why_changed(point, &arrived, &[&target, set])),
                    None => Judgement::Undecided(Reason::NotReproduced),
                },
                None => Judgement::Undecided(why_changed(point, &arrived, &[&target])),
            },
            Err(reason) => Judgement::Undecided(reason),
        });
        match found {
            Proof::Unknown(reason) => Reachability::Unknown(reason),
            Proof::Holds(by) if by.is_empty() => Reachability::Unreachable(Why::Impossible),
            Proof::Holds(mut by) => {
                by.sort_unstable();
                Reachability::Unreachable(Why::Covered(by))
            }
            Proof::Fails(point) => match scene.witness(point) {
                None => Reachability::Unknown(Reason::NotReproduced),
                Some(witness) if stage.serves(route) => Reachability::Reachable(witness),
                Some(witness) => Reachability::OnlyRedirected(witness),
            },
        }
    }

    fn exclude_what_never_arrives(&mut self, scene: &Scene<'_>, target: &mut RequestSet) {
        let Some((way, _)) = scene.ways.first() else { return };
        let names: Vec<HeaderName> = target.header_names().cloned().collect();
        for name in names {
            let known =
                self.arrivals.entry((way.port, name.clone())).or_insert_with(|| arrival(self.table, way, &name));
            if *known == Arrival::Never {
                target.exclude(Part::Header(name), super::language::Language::Any);
            }
        }
    }
}

/// The route that a request of a scene really comes to, and how it arrives there.
pub(super) fn meet(
    table: &RouteTable,
    scene: &Scene<'_>,
    stage: Stage<'_>,
    point: &Point,
) -> Result<(Option<RouteId>, Point), Reason> {
    let witness = scene.witness(point.clone()).ok_or(Reason::NotReproduced)?;
    let (landing, arrived) = witness.send(table)?;
    match landing.host() {
        Some(host) if std::ptr::eq(&*host.routes, &*stage.host.routes) => {}
        _ => return Err(Reason::NotReproduced),
    }
    let winner = match landing {
        Landing::Route(_, id, _) => Some(id),
        _ => None,
    };
    Ok((winner, arrived))
}
