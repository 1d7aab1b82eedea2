//! What one described request leaves to the next: room for its headers, and those that clients repeat.

use http::header::{CONTENT_LENGTH, HOST, HeaderMap, HeaderName, HeaderValue, TRANSFER_ENCODING};

/// So many headers are remembered, and room for so many is kept.
const MOST: usize = 128;

/// No longer value is remembered.
const LONGEST: usize = 256;

/// What one described request leaves to the next. With an empty one all is as well, only slower.
#[derive(Debug, Default)]
pub struct Spare {
    headers: HeaderMap,
    /// At each place among a client's headers what stood there last: clients repeat themselves.
    known: Vec<Known>,
}

/// A header that has been read.
#[derive(Debug)]
struct Known {
    /// The name as the client wrote it.
    name_text: String,
    name: HeaderName,
    kind: Kind,
    /// The value as the client wrote it.
    value_text: String,
    /// The value, once it has been seen twice.
    value: Option<HeaderValue>,
}

/// What is special about the name of a header.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Plain,
    /// It tells the authority.
    Host,
    /// It has an underscore, which the Module may not like.
    Underscored,
    /// It tells how long the body is.
    Framing,
}

impl Spare {
    /// An empty map with room for so many headers.
    pub(super) fn take_headers(&mut self, room: usize) -> HeaderMap {
        let mut headers = std::mem::take(&mut self.headers);
        headers.reserve(room);
        headers
    }

    /// Takes the memory of headers that are no longer needed.
    pub fn give_headers(&mut self, mut headers: HeaderMap) {
        if headers.capacity() <= MOST {
            headers.clear();
            self.headers = headers;
        }
    }

    /// Reads the name at a place among a client's headers; `None`: it is none.
    pub(super) fn name(&mut self, place: usize, text: &str) -> Option<(HeaderName, Kind)> {
        if let Some(known) = self.known.get(place)
            && known.name_text == text
        {
            return Some((known.name.clone(), known.kind));
        }
        let name = HeaderName::from_bytes(text.as_bytes()).ok()?;
        let kind = Kind::of(&name);
        self.remember(place, text, name.clone(), kind);
        Some((name, kind))
    }

    fn remember(&mut self, place: usize, text: &str, name: HeaderName, kind: Kind) {
        if let Some(known) = self.known.get_mut(place) {
            known.name_text.clear();
            known.name_text.push_str(text);
            (known.name, known.kind) = (name, kind);
        } else if place == self.known.len() && place < MOST {
            let (name_text, value_text) = (text.to_owned(), String::new());
            self.known.push(Known { name_text, name, kind, value_text, value: None });
        }
    }

    /// Reads the value at a place among a client's headers; `None`: it is none.
    pub(super) fn value(&mut self, place: usize, text: &str) -> Option<HeaderValue> {
        let Some(known) = self.known.get_mut(place) else { return HeaderValue::from_bytes(text.as_bytes()).ok() };
        let is_again = known.value_text == text;
        if is_again && let Some(value) = &known.value {
            return Some(value.clone());
        }
        let value = HeaderValue::from_bytes(text.as_bytes()).ok()?;
        known.value = is_again.then(|| value.clone());
        known.value_text.clear();
        known.value_text.push_str(if text.len() <= LONGEST { text } else { "" });
        Some(value)
    }
}

impl Kind {
    fn of(name: &HeaderName) -> Self {
        if *name == HOST {
            Self::Host
        } else if *name == CONTENT_LENGTH || *name == TRANSFER_ENCODING {
            Self::Framing
        } else if name.as_str().contains('_') {
            Self::Underscored
        } else {
            Self::Plain
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_name_is_read_anew_where_it_is_another() {
        let mut spare = Spare::default();
        for round in 0..2 {
            for (text, name, kind) in [
                ("X-Trace", "x-trace", Kind::Plain),
                ("x-trace", "x-trace", Kind::Plain),
                ("HOST", "host", Kind::Host),
                ("x_y", "x_y", Kind::Underscored),
                ("Content-Length", "content-length", Kind::Framing),
            ] {
                for place in [0, 1, 7, MOST + 7] {
                    let read = spare.name(place, text).unwrap();
                    assert_eq!(read, (HeaderName::from_static(name), kind), "{round} {place}");
                }
            }
            assert!(spare.name(0, "x y").is_none());
        }
        assert_eq!(spare.known.len(), 2);
    }

    #[test]
    fn a_value_is_read_anew_where_it_is_another() {
        let mut spare = Spare::default();
        spare.name(0, "x-trace").unwrap();
        let long = "x".repeat(LONGEST + 1);
        for text in ["1", "1", "1", "2", "1", "", "", "", &long, &long, &long, "1", "1"] {
            for place in [0, 7] {
                assert_eq!(spare.value(place, text).unwrap(), text);
            }
            assert!(spare.value(0, "a\nb").is_none());
            assert_eq!(spare.value(0, text).unwrap(), text);
        }
    }

    #[test]
    fn only_the_memory_of_few_headers_is_kept() {
        let mut spare = Spare::default();
        let mut headers = spare.take_headers(10);
        headers.insert("x-a", http::HeaderValue::from_static("1"));
        let room = headers.capacity();
        spare.give_headers(headers);
        assert!(spare.headers.is_empty());
        assert_eq!(spare.headers.capacity(), room);
        spare.give_headers(HeaderMap::with_capacity(10_000));
        assert_eq!(spare.headers.capacity(), room);
    }
}
