//! Classes in brackets: `[a-z]`, `[^/]`, `[[:alpha:]\d_]`.

use super::super::class::Class;
use super::super::refusal::{Reason, Refusal};
use super::escape::add_group;
use super::{Reader, add};

impl Reader<'_> {
    /// The class whose opening bracket comes next.
    pub(super) fn bracket(&mut self) -> Result<Class, Refusal> {
        let start = self.at;
        self.at += 1;
        let negated = self.take("^");
        let mut class = Class::default();
        let mut first = true;
        loop {
            let rest = self.rest();
            if rest.is_empty() {
                return Err(self.refuse(Reason::MissingBracket, start..self.pattern.len()));
            }
            // As the first thing in it, a closing bracket is a member.
            if !first && self.take("]") {
                break;
            }
            first = false;
            if self.posix_class(&mut class)? {
                continue;
            }
            // RE2 looks for a property only where something follows the letter.
            if rest.len() > 2 && self.property(&mut class)? {
                continue;
            }
            if self.perl_class(&mut class) {
                continue;
            }
            let (lo, hi) = self.range(start)?;
            add(&mut class, lo, hi, self.flags);
        }
        if negated {
            class.negate();
        }
        Ok(class)
    }

    /// A character, or two with a hyphen between them. A hyphen before the closing bracket is a character.
    fn range(&mut self, bracket: usize) -> Result<(u32, u32), Refusal> {
        let start = self.at;
        let lo = self.member(bracket)?;
        let rest = self.rest().as_bytes();
        if rest.len() < 2 || rest.first() != Some(&b'-') || rest.get(1) == Some(&b']') {
            return Ok((lo, lo));
        }
        self.at += 1;
        let hi = self.member(bracket)?;
        if hi < lo {
            return Err(self.refuse(Reason::BadRange, start..self.at));
        }
        Ok((lo, hi))
    }

    fn member(&mut self, bracket: usize) -> Result<u32, Refusal> {
        if self.rest().starts_with('\\') {
            return self.escape();
        }
        match self.next() {
            Some(c) => Ok(u32::from(c)),
            None => Err(self.refuse(Reason::MissingBracket, bracket..self.pattern.len())),
        }
    }

    /// `[:alpha:]` and the like; whether there was one.
    fn posix_class(&mut self, class: &mut Class) -> Result<bool, Refusal> {
        let Some(inside) = self.rest().strip_prefix("[:") else { return Ok(false) };
        // What has no end is not the name of a class, but characters.
        let Some((name, _)) = inside.split_once(":]") else { return Ok(false) };
        let start = self.at;
        let end = start + name.len() + 4;
        let (negated, plain) = match name.strip_prefix('^') {
            Some(plain) => (true, plain),
            None => (false, name),
        };
        let ranges: &[(u8, u8)] = match plain {
            "alnum" => &[(b'0', b'9'), (b'A', b'Z'), (b'a', b'z')],
            "alpha" => &[(b'A', b'Z'), (b'a', b'z')],
            "ascii" => &[(0, 0x7F)],
            "blank" => &[(b'\t', b'\t'), (b' ', b' ')],
            "cntrl" => &[(0, 0x1F), (0x7F, 0x7F)],
            "digit" => &[(b'0', b'9')],
            "graph" => &[(b'!', b'~')],
            "lower" => &[(b'a', b'z')],
            "print" => &[(b' ', b'~')],
            "punct" => &[(b'!', b'/'), (b':', b'@'), (b'[', b'`'), (b'{', b'~')],
            "space" => &[(b'\t', b'\r'), (b' ', b' ')],
            "upper" => &[(b'A', b'Z')],
            "word" => &[(b'0', b'9'), (b'A', b'Z'), (b'_', b'_'), (b'a', b'z')],
            "xdigit" => &[(b'0', b'9'), (b'A', b'F'), (b'a', b'f')],
            _ => return Err(self.refuse(Reason::BadRange, start..end)),
        };
        self.at = end;
        add_group(class, ranges, negated, self.flags);
        Ok(true)
    }
}
