//! What RE2 does to a tree before it is compiled: runs are joined, counted repetitions written out.
//!
//! Only the size of the program depends on this; matching translates the tree as it was read.

use std::rc::Rc;

use super::tree::{Flags, Loop, Node, Op, Place, Tree};

/// The most copies that are written out; compiling these many fails.
const MAX_COPIES: u32 = 3 << 20;

/// The tree that RE2 compiles.
pub(super) fn simplify(tree: &Tree) -> Tree {
    expand(&coalesce(tree))
}

/// Joins runs such as `a*a+aab` to `a{3,}b`, wherever they stand side by side.
fn coalesce(tree: &Tree) -> Tree {
    let op = match &tree.op {
        Op::Concat(subs) => Op::Concat(join(subs.iter().map(coalesce).collect())),
        Op::Alternate(subs) => Op::Alternate(subs.iter().map(coalesce).collect()),
        Op::Loop(kind, sub) => Op::Loop(*kind, coalesce(sub)),
        Op::Repeat { min, max, sub } => Op::Repeat { min: *min, max: *max, sub: coalesce(sub) },
        Op::Capture(index, sub) => Op::Capture(*index, coalesce(sub)),
        _ => return tree.clone(),
    };
    Rc::new(Node::new(op, tree.flags))
}

/// What a repetition repeats, and how often.
fn counted(tree: &Tree) -> Option<(&Tree, u32, Option<u32>)> {
    match &tree.op {
        Op::Loop(Loop::Star, sub) => Some((sub, 0, None)),
        Op::Loop(Loop::Plus, sub) => Some((sub, 1, None)),
        Op::Loop(Loop::Quest, sub) => Some((sub, 0, Some(1))),
        Op::Repeat { min, max, sub } => Some((sub, *min, *max)),
        _ => None,
    }
}

fn join(subs: Vec<Tree>) -> Vec<Tree> {
    let mut joined: Vec<Tree> = Vec::with_capacity(subs.len());
    let mut coalesced = false;
    for next in subs {
        let Some((repeated, rest)) = joined.last().and_then(|last| pair(last, &next)) else {
            joined.push(next);
            continue;
        };
        coalesced = true;
        joined.pop();
        joined.push(repeated);
        joined.extend(rest);
    }
    // Where something was joined, RE2 drops every empty piece of the row, also those that were there before.
    if coalesced {
        joined.retain(|sub| !matches!(sub.op, Op::Empty));
    }
    joined
}

/// One repetition in place of a repetition and what follows it, with what is left of the latter.
fn pair(first: &Tree, second: &Tree) -> Option<(Tree, Option<Tree>)> {
    let (single, min, max) = counted(first).filter(|(sub, ..)| sub.is_single())?;
    let repeat = |min, max| Rc::new(Node::new(Op::Repeat { min, max, sub: single.clone() }, first.flags));
    if let Some((other, more_min, more_max)) = counted(second)
        && single.same_leaf(other)
        && first.flags.lazy == second.flags.lazy
    {
        let max = max.zip(more_max).map(|(a, b)| a + b);
        return Some((repeat(min + more_min, max), None));
    }
    if single.same_leaf(second) {
        return Some((repeat(min + 1, max.map(|max| max + 1)), None));
    }
    if let (Op::Literal(rune), Op::Text(runes)) = (&single.op, &second.op)
        && runes.first() == Some(rune)
        && single.flags.fold == second.flags.fold
    {
        let taken = runes.iter().take_while(|r| *r == rune).count();
        let more = u32::try_from(taken).unwrap_or(u32::MAX);
        let rest = runes.get(taken..).filter(|rest| !rest.is_empty());
        let rest = rest.map(|rest| Rc::new(Node::literal(rest, second.flags)));
        return Some((repeat(min.saturating_add(more), max.map(|max| max.saturating_add(more))), rest));
    }
    None
}

/// Writes counted repetitions out and gives empty and full classes their own names.
fn expand(tree: &Tree) -> Tree {
    let op = match &tree.op {
        Op::Class(class) if class.is_empty() => Op::NoMatch,
        Op::Class(class) if class.is_full() => Op::AnyChar,
        Op::Concat(subs) => Op::Concat(subs.iter().map(expand).collect()),
        Op::Alternate(subs) => Op::Alternate(subs.iter().map(expand).collect()),
        Op::Capture(index, sub) => Op::Capture(*index, expand(sub)),
        Op::Loop(kind, sub) => {
            let sub = expand(sub);
            match &sub.op {
                Op::Empty => return sub,
                Op::Loop(inner, _) if inner == kind && sub.flags == tree.flags => return sub,
                _ => Op::Loop(*kind, sub),
            }
        }
        Op::Repeat { min, max, sub } => {
            let sub = expand(sub);
            return if matches!(sub.op, Op::Empty) { sub } else { write_out(&sub, *min, *max, tree.flags) };
        }
        _ => return tree.clone(),
    };
    Rc::new(Node::new(op, tree.flags))
}

/// `x{2,5}` as `xx(x(x(x)?)?)?`.
fn write_out(sub: &Tree, min: u32, max: Option<u32>, flags: Flags) -> Tree {
    // A place is a place, however often one asks.
    let (min, max) = if is_place(sub) { (min.min(1), max.map(|max| max.min(1))) } else { (min, max) };
    // More copies are too many in any case.
    let (min, max) = (min.min(MAX_COPIES), max.map(|max| max.min(MAX_COPIES)));
    let copies = |n: u32| (0..n).map(|_| sub.clone()).collect::<Vec<_>>();
    match (min, max) {
        (0, None) => looped(Loop::Star, sub.clone(), flags),
        (1, None) => looped(Loop::Plus, sub.clone(), flags),
        (_, None) => {
            let mut row = copies(min - 1);
            row.push(looped(Loop::Plus, sub.clone(), flags));
            Node::concat(row, flags)
        }
        (0, Some(0)) => Rc::new(Node::new(Op::Empty, flags)),
        (1, Some(1)) => sub.clone(),
        (_, Some(max)) => {
            let required = (min > 0).then(|| Node::concat(copies(min), flags));
            let mut optional = (max > min).then(|| looped(Loop::Quest, sub.clone(), flags));
            for _ in min + 1..max {
                optional = optional.map(|inner| {
                    let row = Rc::new(Node::new(Op::Concat(vec![sub.clone(), inner]), flags));
                    looped(Loop::Quest, row, flags)
                });
            }
            Node::concat(required.into_iter().chain(optional).collect(), flags)
        }
    }
}

fn is_place(tree: &Tree) -> bool {
    match &tree.op {
        Op::Place(_) => true,
        Op::Concat(subs) | Op::Alternate(subs) => subs.iter().all(|sub| matches!(sub.op, Op::Place(_))),
        _ => false,
    }
}

/// A loop; one of a loop with the same flags is a single loop.
fn looped(kind: Loop, sub: Tree, flags: Flags) -> Tree {
    if let Op::Loop(inner, deep) = &sub.op
        && sub.flags == flags
    {
        if *inner == kind || *inner == Loop::Star {
            return sub;
        }
        return Rc::new(Node::new(Op::Loop(Loop::Star, deep.clone()), flags));
    }
    Rc::new(Node::new(Op::Loop(kind, sub), flags))
}

/// The tree without the `^` it starts with, if that is the first thing in it.
pub(super) fn without_begin(tree: &Tree) -> Option<Tree> {
    without(tree, true, 0)
}

/// The tree without the `$` it ends with, if that is the last thing in it.
pub(super) fn without_end(tree: &Tree) -> Option<Tree> {
    without(tree, false, 0)
}

fn without(tree: &Tree, begin: bool, depth: u32) -> Option<Tree> {
    if depth >= 4 {
        return None;
    }
    match &tree.op {
        Op::Place(Place::BeginText) if begin => Some(Rc::new(Node::new(Op::Empty, tree.flags))),
        Op::Place(Place::EndText { .. }) if !begin => Some(Rc::new(Node::new(Op::Empty, tree.flags))),
        Op::Capture(index, sub) => {
            let sub = without(sub, begin, depth + 1)?;
            Some(Rc::new(Node::new(Op::Capture(*index, sub), tree.flags)))
        }
        Op::Concat(subs) => {
            let mut subs = subs.clone();
            let outer = if begin { subs.first_mut()? } else { subs.last_mut()? };
            *outer = without(outer, begin, depth + 1)?;
            Some(Node::concat(subs, tree.flags))
        }
        _ => None,
    }
}
