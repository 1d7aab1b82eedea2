//! What `(?` begins: names, flags, groups that do not capture; and look-around, which RE2 does not have.

use super::super::refusal::{Reason, Refusal};
use super::super::unicode;
use super::Reader;

impl Reader<'_> {
    /// Reads from `(?` to the end of the flags or the name.
    pub(super) fn group(&mut self) -> Result<(), Refusal> {
        let start = self.at;
        let rest = self.rest();
        for look_around in ["(?=", "(?!", "(?<=", "(?<!"] {
            // At the very end RE2 reads it as flags, and refuses it with other words.
            if rest.starts_with(look_around) && rest.len() > look_around.len() {
                return Err(self.refuse(Reason::BadPerlOperator, start..start + look_around.len()));
            }
        }
        for opening in ["(?P<", "(?<"] {
            if rest.starts_with(opening) && rest.len() > opening.len() {
                return self.name(start, opening.len());
            }
        }
        self.flag_group(start)
    }

    fn name(&mut self, start: usize, opening: usize) -> Result<(), Refusal> {
        let Some((name, _)) = self.rest().get(opening..).and_then(|rest| rest.split_once('>')) else {
            return Err(self.refuse(Reason::BadGroupName, start..self.pattern.len()));
        };
        let end = start + opening + name.len() + 1;
        if name.is_empty() || !name.chars().all(unicode::is_name_character) {
            return Err(self.refuse(Reason::BadGroupName, start..end));
        }
        self.at = end;
        self.stack.open(self.flags, true);
        Ok(())
    }

    /// `(?i)`, `(?s-m:`, `(?:`.
    fn flag_group(&mut self, start: usize) -> Result<(), Refusal> {
        self.at += 2;
        let mut flags = self.flags;
        let mut negated = false;
        let mut any = false;
        loop {
            let c = self.next();
            match c {
                Some('i') => flags.fold = !negated,
                Some('m') => flags.one_line = negated,
                Some('s') => flags.dot_nl = !negated,
                Some('U') => flags.lazy = !negated,
                Some('-') if !negated => {
                    negated = true;
                    any = false;
                    continue;
                }
                // A minus without a flag after it says nothing.
                Some(':' | ')') if !negated || any => {
                    if c == Some(':') {
                        self.stack.open(self.flags, false);
                    }
                    self.flags = flags;
                    return Ok(());
                }
                _ => return Err(self.refuse(Reason::BadPerlOperator, start..self.at)),
            }
            any = true;
        }
    }
}
