//! What a backslash makes of what follows: one character, a Perl class, or a property.

use super::super::class::Class;
use super::super::refusal::{Reason, Refusal};
use super::super::tree::Flags;
use super::super::unicode;
use super::{Reader, add};

impl Reader<'_> {
    /// One character: `\n`, `\.`, `\x2f`, `\x{10FFFF}`, `\101`.
    pub(super) fn escape(&mut self) -> Result<u32, Refusal> {
        let start = self.at;
        self.at += 1;
        let Some(c) = self.next() else {
            return Err(self.refuse(Reason::TrailingBackslash, start..self.at));
        };
        match c {
            '0' => Ok(self.octal(0)),
            // A single digit would be a back-reference, which RE2 does not have.
            '1'..='7' if self.rest().starts_with(|next: char| ('0'..='7').contains(&next)) => {
                Ok(self.octal(u32::from(c) - u32::from('0')))
            }
            'x' => self.hex(start),
            'a' => Ok(7),
            'f' => Ok(12),
            'n' => Ok(u32::from('\n')),
            'r' => Ok(u32::from('\r')),
            't' => Ok(u32::from('\t')),
            'v' => Ok(11),
            c if c.is_ascii() && !c.is_ascii_alphanumeric() => Ok(u32::from(c)),
            _ => Err(self.refuse(Reason::BadEscape, start..self.at)),
        }
    }

    /// Up to two more octal digits.
    fn octal(&mut self, first: u32) -> u32 {
        let mut rune = first;
        for _ in 0..2 {
            match self.rest().chars().next().and_then(|c| c.to_digit(8)) {
                Some(digit) => {
                    rune = rune * 8 + digit;
                    self.at += 1;
                }
                None => break,
            }
        }
        rune
    }

    /// Two hexadecimal digits, or any number of them in braces.
    fn hex(&mut self, start: usize) -> Result<u32, Refusal> {
        let Some(first) = self.next() else {
            return Err(self.refuse(Reason::BadEscape, start..self.at));
        };
        if first != '{' {
            let second = self.next();
            let digits = first.to_digit(16).zip(second.and_then(|c| c.to_digit(16)));
            return digits.map(|(a, b)| a * 16 + b).ok_or_else(|| self.refuse(Reason::BadEscape, start..self.at));
        }
        let mut rune = None;
        loop {
            let Some(c) = self.next() else {
                // RE2 stops with another word when the text ends right after the brace.
                let reason = if rune.is_none() { Reason::BadUtf8 } else { Reason::BadEscape };
                return Err(self.refuse(reason, start..self.at));
            };
            match (c, c.to_digit(16), rune) {
                ('}', _, Some(rune)) => return Ok(rune),
                (_, Some(digit), _) => {
                    let value = rune.unwrap_or(0) * 16 + digit;
                    if value > super::super::class::MAX_RUNE {
                        return Err(self.refuse(Reason::BadEscape, start..self.at));
                    }
                    rune = Some(value);
                }
                _ => return Err(self.refuse(Reason::BadEscape, start..self.at)),
            }
        }
    }

    /// `\d \s \w` and their opposites; ASCII only, and `\s` without the vertical tab.
    pub(super) fn perl_class(&mut self, class: &mut Class) -> bool {
        let Some(&[b'\\', letter]) = self.rest().as_bytes().first_chunk::<2>() else { return false };
        let ranges: &[(u8, u8)] = match letter.to_ascii_lowercase() {
            b'd' => &[(b'0', b'9')],
            b's' => &[(b'\t', b'\n'), (12, b'\r'), (b' ', b' ')],
            b'w' => &[(b'0', b'9'), (b'A', b'Z'), (b'_', b'_'), (b'a', b'z')],
            _ => return false,
        };
        self.at += 2;
        add_group(class, ranges, letter.is_ascii_uppercase(), self.flags);
        true
    }

    /// `\pN`, `\p{Greek}`, `\P{^Greek}`; whether there was one.
    pub(super) fn property(&mut self, class: &mut Class) -> Result<bool, Refusal> {
        let start = self.at;
        let mut negated = match self.rest().as_bytes() {
            [b'\\', b'p', ..] => false,
            [b'\\', b'P', ..] => true,
            _ => return Ok(false),
        };
        self.at += 2;
        let rest = self.rest();
        let name = if let Some(inside) = rest.strip_prefix('{') {
            let Some((name, _)) = inside.split_once('}') else {
                return Err(self.refuse(Reason::BadRange, start..self.pattern.len()));
            };
            self.at += name.len() + 2;
            name
        } else {
            self.next();
            self.pattern.get(start + 2..self.at).unwrap_or_default()
        };
        let name = match name.strip_prefix('^') {
            Some(name) => {
                negated = !negated;
                name
            }
            None => name,
        };
        let group = unicode::group(name, self.flags.fold);
        let group = group.ok_or_else(|| self.refuse(Reason::BadRange, start..self.at))?;
        add_members(class, group, negated);
        Ok(true)
    }
}

/// Adds a class of ASCII ranges or its opposite.
pub(super) fn add_group(class: &mut Class, ranges: &[(u8, u8)], negated: bool, flags: Flags) {
    let mut members = Class::default();
    for &(lo, hi) in ranges {
        add(&mut members, u32::from(lo), u32::from(hi), flags);
    }
    add_members(class, &members, negated);
}

fn add_members(class: &mut Class, members: &Class, negated: bool) {
    if negated {
        let mut others = members.clone();
        others.negate();
        class.add_class(&others);
    } else {
        class.add_class(members);
    }
}
