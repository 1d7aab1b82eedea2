//! The path as everything after sees it: routes, filters, redirects and the upstream.
//!
//! Envoy reads the path as Chromium does: escapes of unreserved characters are decoded, odd characters encoded, dot
//! segments resolved, backslashes are slashes. The query stays as it is.

use std::borrow::Cow;

use memchr::memchr;

/// Which paths are refused and what else is evened out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PathRules {
    /// Adjacent slashes become one.
    pub merge_slashes: bool,
    /// `%2f` and `%5c` in the path are refused.
    pub reject_escaped_slashes: bool,
}

/// Why a target is refused. The answer is 400 without a body.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum PathRefusal {
    /// It has a `#`.
    Fragment,
    /// It has `%2f` or `%5c`, and the Module refuses that.
    EscapedSlash,
    /// It has a NUL in the path, as a byte or escaped.
    Nul,
}

/// Splits a target into path and query; the query is what follows the first question mark.
pub fn split(target: &str) -> (&str, Option<&str>) {
    match memchr(b'?', target.as_bytes()).and_then(|mark| target.split_at_checked(mark)) {
        Some((path, query)) => (path, query.get(1..)),
        None => (target, None),
    }
}

/// Normalises a target that begins with a slash. A target that is normal already is not copied.
///
/// # Errors
///
/// What Envoy refuses.
pub fn normalise(target: Cow<'_, str>, rules: PathRules) -> Result<Cow<'_, str>, PathRefusal> {
    if is_normal(target.as_bytes(), rules.merge_slashes) {
        return Ok(target);
    }
    if target.contains('#') {
        return Err(PathRefusal::Fragment);
    }
    let path_end = target.find('?').unwrap_or(target.len());
    let (path, query) = target.split_at(path_end);
    if rules.reject_escaped_slashes && has_escaped_slash(path) {
        return Err(PathRefusal::EscapedSlash);
    }
    let mut normal = canonical(path)?;
    if rules.merge_slashes {
        normal = merge(&normal);
    }
    normal.push_str(query);
    Ok(Cow::Owned(normal))
}

fn has_escaped_slash(path: &str) -> bool {
    path.as_bytes().windows(3).any(|w| matches!(w, [b'%', b'2', b'f' | b'F'] | [b'%', b'5', b'c' | b'C']))
}

/// Whether a target is to stay as it is: one cheap look, that may say no too often.
fn is_normal(target: &[u8], merge_slashes: bool) -> bool {
    let mut previous = 0;
    for (at, &byte) in target.iter().enumerate() {
        if !ALWAYS_PASSES[usize::from(byte)] {
            match byte {
                b'?' => return !target.iter().skip(at).any(|byte| *byte == b'#'),
                b'/' if previous != b'/' || !merge_slashes => {}
                b'.' if previous != b'/' => {}
                _ => return false,
            }
        }
        previous = byte;
    }
    true
}

/// The bytes of a path that stand for themselves whatever is before them.
const ALWAYS_PASSES: [bool; 256] = {
    let mut always = [false; 256];
    let mut byte = 0;
    while byte < 0x7f {
        always[byte as usize] = passes(byte) && !matches!(byte, b'%' | b'#' | b'?' | b'/' | b'.');
        byte += 1;
    }
    always
};

/// Whether a byte of a path stands for itself.
const fn passes(byte: u8) -> bool {
    !matches!(byte, 0..=b' ' | b'"' | b'<' | b'>' | b'\\' | b'^' | b'`' | b'{' | b'|' | b'}' | 0x7f..)
}

fn is_unreserved(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~')
}

fn canonical(path: &str) -> Result<String, PathRefusal> {
    let bare = without_parameters_of_dots(path);
    let raw = bare.as_bytes();
    let mut out: Vec<u8> = Vec::with_capacity(raw.len() + 8);
    let mut at = 0;
    while let Some(&byte) = raw.get(at) {
        match byte {
            b'/' | b'\\' => {
                close_segment(&mut out);
                out.push(b'/');
                at += 1;
            }
            b'%' => at += escape(raw.get(at + 1..).unwrap_or_default(), &mut out)?,
            0 => return Err(PathRefusal::Nul),
            _ if passes(byte) => {
                out.push(byte);
                at += 1;
            }
            _ => {
                percent_encode(byte, &mut out);
                at += 1;
            }
        }
    }
    let is_dots = close_segment(&mut out);
    if is_dots || out.is_empty() {
        out.push(b'/');
    }
    // Only ASCII was pushed where the path was not ASCII.
    Ok(String::from_utf8(out).unwrap_or_default())
}

/// Reads an escape after its percent sign, and tells how many bytes it took: an invalid one stands as it is.
fn escape(after: &[u8], out: &mut Vec<u8>) -> Result<usize, PathRefusal> {
    let decoded = match after {
        [high, low, ..] => hex(*high).zip(hex(*low)).map(|(high, low)| high << 4 | low),
        _ => None,
    };
    match (decoded, after) {
        (Some(0), _) => Err(PathRefusal::Nul),
        (Some(byte), [_, _, next @ ..]) if is_unreserved(byte) => {
            out.push(byte);
            guard_against_nesting(next.first().copied(), out);
            Ok(3)
        }
        (Some(_), [high, low, ..]) => {
            out.extend([b'%', *high, *low]);
            Ok(3)
        }
        _ => {
            out.push(b'%');
            Ok(1)
        }
    }
}

/// A percent sign that began no escape must not begin one now that a character behind it was decoded: it is encoded.
fn guard_against_nesting(next: Option<u8>, out: &mut Vec<u8>) {
    let is_hex = |byte: &u8| byte.is_ascii_hexdigit();
    let at = match out.as_slice() {
        [.., b'%', first, second] if is_hex(first) && is_hex(second) => out.len() - 2,
        [.., b'%', first] if is_hex(first) && next.is_some_and(|next| is_hex(&next)) => out.len() - 1,
        _ => return,
    };
    out.splice(at..at, *b"25");
}

/// Resolves the segment at the end of `out` if it is dots: nothing of it stays, nor of the one before for two dots, and
/// no slash behind. Tells whether it was.
fn close_segment(out: &mut Vec<u8>) -> bool {
    let start = out.iter().rposition(|byte| *byte == b'/');
    let segment = out.get(start.map_or(0, |slash| slash + 1)..).unwrap_or_default();
    let ups = match segment {
        b"." => 0,
        b".." => 1,
        _ => return false,
    };
    out.truncate(start.unwrap_or(0));
    for _ in 0..ups {
        let parent = out.iter().rposition(|byte| *byte == b'/');
        out.truncate(parent.unwrap_or(0));
    }
    true
}

/// Cuts `;anything` off segments `.` and `..`, before anything is decoded (Envoy's repair of CVE-2026-73551).
fn without_parameters_of_dots(path: &str) -> Cow<'_, str> {
    if !path.contains("/.;") && !path.contains("/..;") {
        return Cow::Borrowed(path);
    }
    let mut out = String::with_capacity(path.len());
    for (nth, segment) in path.split('/').enumerate() {
        if nth > 0 {
            out.push('/');
        }
        match segment.split_once(';') {
            Some((dots @ ("." | ".."), _)) => out.push_str(dots),
            _ => out.push_str(segment),
        }
    }
    Cow::Owned(out)
}

/// One slash in place of many; a path of nothing but slashes keeps two, the first and the last.
fn merge(path: &str) -> String {
    if path.len() > 1 && path.bytes().all(|byte| byte == b'/') {
        return "//".to_owned();
    }
    let mut out = String::with_capacity(path.len());
    for c in path.chars() {
        if c != '/' || !out.ends_with('/') {
            out.push(c);
        }
    }
    out
}

fn hex(digit: u8) -> Option<u8> {
    char::from(digit).to_digit(16).map(|value| value as u8)
}

fn percent_encode(byte: u8, out: &mut Vec<u8>) {
    const DIGITS: &[u8; 16] = b"0123456789ABCDEF";
    out.push(b'%');
    for nibble in [byte >> 4, byte & 15] {
        out.extend(DIGITS.get(usize::from(nibble)));
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn path(target: &str) -> String {
        normalise(Cow::Borrowed(target), PathRules::default()).unwrap().into_owned()
    }

    fn refusal(target: &str, rules: PathRules) -> Option<PathRefusal> {
        normalise(Cow::Borrowed(target), rules).err()
    }

    #[test]
    fn a_normal_target_is_not_copied() {
        for target in ["/", "/a/b?x=%41/../y", "/a//b", "/a.b/c..d/...e", "/a;b,c$d(e)[f]'g"] {
            let normal = normalise(Cow::Borrowed(target), PathRules::default()).unwrap();
            assert_eq!(normal, target);
        }
        assert!(matches!(normalise(Cow::Borrowed("/a/b?c"), PathRules::default()), Ok(Cow::Borrowed(_))));
    }

    #[test]
    fn dot_segments_are_resolved() {
        for (target, normal) in [
            ("/a/./x", "/a/x"),
            ("/a/../b/x", "/b/x"),
            ("/../b", "/b"),
            ("/a/x/..", "/a/"),
            ("/a/x/.", "/a/x/"),
            ("/..", "/"),
            ("/.", "/"),
            ("/a//../b", "/a/b"),
            ("/a//..//b", "/a//b"),
            ("//../b", "/b"),
            ("/a/..?x", "/?x"),
            ("/a/.../x", "/a/.../x"),
            ("/a/..b/.c", "/a/..b/.c"),
        ] {
            assert_eq!(path(target), normal, "{target}");
        }
    }

    #[test]
    fn dots_count_when_they_are_escaped() {
        for (target, normal) in [
            ("/a/%2e%2E/b", "/b"),
            ("/a/.%2e/b", "/b"),
            ("/%2e", "/"),
            ("/a/%252e%252e/b", "/a/%252e%252e/b"),
            ("/a/%2e%2e%2fb", "/a/..%2fb"),
        ] {
            assert_eq!(path(target), normal, "{target}");
        }
    }

    #[test]
    fn parameters_of_plain_dot_segments_fall_away() {
        for (target, normal) in [
            ("/a/..;x/b", "/b"),
            ("/a/.;x/b", "/a/b"),
            ("/a/..;", "/"),
            ("/a/..;x\\b", "/"),
            ("/a/b/.;v", "/a/b/"),
            ("/a/...;x", "/a/...;x"),
            ("/a/;../b", "/a/;../b"),
            ("/a/%2e%2e;x/b", "/a/..;x/b"),
            ("/a/..%3bx/b", "/a/..%3bx/b"),
        ] {
            assert_eq!(path(target), normal, "{target}");
        }
    }

    #[test]
    fn unreserved_escapes_are_decoded_and_no_others() {
        assert_eq!(path("/%41%7e%2D/%c3%a9%2f%5C%25%20"), "/A~-/%c3%a9%2f%5C%25%20");
        assert_eq!(path("/%25%34%31"), "/%2541");
        assert_eq!(path("/%zz%4%"), "/%zz%4%");
        assert_eq!(path("/%%41"), "/%A");
    }

    #[test]
    fn decoding_makes_no_new_escape() {
        assert_eq!(path("/%2%41"), "/%252A");
        assert_eq!(path("/%%411"), "/%25A1");
        assert_eq!(path("/%2%2e"), "/%2.");
    }

    #[test]
    fn odd_characters_are_encoded() {
        assert_eq!(path("/\"<>^`{|}"), "/%22%3C%3E%5E%60%7B%7C%7D");
        assert_eq!(path("/a\\b"), "/a/b");
        assert_eq!(path("/a\\..\\b"), "/b");
        assert_eq!(path("/a%5c..%5cb"), "/a%5c..%5cb");
        assert_eq!(path("/\u{e9}"), "/%C3%A9");
    }

    #[test]
    fn the_query_stays() {
        assert_eq!(path("/%61?\"%41\\/../%00"), "/a?\"%41\\/../%00");
    }

    #[test]
    fn slashes_are_merged_where_the_module_says() {
        let rules = PathRules { merge_slashes: true, ..PathRules::default() };
        let merged = |target| normalise(Cow::Borrowed(target), rules).unwrap().into_owned();
        assert_eq!(merged("//a///b/?c//d"), "/a/b/?c//d");
        assert_eq!(merged("/a/\\b"), "/a/b");
        assert_eq!(merged("/a/%2f/b"), "/a/%2f/b");
        assert_eq!(merged("/"), "/");
        assert_eq!(merged("//"), "//");
        assert_eq!(merged("///"), "//");
        assert_eq!(merged("//..//"), "//");
    }

    #[test]
    fn fragments_and_nul_are_refused() {
        let none = PathRules::default();
        assert_eq!(refusal("/a#b", none), Some(PathRefusal::Fragment));
        assert_eq!(refusal("/a?b#c", none), Some(PathRefusal::Fragment));
        assert_eq!(refusal("/a%00", none), Some(PathRefusal::Nul));
        assert_eq!(refusal("/%\0%%82", none), Some(PathRefusal::Nul));
        assert_eq!(refusal("/a?%00", none), None);
    }

    #[test]
    fn escaped_slashes_are_refused_where_the_module_says() {
        let rules = PathRules { reject_escaped_slashes: true, ..PathRules::default() };
        for target in ["/a%2fb", "/a%2Fb", "/a%5cb", "/a%5Cb"] {
            assert_eq!(refusal(target, rules), Some(PathRefusal::EscapedSlash), "{target}");
        }
        assert_eq!(refusal("/a?%2f", rules), None);
    }
}
