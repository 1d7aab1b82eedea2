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
