//! The headers of a request before and after: what was added, removed, changed.

use std::borrow::Cow;

use http::header::{CONTENT_LENGTH, HeaderMap, HeaderName};

use super::request::Request;

/// What became of a client's headers, each list by rising name.
#[derive(Debug, Default)]
pub struct Changes<'a> {
    /// Headers that the client did not send.
    pub added: Vec<(&'a str, Cow<'a, str>)>,
    /// Names, in lower case, that the client sent and the upstream does not get.
    pub removed: Vec<Cow<'a, str>>,
    /// Names that both have, with all values that the upstream gets.
    pub changed: Vec<(&'a str, Vec<Cow<'a, str>>)>,
}

impl<'a> Changes<'a> {
    /// Compares what a client sent with what the upstream gets.
    pub fn between(request: &'a Request<'_>, after: &'a HeaderMap) -> Self {
        let mut found = Self { added: Vec::with_capacity(after.len()), ..Self::default() };
        let is_once = after.keys_len() == after.len();
        // Names are few: looking along the client's list is cheaper than asking a map.
        for (name, value) in after {
            let text = || match std::str::from_utf8(value.as_bytes()) {
                Ok(text) => Cow::Borrowed(text),
                Err(_) => String::from_utf8_lossy(value.as_bytes()),
            };
            let mut sent = sent(request, name);
            match (sent.next(), sent.next()) {
                // A body comes with its length.
                (None, _) if *name == CONTENT_LENGTH && request.body.is_some() => continue,
                (None, _) => found.added.push((name.as_str(), text())),
                (Some(only), None) if is_once && only == value.as_bytes() => {}
                _ if is_changed(request, name, after) => match found.changed.last_mut() {
                    Some((last, values)) if *last == name.as_str() => values.push(text()),
                    _ => found.changed.push((name.as_str(), vec![text()])),
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
        assert_eq!(found.added, [("a", "2".into()), ("a", "1".into()), ("z", "1".into())]);
        assert_eq!(found.removed, ["x-gone"]);
        assert_eq!(found.changed, [("x-blank", vec!["1".into()]), ("x-more", vec!["1".into(), "2".into()])]);
    }
}
