//! RE2's tree in the terms of regex-syntax, meaning exactly the same.
//!
//! There is no detour over the other dialect's text, so nothing can be read differently. RE2 matches bytes: what it
//! takes for "any character" includes some sequences that are not UTF-8, and so does the translation.

use regex_syntax::hir::{Capture, Class as HirClass, ClassBytes, ClassBytesRange, Hir, Look, Repetition};

use super::class::{Class, MAX_RUNE};
use super::program::encode;
use super::tree::{Loop, Node, Op, Place};
use super::unicode;

/// The translation of a tree.
pub(super) fn translate(node: &Node) -> Hir {
    match &node.op {
        Op::NoMatch => Hir::fail(),
        Op::Empty => Hir::empty(),
        Op::Place(place) => Hir::look(match place {
            Place::BeginLine => Look::StartLF,
            Place::EndLine => Look::EndLF,
            Place::BeginText => Look::Start,
            Place::EndText { .. } => Look::End,
            Place::WordBoundary => Look::WordAscii,
            Place::NoWordBoundary => Look::WordAsciiNegate,
        }),
        Op::Literal(_) | Op::Text(_) => literal(node.runes().unwrap_or_default(), node.flags.fold),
        Op::Class(members) => class(members),
        Op::AnyChar => class(&Class::of([(0, MAX_RUNE)])),
        Op::AnyByte => bytes(0, 0xFF),
        Op::Concat(subs) => Hir::concat(subs.iter().map(|sub| translate(sub)).collect()),
        Op::Alternate(subs) => Hir::alternation(subs.iter().map(|sub| translate(sub)).collect()),
        Op::Loop(kind, sub) => match kind {
            Loop::Star => repeat(0, None, node, sub),
            Loop::Plus => repeat(1, None, node, sub),
            Loop::Quest => repeat(0, Some(1), node, sub),
        },
        Op::Repeat { min, max, sub } => repeat(*min, *max, node, sub),
        Op::Capture(index, sub) => Hir::capture(Capture { index: *index, name: None, sub: Box::new(translate(sub)) }),
    }
}

fn repeat(min: u32, max: Option<u32>, node: &Node, sub: &Node) -> Hir {
    Hir::repetition(Repetition { min, max, greedy: !node.flags.lazy, sub: Box::new(translate(sub)) })
}

fn bytes(lo: u8, hi: u8) -> Hir {
    Hir::class(HirClass::Bytes(ClassBytes::new([ClassBytesRange::new(lo, hi)])))
}

fn literal(runes: &[u32], fold: bool) -> Hir {
    let mut row = Vec::new();
    let mut plain = Vec::new();
    for &rune in runes {
        let (encoded, len) = encode(rune);
        match encoded.first() {
            // A folded literal is about ASCII letters only; others came as classes.
            Some(letter) if fold && len == 1 && letter.is_ascii_alphabetic() => {
                row.push(Hir::literal(std::mem::take(&mut plain)));
                let cases = [letter.to_ascii_uppercase(), letter.to_ascii_lowercase()];
                let ranges = cases.map(|case| ClassBytesRange::new(case, case));
                row.push(Hir::class(HirClass::Bytes(ClassBytes::new(ranges))));
            }
            _ => plain.extend(encoded.iter().take(len)),
        }
    }
    row.push(Hir::literal(plain));
    Hir::concat(row)
}

fn class(members: &Class) -> Hir {
    let mut plain = members.clone();
    let mut others = Vec::new();
    if let Some(&(lo, MAX_RUNE)) = members.ranges().last()
        && lo <= 0x80
    {
        // All beyond ASCII: RE2 looks at the first byte and counts the rest.
        plain = plain.intersection(&Class::of([(0, 0x7F)]));
        let tail = || bytes(0x80, 0xBF);
        others.push(Hir::concat(vec![bytes(0xC2, 0xDF), tail()]));
        others.push(Hir::concat(vec![bytes(0xE0, 0xEF), tail(), tail()]));
        others.push(Hir::concat(vec![bytes(0xF0, 0xF4), tail(), tail(), tail()]));
    }
    // Surrogates are no characters elsewhere, but have bytes.
    for &(lo, hi) in unicode::surrogates(&plain).ranges() {
        for middle in (lo >> 6)..=(hi >> 6) {
            let (lo, hi) = (lo.max(middle << 6), hi.min(middle << 6 | 0x3F));
            let ([a, b, first, _], _) = encode(lo);
            let ([_, _, last, _], _) = encode(hi);
            others.push(Hir::concat(vec![bytes(a, a), bytes(b, b), bytes(first, last)]));
        }
    }
    let plain = unicode::to_hir(&plain);
    if !plain.ranges().is_empty() || others.is_empty() {
        others.insert(0, Hir::class(HirClass::Unicode(plain)));
    }
    Hir::alternation(others)
}
