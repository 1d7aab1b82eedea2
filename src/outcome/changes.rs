//! What the gateway changed in the headers of a request on its way to the upstream.

use http::header::{CONTENT_LENGTH, HeaderMap, TRANSFER_ENCODING};

use super::request::Request;

/// What the gateway changed in the headers of a request; all lists are sorted by name.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Changes {
    /// Headers that the client did not send.
    pub added: Vec<(String, String)>,
    /// Names that the client sent and the upstream did not get.
    pub removed: Vec<String>,
    /// Names that both have, with all the values that the upstream got, where they differ; blanks around a value that
    /// fell away are a difference.
    pub changed: Vec<(String, Vec<String>)>,
}

impl Changes {
    /// Compares what a client sent with what an upstream got. The host is not among the headers.
    pub fn between(request: &Request<'_>, upstream: &HeaderMap) -> Self {
        let mut changes = Self::default();
        for name in upstream.keys() {
            let got = || upstream.get_all(name).iter().map(|value| String::from_utf8_lossy(value.as_bytes()));
            let mut sent = sent(request, name.as_str()).peekable();
            if sent.peek().is_none() {
                changes.added.extend(got().map(|value| (name.as_str().to_owned(), value.into_owned())));
            } else if !sent.eq(got()) {
                changes.changed.push((name.as_str().to_owned(), got().map(|value| value.into_owned()).collect()));
            }
        }
        let mut removed: Vec<String> = request
            .headers
            .iter()
            .map(|(name, _)| name.to_ascii_lowercase())
            .filter(|name| name != "host" && !upstream.contains_key(name))
            .collect();
        removed.sort_unstable();
        removed.dedup();
        changes.removed = removed;
        changes.added.sort_by(|a, b| a.0.cmp(&b.0));
        changes.changed.sort_unstable();
        changes
    }
}

/// The values of a header that a client sent, with the length of its body if it says so.
fn sent<'r>(request: &'r Request<'_>, name: &'r str) -> impl Iterator<Item = std::borrow::Cow<'r, str>> {
    let says = |wanted: &str| request.headers.iter().any(|(name, _)| name.eq_ignore_ascii_case(wanted));
    let length = (name == CONTENT_LENGTH.as_str())
        .then_some(request.body)
        .flatten()
        .filter(|_| !says(CONTENT_LENGTH.as_str()) && !says(TRANSFER_ENCODING.as_str()));
    request
        .headers
        .iter()
        .filter(move |(key, _)| key.eq_ignore_ascii_case(name))
        .map(|(_, value)| value.as_ref().into())
        .chain(length.map(|length| length.to_string().into()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::HeaderValue;

    #[test]
    fn headers_are_added_removed_or_changed() {
        let mut request = Request::get(8080, "a", "/");
        for (name, value) in
            [("X-Kept", "1"), ("x-blank", " 1"), ("x-gone", "1"), ("x-twice", "1"), ("X-Twice", "2"), ("Host", "b")]
        {
            request.headers.push((name.into(), value.into()));
        }
        request.body = Some(2);
        let mut upstream = HeaderMap::new();
        for (name, value) in
            [("x-new", "1"), ("x-kept", "1"), ("x-blank", "1"), ("x-twice", "1,2"), ("content-length", "2")]
        {
            upstream.append(name, HeaderValue::from_static(value));
        }
        let changes = Changes::between(&request, &upstream);
        assert_eq!(changes.added, [("x-new".to_owned(), "1".to_owned())]);
        assert_eq!(changes.removed, ["x-gone"]);
        let changed =
            [("x-blank", "1"), ("x-twice", "1,2")].map(|(name, value)| (name.to_owned(), vec![value.to_owned()]));
        assert_eq!(changes.changed, changed);
    }
}
