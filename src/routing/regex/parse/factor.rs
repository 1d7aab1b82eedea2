//! How RE2 rearranges a choice: `abc|abd|x|y` is `ab[cd]|[xy]`.
//!
//! In three rounds: common leading texts, common simple leading pieces, and neighbouring single characters. What is
//! left after a common beginning is a choice again and goes through the same rounds.

use std::rc::Rc;

use super::super::MAX_DEPTH;
use super::super::class::Class;
use super::super::refusal::{Limit, Reason};
use super::super::tree::{Flags, Node, Op, Tree};
use super::add;

/// The alternatives, rearranged.
pub(super) fn factor(subs: Vec<Tree>, flags: Flags) -> Result<Vec<Tree>, Reason> {
    rounds(subs, flags, 0)
}

fn rounds(subs: Vec<Tree>, flags: Flags, depth: u32) -> Result<Vec<Tree>, Reason> {
    if depth > MAX_DEPTH {
        return Err(Reason::OurLimit(Limit::Depth));
    }
    let subs = common_texts(subs, flags, depth)?;
    let subs = common_pieces(subs, flags, depth)?;
    Ok(merge_singles(subs, flags))
}

/// A common beginning, and the choice of what follows it.
fn assemble(prefix: Tree, suffixes: Vec<Tree>, flags: Flags, depth: u32) -> Result<Tree, Reason> {
    let suffixes = Node::alternate(rounds(suffixes, flags, depth + 1)?, flags);
    Ok(Rc::new(Node::new(Op::Concat(vec![prefix, suffixes]), flags)))
}

fn common_texts(subs: Vec<Tree>, flags: Flags, depth: u32) -> Result<Vec<Tree>, Reason> {
    let mut factored = Vec::with_capacity(subs.len());
    let mut rest = subs.as_slice();
    while let Some((first, others)) = rest.split_first() {
        let (mut common, fold) = leading_text(first);
        let mut run = 1;
        for other in others {
            let (text, other_fold) = leading_text(other);
            let same = common.iter().zip(text).take_while(|(a, b)| a == b).count();
            if same == 0 || fold != other_fold {
                break;
            }
            common = common.get(..same).unwrap_or_default();
            run += 1;
        }
        let (taken, left) = rest.split_at(run);
        if let [only] = taken {
            factored.push(only.clone());
        } else {
            let prefix = Rc::new(Node::literal(common, Flags { fold, ..flags }));
            let suffixes = taken.iter().map(|sub| without_text(sub, common.len())).collect();
            factored.push(assemble(prefix, suffixes, flags, depth)?);
        }
        rest = left;
    }
    Ok(factored)
}

/// The literals that a piece starts with, and whether they match either case.
fn leading_text(tree: &Tree) -> (&[u32], bool) {
    let mut node: &Node = tree;
    while let Op::Concat(subs) = &node.op {
        match subs.first() {
            Some(first) => node = first,
            None => break,
        }
    }
    (node.runes().unwrap_or_default(), node.flags.fold)
}

/// The piece without the first `n` of the literals it starts with.
fn without_text(tree: &Tree, n: usize) -> Tree {
    match &tree.op {
        Op::Concat(subs) => {
            let Some((first, others)) = subs.split_first() else { return tree.clone() };
            let first = without_text(first, n);
            if matches!(first.op, Op::Empty) {
                return Node::concat(others.to_vec(), tree.flags);
            }
            let row = std::iter::once(first).chain(others.iter().cloned()).collect();
            Rc::new(Node::new(Op::Concat(row), tree.flags))
        }
        _ => {
            let left = tree.runes().and_then(|runes| runes.get(n..)).unwrap_or_default();
            Rc::new(Node::literal(left, tree.flags))
        }
    }
}

fn common_pieces(subs: Vec<Tree>, flags: Flags, depth: u32) -> Result<Vec<Tree>, Reason> {
    let mut factored = Vec::with_capacity(subs.len());
    let mut rest = subs.as_slice();
    while let Some((first, others)) = rest.split_first() {
        let piece = leading_piece(first).filter(|piece| may_be_shared(piece));
        let run = match piece {
            Some(piece) => {
                1 + others.iter().take_while(|sub| leading_piece(sub).is_some_and(|p| same(piece, p))).count()
            }
            None => 1,
        };
        let (taken, left) = rest.split_at(run);
        match (taken, piece) {
            ([_, _, ..], Some(piece)) => {
                let suffixes = taken.iter().map(without_piece).collect();
                factored.push(assemble(piece.clone(), suffixes, flags, depth)?);
            }
            _ => factored.extend_from_slice(taken),
        }
        rest = left;
    }
    Ok(factored)
}

/// The first piece of a row, or the only one.
fn leading_piece(tree: &Tree) -> Option<&Tree> {
    let piece = match &tree.op {
        Op::Concat(subs) => subs.first()?,
        _ => tree,
    };
    (!matches!(piece.op, Op::Empty)).then_some(piece)
}

/// Sharing anything that can match in several ways would change which way is taken.
fn may_be_shared(tree: &Tree) -> bool {
    match &tree.op {
        Op::Place(_) | Op::Class(_) | Op::AnyChar | Op::AnyByte => true,
        Op::Repeat { min, max, sub } => *max == Some(*min) && sub.is_single(),
        _ => false,
    }
}

fn same(a: &Tree, b: &Tree) -> bool {
    match (&a.op, &b.op) {
        (Op::Repeat { min, max, sub }, Op::Repeat { min: other_min, max: other_max, sub: other }) => {
            (min, max) == (other_min, other_max) && a.flags.lazy == b.flags.lazy && sub.same_leaf(other)
        }
        _ => a.same_leaf(b),
    }
}

fn without_piece(tree: &Tree) -> Tree {
    match &tree.op {
        Op::Concat(subs) => Node::concat(subs.get(1..).unwrap_or_default().to_vec(), tree.flags),
        _ => Rc::new(Node::new(Op::Empty, tree.flags)),
    }
}

/// Neighbouring literals and classes become one class.
fn merge_singles(subs: Vec<Tree>, flags: Flags) -> Vec<Tree> {
    let is_single = |tree: &Tree| matches!(tree.op, Op::Literal(_) | Op::Class(_));
    let mut merged = Vec::with_capacity(subs.len());
    for run in subs.chunk_by(|a, b| is_single(a) && is_single(b)) {
        if run.len() == 1 {
            merged.extend_from_slice(run);
            continue;
        }
        let mut class = Class::default();
        for sub in run {
            match &sub.op {
                Op::Class(members) => class.add_class(members),
                Op::Literal(rune) => add(&mut class, *rune, *rune, sub.flags),
                _ => {}
            }
        }
        merged.push(Rc::new(Node::new(Op::Class(Rc::new(class)), Flags { fold: false, ..flags })));
    }
    merged
}
