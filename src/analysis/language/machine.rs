//! One language, walked byte by byte.

use regex_automata::Anchored;
use regex_automata::dfa::{Automaton, dense};
use regex_automata::util::primitives::StateID;
use regex_automata::util::start;

use super::alphabet::{Alphabet, DEAD, Look};
use super::{Language, Names};
use crate::routing::regex::Regex;

/// A walkable language. States are numbers; from [`DEAD`] nothing is taken.
pub(super) enum Machine<'l> {
    Alphabet(Alphabet, Look),
    Any,
    Literal {
        text: &'l [u8],
        fold: bool,
        then: Then,
    },
    /// States are lengths of what is matched; once something stands before it, [`SHIFT`] is added.
    Suffix {
        text: &'l [u8],
        fold: bool,
        back: Vec<u32>,
        proper: bool,
    },
    OneOf(&'l Names),
    Regex(&'l dense::DFA<Vec<u32>>, StateID),
}

/// What may follow a literal.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Then {
    Nothing,
    Anything,
    Something,
}

/// Added to the states of a suffix when something stands before it.
const SHIFT: u32 = 1 << 30;

impl<'l> Machine<'l> {
    /// The machine of a language. A regex whose automaton is too large has none and is given back.
    pub(super) fn new(language: &'l Language) -> Result<Self, &'l Regex> {
        Ok(match language {
            Language::Any => Self::Any,
            Language::Exact { text, fold } => Self::Literal { text: text.as_bytes(), fold: *fold, then: Then::Nothing },
            Language::Prefix { text, fold } => {
                Self::Literal { text: text.as_bytes(), fold: *fold, then: Then::Anything }
            }
            Language::Before(text) => Self::Literal { text: text.as_bytes(), fold: true, then: Then::Something },
            Language::Suffix { text } => Self::suffix(text, false, false),
            Language::Behind(text) => Self::suffix(text, true, true),
            Language::OneOf(names) => Self::OneOf(names),
            Language::Regex(regex) => {
                let dfa = regex.dfa().ok_or(regex)?;
                let start = dfa.start_state(&start::Config::new().anchored(Anchored::Yes)).map_err(|_| regex)?;
                Self::Regex(dfa, start)
            }
        })
    }

    fn suffix(text: &'l str, fold: bool, proper: bool) -> Self {
        Self::Suffix { text: text.as_bytes(), fold, back: failures(text.as_bytes(), fold), proper }
    }

    pub(super) fn start(&self) -> u32 {
        match self {
            Self::Regex(dfa, start) if dfa.is_dead_state(*start) => DEAD,
            Self::Regex(_, start) => start.as_u32(),
            _ => 0,
        }
    }

    pub(super) fn step(&self, state: u32, byte: u8) -> u32 {
        if state == DEAD {
            return DEAD;
        }
        match self {
            Self::Alphabet(alphabet, look) => alphabet.step(*look, state, byte),
            Self::Any => 0,
            Self::Literal { text, fold, then } => match text.get(state as usize) {
                Some(letter) if same(*fold, *letter, byte) => state + 1,
                None if *then == Then::Anything => state,
                None if *then == Then::Something => text.len() as u32 + 1,
                _ => DEAD,
            },
            Self::Suffix { text, fold, back, .. } => {
                let (mut at, mut shift) = ((state & !SHIFT) as usize, state & SHIFT);
                loop {
                    match text.get(at) {
                        Some(letter) if same(*fold, *letter, byte) => return (at as u32 + 1) | shift,
                        _ if at == 0 => return SHIFT,
                        _ => (at, shift) = (back.get(at).map_or(0, |to| *to as usize), SHIFT),
                    }
                }
            }
            Self::OneOf(names) => names.step(state, byte).unwrap_or(DEAD),
            Self::Regex(dfa, _) => match StateID::new(state as usize) {
                Ok(state) => {
                    let next = dfa.next_state(state, byte);
                    if dfa.is_dead_state(next) { DEAD } else { next.as_u32() }
                }
                Err(_) => DEAD,
            },
        }
    }

    pub(super) fn accepts(&self, state: u32) -> bool {
        if state == DEAD {
            return false;
        }
        match self {
            Self::Alphabet(alphabet, look) => alphabet.accepts(*look, state),
            Self::Any => true,
            Self::Literal { text, then, .. } => state as usize == text.len() + usize::from(*then == Then::Something),
            Self::Suffix { text, proper, .. } => {
                (state & !SHIFT) as usize == text.len() && (!proper || state & SHIFT != 0)
            }
            Self::OneOf(names) => names.ends(state),
            Self::Regex(dfa, _) => {
                StateID::new(state as usize).is_ok_and(|state| dfa.is_match_state(dfa.next_eoi_state(state)))
            }
        }
    }

    /// Whether it surely takes every continuation from here.
    pub(super) fn takes_all(&self, state: u32) -> bool {
        match self {
            Self::Any => true,
            Self::Literal { text, then: Then::Anything, .. } => state as usize == text.len(),
            Self::Literal { text, then: Then::Something, .. } => state as usize > text.len(),
            Self::Regex(dfa, _) => {
                // The state of `.*` at its end: it leads to itself whatever comes.
                self.accepts(state)
                    && StateID::new(state as usize).is_ok_and(|id| {
                        dfa.byte_classes().representatives(..).all(|unit| match unit.as_u8() {
                            Some(byte) => dfa.next_state(id, byte) == id,
                            None => true,
                        })
                    })
            }
            _ => false,
        }
    }

    /// Bytes that differ in kind may lead apart; bytes of one kind only do if they are letters of the state.
    pub(super) fn kind(&self, byte: u8) -> u8 {
        match self {
            Self::Alphabet(alphabet, look) => alphabet.kind(*look, byte),
            Self::Regex(dfa, _) => dfa.byte_classes().get(byte),
            _ => 0,
        }
    }

    pub(super) fn has_kinds(&self) -> bool {
        matches!(self, Self::Alphabet(..) | Self::Regex(..))
    }

    /// The bytes that a state tells from all others of their kind.
    pub(super) fn letters(&self, state: u32, letters: &mut Vec<u8>) {
        if state == DEAD {
            return;
        }
        match self {
            Self::Literal { text, fold, .. } => {
                if let Some(&letter) = text.get(state as usize) {
                    push_cases(letters, letter, *fold);
                }
            }
            // After a mismatch any letter of it may be the next.
            Self::Suffix { text, fold, .. } => text.iter().for_each(|&letter| push_cases(letters, letter, *fold)),
            Self::OneOf(names) => names.letters(state).for_each(|letter| push_cases(letters, letter, true)),
            Self::Alphabet(..) | Self::Any | Self::Regex(..) => {}
        }
    }
}

fn push_cases(letters: &mut Vec<u8>, letter: u8, fold: bool) {
    let cases = [letter, letter.to_ascii_lowercase(), letter.to_ascii_uppercase()];
    for case in cases.into_iter().take(if fold { 3 } else { 1 }) {
        if !letters.contains(&case) {
            letters.push(case);
        }
    }
}

fn same(fold: bool, a: u8, b: u8) -> bool {
    if fold { a.eq_ignore_ascii_case(&b) } else { a == b }
}

/// For each length of a matched beginning, the longest shorter beginning that is its end.
fn failures(text: &[u8], fold: bool) -> Vec<u32> {
    let mut back = vec![0u32; text.len() + 1];
    let mut length = 0usize;
    for at in 1..text.len() {
        let Some(&byte) = text.get(at) else { break };
        while length > 0 && !text.get(length).is_some_and(|letter| same(fold, *letter, byte)) {
            length = back.get(length).map_or(0, |to| *to as usize);
        }
        if text.get(length).is_some_and(|letter| same(fold, *letter, byte)) {
            length += 1;
        }
        if let Some(slot) = back.get_mut(at + 1) {
            *slot = length as u32;
        }
    }
    back
}
