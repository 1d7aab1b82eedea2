//! From the simplified tree to instructions.

use super::super::class::{Class, MAX_RUNE};
use super::super::simplify;
use super::super::tree::{Loop, Node, Op, Tree};
use super::utf8::{self, Suffixes};
use super::{Inst, Kind, MAX_INSTRUCTIONS, Program, TooLarge};

/// Ways out of a fragment that lead nowhere yet: a chain through [`Builder::chain`]. Zero is the end of a chain.
#[derive(Clone, Copy, Default)]
pub(super) struct Holes {
    head: u32,
    tail: u32,
}

/// A piece of program.
#[derive(Clone, Copy)]
struct Frag {
    begin: u32,
    end: Holes,
    nullable: bool,
}

impl Frag {
    const NO_MATCH: Frag = Frag { begin: 0, end: Holes { head: 0, tail: 0 }, nullable: false };

    fn is_no_match(self) -> bool {
        self.begin == 0
    }
}

/// The program under construction.
pub(super) struct Builder {
    pub(super) insts: Vec<Inst>,
    /// For each way out of each instruction (its number doubled, plus one for the second way) the next in its chain.
    chain: Vec<u32>,
}

pub(super) fn compile(tree: &Tree) -> Result<Program, TooLarge> {
    let mut tree = simplify::simplify(tree);
    let anchored = simplify::without_begin(&tree);
    let is_anchored = anchored.is_some();
    tree = anchored.unwrap_or(tree);
    tree = simplify::without_end(&tree).unwrap_or(tree);

    let mut builder = Builder { insts: Vec::new(), chain: Vec::new() };
    builder.add(Kind::Fail)?;
    let body = builder.tree(&tree)?;
    let end = builder.single(Kind::Match)?;
    let all = builder.cat(body, Frag { end: Holes::default(), ..end });
    let mut search = all;
    if !is_anchored {
        let any = builder.single(Kind::Byte { lo: 0, hi: 0xFF, fold: false })?;
        let skip = builder.star(any, true)?;
        search = builder.cat(skip, all);
    }
    if all.begin == 0 && search.begin == 0 {
        builder.insts.truncate(1);
    }
    Ok(Program { insts: builder.insts, start: all.begin, search: search.begin })
}

/// What is still to be done with a node.
enum Task<'t> {
    Enter(&'t Tree),
    Leave(&'t Tree),
}

impl Builder {
    /// A whole tree, with a stack of our own: written-out repetitions are deep.
    fn tree(&mut self, tree: &Tree) -> Result<Frag, TooLarge> {
        let mut visits = 0;
        let mut tasks = vec![Task::Enter(tree)];
        let mut frags: Vec<Frag> = Vec::new();
        while let Some(task) = tasks.pop() {
            match task {
                Task::Enter(tree) => {
                    visits += 1;
                    if visits > 2 * MAX_INSTRUCTIONS {
                        return Err(TooLarge);
                    }
                    tasks.push(Task::Leave(tree));
                    match &tree.op {
                        Op::Concat(subs) | Op::Alternate(subs) => tasks.extend(subs.iter().rev().map(Task::Enter)),
                        Op::Loop(_, sub) | Op::Capture(_, sub) => tasks.push(Task::Enter(sub)),
                        _ => {}
                    }
                }
                Task::Leave(tree) => {
                    let arity = match &tree.op {
                        Op::Concat(subs) | Op::Alternate(subs) => subs.len(),
                        Op::Loop(..) | Op::Capture(..) => 1,
                        _ => 0,
                    };
                    let from = frags.len().saturating_sub(arity);
                    let frag = self.node(tree, frags.get(from..).unwrap_or_default())?;
                    frags.truncate(from);
                    frags.push(frag);
                }
            }
        }
        Ok(frags.pop().unwrap_or(Frag::NO_MATCH))
    }

    fn node(&mut self, node: &Node, subs: &[Frag]) -> Result<Frag, TooLarge> {
        let (first, others) = subs.split_first().map_or((Frag::NO_MATCH, subs), |(first, rest)| (*first, rest));
        match &node.op {
            Op::NoMatch => Ok(Frag::NO_MATCH),
            Op::Empty => Ok(Frag { nullable: true, ..self.single(Kind::Nop)? }),
            Op::Place(_) => Ok(Frag { nullable: true, ..self.single(Kind::Place)? }),
            Op::Literal(rune) => self.literal(*rune, node.flags.fold),
            Op::Text(runes) => {
                let mut all = None;
                for &rune in runes {
                    let next = self.literal(rune, node.flags.fold)?;
                    all = Some(all.map_or(next, |all| self.cat(all, next)));
                }
                Ok(all.unwrap_or(Frag::NO_MATCH))
            }
            Op::AnyByte => self.single(Kind::Byte { lo: 0, hi: 0xFF, fold: false }),
            Op::AnyChar => self.class(&Class::of([(0, MAX_RUNE)])),
            Op::Class(class) => self.class(class),
            Op::Concat(_) => Ok(others.iter().fold(first, |all, &next| self.cat(all, next))),
            Op::Alternate(_) => others.iter().try_fold(first, |all, &next| self.alt(all, next)),
            Op::Loop(Loop::Star, _) => self.star(first, node.flags.lazy),
            Op::Loop(Loop::Plus, _) => self.plus(first, node.flags.lazy),
            Op::Loop(Loop::Quest, _) => self.quest(first, node.flags.lazy),
            Op::Capture(..) => self.capture(first),
            // Simplified trees have none.
            Op::Repeat { .. } => Err(TooLarge),
        }
    }

    /// A new instruction.
    pub(super) fn add(&mut self, kind: Kind) -> Result<u32, TooLarge> {
        if self.insts.len() >= MAX_INSTRUCTIONS {
            return Err(TooLarge);
        }
        let id = u32::try_from(self.insts.len()).map_err(|_| TooLarge)?;
        self.insts.push(Inst { kind, out: 0, other: 0 });
        self.chain.extend([0, 0]);
        Ok(id)
    }

    /// Takes the newest instruction back.
    pub(super) fn drop_newest(&mut self) {
        self.insts.pop();
        self.chain.truncate(self.insts.len() * 2);
    }

    pub(super) fn get(&self, id: u32) -> Inst {
        self.insts.get(id as usize).copied().unwrap_or(Inst { kind: Kind::Fail, out: 0, other: 0 })
    }

    pub(super) fn get_mut(&mut self, id: u32) -> Option<&mut Inst> {
        self.insts.get_mut(id as usize)
    }

    fn single(&mut self, kind: Kind) -> Result<Frag, TooLarge> {
        let id = self.add(kind)?;
        Ok(Frag { begin: id, end: hole(id, false), nullable: false })
    }

    /// Lets all holes lead to one place.
    pub(super) fn patch(&mut self, holes: Holes, target: u32) {
        let mut hole = holes.head;
        while hole != 0 {
            if let Some(inst) = self.get_mut(hole >> 1) {
                if hole & 1 == 1 {
                    inst.other = target;
                } else {
                    inst.out = target;
                }
            }
            hole = self.chain.get(hole as usize).copied().unwrap_or(0);
        }
    }

    pub(super) fn append(&mut self, first: Holes, second: Holes) -> Holes {
        if first.head == 0 {
            return second;
        }
        if second.head == 0 {
            return first;
        }
        if let Some(next) = self.chain.get_mut(first.tail as usize) {
            *next = second.head;
        }
        Holes { head: first.head, tail: second.tail }
    }

    fn cat(&mut self, a: Frag, b: Frag) -> Frag {
        if a.is_no_match() || b.is_no_match() {
            return Frag::NO_MATCH;
        }
        // Nothing, and then something, is something.
        let begin = self.get(a.begin);
        if begin.kind == Kind::Nop && a.end.head == a.begin << 1 && begin.out == 0 {
            self.patch(a.end, b.begin);
            return b;
        }
        self.patch(a.end, b.begin);
        Frag { begin: a.begin, end: b.end, nullable: a.nullable && b.nullable }
    }

    fn alt(&mut self, a: Frag, b: Frag) -> Result<Frag, TooLarge> {
        if a.is_no_match() {
            return Ok(b);
        }
        if b.is_no_match() {
            return Ok(a);
        }
        let id = self.fork(a.begin, b.begin)?;
        Ok(Frag { begin: id, end: self.append(a.end, b.end), nullable: a.nullable || b.nullable })
    }

    pub(super) fn fork(&mut self, out: u32, other: u32) -> Result<u32, TooLarge> {
        let id = self.add(Kind::Alt)?;
        if let Some(inst) = self.get_mut(id) {
            (inst.out, inst.other) = (out, other);
        }
        Ok(id)
    }

    /// A fork into a fragment or past it; what is preferred comes first.
    fn fork_past(&mut self, begin: u32, lazy: bool) -> Result<(u32, Holes), TooLarge> {
        let id = if lazy { self.fork(0, begin)? } else { self.fork(begin, 0)? };
        Ok((id, hole(id, !lazy)))
    }

    fn star(&mut self, a: Frag, lazy: bool) -> Result<Frag, TooLarge> {
        // What can match nothing would spin: `(a+)?` does not.
        if a.nullable {
            let plus = self.plus(a, lazy)?;
            return self.quest(plus, lazy);
        }
        let (id, past) = self.fork_past(a.begin, lazy)?;
        self.patch(a.end, id);
        Ok(Frag { begin: id, end: past, nullable: true })
    }

    fn plus(&mut self, a: Frag, lazy: bool) -> Result<Frag, TooLarge> {
        let (id, past) = self.fork_past(a.begin, lazy)?;
        self.patch(a.end, id);
        Ok(Frag { begin: a.begin, end: past, nullable: a.nullable })
    }

    fn quest(&mut self, a: Frag, lazy: bool) -> Result<Frag, TooLarge> {
        if a.is_no_match() {
            return Ok(Frag { nullable: true, ..self.single(Kind::Nop)? });
        }
        let (id, past) = self.fork_past(a.begin, lazy)?;
        Ok(Frag { begin: id, end: self.append(past, a.end), nullable: true })
    }

    fn capture(&mut self, a: Frag) -> Result<Frag, TooLarge> {
        if a.is_no_match() {
            return Ok(Frag::NO_MATCH);
        }
        let open = self.add(Kind::Capture)?;
        let close = self.add(Kind::Capture)?;
        if let Some(inst) = self.get_mut(open) {
            inst.out = a.begin;
        }
        self.patch(a.end, close);
        Ok(Frag { begin: open, end: hole(close, false), nullable: a.nullable })
    }

    fn literal(&mut self, rune: u32, fold: bool) -> Result<Frag, TooLarge> {
        let (bytes, len) = utf8::encode(rune);
        let mut all = None;
        for &byte in bytes.iter().take(len) {
            let fold = fold && len == 1;
            let next = self.single(Kind::Byte { lo: byte, hi: byte, fold })?;
            all = Some(all.map_or(next, |all| self.cat(all, next)));
        }
        Ok(all.unwrap_or(Frag::NO_MATCH))
    }

    fn class(&mut self, class: &Class) -> Result<Frag, TooLarge> {
        let mut suffixes = Suffixes::new(self);
        let folds = class.folds_ascii();
        let (upper_a, upper_z) = (u32::from(b'A'), u32::from(b'Z'));
        let (lower_a, lower_z) = (u32::from(b'a'), u32::from(b'z'));
        for &(lo, hi) in class.ranges() {
            // Lower case stands for both where both are members.
            if folds && upper_a <= lo && hi <= upper_z {
                continue;
            }
            let all_or_none =
                (lo <= upper_a && lower_z <= hi) || hi < upper_a || lower_z < lo || (upper_z < lo && hi < lower_a);
            suffixes.add_range(lo, hi, folds && !all_or_none)?;
        }
        let (begin, end) = suffixes.finish();
        Ok(Frag { begin, end, nullable: false })
    }
}

pub(super) fn hole(id: u32, second: bool) -> Holes {
    let hole = id << 1 | u32::from(second);
    Holes { head: hole, tail: hole }
}
