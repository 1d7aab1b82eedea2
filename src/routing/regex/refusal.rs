//! Why a pattern is refused, in RE2's own words.

use std::fmt;
use std::ops::Range;

/// What RE2 has against a pattern.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Reason {
    /// `\q`, `\8`, look-behind's `\K`: no such escape.
    BadEscape,
    /// `[z-a]`, `\p{Nope}`, `[[:nope:]]`.
    BadRange,
    /// A class that is not closed.
    MissingBracket,
    /// A group that is not closed.
    MissingParen,
    /// A closing parenthesis without a group.
    UnexpectedParen,
    /// A backslash with nothing after it.
    TrailingBackslash,
    /// `*` with nothing before it.
    RepeatArgument,
    /// `{1001}`, `{2,1}`, or repetitions of repetitions beyond a thousand copies.
    RepeatSize,
    /// `a**`.
    RepeatOperator,
    /// `(?=`, `(?z)`: look-around and unknown flags.
    BadPerlOperator,
    /// The pattern ends inside an escape.
    BadUtf8,
    /// `(?P<n-m>`.
    BadGroupName,
    /// More instructions than RE2 has memory for.
    TooLarge,
    /// RE2 takes it, we do not: a limit of this tool.
    OurLimit(Limit),
}

/// What this tool bounds and RE2 does not.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Limit {
    /// The pattern has more bytes than [`super::MAX_PATTERN_BYTES`].
    Length,
    /// Groups and operators are nested deeper than [`super::MAX_DEPTH`].
    Depth,
    /// The automaton would need too much memory.
    Memory,
}

/// A pattern that cannot be used, with the place and RE2's sentence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// What is wrong.
    pub reason: Reason,
    /// The bytes of the pattern that it is about.
    pub at: Range<usize>,
    text: String,
}

impl Refusal {
    pub(super) fn new(reason: Reason, pattern: &str, at: Range<usize>) -> Refusal {
        let text = match reason {
            Reason::TrailingBackslash | Reason::BadUtf8 | Reason::TooLarge | Reason::OurLimit(_) => String::new(),
            _ => pattern.get(at.clone()).unwrap_or_default().to_owned(),
        };
        Refusal { reason, at, text }
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let words = match self.reason {
            Reason::BadEscape => "invalid escape sequence",
            Reason::BadRange => "invalid character class range",
            Reason::MissingBracket => "missing ]",
            Reason::MissingParen => "missing )",
            Reason::UnexpectedParen => "unexpected )",
            Reason::TrailingBackslash => "trailing \\",
            Reason::RepeatArgument => "no argument for repetition operator",
            Reason::RepeatSize => "invalid repetition size",
            Reason::RepeatOperator => "bad repetition operator",
            Reason::BadPerlOperator => "invalid perl operator",
            Reason::BadUtf8 => "invalid UTF-8",
            Reason::BadGroupName => "invalid named capture group",
            Reason::TooLarge => "pattern too large - compile failed",
            Reason::OurLimit(Limit::Length) => "longer than this tool reads (RE2 would take it)",
            Reason::OurLimit(Limit::Depth) => "nested deeper than this tool follows (RE2 would take it)",
            Reason::OurLimit(Limit::Memory) => "needs more memory than this tool spends (RE2 would take it)",
        };
        match self.text.as_str() {
            "" => f.write_str(words),
            text => write!(f, "{words}: {text}"),
        }
    }
}

impl std::error::Error for Refusal {}
