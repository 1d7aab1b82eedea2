//! What is left of a set of requests when others are taken out of it: cases split until one is plain.
//!
//! A set that is taken out is a list of conditions. What is left of another set are the requests that fail at least
//! one of them. A condition that the set meets anyway cannot be failed; a set with one condition left to fail must
//! fail it; only where several are left is the case split.

use super::language::Language;
use super::space::{Part, Point, RequestSet, Schemes, Words};
use super::{Budget, Proof, Reason};
use crate::routing::predicate::ValueTest;

/// The sets, by their place in the list, that together hold a set.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Cover {
    /// Their places, rising.
    pub by: Vec<usize>,
}

impl RequestSet {
    /// Whether every request of it is in one of the others.
    pub fn within(&self, others: &[&RequestSet], budget: &mut Budget) -> Proof<Cover, Point> {
        let others: Vec<(usize, &RequestSet)> = others.iter().copied().enumerate().collect();
        let mut used = Vec::new();
        match left(self.clone(), &others, &mut used, budget) {
            Ok(Some(point)) => Proof::Fails(point),
            Ok(None) => {
                used.sort_unstable();
                used.dedup();
                Proof::Holds(Cover { by: used })
            }
            Err(reason) => Proof::Unknown(reason),
        }
    }
}

/// One condition of a set that is taken out.
#[derive(Clone, Copy)]
enum Condition<'s> {
    Schemes(Schemes),
    /// Below this draw.
    Below(u32),
    /// From this draw on.
    From(u32),
    Within(&'s Part, &'s Language),
    Without(&'s Part, &'s Language),
    Target(&'s ValueTest),
}

/// How a condition and a set stand to each other.
enum Relation {
    /// Every request of the set meets it.
    Met,
    /// None does.
    Failed,
    /// Some may, some may not.
    Open,
}

/// The plainest request of a set that is in none of the others.
fn left<'s>(
    mut set: RequestSet,
    others: &[(usize, &'s RequestSet)],
    used: &mut Vec<usize>,
    budget: &mut Budget,
) -> Result<Option<Point>, Reason> {
    let mut others = others.to_vec();
    loop {
        budget.spend_case()?;
        if set.is_empty(budget)? {
            return Ok(None);
        }
        let mut open: Vec<(usize, &'s RequestSet, Vec<Condition<'s>>)> = Vec::new();
        for (at, other) in others {
            if other.impossible {
                continue;
            }
            match unmet(&set, other, budget)? {
                None => {}
                Some(conditions) if conditions.is_empty() => {
                    used.push(at);
                    return Ok(None);
                }
                Some(conditions) => open.push((at, other, conditions)),
            }
        }
        if open.is_empty() {
            return set.pick(budget);
        }
        let (forced, split): (Vec<_>, Vec<_>) = open.into_iter().partition(|(_, _, conditions)| conditions.len() == 1);
        if forced.is_empty() {
            return split_case(&set, split, used, budget);
        }
        for (at, _, conditions) in &forced {
            used.push(*at);
            for condition in conditions {
                condition.fail(&mut set)?;
            }
        }
        others = split.into_iter().map(|(at, other, _)| (at, other)).collect();
    }
}

/// Tries each way of failing the set with the fewest conditions.
fn split_case<'s>(
    set: &RequestSet,
    mut open: Vec<(usize, &'s RequestSet, Vec<Condition<'s>>)>,
    used: &mut Vec<usize>,
    budget: &mut Budget,
) -> Result<Option<Point>, Reason> {
    let fewest = open.iter().enumerate().min_by_key(|(_, (_, _, conditions))| conditions.len()).map(|(at, _)| at);
    let Some(fewest) = fewest else { return set.pick(budget) };
    let (at, _, mut conditions) = open.swap_remove(fewest);
    used.push(at);
    let rest: Vec<(usize, &RequestSet)> = open.into_iter().map(|(at, other, _)| (at, other)).collect();
    conditions.sort_by_key(|condition| condition.cost(set));
    let mut undecided = None;
    let mut met = set.clone();
    for condition in conditions {
        let mut case = met.clone();
        let tried = condition.fail(&mut case).and_then(|()| left(case, &rest, used, budget));
        match tried {
            Ok(None) => {}
            Ok(found) => return Ok(found),
            // Another case may still be plain.
            Err(reason) => undecided = undecided.or(Some(reason)),
        }
        condition.meet(&mut met);
    }
    undecided.map_or(Ok(None), Err)
}

/// The conditions of another set that requests of this one may fail; `None` where all fail one of them.
fn unmet<'s>(
    set: &RequestSet,
    other: &'s RequestSet,
    budget: &mut Budget,
) -> Result<Option<Vec<Condition<'s>>>, Reason> {
    let mut open = Vec::new();
    for condition in conditions(other) {
        match condition.relation(set, budget)? {
            Relation::Met => {}
            Relation::Failed => return Ok(None),
            Relation::Open => open.push(condition),
        }
    }
    Ok(Some(open))
}

fn conditions(set: &RequestSet) -> impl Iterator<Item = Condition<'_>> {
    let parts = set.parts.iter().flat_map(|(part, words)| {
        let within = words.within.iter().map(move |language| Condition::Within(part, language));
        within.chain(words.without.iter().map(move |language| Condition::Without(part, language)))
    });
    [Condition::Schemes(set.schemes), Condition::From(set.draws.0), Condition::Below(set.draws.1)]
        .into_iter()
        .chain(parts)
        .chain(set.targets.iter().map(Condition::Target))
}

impl RequestSet {
    /// Whether there is no request in it, as far as its parts tell.
    fn is_empty(&self, budget: &mut Budget) -> Result<bool, Reason> {
        if self.impossible || self.schemes.is_empty() || self.draws.0 >= self.draws.1 {
            return Ok(true);
        }
        for (part, words) in &self.parts {
            if part.values(words, self.form, budget)?.is_none() {
                return Ok(true);
            }
        }
        Ok(false)
    }
}

impl Condition<'_> {
    fn relation(self, set: &RequestSet, budget: &mut Budget) -> Result<Relation, Reason> {
        let decide = |met: bool, failed: bool| match (met, failed) {
            (true, _) => Relation::Met,
            (_, true) => Relation::Failed,
            _ => Relation::Open,
        };
        Ok(match self {
            Self::Schemes(schemes) => {
                decide(set.schemes.and(schemes.not()).is_empty(), set.schemes.and(schemes).is_empty())
            }
            Self::Below(end) => decide(set.draws.1 <= end, set.draws.0 >= end),
            Self::From(start) => decide(set.draws.0 >= start, set.draws.1 <= start),
            Self::Target(test) => decide(set.targets.contains(test), false),
            Self::Within(part, language) => {
                let words = set.words(part).cloned().unwrap_or_default();
                let met = words.within.contains(language) || !can(part, set, words.clone().not(language), budget)?;
                decide(met, !met && !can(part, set, words.and(language), budget)?)
            }
            Self::Without(part, language) => {
                let words = set.words(part).cloned().unwrap_or_default();
                let failed = words.within.contains(language) || !can(part, set, words.clone().not(language), budget)?;
                decide(!failed && !can(part, set, words.and(language), budget)?, failed)
            }
        })
    }

    /// Leaves only requests that fail it.
    fn fail(self, set: &mut RequestSet) -> Result<(), Reason> {
        match self {
            Self::Schemes(schemes) => set.schemes = set.schemes.and(schemes.not()),
            Self::Below(end) => set.draws.0 = set.draws.0.max(end),
            Self::From(start) => set.draws.1 = set.draws.1.min(start),
            Self::Within(part, language) => set.exclude(part.clone(), language.clone()),
            Self::Without(part, language) => set.require(part.clone(), language.clone()),
            Self::Target(_) => return Err(Reason::PathHeader),
        }
        Ok(())
    }

    /// Leaves only requests that meet it.
    fn meet(self, set: &mut RequestSet) {
        match self {
            Self::Schemes(schemes) => set.schemes = set.schemes.and(schemes),
            Self::Below(end) => set.draws.1 = set.draws.1.min(end),
            Self::From(start) => set.draws.0 = set.draws.0.max(start),
            Self::Within(part, language) => set.require(part.clone(), language.clone()),
            Self::Without(part, language) => set.exclude(part.clone(), language.clone()),
            Self::Target(test) => set.targets.push(test.clone()),
        }
    }

    /// What failing it costs in plainness: an absent header costs nothing.
    fn cost(self, set: &RequestSet) -> u8 {
        match self {
            Self::Within(part @ (Part::Header(_) | Part::Query(_)), _) => match set.words(part) {
                Some(words) if !words.within.is_empty() => 3,
                _ => 0,
            },
            Self::Schemes(_) => 1,
            Self::Below(_) | Self::From(_) => 2,
            Self::Within(Part::Method, _) => 4,
            Self::Within(Part::Path, _) => 5,
            Self::Within(..) => 6,
            Self::Without(..) => 7,
            Self::Target(_) => 8,
        }
    }
}

fn can(part: &Part, set: &RequestSet, words: Words, budget: &mut Budget) -> Result<bool, Reason> {
    Ok(part.values(&words, set.form, budget)?.is_some())
}

impl Words {
    fn and(mut self, language: &Language) -> Self {
        self.within.push(language.clone());
        self
    }

    fn not(mut self, language: &Language) -> Self {
        self.without.push(language.clone());
        self
    }
}
