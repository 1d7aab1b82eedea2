//! REGULAR EXPRESSIONS AS ENVOY READS THEM
//!
//! - *takes*: patterns in RE2's syntax, texts as bytes
//! - *gives*: RE2's own refusals and program sizes, full matches, replacements, automata for proofs
//! - *never*: reads a pattern in the dialect of another engine, or lets one grow without bound
//! - *start*: [`Regex`]
//!
//! A pattern is read into RE2's tree (`parse`). The size of RE2's program follows from the tree (`program`), and
//! so do the automata (`translate`, `engine`). Where RE2 and Rust's engines read the same text differently does
//! not matter: the latter never see the text.

mod class;
mod engine;
mod parse;
mod prefix;
mod program;
#[cfg(test)]
mod recorded;
mod refusal;
mod replace;
mod simplify;
mod translate;
mod tree;
mod unicode;

use std::fmt;
use std::hash::{Hash, Hasher};
use std::sync::Arc;

use regex_automata::dfa::dense;

use engine::Engine;
pub use refusal::{Limit, Reason, Refusal};
pub use replace::{Substitution, SubstitutionProblem};

/// The longest pattern that is read.
pub const MAX_PATTERN_BYTES: usize = 1 << 16;
/// How deep groups, choices and repetitions may be nested.
pub const MAX_DEPTH: u32 = 250;

/// Programs up to this size always fit into memory; larger ones are built at once, to know.
const SURELY_BUILT: u32 = 100_000;

/// One regular expression. Cloning it is cheap; two are equal when their texts are.
#[derive(Clone)]
pub struct Regex(Arc<Inner>);

struct Inner {
    pattern: Box<str>,
    program_size: u32,
    groups: usize,
    prefix: Box<[u8]>,
    engine: Engine,
}

impl Regex {
    /// Reads a pattern. What RE2 refuses is refused in its words.
    pub fn new(pattern: &str) -> Result<Regex, Refusal> {
        let refuse = |reason| Refusal::new(reason, pattern, 0..pattern.len());
        let parsed = parse::parse(pattern)?;
        let program_size = program::size(&parsed.tree).map_err(|_| refuse(Reason::TooLarge))?;
        let engine = Engine::new(translate::translate(&parsed.tree));
        if program_size > SURELY_BUILT && !engine.can_be_built() {
            return Err(refuse(Reason::OurLimit(Limit::Memory)));
        }
        Ok(Regex(Arc::new(Inner {
            pattern: pattern.into(),
            program_size,
            groups: parsed.groups,
            prefix: prefix::literal_prefix(&parsed.tree).into(),
            engine,
        })))
    }

    /// The pattern as written.
    pub fn as_str(&self) -> &str {
        &self.0.pattern
    }

    /// The size of RE2's program: what Envoy compares with `regex_max_size`.
    pub fn program_size(&self) -> u32 {
        self.0.program_size
    }

    /// How many groups capture.
    pub fn groups(&self) -> usize {
        self.0.groups
    }

    /// Whether the whole text matches.
    pub fn is_full_match(&self, text: &[u8]) -> bool {
        self.0.engine.is_full_match(text)
    }

    /// A text that every full match begins with; empty where there is none.
    pub fn literal_prefix(&self) -> &[u8] {
        &self.0.prefix
    }

    /// The automaton of all full matches: anchored, of match kind `All`. None when it would be too large, or when it
    /// would take too long to find out; then nothing can be proved about the pattern.
    pub fn dfa(&self) -> Option<&dense::DFA<Vec<u32>>> {
        self.0.engine.dfa()
    }

    fn engine(&self) -> &Engine {
        &self.0.engine
    }
}

impl PartialEq for Regex {
    fn eq(&self, other: &Regex) -> bool {
        self.0.pattern == other.0.pattern
    }
}

impl Eq for Regex {}

impl Hash for Regex {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.0.pattern.hash(state);
    }
}

impl fmt::Debug for Regex {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Regex").field(&self.as_str()).finish()
    }
}

impl fmt::Display for Regex {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn regex(pattern: &str) -> Regex {
        Regex::new(pattern).unwrap()
    }

    #[test]
    fn whole_text_must_match() {
        assert!(regex("/v[0-9]+/.*").is_full_match(b"/v1/x"));
        assert!(!regex("/v[0-9]+/").is_full_match(b"/v1/x"));
        assert!(regex("a|ab").is_full_match(b"ab"));
        assert!(regex("ab??").is_full_match(b"ab"));
    }

    #[test]
    fn large_automata_are_not_built_and_still_match() {
        let large = regex("[01]*1[01]{20}");
        assert!(large.dfa().is_none());
        assert!(large.is_full_match(b"0100000000000000000000"));
        assert!(!large.is_full_match(b"000000000000000000000"));
    }

    #[test]
    fn any_character_is_what_re2_takes_for_one() {
        // Neither a lone continuation nor a cut sequence, but a surrogate and what is beyond Unicode.
        let any = regex("(?s).");
        for text in [&b"\n"[..], b"\xED\xA0\x80", b"\xE0\x80\x80", b"\xF4\xBF\xBF\xBF"] {
            assert!(any.is_full_match(text), "{text:x?}");
        }
        for text in [&b"\x80"[..], b"\xC3", b"\xC0\x80", b"\xF5\x80\x80\x80", b""] {
            assert!(!any.is_full_match(text), "{text:x?}");
        }
    }

    #[test]
    fn surrogates_are_code_points() {
        assert!(regex("\\x{D800}").is_full_match(b"\xED\xA0\x80"));
        assert!(regex("[\\x{D000}-\\x{DFFF}]").is_full_match(b"\xED\xBF\xBF"));
        assert!(!regex("[\\x{D000}-\\x{DFFE}]").is_full_match(b"\xED\xBF\xBF"));
    }

    #[test]
    fn literal_prefix_begins_every_match() {
        for (pattern, prefix) in [
            ("/v[0-9]+/.*", "/v"),
            ("^/api/(users|uploads)", "/api/u"),
            ("(?i)/api", "/"),
            ("(?:ab){2,}c", "abab"),
            ("(ab)+", "ab"),
            ("a?b", ""),
            ("x|y", ""),
            ("(?:/a/b|/a/c)/.*", "/a/"),
            ("[.]well-known/.*", ".well-known/"),
            ("\\Q.*\\E", ".*"),
            ("é+", "é"),
            (".*", ""),
        ] {
            assert_eq!(regex(pattern).literal_prefix(), prefix.as_bytes(), "{pattern}");
        }
    }

    #[test]
    fn depth_and_length_are_bounded() {
        let nested = |n| format!("{}a{}", "(".repeat(n), ")".repeat(n));
        assert!(Regex::new(&nested(200)).is_ok());
        let refusal = Regex::new(&nested(100_000 / 2)).unwrap_err();
        assert_eq!(refusal.reason, Reason::OurLimit(Limit::Length));
        assert_eq!(Regex::new(&nested(20_000)).unwrap_err().reason, Reason::OurLimit(Limit::Depth));
        let growing = (1..300).map(|n| "a".repeat(n)).collect::<Vec<_>>().join("|");
        assert_eq!(Regex::new(&growing).unwrap_err().reason, Reason::OurLimit(Limit::Depth));
        assert!(regex("(?:a{0,1000}b)").is_full_match(b"aaab"));
    }

    #[test]
    fn refusals_point_at_their_place() {
        let refusal = Regex::new("/api/[z-a]").unwrap_err();
        assert_eq!((refusal.reason, refusal.at.clone()), (Reason::BadRange, 6..9));
        assert_eq!(refusal.to_string(), "invalid character class range: z-a");
        let refusal = Regex::new("/(?=x)").unwrap_err();
        assert_eq!((refusal.to_string().as_str(), refusal.at), ("invalid perl operator: (?=", 1..4));
    }

    #[test]
    fn deepest_patterns_are_built() {
        let mut pattern = "a".to_owned();
        for _ in 0..60 {
            pattern = format!("(?:x|({pattern})*b)");
        }
        let deep = regex(&pattern);
        assert!(deep.is_full_match(b"x"));
        assert!(deep.dfa().is_some());
    }

    #[test]
    fn equality_is_by_text() {
        assert_eq!(regex("a"), regex("a"));
        assert_ne!(regex("a"), regex("(?:a)"));
    }

    proptest::proptest! {
        #[test]
        fn any_text_is_read_or_refused(pattern in "\\PC{0,12}", text in "\\PC{0,6}") {
            if let Ok(regex) = Regex::new(&pattern) {
                regex.is_full_match(text.as_bytes());
            }
        }

        #[test]
        fn full_and_slow_automata_agree(pattern in "([ab./^$*+?|()-]|\\[\\^?[ab/-]{1,3}\\]|\\\\[dwWbB]){0,9}", text in "[ab/.1\n]{0,7}") {
            if let Ok(regex) = Regex::new(&pattern) {
                let fast = regex.dfa().is_some().then(|| regex.is_full_match(text.as_bytes()));
                let slow = regex.0.engine.is_slow_match(text.as_bytes());
                proptest::prop_assert!(fast.is_none_or(|fast| fast == slow));
                proptest::prop_assert!(!slow || text.as_bytes().starts_with(regex.literal_prefix()));
            }
        }
    }
}
