//! Ranges of code points as sequences of byte ranges, sharing common endings and common beginnings.

use rustc_hash::FxHashMap;

use super::super::class::MAX_RUNE;
use super::compile::{Builder, Holes, hole};
use super::{Inst, Kind, TooLarge};

/// The bytes of a code point, and how many. Surrogates are encoded like any other.
pub(in super::super) fn encode(rune: u32) -> ([u8; 4], usize) {
    let tail = |shift: u32| 0x80 | (rune >> shift & 0x3F) as u8;
    match rune {
        0..=0x7F => ([rune as u8, 0, 0, 0], 1),
        0x80..=0x7FF => ([0xC0 | (rune >> 6) as u8, tail(0), 0, 0], 2),
        0x800..=0xFFFF => ([0xE0 | (rune >> 12) as u8, tail(6), tail(0), 0], 3),
        _ => ([0xF0 | (rune >> 18) as u8, tail(12), tail(6), tail(0)], 4),
    }
}

/// The largest code points of one, two and three bytes.
const LAST_OF_LENGTH: [u32; 3] = [0x7F, 0x7FF, 0xFFFF];

/// The class being compiled.
pub(super) struct Suffixes<'b> {
    builder: &'b mut Builder,
    root: u32,
    end: Holes,
    /// Endings that may be shared, by what they take and where they lead.
    shared: FxHashMap<(u8, u8, bool, u32), u32>,
}

impl<'b> Suffixes<'b> {
    pub(super) fn new(builder: &'b mut Builder) -> Suffixes<'b> {
        Suffixes { builder, root: 0, end: Holes::default(), shared: FxHashMap::default() }
    }

    /// Where the class begins, and its ways out.
    pub(super) fn finish(self) -> (u32, Holes) {
        (self.root, self.end)
    }

    /// Adds a range. Ranges come in order.
    pub(super) fn add_range(&mut self, lo: u32, hi: u32, fold: bool) -> Result<(), TooLarge> {
        if (lo, hi) == (0x80, MAX_RUNE) {
            return self.add_beyond_ascii();
        }
        for last in LAST_OF_LENGTH {
            if lo <= last && last < hi {
                self.add_range(lo, last, fold)?;
                return self.add_range(last + 1, hi, fold);
            }
        }
        if hi < 0x80 {
            let id = self.share(lo as u8, hi as u8, fold, 0)?;
            return self.add(id);
        }
        // Cut where the leading bytes differ, until the last bytes of every part are a whole range.
        for tail in 1..4 {
            let mask = (1 << (6 * tail)) - 1;
            if lo & !mask == hi & !mask {
                continue;
            }
            if lo & mask != 0 {
                self.add_range(lo, lo | mask, fold)?;
                return self.add_range((lo | mask) + 1, hi, fold);
            }
            if hi & mask != mask {
                self.add_range(lo, (hi & !mask) - 1, fold)?;
                return self.add_range(hi & !mask, hi, fold);
            }
        }
        let (first, len) = encode(lo);
        let (last, _) = encode(hi);
        let mut id = 0;
        for (at, (&lo, &hi)) in first.iter().zip(&last).take(len).enumerate().rev() {
            // A first byte is never the ending of anything longer, and single bytes in the middle seldom recur.
            id = if at + 1 == len || (lo < hi && at != 0) {
                self.share(lo, hi, false, id)?
            } else {
                self.make(lo, hi, false, id)?
            };
        }
        self.add(id)
    }

    /// Everything beyond ASCII, more generously than UTF-8 allows: it comes up so often that RE2 keeps it small.
    fn add_beyond_ascii(&mut self) -> Result<(), TooLarge> {
        let mut next = 0;
        for (lo, hi) in [(0xC2, 0xDF), (0xE0, 0xEF), (0xF0, 0xF4)] {
            next = self.make(0x80, 0xBF, false, next)?;
            let id = self.make(lo, hi, false, next)?;
            self.add(id)?;
        }
        Ok(())
    }

    fn make(&mut self, lo: u8, hi: u8, fold: bool, next: u32) -> Result<u32, TooLarge> {
        let id = self.builder.add(Kind::Byte { lo, hi, fold })?;
        if next == 0 {
            self.end = self.builder.append(self.end, hole(id, false));
        } else {
            self.lead(id, next);
        }
        Ok(id)
    }

    fn share(&mut self, lo: u8, hi: u8, fold: bool, next: u32) -> Result<u32, TooLarge> {
        if let Some(&id) = self.shared.get(&(lo, hi, fold, next)) {
            return Ok(id);
        }
        let id = self.make(lo, hi, fold, next)?;
        self.shared.insert((lo, hi, fold, next), id);
        Ok(id)
    }

    fn is_shared(&self, id: u32) -> bool {
        let Inst { kind, out, .. } = self.builder.get(id);
        matches!(kind, Kind::Byte { lo, hi, fold } if self.shared.contains_key(&(lo, hi, fold, out)))
    }

    fn lead(&mut self, id: u32, out: u32) {
        if let Some(inst) = self.builder.get_mut(id) {
            inst.out = out;
        }
    }

    fn add(&mut self, id: u32) -> Result<(), TooLarge> {
        self.root = if self.root == 0 { id } else { self.add_below(self.root, id)? };
        Ok(())
    }

    /// Adds a sequence to those that begin at `root`; gives where they begin then.
    fn add_below(&mut self, root: u32, id: u32) -> Result<u32, TooLarge> {
        // Ranges come in order: only the newest sequence can begin with the same byte.
        let top = self.builder.get(root);
        let newest = if top.kind == Kind::Alt { top.other } else { root };
        if self.builder.get(newest).kind != self.builder.get(id).kind {
            return self.builder.fork(root, id);
        }
        let mut root = root;
        let mut begin = newest;
        if self.is_shared(newest) {
            // Others end in this one too: change a copy.
            let Inst { kind, out, .. } = self.builder.get(newest);
            begin = self.builder.add(kind)?;
            self.lead(begin, out);
            if top.kind == Kind::Alt {
                if let Some(inst) = self.builder.get_mut(root) {
                    inst.other = begin;
                }
            } else {
                root = begin;
            }
        }
        let rest = self.builder.get(id).out;
        if !self.is_shared(id) {
            self.builder.drop_newest();
        }
        let out = self.add_below(self.builder.get(begin).out, rest)?;
        self.lead(begin, out);
        Ok(root)
    }
}
