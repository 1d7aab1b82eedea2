//! The plainest word that is in some languages and not in others: a walk over their product, breadth first.

use rustc_hash::FxHashSet;

use super::Language;
use super::alphabet::{Alphabet, DEAD, Look, plainness};
use super::machine::Machine;
use crate::analysis::{Budget, Reason};
use crate::routing::regex::Regex;

/// Languages that a word must be in, and those that it must not be in.
#[derive(Clone, Copy, Debug)]
pub struct Limits<'l> {
    /// It is in all of these.
    pub within: &'l [Language],
    /// It is in none of these.
    pub without: &'l [Language],
}

/// Methods in the order in which a person would try them.
const METHODS: [&str; 8] = ["GET", "POST", "PUT", "DELETE", "PATCH", "HEAD", "OPTIONS", "TRACE"];
/// The authority of examples.
const AUTHORITIES: [&str; 1] = ["example.com"];

/// The plainest word of an alphabet within limits: a plain one if there is one; of those the shortest, of these the
/// first. `None`: there is no word at all.
///
/// # Errors
///
/// An automaton is too large, or the budget is spent.
pub fn plainest(alphabet: Alphabet, limits: Limits<'_>, budget: &mut Budget) -> Result<Option<Vec<u8>>, Reason> {
    let Limits { within, without } = limits;
    if within.iter().any(|language| without.contains(language)) || without.contains(&Language::Any) {
        return Ok(None);
    }
    let fits = |word: &[u8]| {
        alphabet.contains(word)
            && within.iter().all(|language| language.contains(word))
            && !without.iter().any(|language| language.contains(word))
    };
    if let Some(word) = only_word(within) {
        return Ok(fits(word).then(|| word.to_vec()));
    }
    let usual: &[&str] = match alphabet {
        Alphabet::Method => &METHODS,
        Alphabet::Authority => &AUTHORITIES,
        _ => &[],
    };
    if let Some(word) = usual.iter().find(|word| fits(word.as_bytes())) {
        return Ok(Some(word.as_bytes().to_vec()));
    }
    let forced = forced(within);
    if alphabet.has_look(Look::Plain, forced) && !forced.is_empty() && fits(forced) {
        return Ok(Some(forced.to_vec()));
    }
    let plain = walk(alphabet, Look::Plain, forced, limits, budget)?;
    match plain {
        Some(word) => Ok(Some(word)),
        None => walk(alphabet, Look::Full, forced, limits, budget),
    }
}

/// The only word that could be, or the way of writing it that the configuration has.
fn only_word(within: &[Language]) -> Option<&[u8]> {
    within.iter().find_map(|language| match language {
        Language::Exact { text, fold: false } => Some(text.as_bytes()),
        _ => None,
    })
}

/// What every word begins with.
fn forced(within: &[Language]) -> &[u8] {
    let beginnings = within.iter().filter_map(|language| match language {
        Language::Prefix { text, fold: false } => Some(text.as_bytes()),
        Language::Regex(regex) => Some(regex.literal_prefix()),
        _ => None,
    });
    beginnings.max_by_key(|beginning| beginning.len()).unwrap_or_default()
}

/// The walk: nodes are tuples of states, of the alphabet first, then of the languages.
struct Walk<'l> {
    machines: Vec<Machine<'l>>,
    /// How many of them must take the word.
    positive: usize,
    /// Bytes by the kinds that they are of in all machines, plain ones first in each group.
    groups: Vec<Vec<u8>>,
    states: Vec<u32>,
    came: Vec<(u32, u8)>,
    seen: FxHashSet<Box<[u32]>>,
}

fn walk(
    alphabet: Alphabet,
    look: Look,
    forced: &[u8],
    limits: Limits<'_>,
    budget: &mut Budget,
) -> Result<Option<Vec<u8>>, Reason> {
    let too_large = |regex: &Regex| Reason::LargeRegex(regex.as_str().into());
    let mut machines = vec![Machine::Alphabet(alphabet, look)];
    for language in limits.within {
        machines.push(Machine::new(language).map_err(too_large)?);
    }
    let positive = machines.len();
    for language in limits.without {
        machines.push(Machine::new(language).map_err(too_large)?);
    }
    let mut start: Vec<u32> = machines.iter().map(Machine::start).collect();
    for &byte in forced {
        for (machine, state) in machines.iter().zip(&mut start) {
            *state = machine.step(*state, byte);
        }
    }
    let mut walk = Walk {
        groups: Vec::new(),
        states: Vec::new(),
        came: Vec::new(),
        seen: FxHashSet::default(),
        machines,
        positive,
    };
    if walk.is_lost(&start) {
        return Ok(None);
    }
    if walk.accepts(&start) {
        return Ok(Some(forced.to_vec()));
    }
    walk.groups = groups(&walk.machines);
    walk.add(start, (u32::MAX, 0));
    let found = walk.search(budget)?;
    Ok(found.map(|node| [forced, &walk.word(node)].concat()))
}

impl Walk<'_> {
    /// Whether no continuation can be a word.
    fn is_lost(&self, states: &[u32]) -> bool {
        let (takes, refuses) = states.split_at(self.positive);
        takes.contains(&DEAD)
            || self.machines.iter().skip(self.positive).zip(refuses).any(|(m, s)| *s != DEAD && m.takes_all(*s))
    }

    fn accepts(&self, states: &[u32]) -> bool {
        let (takes, refuses) = states.split_at(self.positive);
        self.machines.iter().zip(takes).all(|(machine, state)| machine.accepts(*state))
            && !self.machines.iter().skip(self.positive).zip(refuses).any(|(machine, state)| machine.accepts(*state))
    }

    fn node(&self, node: usize) -> &[u32] {
        let width = self.machines.len();
        self.states.get(node * width..(node + 1) * width).unwrap_or_default()
    }

    fn add(&mut self, states: Vec<u32>, from: (u32, u8)) -> bool {
        if self.seen.contains(states.as_slice()) {
            return false;
        }
        self.states.extend_from_slice(&states);
        self.came.push(from);
        self.seen.insert(states.into());
        true
    }

    fn search(&mut self, budget: &mut Budget) -> Result<Option<usize>, Reason> {
        let mut at = 0;
        let mut letters = Vec::new();
        let mut bytes: Vec<u8> = Vec::new();
        while at < self.came.len() {
            budget.spend_state()?;
            let states = self.node(at).to_vec();
            letters.clear();
            for (machine, state) in self.machines.iter().zip(&states) {
                machine.letters(*state, &mut letters);
            }
            bytes.clear();
            bytes.extend(self.groups.iter().filter_map(|group| group.iter().find(|byte| !letters.contains(byte))));
            bytes.extend(&letters);
            bytes.sort_unstable_by_key(|byte| plainness(*byte));
            for &byte in &bytes {
                let next: Vec<u32> =
                    self.machines.iter().zip(&states).map(|(machine, state)| machine.step(*state, byte)).collect();
                if self.is_lost(&next) {
                    continue;
                }
                let accepted = self.accepts(&next);
                if self.add(next, (at as u32, byte)) && accepted {
                    return Ok(Some(self.came.len() - 1));
                }
            }
            at += 1;
        }
        Ok(None)
    }

    fn word(&self, mut node: usize) -> Vec<u8> {
        let mut word = Vec::new();
        while let Some(&(from, byte)) = self.came.get(node)
            && from != u32::MAX
        {
            word.push(byte);
            node = from as usize;
        }
        word.reverse();
        word
    }
}

/// Bytes that no machine tells apart by kind, in groups; those that the alphabet never takes are left out.
fn groups(machines: &[Machine<'_>]) -> Vec<Vec<u8>> {
    let mut order: Vec<u8> = (0..=u8::MAX).collect();
    order.sort_unstable_by_key(|byte| plainness(*byte));
    let mut kinds: Vec<Vec<u8>> = Vec::new();
    let mut groups: Vec<Vec<u8>> = Vec::new();
    for byte in order {
        let kind: Vec<u8> = machines.iter().filter(|m| m.has_kinds()).map(|machine| machine.kind(byte)).collect();
        if kind.first() == Some(&0) {
            continue;
        }
        match kinds.iter().position(|known| *known == kind) {
            Some(at) => groups.get_mut(at).into_iter().for_each(|group| group.push(byte)),
            None => {
                kinds.push(kind);
                groups.push(vec![byte]);
            }
        }
    }
    groups
}
