//! Bytes and lines of a head.

use memchr::memchr;

/// What a byte may be part of.
const TOKEN: u8 = 1;
const VALUE: u8 = 2;
const TARGET: u8 = 4;

const CLASSES: [u8; 256] = classes();

const fn classes() -> [u8; 256] {
    let mut table = [0u8; 256];
    let mut byte = 0usize;
    while byte < 256 {
        let at = byte as u8;
        let is_token = at.is_ascii_alphanumeric()
            || matches!(
                at,
                b'!' | b'#' | b'$' | b'%' | b'&' | b'\'' | b'*' | b'+' | b'-' | b'.' | b'^' | b'_' | b'`' | b'|' | b'~'
            );
        let is_value = at == b'\t' || (at >= 0x20 && at != 0x7f);
        let is_odd = matches!(at, b'"' | b'<' | b'>' | b'\\' | b'^' | b'`' | b'{' | b'|' | b'}' | b'#');
        let is_target = at > 0x20 && at < 0x7f && !is_odd;
        table[byte] = (is_token as u8 * TOKEN) + (is_value as u8 * VALUE) + (is_target as u8 * TARGET);
        byte += 1;
    }
    table
}

fn all(bytes: &[u8], class: u8) -> bool {
    bytes.iter().all(|byte| CLASSES[usize::from(*byte)] & class != 0)
}

/// Whether bytes make the name of a header.
pub(super) fn is_name(bytes: &[u8]) -> bool {
    !bytes.is_empty() && all(bytes, TOKEN)
}

/// Whether bytes may stand in a header's value.
pub(crate) fn is_value(bytes: &[u8]) -> bool {
    all(bytes, VALUE)
}

/// Whether bytes make a path as it mostly is: nothing in it is odd.
pub(crate) fn is_plain_target(bytes: &[u8]) -> bool {
    bytes.first() == Some(&b'/') && all(bytes, TARGET)
}

/// Bytes without the blanks around them.
pub(super) fn trimmed(mut bytes: &[u8]) -> &[u8] {
    while let [b' ' | b'\t', rest @ ..] = bytes {
        bytes = rest;
    }
    while let [rest @ .., b' ' | b'\t'] = bytes {
        bytes = rest;
    }
    bytes
}

/// Whether a list of words has this one, in whatever case.
pub(crate) fn lists(value: &[u8], word: &[u8]) -> bool {
    value.split(|byte| *byte == b',').any(|found| trimmed(found).eq_ignore_ascii_case(word))
}

/// A number in digits alone, as lengths are.
pub(crate) fn number(value: &[u8]) -> Option<u64> {
    let is_plain = !value.is_empty() && value.iter().all(u8::is_ascii_digit);
    std::str::from_utf8(value).ok().filter(|_| is_plain)?.parse().ok()
}

/// The first line of `bytes` without its end, and what follows; a CR before the LF belongs to the end.
pub(super) fn next_line(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let end = memchr(b'\n', bytes)?;
    let (line, rest) = bytes.split_at(end);
    Some((line.strip_suffix(b"\r").unwrap_or(line), rest.get(1..).unwrap_or_default()))
}

/// Where the head ends that begins at the start of `bytes`: behind its empty line. Nothing before `from` is looked at
/// again.
pub(crate) fn head_end(bytes: &[u8], from: usize) -> Option<usize> {
    let mut at = from.saturating_sub(3);
    while let Some(found) = bytes.get(at..).and_then(|rest| memchr(b'\n', rest)) {
        let after = at + found + 1;
        match bytes.get(after..).unwrap_or_default() {
            [b'\n', ..] => return Some(after + 1),
            [b'\r', b'\n', ..] => return Some(after + 2),
            _ => at = after,
        }
    }
    None
}
