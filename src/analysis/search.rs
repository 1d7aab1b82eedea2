//! A request in a set that someone accepts. Whoever refuses one names the set that is to blame; it is then taken out.
//!
//! So only the sets that really stand in the way are ever looked at, however many there are.

use super::cover::Cover;
use super::space::{Point, RequestSet};
use super::{Budget, Proof, Reason};

/// What is said of a request.
pub enum Judgement<'s, K> {
    /// It is one of those looked for.
    Accepted,
    /// It is not, and no other of this set is.
    Blocked(K, &'s RequestSet),
    /// It is not, for a reason that no set tells.
    Undecided(Reason),
}

/// Looks for a request of a set that is accepted; else tells who took all of them.
pub fn search<'s, K: Clone>(
    set: &RequestSet,
    budget: &mut Budget,
    mut judge: impl FnMut(&Point) -> Judgement<'s, K>,
) -> Proof<Vec<K>, Point> {
    let mut names: Vec<K> = Vec::new();
    let mut blocking: Vec<&RequestSet> = Vec::new();
    loop {
        match set.within(&blocking, budget) {
            Proof::Unknown(reason) => return Proof::Unknown(reason),
            Proof::Holds(cover) => {
                let cover = fewest(set, &blocking, cover, budget);
                return Proof::Holds(cover.by.iter().filter_map(|at| names.get(*at).cloned()).collect());
            }
            Proof::Fails(point) => match judge(&point) {
                Judgement::Accepted => return Proof::Fails(point),
                Judgement::Undecided(reason) => return Proof::Unknown(reason),
                Judgement::Blocked(name, by) => {
                    if !by.contains(&point.view()) || blocking.contains(&by) {
                        return Proof::Unknown(undecidable(set, by));
                    }
                    names.push(name);
                    blocking.push(by);
                }
            },
        }
    }
}

fn undecidable(set: &RequestSet, by: &RequestSet) -> Reason {
    let has_target = !set.targets.is_empty() || !by.targets.is_empty();
    if has_target { Reason::PathHeader } else { Reason::NotReproduced }
}

/// Leaves out of a cover what it does not need.
fn fewest(set: &RequestSet, sets: &[&RequestSet], mut cover: Cover, budget: &mut Budget) -> Cover {
    const FEW: usize = 32;
    if cover.by.len() > FEW {
        return cover;
    }
    let mut at = 0;
    while cover.by.len() > 1 && at < cover.by.len() {
        let mut fewer = cover.clone();
        fewer.by.remove(at);
        let chosen: Vec<&RequestSet> = fewer.by.iter().filter_map(|at| sets.get(*at).copied()).collect();
        match set.within(&chosen, budget) {
            Proof::Holds(_) => cover = fewer,
            _ => at += 1,
        }
    }
    cover
}
