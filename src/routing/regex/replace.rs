//! What a match is replaced by, and replacing as RE2's `GlobalReplace` does it.

use std::fmt;

use regex_automata::Input;
use regex_automata::util::captures::Captures;

use super::Regex;

/// The text put in place of each match: `\1` to `\9` are groups, `\0` is the whole match, `\\` a backslash.
///
/// Envoy takes any text. What RE2 would refuse is told by [`Substitution::problem`]; what such a substitution does
/// all the same is done here as Envoy does it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Substitution {
    pieces: Vec<Piece>,
    problem: Option<SubstitutionProblem>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Piece {
    Text(String),
    Group(usize),
}

/// What is wrong with a substitution.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum SubstitutionProblem {
    /// It refers to a group that the pattern does not have. Nothing is ever replaced then.
    MissingGroup {
        /// The highest group it refers to.
        group: usize,
        /// How many groups the pattern has.
        groups: usize,
    },
    /// A backslash before anything but a digit or a backslash. The rest of the substitution is lost.
    BadEscape,
    /// A backslash at the end, which is lost.
    TrailingBackslash,
}

impl fmt::Display for SubstitutionProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            SubstitutionProblem::MissingGroup { group, groups } => {
                write!(f, "the substitution refers to group {group}, but the pattern has {groups}")
            }
            SubstitutionProblem::BadEscape => f.write_str("'\\' must be followed by a digit or '\\'"),
            SubstitutionProblem::TrailingBackslash => f.write_str("'\\' not allowed at end"),
        }
    }
}

impl Substitution {
    /// Reads a substitution for a pattern with this many groups.
    pub fn parse(text: &str, groups: usize) -> Substitution {
        let mut pieces = Vec::new();
        let mut plain = String::new();
        let mut problem = None;
        let mut highest = 0;
        let mut chars = text.chars();
        while let Some(c) = chars.next() {
            if c != '\\' {
                plain.push(c);
                continue;
            }
            let escaped = chars.next();
            match escaped.map(|c| (c, c.to_digit(10))) {
                Some((_, Some(digit))) => {
                    let group = digit as usize;
                    highest = highest.max(group);
                    // What follows a bad escape is lost, but still counts as a reference.
                    if problem.is_none() {
                        pieces.push(Piece::Text(std::mem::take(&mut plain)));
                        pieces.push(Piece::Group(group));
                    }
                }
                Some(('\\', _)) => plain.push('\\'),
                bad => {
                    let kind = match bad {
                        Some(_) => SubstitutionProblem::BadEscape,
                        None => SubstitutionProblem::TrailingBackslash,
                    };
                    if problem.is_none() {
                        pieces.push(Piece::Text(std::mem::take(&mut plain)));
                        problem = Some(kind);
                    }
                }
            }
        }
        if problem.is_none() {
            pieces.push(Piece::Text(plain));
        }
        pieces.retain(|piece| !matches!(piece, Piece::Text(text) if text.is_empty()));
        if highest > groups {
            problem = Some(SubstitutionProblem::MissingGroup { group: highest, groups });
        }
        Substitution { pieces, problem }
    }

    /// What is wrong with it, if anything.
    pub fn problem(&self) -> Option<SubstitutionProblem> {
        self.problem
    }

    fn is_inert(&self) -> bool {
        matches!(self.problem, Some(SubstitutionProblem::MissingGroup { .. }))
    }

    fn write(&self, text: &[u8], captures: &Captures, to: &mut Vec<u8>) {
        for piece in &self.pieces {
            match piece {
                Piece::Text(plain) => to.extend_from_slice(plain.as_bytes()),
                Piece::Group(group) => {
                    let matched = captures.get_group(*group).and_then(|span| text.get(span.range()));
                    to.extend_from_slice(matched.unwrap_or_default());
                }
            }
        }
    }
}

impl Regex {
    /// The text with every match replaced, from left to right and without overlap; nothing if there is no match, or
    /// if the substitution refers to a group that is not there.
    pub fn replace_all_bytes(&self, text: &[u8], substitution: &Substitution) -> Option<Vec<u8>> {
        if substitution.is_inert() {
            return None;
        }
        let search = self.engine().search()?;
        let mut captures = search.create_captures();
        let mut replaced = Vec::with_capacity(text.len());
        let mut any = false;
        let mut at = 0;
        let mut last_end = None;
        while at <= text.len() {
            search.search_captures(&Input::new(text).range(at..), &mut captures);
            let Some(found) = captures.get_match() else { break };
            replaced.extend_from_slice(text.get(at..found.start()).unwrap_or_default());
            if found.is_empty() && last_end == Some(found.start()) {
                // Nothing right after a match is not another match: go on behind the next character.
                let step = character_length(text.get(found.start()..).unwrap_or_default());
                replaced.extend_from_slice(text.get(found.start()..found.start() + step).unwrap_or_default());
                at = found.start() + step.max(1);
                continue;
            }
            substitution.write(text, &captures, &mut replaced);
            any = true;
            at = found.end();
            last_end = Some(at);
        }
        if !any {
            return None;
        }
        replaced.extend_from_slice(text.get(at..).unwrap_or_default());
        Some(replaced)
    }

    /// The same for text. A replacement that tears a character apart (only `\C` can) counts as none.
    pub fn replace_all(&self, text: &str, substitution: &Substitution) -> Option<String> {
        String::from_utf8(self.replace_all_bytes(text.as_bytes(), substitution)?).ok()
    }
}

/// How many bytes the first character has; one where there is no valid character, none at the end.
fn character_length(text: &[u8]) -> usize {
    match text.utf8_chunks().next() {
        Some(chunk) => chunk.valid().chars().next().map_or(1, char::len_utf8),
        None => 0,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn replaced(pattern: &str, substitution: &str, text: &str) -> String {
        let regex = Regex::new(pattern).unwrap();
        let substitution = Substitution::parse(substitution, regex.groups());
        regex.replace_all(text, &substitution).unwrap_or_else(|| text.to_owned())
    }

    /// What Envoy 1.40 made of the path `/xaab/bba`.
    #[test]
    fn envoy_rewrites_the_same() {
        for (pattern, substitution, path) in [
            ("a+", "x", "/xxb/bbx"),
            ("(a)", "[\\1]", "/x[a][a]b/bb[a]"),
            ("a", "<\\2>", "/xaab/bba"),
            ("a", "p\\qz", "/xppb/bbp"),
            ("a", "p\\", "/xppb/bbp"),
            ("a", "\\\\1", "/x\\1\\1b/bb\\1"),
            ("(a)|(b)", "\\1.\\2", "/xa.a..b/.b.ba."),
            ("a", "\\0\\0", "/xaaaab/bbaa"),
            ("(a)(b)?", "\\2\\1", "/xaba/bba"),
            ("(b)", "\\1p\\q\\3", "/xaab/bba"),
            ("(b)", "\\3p\\q", "/xaab/bba"),
            ("(b)", "\\qp\\3", "/xaab/bba"),
            ("a", "$1", "/x$1$1b/bb$1"),
        ] {
            assert_eq!(replaced(pattern, substitution, "/xaab/bba"), path, "{pattern} {substitution}");
        }
    }

    #[test]
    fn nothing_is_replaced_between_matches_only() {
        assert_eq!(replaced("b*", "-", "abbc"), "-a-c-");
        assert_eq!(replaced("", "-", "ab"), "-a-b-");
        assert_eq!(replaced("b*", "-", ""), "-");
        assert_eq!(replaced("^", "-", "ab"), "-ab");
        assert_eq!(replaced("$", "-", "ab"), "ab-");
    }

    #[test]
    fn empty_matches_do_not_tear_characters() {
        assert_eq!(replaced("", "-", "é日"), "-é-日-");
        assert_eq!(replaced("\\B", "-", "é"), "-é-");
    }

    #[test]
    fn first_alternative_wins_over_the_longer() {
        assert_eq!(replaced("a|ab", "-", "ab"), "-b");
        assert_eq!(replaced("ab??", "-", "ab"), "-b");
    }

    #[test]
    fn begin_of_text_matches_once() {
        assert_eq!(replaced("^a", "-", "aaa"), "-aa");
        assert_eq!(replaced("(?m)^a", "-", "aa\na"), "-a\n-");
        assert_eq!(replaced("\\ba", "-", "aa a"), "-a -");
    }

    #[test]
    fn torn_characters_count_as_no_replacement() {
        let regex = Regex::new("\\C").unwrap();
        let twice = Substitution::parse("\\0-", 0);
        assert_eq!(regex.replace_all("é", &twice), None);
        assert_eq!(regex.replace_all_bytes("é".as_bytes(), &twice).unwrap(), b"\xC3-\xA9-");
    }

    #[test]
    fn problems_are_told() {
        assert_eq!(Substitution::parse("/\\1\\\\", 1).problem(), None);
        let missing = SubstitutionProblem::MissingGroup { group: 3, groups: 2 };
        assert_eq!(Substitution::parse("\\3\\q", 2).problem(), Some(missing));
        assert_eq!(Substitution::parse("\\q", 2).problem(), Some(SubstitutionProblem::BadEscape));
        assert_eq!(Substitution::parse("a\\", 2).problem(), Some(SubstitutionProblem::TrailingBackslash));
    }
}
