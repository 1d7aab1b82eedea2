//! Sets of texts: what one test takes. Automata over bytes, walked and never written out.

mod alphabet;
mod machine;
mod names;
mod word;

use std::sync::Arc;

pub use alphabet::{Alphabet, PathForm};
pub use names::Names;
pub use word::{Limits, plainest};

use crate::routing::predicate::{AuthorityTest, MethodTest, PathTest, ValueTest};
use crate::routing::regex::Regex;

/// A set of texts.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Language {
    /// Every text.
    Any,
    /// One text.
    Exact {
        /// The text.
        text: Arc<str>,
        /// Whether the case of ASCII letters is ignored.
        fold: bool,
    },
    /// What begins with a text.
    Prefix {
        /// The text.
        text: Arc<str>,
        /// Whether the case of ASCII letters is ignored.
        fold: bool,
    },
    /// What ends with a text.
    Suffix {
        /// The text.
        text: Arc<str>,
    },
    /// What begins with a text and is longer, in any case of ASCII letters: a domain `TEXT*`.
    Before(Arc<str>),
    /// What ends with a text and is longer, in any case of ASCII letters: a domain `*TEXT`.
    Behind(Arc<str>),
    /// One of many names, in any case of ASCII letters.
    OneOf(Arc<Names>),
    /// What a regex takes as a whole.
    Regex(Regex),
}

impl Language {
    /// One text, to the letter.
    pub fn exact(text: &str) -> Self {
        Self::Exact { text: text.into(), fold: false }
    }

    /// What an authority test takes; `None` is everything.
    pub fn of_authority(test: &AuthorityTest) -> Option<Self> {
        Some(match test {
            AuthorityTest::Any => return None,
            AuthorityTest::Exact(text) => Self::Exact { text: Arc::clone(text), fold: false },
            AuthorityTest::Suffix(text) => Self::Suffix { text: Arc::clone(text) },
            AuthorityTest::Prefix(text) => Self::Prefix { text: Arc::clone(text), fold: false },
            AuthorityTest::Regex(regex) => Self::Regex(regex.clone()),
        })
    }

    /// What a method test takes; `None` is everything.
    pub fn of_method(test: &MethodTest) -> Option<Self> {
        Some(match test {
            MethodTest::Any => return None,
            MethodTest::Exact(text) => Self::Exact { text: Arc::clone(text), fold: false },
            MethodTest::Regex(regex) => Self::Regex(regex.clone()),
        })
    }

    /// What a path test takes.
    pub fn of_path(test: &PathTest) -> Self {
        match test {
            PathTest::Prefix { text, case_sensitive } => Self::Prefix { text: Arc::clone(text), fold: !case_sensitive },
            PathTest::Exact { text, case_sensitive } => Self::Exact { text: Arc::clone(text), fold: !case_sensitive },
            PathTest::Regex(regex) => Self::Regex(regex.clone()),
        }
    }

    /// What a value test takes of a value that is there.
    pub fn of_value(test: &ValueTest) -> Self {
        match test {
            ValueTest::Present => Self::Any,
            ValueTest::Exact(text) => Self::Exact { text: Arc::clone(text), fold: false },
            ValueTest::Regex(regex) => Self::Regex(regex.clone()),
        }
    }

    /// Whether a text is in it.
    pub fn contains(&self, word: &[u8]) -> bool {
        fn same(fold: bool, a: &[u8], b: &[u8]) -> bool {
            if fold { a.eq_ignore_ascii_case(b) } else { a == b }
        }
        match self {
            Self::Any => true,
            Self::Exact { text, fold } => same(*fold, word, text.as_bytes()),
            Self::Prefix { text, fold } => {
                word.get(..text.len()).is_some_and(|head| same(*fold, head, text.as_bytes()))
            }
            Self::Suffix { text } => word.ends_with(text.as_bytes()),
            Self::Before(text) => {
                word.len() > text.len()
                    && word.get(..text.len()).is_some_and(|head| head.eq_ignore_ascii_case(text.as_bytes()))
            }
            Self::Behind(text) => match word.len().checked_sub(text.len()) {
                None | Some(0) => false,
                Some(start) => word.get(start..).is_some_and(|tail| tail.eq_ignore_ascii_case(text.as_bytes())),
            },
            Self::OneOf(names) => names.contains(word),
            Self::Regex(regex) => regex.is_full_match(word),
        }
    }
}
