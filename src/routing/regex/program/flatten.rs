//! The program as RE2 finally keeps it: lists of instructions, without the forks between them.
//!
//! An instruction that is reached from outside its list gets a list of its own; others are repeated in each list that
//! leads to them. This decides the size, for better or worse.

use super::{Kind, Program};

/// How many instructions the lists have.
pub(super) fn count(mut program: Program) -> u32 {
    skip_nops(&mut program);
    mark_alt_matches(&mut program);
    let mut lists = Lists::new(&program);
    lists.mark_successors();
    lists.mark_dominators();
    lists.length()
}

/// Lets everything that leads to a no-operation lead to where that one leads.
fn skip_nops(program: &mut Program) {
    let mut seen = Marks::of(program);
    let mut queue = vec![program.start];
    while let Some(id) = queue.pop() {
        if !seen.insert(id) {
            continue;
        }
        let inst = program.get(id);
        let out = behind_nops(program, inst.out);
        let other = if inst.kind == Kind::Alt { behind_nops(program, inst.other) } else { inst.other };
        if let Some(inst) = program.insts.get_mut(id as usize) {
            (inst.out, inst.other) = (out, other);
        }
        queue.push(out);
        if inst.kind == Kind::Alt {
            queue.push(other);
        }
    }
}

fn behind_nops(program: &Program, mut id: u32) -> u32 {
    while id != 0 && program.get(id).kind == Kind::Nop {
        id = program.get(id).out;
    }
    id
}

/// Forks between any byte again and the end.
fn mark_alt_matches(program: &mut Program) {
    let mut seen = Marks::of(program);
    let mut queue = vec![program.start];
    while let Some(id) = queue.pop() {
        if !seen.insert(id) {
            continue;
        }
        let inst = program.get(id);
        queue.push(inst.out);
        if inst.kind != Kind::Alt {
            continue;
        }
        queue.push(inst.other);
        let any_again = |to: u32| {
            let to = program.get(to);
            matches!(to.kind, Kind::Byte { lo: 0, hi: 0xFF, .. }) && to.out == id
        };
        let (out, other) = (inst.out, inst.other);
        if ((any_again(out) && ends(program, other)) || (ends(program, out) && any_again(other)))
            && let Some(inst) = program.insts.get_mut(id as usize)
        {
            inst.kind = Kind::AltMatch;
        }
    }
}

fn ends(program: &Program, mut id: u32) -> bool {
    loop {
        let inst = program.get(id);
        match inst.kind {
            Kind::Capture | Kind::Nop => id = inst.out,
            kind => return kind == Kind::Match,
        }
    }
}

/// A set of instructions that is emptied often.
struct Marks {
    round: u32,
    marks: Vec<u32>,
}

impl Marks {
    fn of(program: &Program) -> Marks {
        Marks { round: 1, marks: vec![0; program.insts.len()] }
    }

    fn clear(&mut self) {
        self.round += 1;
    }

    fn insert(&mut self, id: u32) -> bool {
        let round = self.round;
        self.marks.get_mut(id as usize).is_some_and(|mark| std::mem::replace(mark, round) != round)
    }

    fn contains(&self, id: u32) -> bool {
        self.marks.get(id as usize) == Some(&self.round)
    }
}

struct Lists<'p> {
    program: &'p Program,
    /// The instructions that begin lists, and whether an instruction does.
    roots: Vec<u32>,
    is_root: Vec<bool>,
    /// The forks that lead to an instruction.
    forks: Vec<Vec<u32>>,
    reached: Marks,
}

impl<'p> Lists<'p> {
    fn new(program: &'p Program) -> Lists<'p> {
        let n = program.insts.len();
        Lists { program, roots: vec![], is_root: vec![false; n], forks: vec![vec![]; n], reached: Marks::of(program) }
    }

    fn add_root(&mut self, id: u32) {
        if let Some(is_root) = self.is_root.get_mut(id as usize)
            && !std::mem::replace(is_root, true)
        {
            self.roots.push(id);
        }
    }

    fn begins_list(&self, id: u32) -> bool {
        self.is_root.get(id as usize) == Some(&true)
    }

    /// What comes after a byte begins a list.
    fn mark_successors(&mut self) {
        self.add_root(0);
        self.add_root(self.program.search);
        self.add_root(self.program.start);
        let mut stack = vec![self.program.search];
        while let Some(id) = stack.pop() {
            if !self.reached.insert(id) {
                continue;
            }
            let inst = self.program.get(id);
            match inst.kind {
                Kind::Alt | Kind::AltMatch => {
                    for to in [inst.out, inst.other] {
                        if let Some(forks) = self.forks.get_mut(to as usize) {
                            forks.push(id);
                        }
                    }
                    stack.extend([inst.other, inst.out]);
                }
                Kind::Byte { .. } | Kind::Capture | Kind::Place => {
                    self.add_root(inst.out);
                    stack.push(inst.out);
                }
                Kind::Nop => stack.push(inst.out),
                Kind::Match | Kind::Fail => {}
            }
        }
    }

    /// Puts into `members` what a list reaches without passing the beginning of another, those beginnings included.
    fn reach(&mut self, root: u32, members: &mut Vec<u32>) {
        self.reached.clear();
        members.clear();
        let mut stack = vec![root];
        while let Some(id) = stack.pop() {
            if !self.reached.insert(id) {
                continue;
            }
            members.push(id);
            if id != root && self.begins_list(id) {
                continue;
            }
            let inst = self.program.get(id);
            match inst.kind {
                Kind::Alt | Kind::AltMatch => stack.extend([inst.other, inst.out]),
                Kind::Nop => stack.push(inst.out),
                _ => {}
            }
        }
    }

    /// What is also reached by a fork outside the list begins a list too.
    fn mark_dominators(&mut self) {
        let mut order = self.roots.clone();
        order.sort_unstable();
        let mut members = Vec::new();
        for &root in order.iter().skip(1).rev() {
            if root == self.program.search || root == self.program.start {
                continue;
            }
            self.reach(root, &mut members);
            for &id in &members {
                let outside =
                    self.forks.get(id as usize).is_some_and(|forks| forks.iter().any(|&f| !self.reached.contains(f)));
                if outside {
                    self.add_root(id);
                }
            }
        }
    }

    fn length(&mut self) -> u32 {
        let mut length = 0;
        let mut members = Vec::new();
        for root in self.roots.clone() {
            self.reach(root, &mut members);
            for &id in &members {
                let is_other_list = id != root && self.begins_list(id);
                let forks_or_skips = matches!(self.program.get(id).kind, Kind::Alt | Kind::Nop);
                length += u32::from(is_other_list || !forks_or_skips);
            }
        }
        length
    }
}
