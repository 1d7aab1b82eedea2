//! JSON: strings written into a buffer, and one-line texts laid out for people.

/// Whether bytes are ASCII that stands in a string of JSON as it is. They are looked at many at a time; the last of
/// them perhaps twice.
pub fn is_plain(text: &[u8]) -> bool {
    if let Some(last) = text.last_chunk::<16>() {
        let (chunks, _) = text.as_chunks::<16>();
        return !stops(last) && !chunks.iter().any(stops);
    }
    match (text.first_chunk::<8>(), text.last_chunk::<8>()) {
        (Some(first), Some(last)) => !stops(first) && !stops(last),
        _ => !text.iter().any(|byte| stops(&[*byte])),
    }
}

/// Whether there is a byte to be looked at. All are looked at, also behind one: so they are looked at together.
#[inline(always)]
fn stops<const N: usize>(bytes: &[u8; N]) -> bool {
    bytes.iter().fold(false, |found, byte| found | !matches!(byte, b' '..=b'\x7f') | (*byte == b'"') | (*byte == b'\\'))
}

/// Appends a string in quotes.
#[inline]
pub fn string(out: &mut Vec<u8>, text: &str) {
    if is_plain(text.as_bytes()) {
        word(out, text);
    } else {
        out.push(b'"');
        escaped(out, text.as_bytes());
        out.push(b'"');
    }
}

/// Appends a text in quotes that has nothing to escape, such as the name of a header.
#[inline]
pub fn word(out: &mut Vec<u8>, text: &str) {
    out.reserve(text.len() + 2);
    out.push(b'"');
    out.extend_from_slice(text.as_bytes());
    out.push(b'"');
}

#[cold]
fn escaped(out: &mut Vec<u8>, bytes: &[u8]) {
    let mut from = 0;
    for (at, &byte) in bytes.iter().enumerate() {
        if byte >= b' ' && byte != b'"' && byte != b'\\' {
            continue;
        }
        out.extend_from_slice(bytes.get(from..at).unwrap_or_default());
        from = at + 1;
        escape(out, byte);
    }
    out.extend_from_slice(bytes.get(from..).unwrap_or_default());
}

fn escape(out: &mut Vec<u8>, byte: u8) {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    match byte {
        b'"' => out.extend_from_slice(b"\\\""),
        b'\\' => out.extend_from_slice(b"\\\\"),
        b'\n' => out.extend_from_slice(b"\\n"),
        b'\r' => out.extend_from_slice(b"\\r"),
        b'\t' => out.extend_from_slice(b"\\t"),
        other => {
            out.extend_from_slice(b"\\u00");
            for nibble in [other >> 4, other & 15] {
                out.extend(DIGITS.get(usize::from(nibble)));
            }
        }
    }
}

/// Adds a member to the end of an object; `value` is JSON.
pub fn add(object: &mut String, key: &str, value: &str) {
    let joint = if object.ends_with("{}") { "" } else { "," };
    object.truncate(object.len().saturating_sub(1));
    object.push_str(&format!("{joint}\"{key}\":{value}}}"));
}

/// Lays out a JSON text over lines; lists and maps that fit stay on one.
pub fn pretty(json: &str) -> String {
    const COLUMNS: usize = 100;
    let mut out = String::with_capacity(json.len() * 2);
    let mut rest = json;
    // For each open bracket whether its items stand on lines of their own.
    let mut open: Vec<bool> = Vec::new();
    while let Some(c) = rest.chars().next() {
        match c {
            '"' => {
                let (string, after) = rest.split_at(string_end(rest));
                out.push_str(string);
                rest = after;
                continue;
            }
            '{' | '[' => {
                let column = out.len() - out.rfind('\n').map_or(0, |at| at + 1);
                let is_empty = rest[1..].starts_with(['}', ']']);
                let breaks = !is_empty && (open.is_empty() || !fits(rest, COLUMNS.saturating_sub(column)));
                out.push(c);
                open.push(breaks);
                if breaks {
                    new_line(&mut out, &open);
                }
            }
            '}' | ']' => {
                if open.pop() == Some(true) {
                    new_line(&mut out, &open);
                }
                out.push(c);
            }
            ',' => {
                out.push(',');
                if open.last() == Some(&true) {
                    new_line(&mut out, &open);
                } else {
                    out.push(' ');
                }
            }
            ':' => out.push_str(": "),
            c => out.push(c),
        }
        rest = &rest[c.len_utf8()..];
    }
    out.push('\n');
    out
}

fn new_line(out: &mut String, open: &[bool]) {
    out.push('\n');
    out.extend(std::iter::repeat_n("  ", open.iter().filter(|breaks| **breaks).count()));
}

/// The length of the string that a text begins with, quotes included.
fn string_end(text: &str) -> usize {
    let mut escaped = false;
    for (at, byte) in text.bytes().enumerate().skip(1) {
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = true,
            b'"' => return at + 1,
            _ => {}
        }
    }
    text.len()
}

/// Whether there is room for the list or map that a text begins with and the blanks that [`pretty`] adds.
fn fits(text: &str, room: usize) -> bool {
    let (mut depth, mut at, mut blanks) = (0usize, 0, 0);
    while let Some(byte) = text.as_bytes().get(at).filter(|_| at + blanks < room) {
        match byte {
            b'"' => {
                at += string_end(&text[at..]);
                continue;
            }
            b'{' | b'[' => depth += 1,
            b'}' | b']' => {
                depth = depth.saturating_sub(1);
                if depth == 0 {
                    return true;
                }
            }
            b',' | b':' => blanks += 1,
            _ => {}
        }
        at += 1;
    }
    false
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn strings_are_escaped_as_json_wants() {
        for text in ["", "plain", "qu\"ote", "back\\slash", "line\nbreak\ttab\r", "\u{1}\u{7f}é€😀", "a\"b\"c"] {
            let mut out = Vec::new();
            string(&mut out, text);
            let read: String = serde_json::from_slice(&out).unwrap();
            assert_eq!(read, text);
        }
    }

    #[test]
    fn plain_is_ascii_without_escapes() {
        for length in 0..40 {
            let plain = vec![b'~'; length];
            assert!(is_plain(&plain));
            for at in 0..length {
                for stop in [b'"', b'\\', 0, 0x1f, 0x80, 0xff] {
                    let mut text = plain.clone();
                    text[at] = stop;
                    assert!(!is_plain(&text), "{stop} at {at} of {length}");
                }
            }
        }
        assert!(is_plain(b" !#[]^\x7f"));
    }

    #[test]
    fn layout_changes_no_value() {
        let long = "x".repeat(90);
        let value = serde_json::json!({
            "a": {"b": [1, 2, {"c": long}], "e": {}, "l": []},
            "s": "with \" , : { } [ ] \\",
            "pairs": [["k", "v"], ["k", long]],
        });
        let laid_out = pretty(&value.to_string());
        assert_eq!(serde_json::from_str::<serde_json::Value>(&laid_out).unwrap(), value);
        assert!(laid_out.contains("\n    \"e\": {},"), "{laid_out}");
        assert!(laid_out.contains("[\"k\", \"v\"],"), "{laid_out}");
    }

    #[test]
    fn what_fits_stays_on_one_line() {
        assert_eq!(pretty(r#"{"a":1,"b":[true,null]}"#), "{\n  \"a\": 1,\n  \"b\": [true, null]\n}\n");
        assert_eq!(pretty("{}"), "{}\n");
    }
}
