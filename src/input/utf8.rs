//! Bytes → text, with the place of what is no text.

use std::io::{self, Read};

use super::InputError;
use crate::source::MAX_SOURCE_BYTES;

/// Everything from a stream; `None` if it is larger than a source may be.
pub(super) fn read_all(stream: impl Read) -> io::Result<Option<Vec<u8>>> {
    let mut bytes = Vec::new();
    stream.take(MAX_SOURCE_BYTES as u64 + 1).read_to_end(&mut bytes)?;
    Ok((bytes.len() <= MAX_SOURCE_BYTES).then_some(bytes))
}

/// The text of the bytes, or where it stops being one. `name` is what the user calls it.
pub(super) fn text(name: &str, bytes: Vec<u8>) -> Result<String, InputError> {
    if let Some(encoding) = other_encoding(&bytes) {
        return Err(InputError::OtherEncoding { name: name.into(), encoding });
    }
    String::from_utf8(bytes).map_err(|error| {
        let good = error.utf8_error().valid_up_to();
        let bytes = error.as_bytes();
        let before = bytes.get(..good).map(String::from_utf8_lossy).unwrap_or_default();
        let line_start = before.rfind('\n').map_or(0, |end| end + 1);
        InputError::NotUtf8 {
            name: name.into(),
            byte: bytes.get(good).copied().unwrap_or_default(),
            line: before.matches('\n').count() + 1,
            column: before[line_start..].trim_start_matches('\u{feff}').chars().count() + 1,
        }
    })
}

/// The encoding that the first bytes tell of, if it is another.
fn other_encoding(bytes: &[u8]) -> Option<&'static str> {
    match bytes {
        [0xff, 0xfe, 0, 0, ..] | [0, 0, 0xfe, 0xff, ..] => Some("UTF-32"),
        [0xff, 0xfe, ..] | [0xfe, 0xff, ..] => Some("UTF-16"),
        // Without a mark, ASCII in 16 bits still shows by its zeros.
        [0, 1..=255, 0, 1..=255, ..] | [1..=255, 0, 1..=255, 0, ..] => Some("UTF-16"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn the_first_bad_byte_has_its_place() {
        let error = text("a.yaml", b"k: \xc3\xa9\nl: \xc3\xa9\xff".to_vec()).unwrap_err();
        assert_eq!(error.to_string(), "`a.yaml` is not UTF-8: byte 0xff in line 2, column 5");
        let cut = text("a.yaml", b"k: \xe2\x82".to_vec()).unwrap_err();
        assert_eq!(cut.to_string(), "`a.yaml` is not UTF-8: byte 0xe2 in line 1, column 4");
    }

    #[test]
    fn utf_16_is_told_as_such() {
        for bytes in [&b"\xff\xfek\0:\0"[..], b"\xfe\xff\0k\0:", b"k\0:\0 \0", b"\0k\0:"] {
            assert_eq!(text("a.yaml", bytes.to_vec()).unwrap_err().to_string(), "`a.yaml` is UTF-16; save it as UTF-8");
        }
    }

    #[test]
    fn utf_8_is_kept_byte_for_byte() {
        assert_eq!(text("a.yaml", "\u{feff}é\r\n".as_bytes().to_vec()).unwrap(), "\u{feff}é\r\n");
    }
}
