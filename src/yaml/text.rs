//! Texts of scalars, shared where they repeat, and the lines between documents.

use std::ops::Range;
use std::sync::Arc;

const SLOTS: usize = 512;
const LONGEST_SHARED: usize = 40;

/// Short texts, each kept once as far as it goes: keys and kinds repeat in every document.
///
/// A fixed table in which newcomers replace; no text can make it slow or large.
pub(super) struct Texts(Vec<Option<Arc<str>>>);

impl Texts {
    pub(super) fn new() -> Self {
        Self(vec![None; SLOTS])
    }

    /// A table that shares nothing.
    pub(super) fn none() -> Self {
        Self(Vec::new())
    }

    pub(super) fn share(&mut self, text: &str) -> Arc<str> {
        if text.len() > LONGEST_SHARED {
            return text.into();
        }
        let hash = text.bytes().fold(text.len(), |hash, byte| hash.wrapping_mul(31).wrapping_add(usize::from(byte)));
        let Some(slot) = self.0.get_mut(hash % SLOTS) else { return text.into() };
        match slot {
            Some(known) if **known == *text => known.clone(),
            _ => slot.insert(text.into()).clone(),
        }
    }
}

/// Whether a line, seen from its first byte, separates documents.
pub(super) fn is_separator(line: &[u8]) -> bool {
    line.starts_with(b"---") && matches!(line.get(3), None | Some(b' ' | b'\t' | b'\n' | b'\r'))
}

/// The first byte of `range` that is neither blank, comment, directive nor separator; the end if there is none.
pub(super) fn first_content(text: &str, range: Range<usize>) -> usize {
    let bytes = text.as_bytes().get(..range.end).unwrap_or_default();
    let mut at = range.start;
    loop {
        let line_start = at == 0 || matches!(bytes.get(at - 1), Some(b'\n' | b'\r'));
        let rest = bytes.get(at..).unwrap_or_default();
        match rest.first() {
            Some(b' ' | b'\t' | b'\n' | b'\r') => at += 1,
            Some(b'#') => at += line_length(rest),
            Some(b'%') if line_start => at += line_length(rest),
            Some(b'-') if line_start && is_separator(rest) => at += 3,
            Some(0xef) if rest.starts_with("\u{feff}".as_bytes()) => at += 3,
            _ => return at.min(bytes.len()),
        }
    }
}

/// Where the document that begins in `range` ends: before the next separator or end marker, without trailing blanks.
pub(super) fn document_end(text: &str, range: Range<usize>) -> usize {
    let start = first_content(text, range.clone());
    let bytes = text.as_bytes().get(start..range.end).unwrap_or_default();
    let mut end = 0;
    while end < bytes.len() {
        let rest = &bytes[end..];
        if end > 0 && (is_separator(rest) || rest.starts_with(b"...")) {
            break;
        }
        end += line_length(rest);
        end += bytes[end..].iter().take_while(|byte| matches!(byte, b'\n' | b'\r')).count();
    }
    start + bytes[..end].trim_ascii_end().len()
}

fn line_length(rest: &[u8]) -> usize {
    rest.iter().position(|byte| matches!(byte, b'\n' | b'\r')).unwrap_or(rest.len())
}

/// What base 64 stands for; `None` where it is none. Line ends do not count.
pub(super) fn base64(text: &str) -> Option<Vec<u8>> {
    let digits: Vec<u8> = text.bytes().filter(|byte| !matches!(byte, b'\n' | b'\r')).collect();
    if !digits.len().is_multiple_of(4) {
        return None;
    }
    let padding = digits.iter().rev().take_while(|byte| **byte == b'=').count();
    if padding > 2 {
        return None;
    }
    let mut bytes = Vec::with_capacity(digits.len() / 4 * 3);
    for four in digits.chunks(4) {
        let mut bits = 0u32;
        for (place, digit) in four.iter().enumerate() {
            let value = match digit {
                b'A'..=b'Z' => digit - b'A',
                b'a'..=b'z' => digit - b'a' + 26,
                b'0'..=b'9' => digit - b'0' + 52,
                b'+' => 62,
                b'/' => 63,
                b'=' if bytes.len() / 3 * 4 + place + padding >= digits.len() => 0,
                _ => return None,
            };
            bits = bits << 6 | u32::from(value);
        }
        bytes.extend([(bits >> 16) as u8, (bits >> 8) as u8, bits as u8]);
    }
    bytes.truncate(bytes.len() - padding);
    Some(bytes)
}

/// Bytes as text, with one replacement character for each byte that is none, as Go does it.
pub(super) fn lossy(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len());
    for chunk in bytes.utf8_chunks() {
        text.push_str(chunk.valid());
        text.extend(chunk.invalid().iter().map(|_| char::REPLACEMENT_CHARACTER));
    }
    text
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn base64_is_strict_but_for_line_ends() {
        assert_eq!(base64("aGk=").unwrap(), b"hi");
        assert_eq!(base64("aGVs\nbG8h").unwrap(), b"hello!");
        assert_eq!(base64("").unwrap(), b"");
        for text in ["aGk", "a=Gk", "aGk*", "====", "aG=k"] {
            assert_eq!(base64(text), None, "{text}");
        }
    }

    #[test]
    fn each_byte_that_is_no_text_is_replaced() {
        assert_eq!(lossy(b"a\xe2\x82b"), "a\u{fffd}\u{fffd}b");
    }

    #[test]
    fn content_begins_after_separator_comment_and_directive() {
        let text = "%YAML 1.1\n---   # first\n\n# more\n  a: b\n";
        assert_eq!(&text[first_content(text, 0..text.len())..], "a: b\n");
        assert_eq!(first_content("---\n", 0..4), 4);
        assert_eq!(first_content("\n---\n", 0..1), 1);
    }

    #[test]
    fn a_document_ends_before_the_next_separator() {
        let text = "a: b\n\n  \n---\nc: d\n";
        assert_eq!(document_end(text, 0..text.len()), 4);
        assert_eq!(document_end(text, 9..text.len()), text.len() - 1);
    }

    #[test]
    fn short_texts_are_kept_once() {
        let mut texts = Texts::new();
        assert!(Arc::ptr_eq(&texts.share("prefix"), &texts.share("prefix")));
    }
}
