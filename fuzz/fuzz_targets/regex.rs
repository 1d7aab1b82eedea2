//! Any pattern is refused or matches; the engine, the automaton for proofs and the literal prefix tell the same.

#![no_main]

use kubectl_ambassador::routing::regex::{Regex, Substitution};
use libfuzzer_sys::fuzz_target;
use regex_automata::dfa::Automaton as _;
use regex_automata::util::start;
use regex_automata::{Anchored, dfa::dense::DFA};

// Pattern, substitution and texts, a line each.
fuzz_target!(|text: &str| {
    let mut lines = text.split('\n');
    let Ok(regex) = Regex::new(lines.next().unwrap_or_default()) else { return };
    let substitution = Substitution::parse(lines.next().unwrap_or_default(), regex.groups());
    let _ = substitution.problem();
    let dfa = regex.dfa();
    for text in lines.chain(["", "/a/b", "aaaaaaaa"]) {
        let matches = regex.is_full_match(text.as_bytes());
        assert!(!matches || text.as_bytes().starts_with(regex.literal_prefix()), "{regex:?} {text:?}");
        if let Some(dfa) = dfa {
            assert_eq!(accepts(dfa, text.as_bytes()), matches, "{regex:?} {text:?}");
        }
        let replaced = regex.replace_all(text, &substitution);
        let bytes = regex.replace_all_bytes(text.as_bytes(), &substitution);
        assert_eq!(replaced.map(String::into_bytes), bytes, "{regex:?} {text:?}");
    }
});

fn accepts(dfa: &DFA<Vec<u32>>, text: &[u8]) -> bool {
    let Ok(start) = dfa.start_state(&start::Config::new().anchored(Anchored::Yes)) else { return false };
    let end = text.iter().fold(start, |state, byte| dfa.next_state(state, *byte));
    dfa.is_match_state(dfa.next_eoi_state(end))
}
