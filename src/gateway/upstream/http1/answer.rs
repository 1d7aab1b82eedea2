//! Heads of answers, read as Envoy reads them, and where their bodies end.

use std::mem::MaybeUninit;

use bytes::{Bytes, BytesMut};
use http::header::{CONNECTION, CONTENT_LENGTH, HeaderMap, HeaderName, HeaderValue, TRANSFER_ENCODING, UPGRADE};
use http::{Method, StatusCode};
use httparse::{ParserConfig, Status};

use crate::gateway::http1::Rest;
use crate::gateway::http1::chunks::Chunks;
use crate::gateway::http1::lines::{head_end, lists, number};
use crate::outcome::intake::{KEEP_ALIVE, PROXY_CONNECTION};

/// The most bytes that a head may have.
const MOST_HEAD: usize = 64 * 1024;

/// The most headers that it may have.
const MOST_HEADERS: usize = 100;

/// How many headers the gateway puts on most answers.
const ADDED: usize = 4;

/// What an upstream says of its connection and not of the answer, beside what is listened to.
static OF_CONNECTION: [HeaderName; 3] = [UPGRADE, KEEP_ALIVE, PROXY_CONNECTION];

/// The head of an answer. What it says of the connection is left out, but where the connection becomes another.
#[derive(Debug)]
pub(crate) struct Head {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    /// Where its body ends.
    pub(crate) rest: Rest,
    /// Whether the connection is kept behind it.
    pub(crate) keeps: bool,
}

/// What came is no answer that Envoy takes.
#[derive(Debug)]
pub(crate) struct Malformed;

/// Takes the head of an answer out of what came; interim ones are passed over. `scanned` remembers how much of it has
/// been looked at.
pub(crate) fn take(inbox: &mut BytesMut, scanned: &mut usize, method: &Method) -> Result<Option<Head>, Malformed> {
    while let Some(end) = head_end(inbox, *scanned) {
        *scanned = 0;
        let bytes = inbox.split_to(end).freeze();
        let head = if bytes.len() > MOST_HEAD { Err(Malformed) } else { read(&bytes, method) }?;
        if !head.status.is_informational() || head.status == StatusCode::SWITCHING_PROTOCOLS {
            return Ok(Some(head));
        }
    }
    *scanned = inbox.len();
    if inbox.len() > MOST_HEAD || !inbox.is_empty() && parse(inbox, |_, _, _, _| Ok(()))?.is_complete() {
        return Err(Malformed);
    }
    Ok(None)
}

/// Where a head says that its body ends, and what becomes of the connection.
#[derive(Default)]
struct Told {
    length: Option<u64>,
    is_chunked: bool,
    closes: bool,
    stays: bool,
}

impl Told {
    /// Takes a header in; `false`: it says nothing of the answer itself.
    fn hear(&mut self, name: &HeaderName, value: &[u8]) -> Result<bool, Malformed> {
        if name == CONTENT_LENGTH {
            let is_second = self.length.replace(number(value).ok_or(Malformed)?).is_some();
            return if is_second { Err(Malformed) } else { Ok(true) };
        }
        if name == TRANSFER_ENCODING {
            let is_second = std::mem::replace(&mut self.is_chunked, true);
            return if is_second || !value.eq_ignore_ascii_case(b"chunked") { Err(Malformed) } else { Ok(false) };
        }
        if name == CONNECTION {
            self.closes |= lists(value, b"close");
            self.stays |= lists(value, b"keep-alive");
            return Ok(false);
        }
        Ok(!OF_CONNECTION.contains(name))
    }
}

/// Parses a head and hands its parts over where it is whole: status, minor version, length, headers.
fn parse<T>(
    bytes: &[u8],
    whole: impl FnOnce(u16, u8, usize, &[httparse::Header<'_>]) -> Result<T, Malformed>,
) -> Result<Status<T>, Malformed> {
    // Empty lines before an answer are none of HTTP's.
    if bytes.first() != Some(&b'H') {
        return Err(Malformed);
    }
    let mut headers = [const { MaybeUninit::uninit() }; MOST_HEADERS];
    let mut response = httparse::Response::new(&mut []);
    let parsed = ParserConfig::default().parse_response_with_uninit_headers(&mut response, bytes, &mut headers);
    match (parsed.map_err(|_| Malformed)?, response.code, response.version) {
        (Status::Partial, _, _) => Ok(Status::Partial),
        (Status::Complete(length), Some(status), Some(version)) => {
            whole(status, version, length, response.headers).map(Status::Complete)
        }
        _ => Err(Malformed),
    }
}

/// Reads a whole head.
fn read(bytes: &Bytes, method: &Method) -> Result<Head, Malformed> {
    let parsed = parse(bytes, |status, version, length, found| {
        let status = StatusCode::from_u16(status).map_err(|_| Malformed)?;
        if length != bytes.len() {
            return Err(Malformed);
        }
        let mut told = Told::default();
        let mut headers = HeaderMap::with_capacity(found.len() + ADDED);
        for header in found {
            let name = HeaderName::from_bytes(header.name.as_bytes()).map_err(|_| Malformed)?;
            if told.hear(&name, header.value)? || status == StatusCode::SWITCHING_PROTOCOLS {
                let value = bytes.slice_ref(header.value);
                headers.append(name, HeaderValue::from_maybe_shared(value).map_err(|_| Malformed)?);
            }
        }
        finish(status, version == 0, headers, &told, method)
    })?;
    match parsed {
        Status::Complete(head) => Ok(head),
        Status::Partial => Err(Malformed),
    }
}

fn finish(
    status: StatusCode,
    is_old: bool,
    headers: HeaderMap,
    told: &Told,
    method: &Method,
) -> Result<Head, Malformed> {
    let Told { length, is_chunked, closes, stays } = *told;
    let has_body_anyway = status == StatusCode::NO_CONTENT && (is_chunked || length.is_some_and(|length| length > 0));
    if is_chunked && (length.is_some() || is_old) || has_body_anyway {
        return Err(Malformed);
    }
    let has_none = status.is_informational()
        || matches!(status, StatusCode::NO_CONTENT | StatusCode::NOT_MODIFIED)
        || *method == Method::HEAD;
    let rest = match length {
        _ if has_none => Rest::Nothing,
        Some(0) => Rest::Nothing,
        Some(length) => Rest::Length(length),
        None if is_chunked => Rest::Chunked(Chunks::default()),
        None => Rest::UntilEnd,
    };
    let keeps = if is_old { stays } else { !closes } && !matches!(rest, Rest::UntilEnd);
    Ok(Head { status, headers, rest, keeps })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    /// What is made of an answer that comes in these pieces.
    fn taken(pieces: &[&str]) -> Result<Option<Head>, Malformed> {
        let (mut inbox, mut scanned) = (BytesMut::new(), 0);
        let mut taken = Ok(None);
        for piece in pieces {
            inbox.extend_from_slice(piece.as_bytes());
            taken = Ok(take(&mut inbox, &mut scanned, &Method::GET)?);
        }
        taken
    }

    fn takes(pieces: &[&str]) -> bool {
        taken(pieces).is_ok_and(|head| head.is_some())
    }

    #[test]
    fn framing_must_be_said_once_and_plainly() {
        assert!(takes(&["HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok"]));
        assert!(takes(&["HTTP/1.1 200 OK\r\nTransfer-Enc", "oding: Chunked\r\n\r\n0\r\n\r\n"]));
        for head in [
            "content-length: 2\r\ncontent-length: 2",
            "content-length: 2\r\ntransfer-encoding: chunked",
            "transfer-encoding: gzip, chunked",
            "transfer-encoding: identity",
            "transfer-encoding: chunked\r\ntransfer-encoding: chunked",
            "content-length: 2, 2",
            "content-length: -2",
            "content-length: 99999999999999999999",
            "no colon",
            "folded: a\r\n b",
        ] {
            assert!(taken(&[&format!("HTTP/1.1 200 OK\r\n{head}\r\n\r\n")]).is_err(), "{head}");
        }
        assert!(taken(&["HTTP/1.0 200 OK\r\ntransfer-encoding: chunked\r\n\r\n"]).is_err());
    }

    #[test]
    fn interim_answers_are_passed_over() {
        assert!(takes(&["HTTP/1.1 103 X\r\nlink: a\r\n\r\n", "HTTP/1.1 200 OK\r\n\r\n"]));
        assert!(taken(&["HTTP/1.1 100 C\r\n\r\nHTTP/1.1 204 N\r\ncontent-length: 1\r\n\r\n"]).is_err());
        assert!(matches!(taken(&["HTTP/1.1 100 C\r\n\r\nHTT"]), Ok(None)));
    }

    #[test]
    fn what_is_no_status_line_is_refused_at_once() {
        for line in ["junk\r\n", "\r\nHTTP/1.1 200 OK\r\n", "HTTP/1.1 99 X\r\n", "HTTP/1.1\r\n", "x", "HTTP/2.0 200 OK"]
        {
            assert!(taken(&[line]).is_err(), "{line}");
        }
    }

    #[test]
    fn a_connection_is_kept_where_both_sides_know_the_end() {
        let keeps = |head: &str| taken(&[&format!("{head}\r\n\r\n")]).unwrap().unwrap().keeps;
        assert!(keeps("HTTP/1.1 200 OK\r\ncontent-length: 2"));
        assert!(!keeps("HTTP/1.1 200 OK\r\ncontent-length: 2\r\nConnection: x, Close"));
        assert!(!keeps("HTTP/1.1 200 OK"));
        assert!(!keeps("HTTP/1.0 200 OK\r\ncontent-length: 2"));
        assert!(keeps("HTTP/1.0 200 OK\r\ncontent-length: 2\r\nconnection: keep-alive"));
        assert!(keeps("HTTP/1.1 304 OK"));
    }

    #[test]
    fn heads_have_an_end() {
        let long = format!("HTTP/1.1 200 OK\r\nx: {}", "a".repeat(MOST_HEAD));
        assert!(taken(&[&long]).is_err());
        let many = "x: y\r\n".repeat(MOST_HEADERS + 1);
        assert!(taken(&[&format!("HTTP/1.1 200 OK\r\n{many}\r\n")]).is_err());
    }
}
