//! The headers of a request before and after: what was added, removed, changed.

use std::borrow::Cow;

use http::header::{CONTENT_LENGTH, HeaderMap, HeaderName};

use crate::outcome::request::Request;

/// What became of a client's headers, each list by rising name.
#[derive(Debug, Default)]
pub struct Difference<'a> {
    /// Headers that the client did not send.
    pub added: Vec<(&'a str, Cow<'a, str>)>,
    /// Names, in lower case, that the client sent and the upstream does not get.
    pub removed: Vec<Cow<'a, str>>,
    /// Names that both have, with all values that the upstream gets.
    pub changed: Vec<(&'a str, Vec<Cow<'a, str>>)>,
}

impl<'a> Difference<'a> {
    /// Compares what a client sent with what the upstream gets.
    pub fn of(request: &'a Request<'_>, after: &'a HeaderMap) -> Self {
        let mut found = Self::default();
        for name in after.keys() {
            let values = || after.get_all(name).iter();
            if !was_sent(request, name) {
                found.added.extend(values().map(|value| (name.as_str(), text(value.as_bytes()))));
            } else if name != CONTENT_LENGTH
                && !request.values(name.as_str()).map(str::as_bytes).eq(values().map(|value| value.as_bytes()))
            {
                found.changed.push((name.as_str(), values().map(|value| text(value.as_bytes())).collect()));
            }
        }
        for (name, _) in &request.headers {
            let lower = lower(name);
            if !after.contains_key(&*lower) && lower != "host" && !found.removed.contains(&lower) {
                found.removed.push(lower);
            }
        }
        // Values of one name keep their order.
        found.added.sort_by_key(|(name, _)| *name);
        found.removed.sort_unstable();
        found.changed.sort_unstable_by_key(|(name, _)| *name);
        found
    }
}

/// Whether the client sent a header of this name; a body comes with its length.
fn was_sent(request: &Request<'_>, name: &HeaderName) -> bool {
    request.headers.iter().any(|(key, _)| key.eq_ignore_ascii_case(name.as_str()))
        || (*name == CONTENT_LENGTH && request.body.is_some())
}

fn lower(name: &str) -> Cow<'_, str> {
    if name.bytes().any(|byte| byte.is_ascii_uppercase()) {
        Cow::Owned(name.to_ascii_lowercase())
    } else {
        Cow::Borrowed(name)
    }
}

fn text(value: &[u8]) -> Cow<'_, str> {
    String::from_utf8_lossy(value)
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
            ("X-Gone".into(), "1".into()),
            ("x-gone".into(), "2".into()),
        ];
        request.body = Some(3);
        let mut after = HeaderMap::new();
        for (name, value) in [
            ("x-kept", "1"),
            ("x-more", "1"),
            ("x-more", "2"),
            ("z", "1"),
            ("a", "2"),
            ("a", "1"),
            ("content-length", "3"),
        ] {
            after.append(HeaderName::from_static(name), http::HeaderValue::from_static(value));
        }
        let found = Difference::of(&request, &after);
        assert_eq!(found.added, [("a", "2".into()), ("a", "1".into()), ("z", "1".into())]);
        assert_eq!(found.removed, ["x-gone"]);
        assert_eq!(found.changed, [("x-more", vec!["1".into(), "2".into()])]);
    }
}
