//! The headers of a request before and after: what was added, removed, changed.

use std::borrow::Cow;

use http::header::{CONTENT_LENGTH, HeaderMap, HeaderName, HeaderValue};

use super::request::Request;

/// What became of a client's headers, each list by rising name.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Changes<'a> {
    /// Headers that the client did not send.
    pub added: Vec<(&'a str, &'a HeaderValue)>,
    /// Names, in lower case, that the client sent and the upstream does not get.
    pub removed: Vec<Cow<'a, str>>,
    /// Names that both have, with all values that the upstream gets.
    pub changed: Vec<(&'a str, Vec<Cow<'a, str>>)>,
}

impl<'a> Changes<'a> {
    /// Compares what a client sent with what the upstream gets.
    pub fn between(request: &'a Request<'_>, after: &'a HeaderMap) -> Self {
        let is_once = after.keys_len() == after.len();
        if is_once && let Some(added) = behind_kept(request, after) {
            return Self::only_added(request, added);
        }
        Self::compared(request, after, is_once)
    }

    fn compared(request: &'a Request<'_>, after: &'a HeaderMap, is_once: bool) -> Self {
        let mut found = Self::default();
        // Names are few: looking along the client's list is cheaper than asking a map.
        for (name, value) in after {
            let mut sent = sent(request, name);
            match (sent.next(), sent.next()) {
                // A body comes with its length.
                (None, _) if *name == CONTENT_LENGTH && request.body.is_some() => continue,
                (None, _) => found.added.push((name.as_str(), value)),
                (Some(only), None) if is_once && only == value.as_bytes() => {}
                _ if is_changed(request, name, after) => match found.changed.last_mut() {
                    Some((last, values)) if *last == name.as_str() => values.push(text(value)),
                    _ => found.changed.push((name.as_str(), vec![text(value)])),
                },
                _ => {}
            }
        }
        for (name, _) in &request.headers {
            let is_there = after.keys().any(|key| key.as_str().eq_ignore_ascii_case(name));
            if !is_there && !name.eq_ignore_ascii_case("host") {
                found.removed.push(lower(name));
            }
        }
        // Values of one name keep their order.
        found.added.sort_by_key(|(name, _)| *name);
        found.removed.sort_unstable();
        found.removed.dedup();
        found.changed.sort_unstable_by_key(|(name, _)| *name);
        found
    }

    /// All that is there beside what the client sent.
    fn only_added(request: &Request<'_>, all: http::header::Iter<'a, HeaderValue>) -> Self {
        let mut added = Vec::with_capacity(all.size_hint().0);
        for (name, value) in all {
            // A body comes with its length.
            if request.body.is_none() || *name != CONTENT_LENGTH {
                added.push((name.as_str(), value));
            }
        }
        added.sort_unstable_by_key(|(name, _)| *name);
        Self { added, ..Self::default() }
    }
}

/// What stands behind all that the client sent, where that is kept as it was sent. Of no name there may be two values.
fn behind_kept<'a>(request: &Request<'_>, after: &'a HeaderMap) -> Option<http::header::Iter<'a, HeaderValue>> {
    let mut rest = after.iter();
    let is_kept = request.headers.iter().all(|(sent, value)| {
        rest.next().is_some_and(|(name, got)| is_name(sent, name) && value.as_bytes() == got.as_bytes())
    });
    is_kept.then_some(rest)
}

/// Whether a client wrote this name, which has no capitals itself.
fn is_name(sent: &str, name: &HeaderName) -> bool {
    let name = name.as_str();
    sent.len() == name.len() && sent.bytes().zip(name.bytes()).all(|(sent, byte)| sent.to_ascii_lowercase() == byte)
}

/// A value as text; what is no UTF-8 is marked.
pub fn text(value: &HeaderValue) -> Cow<'_, str> {
    match std::str::from_utf8(value.as_bytes()) {
        Ok(text) => Cow::Borrowed(text),
        Err(_) => String::from_utf8_lossy(value.as_bytes()),
    }
}

/// The values of a header as the client sent them.
fn sent<'r>(request: &'r Request<'_>, name: &'r HeaderName) -> impl Iterator<Item = &'r [u8]> {
    let named = request.headers.iter().filter(move |(key, _)| key.eq_ignore_ascii_case(name.as_str()));
    named.map(|(_, value)| value.as_bytes())
}

/// Whether the upstream gets other values of a header than the client sent. Blanks around a value that fell away are a
/// difference.
fn is_changed(request: &Request<'_>, name: &HeaderName, after: &HeaderMap) -> bool {
    let is_length_of_body = *name == CONTENT_LENGTH && request.body.is_some();
    !is_length_of_body && !sent(request, name).eq(after.get_all(name).iter().map(|value| value.as_bytes()))
}

fn lower(name: &str) -> Cow<'_, str> {
    if name.bytes().any(|byte| byte.is_ascii_uppercase()) {
        Cow::Owned(name.to_ascii_lowercase())
    } else {
        Cow::Borrowed(name)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use proptest::collection::vec;
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn headers_are_added_removed_and_changed() {
        let mut request = Request::get(8080, "a.b", "/");
        request.headers = vec![
            ("X-Kept".into(), "1".into()),
            ("x-more".into(), "1".into()),
            ("x-blank".into(), " 1".into()),
            ("X-Gone".into(), "1".into()),
            ("x-gone".into(), "2".into()),
        ];
        request.body = Some(3);
        let mut after = HeaderMap::new();
        for (name, value) in [
            ("x-kept", "1"),
            ("x-more", "1"),
            ("x-more", "2"),
            ("x-blank", "1"),
            ("z", "1"),
            ("a", "2"),
            ("a", "1"),
            ("content-length", "3"),
        ] {
            after.append(HeaderName::from_static(name), http::HeaderValue::from_static(value));
        }
        let found = Changes::between(&request, &after);
        let added: Vec<(&str, Cow<'_, str>)> = found.added.iter().map(|(name, value)| (*name, text(value))).collect();
        assert_eq!(added, [("a", "2".into()), ("a", "1".into()), ("z", "1".into())]);
        assert_eq!(found.removed, ["x-gone"]);
        assert_eq!(found.changed, [("x-blank", vec!["1".into()]), ("x-more", vec!["1".into(), "2".into()])]);
    }

    proptest! {
        #[test]
        fn what_is_kept_whole_is_told_as_a_comparison_tells_it(
            sent in vec(("[aAbB]|host|content-length", "[12]?"), 0..4),
            more in vec(("[abc]|content-length", "[12]?"), 0..4),
            body in any::<bool>(),
        ) {
            let mut request = Request::get(8080, "a.b", "/");
            request.body = body.then_some(1);
            let mut after = HeaderMap::new();
            for (name, value) in sent.iter().chain(&more) {
                after.insert(name.parse::<HeaderName>().unwrap(), HeaderValue::from_str(value).unwrap());
            }
            request.headers = sent.into_iter().map(|(name, value)| (name.into(), value.into())).collect();
            prop_assert_eq!(Changes::between(&request, &after), Changes::compared(&request, &after, true));
        }
    }
}
