//! Heads of answers as they are written, and how their bodies are framed.

use bytes::BytesMut;
use http::header::{CONNECTION, CONTENT_LENGTH, HeaderMap, HeaderName, HeaderValue, TRANSFER_ENCODING};
use http::response::Parts;
use http::{StatusCode, Version};

use crate::gateway::outbox::{Framing, write_header};

/// What decides how an answer is written, beside the answer.
#[derive(Clone, Copy, Debug)]
pub(super) struct Manner {
    /// Whether it answers a HEAD.
    pub(super) to_head: bool,
    /// Whether names are written In-Title-Case.
    pub(super) title_case: bool,
    /// Whether the connection ends behind it, whatever it says itself.
    pub(super) closes: bool,
}

/// Writes the head of an answer. `length` is that of its body, where it is known. Tells how the body is to be written,
/// and whether the connection ends behind it.
pub(super) fn write(parts: &Parts, length: Option<u64>, manner: Manner, out: &mut BytesMut) -> (Framing, bool) {
    let (status, headers) = (parts.status, &parts.headers);
    let is_old = parts.version == Version::HTTP_10;
    out.extend_from_slice(if is_old { b"HTTP/1.0 " } else { b"HTTP/1.1 " });
    out.extend_from_slice(status.as_str().as_bytes());
    out.extend_from_slice(b" ");
    out.extend_from_slice(status.canonical_reason().unwrap_or("Unknown").as_bytes());
    out.extend_from_slice(b"\r\n");
    let put = |out: &mut BytesMut, name: &HeaderName, value: &HeaderValue| {
        if manner.title_case {
            write_header(out, title_case(name.as_str()).as_bytes(), value.as_bytes());
        } else {
            write_header(out, name.as_str().as_bytes(), value.as_bytes());
        }
    };
    for (name, value) in headers {
        // An answer that has no body by its status has no length either, but what it would be.
        if !(name == CONTENT_LENGTH && (status == StatusCode::NO_CONTENT || manner.to_head && !has_body(status))) {
            put(out, name, value);
        }
    }
    let told = headers.get(CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse().ok());
    let framing = match told.or(length) {
        _ if !has_body(status) => Framing::Ended,
        Some(length) => Framing::Length(length),
        None if manner.to_head => Framing::Ended,
        None if is_old => Framing::UntilEnd,
        None => Framing::Chunked,
    };
    match framing {
        _ if told.is_some() => {}
        Framing::Length(0) if manner.to_head => {}
        Framing::Length(length) => put(out, &CONTENT_LENGTH, &HeaderValue::from(length)),
        Framing::Chunked => put(out, &TRANSFER_ENCODING, &HeaderValue::from_static("chunked")),
        Framing::Ended | Framing::UntilEnd => {}
    }
    let says_close = says(headers, "close");
    if manner.closes && !says_close && !is_old {
        put(out, &CONNECTION, &HeaderValue::from_static("close"));
    }
    out.extend_from_slice(b"\r\n");
    let framing = if manner.to_head || length == Some(0) { Framing::Ended } else { framing };
    let is_kept = if is_old { says(headers, "keep-alive") } else { !says_close };
    (framing, manner.closes || !is_kept || framing == Framing::UntilEnd)
}

/// Whether answers of this status have bodies.
fn has_body(status: StatusCode) -> bool {
    !status.is_informational() && status != StatusCode::NO_CONTENT && status != StatusCode::NOT_MODIFIED
}

fn says(headers: &HeaderMap, word: &str) -> bool {
    headers.get_all(CONNECTION).iter().any(|value| value.as_bytes().eq_ignore_ascii_case(word.as_bytes()))
}

fn title_case(name: &str) -> String {
    let mut begins = true;
    let letter = |letter: char| {
        let cased = if begins { letter.to_ascii_uppercase() } else { letter };
        begins = letter == '-';
        cased
    };
    name.chars().map(letter).collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use http::Response;

    use super::*;

    const GET: Manner = Manner { to_head: false, title_case: false, closes: false };
    const HEAD: Manner = Manner { to_head: true, title_case: false, closes: false };

    fn written(
        status: u16,
        headers: &[(&'static str, &'static str)],
        length: Option<u64>,
        manner: Manner,
    ) -> (String, Framing, bool) {
        let mut response = Response::builder().status(status);
        for (name, value) in headers {
            response = response.header(*name, *value);
        }
        let mut out = BytesMut::new();
        let (framing, closes) = write(&response.body(()).unwrap().into_parts().0, length, manner, &mut out);
        (String::from_utf8(out.to_vec()).unwrap().replace("\r\n", "|"), framing, closes)
    }

    #[test]
    fn a_body_tells_its_end() {
        let whole = |headers, length| written(200, headers, length, GET);
        let (told, empty): (&[_], &[_]) = (&[("content-length", "5")], &[]);
        assert_eq!(whole(told, None), ("HTTP/1.1 200 OK|content-length: 5||".to_owned(), Framing::Length(5), false));
        assert_eq!(
            whole(empty, Some(5)),
            ("HTTP/1.1 200 OK|content-length: 5||".to_owned(), Framing::Length(5), false)
        );
        let chunked = ("HTTP/1.1 200 OK|transfer-encoding: chunked||".to_owned(), Framing::Chunked, false);
        assert_eq!(whole(empty, None), chunked);
        assert_eq!(whole(empty, Some(0)), ("HTTP/1.1 200 OK|content-length: 0||".to_owned(), Framing::Ended, false));
    }

    #[test]
    fn what_has_no_body_says_little_of_it() {
        assert_eq!(written(204, &[("content-length", "0")], Some(0), GET).0, "HTTP/1.1 204 No Content||");
        assert_eq!(
            written(304, &[("content-length", "7")], Some(0), GET).0,
            "HTTP/1.1 304 Not Modified|content-length: 7||"
        );
        let head = written(200, &[("content-length", "7")], Some(0), HEAD);
        assert_eq!(head, ("HTTP/1.1 200 OK|content-length: 7||".to_owned(), Framing::Ended, false));
        assert_eq!(written(200, &[], Some(0), HEAD).0, "HTTP/1.1 200 OK||");
        assert_eq!(written(404, &[], Some(3), HEAD).0, "HTTP/1.1 404 Not Found|content-length: 3||");
    }

    #[test]
    fn a_connection_ends_where_it_must_or_is_told_to() {
        let closing = Manner { closes: true, ..GET };
        assert_eq!(written(200, &[], Some(1), closing).0, "HTTP/1.1 200 OK|content-length: 1|connection: close||");
        assert!(written(200, &[("connection", "close")], Some(1), GET).2);
        let titled = Manner { title_case: true, ..GET };
        assert_eq!(
            written(599, &[("x-a-b", "c")], Some(0), titled).0,
            "HTTP/1.1 599 Unknown|X-A-B: c|Content-Length: 0||"
        );
    }
}
