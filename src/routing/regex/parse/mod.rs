//! RE2's syntax, read as RE2 reads it: what it refuses is refused at the same place with the same words.
//!
//! The reader below knows the signs, [`stack`] what they do to what was read before, [`escape`] and [`bracket`] what
//! stands for characters, [`factor`] how RE2 rearranges a choice.

mod bracket;
mod escape;
mod factor;
mod group;
mod stack;

use std::ops::Range;

use super::class::Class;
use super::refusal::{Limit, Reason, Refusal};
use super::tree::{Flags, Loop, Node, Op, Place, Tree};
use super::unicode;
use stack::Stack;

/// The most copies that counted repetitions, taken together, may ask for.
const MAX_COPIES: u32 = 1000;

/// What was read.
pub(super) struct Parsed {
    pub(super) tree: Tree,
    /// How many groups capture.
    pub(super) groups: usize,
}

/// Reads a pattern.
pub(super) fn parse(pattern: &str) -> Result<Parsed, Refusal> {
    if pattern.len() > super::MAX_PATTERN_BYTES {
        return Err(Refusal::new(Reason::OurLimit(Limit::Length), pattern, 0..pattern.len()));
    }
    let mut reader = Reader { pattern, at: 0, flags: Flags::START, stack: Stack::default() };
    reader.read()?;
    let groups = reader.stack.groups();
    let tree = reader.stack.finish(reader.flags).map_err(|reason| reader.refuse(reason, 0..pattern.len()))?;
    Ok(Parsed { tree, groups })
}

/// Where the reading is.
struct Reader<'p> {
    pattern: &'p str,
    at: usize,
    flags: Flags,
    stack: Stack,
}

impl<'p> Reader<'p> {
    fn rest(&self) -> &'p str {
        self.pattern.get(self.at..).unwrap_or_default()
    }

    fn next(&mut self) -> Option<char> {
        let c = self.rest().chars().next()?;
        self.at += c.len_utf8();
        Some(c)
    }

    fn take(&mut self, text: &str) -> bool {
        let taken = self.rest().starts_with(text);
        self.at += if taken { text.len() } else { 0 };
        taken
    }

    fn refuse(&self, reason: Reason, at: Range<usize>) -> Refusal {
        Refusal::new(reason, self.pattern, at)
    }

    /// Gives a deed of the stack the place it is about.
    fn placed(&self, done: Result<(), Reason>, at: Range<usize>) -> Result<(), Refusal> {
        done.map_err(|reason| self.refuse(reason, at))
    }

    fn read(&mut self) -> Result<(), Refusal> {
        // The operator just read, if the last sign was one: RE2 does not allow a second one on top.
        let mut last_operator = None;
        while let Some(c) = self.rest().chars().next() {
            let start = self.at;
            let mut operator = None;
            match c {
                '(' if self.rest().starts_with("(?") => self.group()?,
                '(' => {
                    self.at += 1;
                    self.stack.open(self.flags, true);
                }
                ')' => {
                    self.at += 1;
                    let closed = self.stack.close(self.flags);
                    self.flags = closed.map_err(|reason| self.refuse(reason, 0..self.pattern.len()))?;
                }
                '|' => {
                    self.at += 1;
                    let done = self.stack.bar(self.flags);
                    self.placed(done, start..start + 1)?;
                }
                '^' | '$' | '.' => {
                    self.at += 1;
                    self.sign(c);
                }
                '[' => {
                    let class = self.bracket()?;
                    self.stack.push_class(class, self.flags);
                }
                '*' | '+' | '?' => {
                    self.at += 1;
                    let lazy = self.take("?");
                    self.refuse_second(last_operator)?;
                    let kind = match c {
                        '*' => Loop::Star,
                        '+' => Loop::Plus,
                        _ => Loop::Quest,
                    };
                    let done = self.stack.repeat(kind, self.repeat_flags(lazy));
                    self.placed(done, start..self.at)?;
                    operator = Some(start);
                }
                '{' => match self.counts() {
                    None => {
                        self.at += 1;
                        self.stack.push_literal(u32::from('{'), self.flags);
                    }
                    Some((min, max)) => {
                        let lazy = self.take("?");
                        self.refuse_second(last_operator)?;
                        let done = self.stack.repeat_counted(min, max, self.repeat_flags(lazy));
                        self.placed(done, start..self.at)?;
                        operator = Some(start);
                    }
                },
                '\\' => self.backslash()?,
                _ => {
                    self.at += c.len_utf8();
                    self.stack.push_literal(u32::from(c), self.flags);
                }
            }
            last_operator = operator;
        }
        Ok(())
    }

    fn refuse_second(&self, last_operator: Option<usize>) -> Result<(), Refusal> {
        match last_operator {
            Some(first) => Err(self.refuse(Reason::RepeatOperator, first..self.at)),
            None => Ok(()),
        }
    }

    fn repeat_flags(&self, lazy: bool) -> Flags {
        Flags { lazy: self.flags.lazy ^ lazy, ..self.flags }
    }

    fn sign(&mut self, c: char) {
        let op = match (c, self.flags.one_line) {
            ('^', true) => Op::Place(Place::BeginText),
            ('^', false) => Op::Place(Place::BeginLine),
            ('$', true) => Op::Place(Place::EndText { dollar: true }),
            ('$', false) => Op::Place(Place::EndLine),
            _ if self.flags.dot_nl => Op::AnyChar,
            _ => {
                let mut all_but_feed = Class::of([(u32::from('\n'), u32::from('\n'))]);
                all_but_feed.negate();
                return self.stack.push_class(all_but_feed, self.flags);
            }
        };
        self.stack.push(Node::new(op, self.flags));
    }

    /// `{2}`, `{2,}` or `{2,5}`; anything else is not a repetition, and nothing is taken.
    fn counts(&mut self) -> Option<(u32, Option<u32>)> {
        let inside = self.rest().strip_prefix('{')?;
        let (inside, _) = inside.split_once('}')?;
        let (min, max) = match inside.split_once(',') {
            None => (count(inside)?, Some(count(inside)?)),
            Some((min, "")) => (count(min)?, None),
            Some((min, max)) => (count(min)?, Some(count(max)?)),
        };
        self.at += inside.len() + 2;
        Some((min, max))
    }

    fn backslash(&mut self) -> Result<(), Refusal> {
        let place = match self.rest().as_bytes().get(1) {
            Some(b'b') => Some(Op::Place(Place::WordBoundary)),
            Some(b'B') => Some(Op::Place(Place::NoWordBoundary)),
            Some(b'A') => Some(Op::Place(Place::BeginText)),
            Some(b'z') => Some(Op::Place(Place::EndText { dollar: false })),
            Some(b'C') => Some(Op::AnyByte),
            _ => None,
        };
        if let Some(op) = place {
            self.at += 2;
            self.stack.push(Node::new(op, self.flags));
            return Ok(());
        }
        if self.take("\\Q") {
            while !self.take("\\E") {
                let Some(c) = self.next() else { break };
                self.stack.push_literal(u32::from(c), self.flags);
            }
            return Ok(());
        }
        let mut class = Class::default();
        if self.property(&mut class)? || self.perl_class(&mut class) {
            self.stack.push_class(class, self.flags);
            return Ok(());
        }
        let rune = self.escape()?;
        self.stack.push_literal(rune, self.flags);
        Ok(())
    }
}

/// A number as RE2 takes it: no leading zero, and not absurdly large.
fn count(digits: &str) -> Option<u32> {
    let plain = !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit());
    let padded = digits.len() > 1 && digits.starts_with('0');
    if !plain || padded || digits.len() > 9 {
        return None;
    }
    digits.parse().ok()
}

/// Adds a range to a class, with its relatives when letters match either case.
fn add(class: &mut Class, lo: u32, hi: u32, flags: Flags) {
    if flags.fold {
        unicode::add_folded(class, lo, hi);
    } else {
        class.add(lo, hi);
    }
}
