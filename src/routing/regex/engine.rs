//! The automata, each built when it is first asked for.

use std::sync::OnceLock;

use regex_automata::dfa::{Automaton, StartKind, dense};
use regex_automata::nfa::thompson::{self, NFA, WhichCaptures};
use regex_automata::util::primitives::StateID;
use regex_automata::util::start;
use regex_automata::{Anchored, Input, MatchKind, meta};
use regex_syntax::hir::{Hir, Look};

/// The largest table of a full automaton, in bytes.
const MAX_DFA: usize = 2 << 20;
/// The most memory that is spent on finding out whether it fits.
const MAX_DETERMINIZE: usize = 4 << 20;
/// Patterns whose first automaton is larger than this are not tried.
const MAX_NFA_FOR_DFA: usize = 1 << 20;
/// The most memory for the automaton that everything else is made from.
const MAX_NFA: usize = 512 << 20;

type Dfa = dense::DFA<Vec<u32>>;

/// What answers for one pattern.
pub(super) struct Engine {
    hir: Hir,
    full: OnceLock<Option<Full>>,
    slow: OnceLock<Option<meta::Regex>>,
    search: OnceLock<Option<meta::Regex>>,
}

struct Full {
    dfa: Dfa,
    start: StateID,
}

impl Engine {
    pub(super) fn new(hir: Hir) -> Engine {
        Engine { hir, full: OnceLock::new(), slow: OnceLock::new(), search: OnceLock::new() }
    }

    /// Builds what cannot be done without, so that nothing fails later.
    pub(super) fn can_be_built(&self) -> bool {
        self.slow().is_some() && self.search().is_some()
    }

    fn whole(&self) -> Hir {
        Hir::concat(vec![Hir::look(Look::Start), self.hir.clone(), Hir::look(Look::End)])
    }

    fn full(&self) -> Option<&Full> {
        self.full.get_or_init(|| Full::build(&self.whole())).as_ref()
    }

    /// The automaton of all full matches, if it is small enough.
    pub(super) fn dfa(&self) -> Option<&Dfa> {
        self.full().map(|full| &full.dfa)
    }

    pub(super) fn is_full_match(&self, text: &[u8]) -> bool {
        match self.full() {
            Some(full) => full.matches(text),
            None => self.is_slow_match(text),
        }
    }

    pub(super) fn is_slow_match(&self, text: &[u8]) -> bool {
        self.slow().is_some_and(|slow| slow.is_match(Input::new(text).anchored(Anchored::Yes)))
    }

    fn slow(&self) -> Option<&meta::Regex> {
        self.slow.get_or_init(|| build(&self.whole())).as_ref()
    }

    /// What finds matches and their groups anywhere in a text.
    pub(super) fn search(&self) -> Option<&meta::Regex> {
        self.search.get_or_init(|| build(&self.hir)).as_ref()
    }
}

fn build(hir: &Hir) -> Option<meta::Regex> {
    // RE2 knows bytes only: an empty match may stand inside a character.
    let config = meta::Config::new().utf8_empty(false).nfa_size_limit(Some(MAX_NFA));
    meta::Builder::new().configure(config).build_from_hir(hir).ok()
}

impl Full {
    fn build(hir: &Hir) -> Option<Full> {
        let config = thompson::Config::new()
            .utf8(false)
            .which_captures(WhichCaptures::None)
            .nfa_size_limit(Some(MAX_NFA_FOR_DFA));
        let nfa: NFA = thompson::Compiler::new().configure(config).build_from_hir(hir).ok()?;
        let config = dense::Config::new()
            .start_kind(StartKind::Anchored)
            .match_kind(MatchKind::All)
            .accelerate(false)
            .dfa_size_limit(Some(MAX_DFA))
            .determinize_size_limit(Some(MAX_DETERMINIZE));
        let dfa = dense::Builder::new().configure(config).build_from_nfa(&nfa).ok()?;
        let start = dfa.start_state(&start::Config::new().anchored(Anchored::Yes)).ok()?;
        Some(Full { dfa, start })
    }

    fn matches(&self, text: &[u8]) -> bool {
        let mut state = self.start;
        for &byte in text {
            state = self.dfa.next_state(state, byte);
            if self.dfa.is_dead_state(state) {
                return false;
            }
        }
        self.dfa.is_match_state(self.dfa.next_eoi_state(state))
    }
}
