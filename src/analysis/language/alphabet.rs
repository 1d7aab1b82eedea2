//! What a part of a request can be at all, so that every word is one that a client can send.

use std::cmp::Reverse;

/// What words are made for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Alphabet {
    /// A path that normalising leaves as it is.
    Path(PathForm),
    /// An authority.
    Authority,
    /// A method; `CONNECT` has no path and is never routed.
    Method,
    /// The value of a header.
    HeaderValue,
    /// The value of a query parameter.
    QueryValue,
}

/// What else a normal path must not have.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct PathForm {
    /// No two slashes in a row.
    pub merged: bool,
    /// Neither `%2f` nor `%5c`.
    pub unescaped_slashes: bool,
}

/// How a word should look.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Look {
    /// As a person would write it.
    Plain,
    /// Anything that can be sent.
    Full,
}

/// The state from which nothing is taken any more.
pub(super) const DEAD: u32 = u32::MAX;

// States of paths. Those of the second digit of an escape carry the first.
const START: u32 = 0;
const SLASH: u32 = 1;
const DOT: u32 = 2;
const DOTS: u32 = 3;
const INSIDE: u32 = 4;
const PERCENT: u32 = 5;
/// After the first slash.
const ROOT: u32 = 6;
/// Two slashes and nothing else stay two where slashes are merged.
const PAIR: u32 = 7;
const ESCAPE: u32 = 16;

// States of plain authorities and values.
const FIRST: u32 = 0;
const MIDDLE: u32 = 1;
const JOINT: u32 = 2;

// States inside a character beyond ASCII, by what must follow.
const TAIL: u32 = 3;
const TWO_TAILS: u32 = 4;
const THREE_TAILS: u32 = 5;
const AFTER_E0: u32 = 6;
const AFTER_ED: u32 = 7;
const AFTER_F0: u32 = 8;
const AFTER_F4: u32 = 9;

const CONNECT: &[u8] = b"CONNECT";
/// A method that has left the letters of `CONNECT`.
const OTHER_METHOD: u32 = 64;

impl Alphabet {
    pub(super) fn step(self, look: Look, state: u32, byte: u8) -> u32 {
        match self {
            Self::Path(form) => path_step(form, look, state, byte),
            Self::Authority => match look {
                Look::Plain => {
                    joined(state, byte.is_ascii_lowercase() || byte.is_ascii_digit(), b".-:".contains(&byte))
                }
                Look::Full => keep(is_authority(byte)),
            },
            Self::Method => match is_token(byte) {
                false => DEAD,
                true if CONNECT.get(state as usize) == Some(&byte) => state + 1,
                true => OTHER_METHOD,
            },
            Self::HeaderValue => match look {
                Look::Plain => joined(state, byte.is_ascii_alphanumeric(), b"._-".contains(&byte)),
                Look::Full => header_step(state, byte),
            },
            Self::QueryValue => match look {
                Look::Plain => joined(state, byte.is_ascii_alphanumeric(), b"._-".contains(&byte)),
                Look::Full => keep(byte.is_ascii_graphic() && byte != b'&' && byte != b'#'),
            },
        }
    }

    pub(super) fn accepts(self, look: Look, state: u32) -> bool {
        match (self, look) {
            _ if state == DEAD => false,
            (Self::Path(_), _) => matches!(state, SLASH | INSIDE | PERCENT..),
            (Self::Method, _) => state != 0 && state as usize != CONNECT.len(),
            (Self::Authority | Self::HeaderValue | Self::QueryValue, Look::Plain) => state == MIDDLE,
            (Self::HeaderValue, Look::Full) => matches!(state, FIRST | MIDDLE),
            (Self::Authority | Self::QueryValue, Look::Full) => true,
        }
    }

    /// Whether a word can be sent.
    pub fn contains(self, word: &[u8]) -> bool {
        self.has_look(Look::Full, word)
    }

    pub(super) fn has_look(self, look: Look, word: &[u8]) -> bool {
        self.accepts(
            look,
            word.iter().fold(0, |state, &byte| if state == DEAD { DEAD } else { self.step(look, state, byte) }),
        )
    }

    /// Bytes of one kind lead to the same state from everywhere.
    pub(super) fn kind(self, look: Look, byte: u8) -> u8 {
        match self {
            Self::Path(_) => match byte {
                b'/' => 1,
                b'.' => 2,
                b'%' => 3,
                b';' => 4,
                _ if byte.is_ascii_hexdigit() => 8 + hex(byte),
                _ => u8::from(path_step(PathForm::default(), look, INSIDE, byte) != DEAD) * 5,
            },
            Self::Method => match byte {
                _ if CONNECT.contains(&byte) => byte,
                _ => u8::from(is_token(byte)),
            },
            Self::HeaderValue if look == Look::Full && byte >= 0x80 => match byte {
                0x80..=0x8f => 8,
                0x90..=0x9f => 9,
                0xa0..=0xbf => 10,
                0xc2..=0xdf => 11,
                0xe0 => 12,
                0xed => 13,
                0xe1..=0xef => 14,
                0xf0 => 15,
                0xf1..=0xf3 => 16,
                0xf4 => 17,
                _ => 0,
            },
            Self::HeaderValue if look == Look::Full => match byte {
                b' ' | b'\t' => 1,
                0..=0x1f | 0x7f => 0,
                _ => 2,
            },
            _ => [0, 1, 2]
                .into_iter()
                .fold(0, |kind, state| kind * 4 + (self.step(look, state, byte).wrapping_add(1) & 3) as u8),
        }
    }
}

/// How plain a byte looks: of two words of one length, the one with the plainer bytes is shown.
pub(super) fn plainness(byte: u8) -> impl Ord {
    let group = match byte {
        b'a'..=b'z' => 6,
        b'0'..=b'9' => 5,
        b'-' | b'/' | b'.' | b'_' => 4,
        b'A'..=b'Z' => 3,
        0x21..=0x7e => 2,
        b' ' => 1,
        _ => 0,
    };
    (Reverse(group), byte)
}

fn keep(allowed: bool) -> u32 {
    if allowed { 0 } else { DEAD }
}

/// Words of ordinary characters, with joints only between them.
fn joined(state: u32, ordinary: bool, joint: bool) -> u32 {
    match (state, ordinary, joint) {
        (_, true, _) => MIDDLE,
        (MIDDLE, _, true) => JOINT,
        _ => DEAD,
    }
}

/// Blanks at either end of a header's value are no part of it. It is text: bytes beyond ASCII are UTF-8.
fn header_step(state: u32, byte: u8) -> u32 {
    let is_tail = (0x80..=0xbf).contains(&byte);
    match (state, byte) {
        (FIRST, b' ' | b'\t') => DEAD,
        (MIDDLE | JOINT, b' ' | b'\t') => JOINT,
        (FIRST..=JOINT, 0..=0x1f | 0x7f) => DEAD,
        (FIRST..=JOINT, 0..=0x7e) => MIDDLE,
        (FIRST..=JOINT, 0xc2..=0xdf) => TAIL,
        (FIRST..=JOINT, 0xe0) => AFTER_E0,
        (FIRST..=JOINT, 0xed) => AFTER_ED,
        (FIRST..=JOINT, 0xe1..=0xef) => TWO_TAILS,
        (FIRST..=JOINT, 0xf0) => AFTER_F0,
        (FIRST..=JOINT, 0xf1..=0xf3) => THREE_TAILS,
        (FIRST..=JOINT, 0xf4) => AFTER_F4,
        (TAIL, _) if is_tail => MIDDLE,
        (TWO_TAILS, _) if is_tail => TAIL,
        (THREE_TAILS, _) if is_tail => TWO_TAILS,
        (AFTER_E0, 0xa0..=0xbf) | (AFTER_ED, 0x80..=0x9f) => TAIL,
        (AFTER_F0, 0x90..=0xbf) | (AFTER_F4, 0x80..=0x8f) => TWO_TAILS,
        _ => DEAD,
    }
}

fn is_authority(byte: u8) -> bool {
    crate::outcome::target::is_authority(std::str::from_utf8(&[byte]).unwrap_or(" "))
}

fn is_token(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte)
}

fn hex(byte: u8) -> u8 {
    (byte as char).to_digit(16).unwrap_or(0) as u8
}

/// Whether a byte of a path stands for itself after normalising.
fn stands(byte: u8) -> bool {
    byte.is_ascii_graphic() && !b"\"<>\\^`{|}?#".contains(&byte)
}

fn path_step(form: PathForm, look: Look, state: u32, byte: u8) -> u32 {
    if state == START {
        return if byte == b'/' { ROOT } else { DEAD };
    }
    if !stands(byte) || (look == Look::Plain && !(byte.is_ascii_alphanumeric() || b"/._-".contains(&byte))) {
        return DEAD;
    }
    if state == PERCENT && byte.is_ascii_hexdigit() {
        return ESCAPE + u32::from(hex(byte));
    }
    if state >= ESCAPE && byte.is_ascii_hexdigit() {
        let decoded = (state - ESCAPE) as u8 * 16 + hex(byte);
        let unreserved = decoded.is_ascii_alphanumeric() || b"-._~".contains(&decoded);
        let slash = form.unescaped_slashes && matches!(decoded, b'/' | b'\\');
        return if decoded == 0 || unreserved || slash { DEAD } else { INSIDE };
    }
    match (state, byte) {
        (PAIR, _) => DEAD,
        (SLASH | ROOT, b'/') if look == Look::Plain => DEAD,
        (ROOT, b'/') if form.merged => PAIR,
        (SLASH, b'/') if form.merged => DEAD,
        (DOT | DOTS, b'/' | b';') => DEAD,
        (_, b'/') => SLASH,
        (_, b'%') => PERCENT,
        (SLASH | ROOT, b'.') => DOT,
        (DOT, b'.') => DOTS,
        _ => INSIDE,
    }
}

#[cfg(test)]
mod tests {
    use std::borrow::Cow;

    use proptest::prelude::*;

    use super::*;
    use crate::outcome::normalise::{PathRules, normalise};

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(20_000) })]

        #[test]
        fn paths_are_those_that_normalising_keeps(
            path in "/[/.%;\\\\a{2f05c41 ~é]{0,8}",
            merged: bool,
            unescaped_slashes: bool,
        ) {
            let rules = PathRules { merge_slashes: merged, reject_escaped_slashes: unescaped_slashes };
            let keeps = normalise(Cow::Borrowed(&path), rules).is_ok_and(|normal| normal == path);
            prop_assert_eq!(Alphabet::Path(PathForm { merged, unescaped_slashes }).contains(path.as_bytes()), keeps);
        }

        #[test]
        fn header_values_are_text(value: Vec<u8>) {
            let is_text = std::str::from_utf8(&value).is_ok_and(|text| {
                text.trim_matches([' ', '\t']) == text && !text.chars().any(|c| c.is_ascii_control() && c != '\t')
            });
            prop_assert_eq!(Alphabet::HeaderValue.contains(&value), is_text);
        }

        #[test]
        fn any_text_is_a_header_value(value in "[^\\x00-\\x20\\x7f]{0,3}") {
            prop_assert!(Alphabet::HeaderValue.contains(value.as_bytes()));
        }

        #[test]
        fn bytes_of_one_kind_are_alike(byte: u8, other: u8, state in 0u32..32) {
            let path = Alphabet::Path(PathForm { merged: true, unescaped_slashes: true });
            for alphabet in [path, Alphabet::Authority, Alphabet::HeaderValue, Alphabet::QueryValue, Alphabet::Method] {
                for look in [Look::Plain, Look::Full] {
                    let has_state = match alphabet {
                        Alphabet::Path(_) => true,
                        Alphabet::HeaderValue => state < 10,
                        _ => state < 3,
                    };
                    if has_state && alphabet.kind(look, byte) == alphabet.kind(look, other) {
                        prop_assert_eq!(alphabet.step(look, state, byte), alphabet.step(look, state, other));
                    }
                }
            }
        }
    }

    #[test]
    fn connect_is_never_routed() {
        for (method, routed) in [("GET", true), ("CONNECT", false), ("CONNEC", true), ("CONNECTS", true), ("", false)] {
            assert_eq!(Alphabet::Method.contains(method.as_bytes()), routed, "{method}");
        }
    }

    #[test]
    fn blanks_end_no_header_value() {
        for (value, can) in [("", true), ("a b", true), (" a", false), ("a ", false), ("a\tb", true), ("a\nb", false)] {
            assert_eq!(Alphabet::HeaderValue.contains(value.as_bytes()), can, "{value:?}");
        }
    }
}
