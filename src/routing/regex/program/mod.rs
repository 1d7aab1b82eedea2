//! How large RE2's program for a pattern is, in instructions.
//!
//! Envoy refuses patterns by this number, so it must be RE2's and nobody else's: the tree is simplified as RE2 does
//! it, compiled to the same kinds of instructions ([`compile`], [`utf8`]), and flattened to the same lists
//! ([`flatten`]). Only then does counting give the same number. Nothing here is ever run on a text.

mod compile;
mod flatten;
mod utf8;

use super::tree::{Flags, Node, Op, Place, Tree};
pub(super) use utf8::encode;

/// The most instructions for which RE2 has memory, with the defaults that Envoy leaves as they are.
const MAX_INSTRUCTIONS: usize = 698_996;

/// RE2 would need more than it may.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct TooLarge;

/// The number of instructions, or that there are too many.
pub(super) fn size(tree: &Tree) -> Result<u32, TooLarge> {
    let program = compile::compile(&after_required_prefix(tree))?;
    Ok(flatten::count(program))
}

/// RE2 compares a text that a pattern must start with by itself, and compiles only what comes after it.
fn after_required_prefix(tree: &Tree) -> Tree {
    let Op::Concat(subs) = &tree.op else { return tree.clone() };
    let begins = subs.iter().take_while(|sub| matches!(sub.op, Op::Place(Place::BeginText))).count();
    match subs.get(begins) {
        Some(literal) if begins > 0 && literal.runes().is_some() => {
            let rest = subs.get(begins + 1..).unwrap_or_default();
            Node::concat(rest.to_vec(), Flags { fold: false, ..tree.flags })
        }
        _ => tree.clone(),
    }
}

/// What an instruction does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Fail,
    /// Go on at either of two places.
    Alt,
    /// The same, where one way leads to the end whatever comes.
    AltMatch,
    /// Take a byte of this range; letters of either case when folding.
    Byte {
        lo: u8,
        hi: u8,
        fold: bool,
    },
    Capture,
    Place,
    Match,
    Nop,
}

/// One instruction and where it leads. Zero leads to failure, and to a place not yet known.
#[derive(Clone, Copy, Debug)]
struct Inst {
    kind: Kind,
    out: u32,
    other: u32,
}

/// A whole program. Instruction 0 is failure.
struct Program {
    insts: Vec<Inst>,
    /// Where a match that starts here begins.
    start: u32,
    /// Where a search for a match begins.
    search: u32,
}

impl Program {
    fn get(&self, id: u32) -> Inst {
        let index = usize::try_from(id).unwrap_or(usize::MAX);
        self.insts.get(index).copied().unwrap_or(Inst { kind: Kind::Fail, out: 0, other: 0 })
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use crate::routing::regex::{Reason, Regex};

    fn size(pattern: &str) -> u32 {
        Regex::new(pattern).unwrap().program_size()
    }

    #[test]
    fn every_program_can_fail_skip_and_match() {
        assert_eq!(size(""), 4);
        assert_eq!(size("abc"), size("") + 3);
    }

    #[test]
    fn required_beginning_costs_nothing() {
        assert_eq!(size("^/some/long/path"), size(""));
        assert_eq!(size("^(/some)"), 9);
        assert_eq!(size("^"), 2);
    }

    #[test]
    fn any_character_is_more_than_a_byte() {
        assert_eq!(size("."), 12);
        assert_eq!(size("(?s)."), 11);
        assert_eq!(size("\\C"), 5);
        assert_eq!(size("[^/]"), 12);
        assert_eq!(size("[a-z]"), 5);
    }

    #[test]
    fn counted_repetitions_are_written_out() {
        assert_eq!(size("x{100}"), size("") + 100);
        assert_eq!(size("/(a|b|c|d){80}x"), 246);
        assert_eq!(size("(?:^){3}"), size("^"));
        assert_eq!(size("a*aab"), size("a{2,}b"));
    }

    #[test]
    fn common_beginnings_are_shared() {
        assert_eq!(size("abc|abd"), size("ab[cd]"));
        assert_eq!(size("a|b|c"), size("[a-c]"));
        assert_eq!(size("(?:\\da|\\db)"), size("\\d[ab]"));
    }

    #[test]
    fn either_case_is_one_instruction_unless_the_letter_has_more_relatives() {
        assert_eq!(size("(?i)abc"), size("abc"));
        assert_eq!(size("(?i)k"), 8);
    }

    #[test]
    fn memory_of_re2_is_bounded() {
        assert_eq!(size(&"x{1000}".repeat(10)), size("") + 10_000);
        assert_eq!(Regex::new(&"x{1000}".repeat(700)).unwrap_err().reason, Reason::TooLarge);
    }
}
