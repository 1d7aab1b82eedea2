//! The syntax tree of RE2, as far as meaning and size of the program depend on it.

use std::rc::Rc;

use super::class::Class;

/// A shared piece of the tree.
pub(super) type Tree = Rc<Node>;

/// What was in force when a node was made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Flags {
    /// `(?i)`: letters match either case.
    pub(super) fold: bool,
    /// Repetitions prefer fewer: `(?U)`, turned round by a `?` after the operator.
    pub(super) lazy: bool,
    /// `^` and `$` are the ends of the text: not `(?m)`.
    pub(super) one_line: bool,
    /// `.` matches a line feed: `(?s)`.
    pub(super) dot_nl: bool,
}

impl Flags {
    /// What Envoy's patterns start with.
    pub(super) const START: Flags = Flags { fold: false, lazy: false, one_line: true, dot_nl: false };
}

/// `*`, `+` or `?`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Loop {
    Star,
    Plus,
    Quest,
}

/// What matches nothing but a place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    BeginLine,
    EndLine,
    BeginText,
    /// `$` and `\z` are the same place, but not the same node.
    EndText {
        dollar: bool,
    },
    WordBoundary,
    NoWordBoundary,
}

/// One operation.
#[derive(Clone, Debug)]
pub(super) enum Op {
    /// Matches nothing at all.
    NoMatch,
    /// Matches the empty text.
    Empty,
    Place(Place),
    Literal(u32),
    /// Two or more literals in a row.
    Text(Vec<u32>),
    Class(Rc<Class>),
    AnyChar,
    AnyByte,
    Concat(Vec<Tree>),
    Alternate(Vec<Tree>),
    Loop(Loop, Tree),
    Repeat {
        min: u32,
        max: Option<u32>,
        sub: Tree,
    },
    Capture(u32, Tree),
}

/// One node.
#[derive(Clone, Debug)]
pub(super) struct Node {
    pub(super) op: Op,
    pub(super) flags: Flags,
    /// How many nodes are above one another from here down.
    pub(super) height: u32,
    /// How many copies of something inside the counted repetitions ask for.
    pub(super) copies: u32,
}

impl Node {
    pub(super) fn new(op: Op, flags: Flags) -> Node {
        let (height, copies) = match &op {
            Op::Concat(subs) | Op::Alternate(subs) => (
                subs.iter().map(|sub| sub.height).max().unwrap_or(0),
                subs.iter().map(|sub| sub.copies).max().unwrap_or(1),
            ),
            Op::Loop(_, sub) | Op::Capture(_, sub) => (sub.height, sub.copies),
            Op::Repeat { min, max, sub } => (sub.height, sub.copies.saturating_mul(max.unwrap_or(*min).max(1))),
            _ => (0, 1),
        };
        Node { op, flags, height: height + 1, copies }
    }

    /// A literal or a text, or nothing for no runes.
    pub(super) fn literal(runes: &[u32], flags: Flags) -> Node {
        let op = match runes {
            [] => Op::Empty,
            [rune] => Op::Literal(*rune),
            _ => Op::Text(runes.to_vec()),
        };
        Node::new(op, flags)
    }

    /// The one piece, or all in a row.
    pub(super) fn concat(mut subs: Vec<Tree>, flags: Flags) -> Tree {
        match (subs.pop(), subs.is_empty()) {
            (None, _) => Rc::new(Node::new(Op::Empty, flags)),
            (Some(only), true) => only,
            (Some(last), false) => {
                subs.push(last);
                Rc::new(Node::new(Op::Concat(subs), flags))
            }
        }
    }

    /// The one piece, or a choice.
    pub(super) fn alternate(mut subs: Vec<Tree>, flags: Flags) -> Tree {
        match (subs.pop(), subs.is_empty()) {
            (None, _) => Rc::new(Node::new(Op::NoMatch, flags)),
            (Some(only), true) => only,
            (Some(last), false) => {
                subs.push(last);
                Rc::new(Node::new(Op::Alternate(subs), flags))
            }
        }
    }

    /// The runes of a literal or a text.
    pub(super) fn runes(&self) -> Option<&[u32]> {
        match &self.op {
            Op::Literal(rune) => Some(std::slice::from_ref(rune)),
            Op::Text(runes) => Some(runes),
            _ => None,
        }
    }

    /// Whether two nodes without branches say the same. Others never do.
    pub(super) fn same_leaf(&self, other: &Node) -> bool {
        match (&self.op, &other.op) {
            (Op::Place(a), Op::Place(b)) => a == b,
            (Op::Literal(a), Op::Literal(b)) => a == b && self.flags.fold == other.flags.fold,
            (Op::Class(a), Op::Class(b)) => a == b,
            (Op::AnyChar, Op::AnyChar) | (Op::AnyByte, Op::AnyByte) => true,
            _ => false,
        }
    }

    /// Whether it matches one character or byte, whichever.
    pub(super) fn is_single(&self) -> bool {
        matches!(self.op, Op::Literal(_) | Op::Class(_) | Op::AnyChar | Op::AnyByte)
    }
}
