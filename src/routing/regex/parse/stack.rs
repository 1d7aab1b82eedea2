//! What has been read and not yet been put together: pieces, open groups, and the bar of a choice.

use std::rc::Rc;

use super::super::class::Class;
use super::super::refusal::{Limit, Reason};
use super::super::tree::{Flags, Loop, Node, Op, Tree};
use super::super::unicode;
use super::{MAX_COPIES, factor};

enum Item {
    Piece(Node),
    /// An open group: the flags to return to, and its number if it captures.
    Open(Flags, Option<u32>),
    /// Below it the alternatives so far, above it the row being read.
    Bar,
}

#[derive(Default)]
pub(super) struct Stack {
    items: Vec<Item>,
    groups: u32,
}

impl Stack {
    /// How many capturing groups were opened.
    pub(super) fn groups(&self) -> usize {
        usize::try_from(self.groups).unwrap_or(usize::MAX)
    }

    /// Puts a piece on top.
    pub(super) fn push(&mut self, piece: Node) {
        self.merge_literals();
        self.items.push(Item::Piece(piece));
    }

    /// A literal; one that has relatives when letters match either case is a class.
    pub(super) fn push_literal(&mut self, rune: u32, flags: Flags) {
        if flags.fold {
            let relatives = unicode::relatives(rune);
            if relatives.len() > 1 {
                return self.push_class(relatives, flags);
            }
        }
        self.push(Node::new(Op::Literal(rune), flags));
    }

    /// A class as it was just read. One with one member is a literal; `[Aa]` is a literal of either case.
    pub(super) fn push_class(&mut self, class: Class, flags: Flags) {
        let first = class.ranges().first().map_or(0, |range| range.0);
        let piece = if class.len() == 1 {
            Node::new(Op::Literal(first), flags)
        } else if class.len() == 2 && (0x41..=0x5A).contains(&first) && class.contains(first + 32) {
            Node::new(Op::Literal(first + 32), Flags { fold: true, ..flags })
        } else {
            Node::new(Op::Class(Rc::new(class)), Flags { fold: false, ..flags })
        };
        self.push(piece);
    }

    /// The two topmost pieces, if both are literals, become one text. The topmost alone stays what it is until
    /// something else comes: an operator would only be about it.
    fn merge_literals(&mut self) {
        let [.., Item::Piece(below), Item::Piece(top)] = self.items.as_mut_slice() else { return };
        let Some(more) = top.runes() else { return };
        if below.flags.fold != top.flags.fold {
            return;
        }
        match &mut below.op {
            Op::Literal(rune) => {
                let mut runes = vec![*rune];
                runes.extend_from_slice(more);
                below.op = Op::Text(runes);
            }
            Op::Text(runes) => runes.extend_from_slice(more),
            _ => return,
        }
        self.items.pop();
    }

    /// Opens a group.
    pub(super) fn open(&mut self, flags: Flags, captures: bool) {
        self.merge_literals();
        let number = captures.then(|| {
            self.groups += 1;
            self.groups
        });
        self.items.push(Item::Open(flags, number));
    }

    fn top(&mut self) -> Result<&mut Node, Reason> {
        match self.items.last_mut() {
            Some(Item::Piece(piece)) => Ok(piece),
            _ => Err(Reason::RepeatArgument),
        }
    }

    /// `*`, `+`, `?` about the topmost piece.
    pub(super) fn repeat(&mut self, kind: Loop, flags: Flags) -> Result<(), Reason> {
        let top = self.top()?;
        if let Op::Loop(inner, _) = &mut top.op
            && top.flags == flags
        {
            if *inner != kind {
                *inner = Loop::Star;
            }
            return Ok(());
        }
        let sub = Rc::new(std::mem::replace(top, Node::new(Op::Empty, flags)));
        *top = Node::new(Op::Loop(kind, sub), flags);
        within_depth(top)
    }

    /// `{min,max}` about the topmost piece.
    pub(super) fn repeat_counted(&mut self, min: u32, max: Option<u32>, flags: Flags) -> Result<(), Reason> {
        if max.is_some_and(|max| max < min) || min.max(max.unwrap_or(0)) > MAX_COPIES {
            return Err(Reason::RepeatSize);
        }
        let top = self.top()?;
        let sub = Rc::new(std::mem::replace(top, Node::new(Op::Empty, flags)));
        *top = Node::new(Op::Repeat { min, max, sub }, flags);
        if min.max(max.unwrap_or(0)) >= 2 && top.copies > MAX_COPIES {
            return Err(Reason::RepeatSize);
        }
        within_depth(top)
    }

    /// Ends an alternative.
    pub(super) fn bar(&mut self, flags: Flags) -> Result<(), Reason> {
        self.merge_literals();
        if !matches!(self.items.last(), Some(Item::Piece(_))) {
            self.push(Node::new(Op::Empty, flags));
        }
        self.collapse(false, flags)?;
        // The row either goes below the bar that is there, or gets the first bar on top.
        let bar_below = matches!(self.items.as_slice(), [.., Item::Bar, Item::Piece(_)]);
        if !bar_below {
            self.items.push(Item::Bar);
            return Ok(());
        }
        let row = self.items.pop();
        self.items.pop();
        self.add_alternative(row);
        self.items.push(Item::Bar);
        Ok(())
    }

    /// Of an alternative that matches any character and one that matches some, the first alone is left.
    fn add_alternative(&mut self, row: Option<Item>) {
        let any = |item: Option<&Item>| matches!(item, Some(Item::Piece(Node { op: Op::AnyChar, .. })));
        let some = |item: Option<&Item>| {
            matches!(item, Some(Item::Piece(Node { op: Op::Literal(_) | Op::Class(_) | Op::AnyChar, .. })))
        };
        if any(self.items.last()) && some(row.as_ref()) {
            return;
        }
        if any(row.as_ref()) && some(self.items.last()) {
            self.items.pop();
        }
        self.items.extend(row);
    }

    /// Closes the innermost group; gives the flags to return to.
    pub(super) fn close(&mut self, flags: Flags) -> Result<Flags, Reason> {
        self.finish_choice(flags)?;
        let (Some(Item::Piece(inside)), Some(Item::Open(outer, number))) = (self.items.pop(), self.items.pop()) else {
            return Err(Reason::UnexpectedParen);
        };
        let piece = match number {
            Some(number) => Node::new(Op::Capture(number, Rc::new(inside)), outer),
            None => inside,
        };
        within_depth(&piece)?;
        self.push(piece);
        Ok(outer)
    }

    /// Ends the pattern.
    pub(super) fn finish(&mut self, flags: Flags) -> Result<Tree, Reason> {
        self.finish_choice(flags)?;
        match (self.items.pop(), self.items.is_empty()) {
            (Some(Item::Piece(piece)), true) => Ok(Rc::new(piece)),
            _ => Err(Reason::MissingParen),
        }
    }

    fn finish_choice(&mut self, flags: Flags) -> Result<(), Reason> {
        self.bar(flags)?;
        self.items.pop();
        self.collapse(true, flags)
    }

    /// Makes one piece of all pieces down to the next marker: a row, or a choice.
    fn collapse(&mut self, choice: bool, flags: Flags) -> Result<(), Reason> {
        let marker = self.items.iter().rposition(|item| !matches!(item, Item::Piece(_)));
        let from = marker.map_or(0, |at| at + 1);
        if self.items.len() <= from + 1 {
            return Ok(());
        }
        let mut subs = Vec::with_capacity(self.items.len() - from);
        for item in self.items.drain(from..) {
            let Item::Piece(piece) = item else { continue };
            match piece.op {
                Op::Alternate(inner) if choice => subs.extend(inner),
                Op::Concat(inner) if !choice => subs.extend(inner),
                _ => subs.push(Rc::new(piece)),
            }
        }
        let whole =
            if choice { Node::alternate(factor::factor(subs, flags)?, flags) } else { Node::concat(subs, flags) };
        within_depth(&whole)?;
        self.items.push(Item::Piece(Rc::unwrap_or_clone(whole)));
        Ok(())
    }
}

fn within_depth(node: &Node) -> Result<(), Reason> {
    if node.height > super::super::MAX_DEPTH { Err(Reason::OurLimit(Limit::Depth)) } else { Ok(()) }
}
