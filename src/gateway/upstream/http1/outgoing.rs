//! A request on its way out: its head as it is written, its body as it comes.

use std::pin::Pin;
use std::task::{Context, Poll, ready};

use http::Method;
use http::header::{CONTENT_LENGTH, HOST, HeaderMap, TRANSFER_ENCODING};
use http_body::Body as _;
use tokio::io::AsyncWrite;

use crate::gateway::outbox::{Framing, Outbox, write_header};
use crate::gateway::upload::UpBody;
use crate::gateway::upstream::request::target;
use crate::outcome::head::Head;

/// A request that is being sent.
pub(crate) struct Outgoing {
    outbox: Outbox,
    body: UpBody,
    method: Method,
    /// Whether any of it was sent.
    has_left: bool,
}

/// Why a request cannot be sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Unsent {
    /// Its body broke off.
    Body,
    /// The connection does not take it.
    Connection,
}

impl Outgoing {
    /// Writes a head. `None` where it cannot be said in HTTP/1.
    pub(crate) fn new(head: &Head<'_>, body: UpBody) -> Option<Self> {
        let method = Method::from_bytes(head.method.as_bytes()).ok()?;
        let target = target(&head.path);
        let mut outbox = Outbox::with_room_for(body.size_hint().exact().unwrap_or_default());
        let written = outbox.head();
        for part in [method.as_str().as_bytes(), b" ", &target, b" HTTP/1.1\r\n"] {
            written.extend_from_slice(part);
        }
        if head.authority.bytes().all(|byte| matches!(byte, 0x20..0x7f | b'\t')) {
            write_header(written, HOST.as_str().as_bytes(), head.authority.as_bytes());
        }
        let framing = framing(&head.headers, &body);
        for (name, value) in &head.headers {
            if *name != HOST && *name != TRANSFER_ENCODING && (framing != Framing::Chunked || *name != CONTENT_LENGTH) {
                write_header(written, name.as_str().as_bytes(), value.as_bytes());
            }
        }
        match framing {
            Framing::Chunked => write_header(written, TRANSFER_ENCODING.as_str().as_bytes(), b"chunked"),
            Framing::Length(length) if !head.headers.contains_key(CONTENT_LENGTH) => {
                let mut digits = itoa::Buffer::new();
                write_header(written, CONTENT_LENGTH.as_str().as_bytes(), digits.format(length).as_bytes());
            }
            _ => {}
        }
        written.extend_from_slice(b"\r\n");
        outbox.framing = framing;
        Some(Self { outbox, body, method, has_left: false })
    }

    /// Its method.
    pub(crate) fn method(&self) -> &Method {
        &self.method
    }

    /// Whether a part of it was sent.
    pub(crate) fn has_left(&self) -> bool {
        self.has_left
    }

    /// Sends what there is of it; ready when all of it was sent.
    pub(crate) fn poll_send<W>(&mut self, cx: &mut Context<'_>, mut wire: Pin<&mut W>) -> Poll<Result<(), Unsent>>
    where
        W: AsyncWrite,
    {
        loop {
            self.outbox.load(Pin::new(&mut self.body), cx).map_err(|_| Unsent::Body)?;
            if self.outbox.is_empty() {
                ready!(wire.as_mut().poll_flush(cx)).map_err(|_| Unsent::Connection)?;
                let is_whole = self.outbox.framing == Framing::Ended;
                return if is_whole { Poll::Ready(Ok(())) } else { Poll::Pending };
            }
            ready!(self.outbox.poll_send(cx, wire.as_mut())).map_err(|_| Unsent::Connection)?;
            self.has_left = true;
        }
    }
}

/// How a body is framed: as its headers say, or as it is known.
fn framing(headers: &HeaderMap, body: &UpBody) -> Framing {
    if body.is_end_stream() {
        return Framing::Ended;
    }
    if headers.contains_key(TRANSFER_ENCODING) {
        return Framing::Chunked;
    }
    let told = headers.get(CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse().ok());
    told.or_else(|| body.size_hint().exact()).map_or(Framing::Chunked, Framing::Length)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::borrow::Cow;

    use bytes::Bytes;
    use http::header::HeaderValue;
    use tokio::io::AsyncReadExt as _;

    use super::*;

    fn head(method: &'static str, headers: &[(&'static str, &'static str)]) -> Head<'static> {
        let headers = headers.iter().map(|(name, value)| (name.parse().unwrap(), HeaderValue::from_static(value)));
        Head {
            method: Cow::Borrowed(method),
            https: false,
            authority: Cow::Borrowed("a.example"),
            path: Cow::Borrowed("/x?y"),
            headers: headers.collect(),
        }
    }

    fn sent(head: &Head<'_>, body: UpBody) -> Result<String, Unsent> {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(async {
            let (mut ours, mut theirs) = tokio::io::duplex(1 << 20);
            let mut outgoing = Outgoing::new(head, body).unwrap();
            std::future::poll_fn(|cx| outgoing.poll_send(cx, Pin::new(&mut ours))).await?;
            assert!(outgoing.has_left());
            drop(ours);
            let mut text = String::new();
            theirs.read_to_string(&mut text).await.unwrap();
            Ok(text)
        })
    }

    #[test]
    fn a_request_without_a_body_is_its_head() {
        let sent = sent(&head("GET", &[("accept", "*/*"), ("transfer-encoding", "chunked")]), UpBody::Empty);
        assert_eq!(sent.unwrap(), "GET /x?y HTTP/1.1\r\nhost: a.example\r\naccept: */*\r\n\r\n");
    }

    #[test]
    fn a_body_of_our_own_tells_its_length() {
        let sent = sent(&head("POST", &[]), UpBody::Full(Bytes::from_static(b"abc")));
        assert_eq!(sent.unwrap(), "POST /x?y HTTP/1.1\r\nhost: a.example\r\ncontent-length: 3\r\n\r\nabc");
    }

    #[test]
    fn a_body_that_is_chunked_is_chunked_again_and_has_no_length() {
        let large = "x".repeat(8 * 1024 + 1);
        let (sender, pieces) = tokio::sync::mpsc::channel(3);
        for piece in ["abc", "", &large] {
            sender.try_send(Bytes::copy_from_slice(piece.as_bytes())).unwrap();
        }
        drop(sender);
        let head = head("PUT", &[("content-length", "7"), ("transfer-encoding", "Chunked")]);
        let sent = sent(&head, UpBody::Pushed(pieces)).unwrap();
        let (head, body) = sent.split_once("\r\n\r\n").unwrap();
        assert_eq!(head, "PUT /x?y HTTP/1.1\r\nhost: a.example\r\ntransfer-encoding: chunked");
        assert_eq!(body, format!("3\r\nabc\r\n2001\r\n{large}\r\n0\r\n\r\n"));
    }

    #[test]
    fn a_body_is_as_long_as_was_told() {
        let head = head("POST", &[("content-length", "2")]);
        assert!(sent(&head, UpBody::Full(Bytes::from_static(b"abc"))).unwrap().ends_with("\r\n\r\nab"));
        assert_eq!(sent(&head, UpBody::Full(Bytes::from_static(b"a"))), Err(Unsent::Body));
        let (sender, pieces) = tokio::sync::mpsc::channel(1);
        drop(sender);
        let nothing = self::head("POST", &[("content-length", "0")]);
        assert!(sent(&nothing, UpBody::Pushed(pieces)).unwrap().ends_with("content-length: 0\r\n\r\n"));
    }

    #[test]
    fn what_would_end_a_target_is_encoded() {
        let odd = Head { path: Cow::Borrowed("/a b{?\"c\""), ..head("GET", &[]) };
        assert!(sent(&odd, UpBody::Empty).unwrap().starts_with("GET /a%20b{?\"c\" HTTP/1.1\r\n"));
    }
}
