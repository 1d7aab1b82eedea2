//! A connection to an endpoint: one request and its answer after the other.

use std::future::{Future as _, poll_fn};
use std::io;
use std::pin::{Pin, pin};
use std::task::{Context, Poll, Waker, ready};

use bytes::{Bytes, BytesMut};
use http::Method;
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite};

use super::answer::{Head, Malformed, take};
use super::outgoing::{Outgoing, Unsent};
use crate::gateway::fault::Fault;
use crate::gateway::http1::Rest;
use crate::gateway::prefixed::Prefixed;

/// How much is read at once where a head is to come, and in a long body.
const HEAD_PIECE: usize = 8 * 1024;
const BODY_PIECE: usize = 64 * 1024;

/// A connection to an endpoint.
pub(crate) struct Connection<W> {
    wire: W,
    /// Read and not understood.
    inbox: BytesMut,
    /// How much of it has been looked at for the end of a head.
    scanned: usize,
    /// The request, as long as it has not been sent whole.
    outgoing: Option<Outgoing>,
    /// What has not come of its answer.
    rest: Rest,
    /// Whether the upstream keeps the connection.
    keeps: bool,
    /// Whether any of the answer under way has come.
    has_begun: bool,
}

impl<W: AsyncRead + AsyncWrite + Unpin> Connection<W> {
    /// A connection over which nothing has gone yet.
    pub(crate) fn new(wire: W) -> Self {
        Self {
            wire,
            inbox: BytesMut::new(),
            scanned: 0,
            outgoing: None,
            rest: Rest::Nothing,
            keeps: true,
            has_begun: false,
        }
    }

    /// Whether nothing has come since the last answer: neither its end, nor what nobody has asked for.
    pub(crate) fn is_quiet(&mut self) -> bool {
        let mut nothing = [0; 1];
        let mut nothing = tokio::io::ReadBuf::new(&mut nothing);
        let mut cx = Context::from_waker(Waker::noop());
        Pin::new(&mut self.wire).poll_read(&mut cx, &mut nothing).is_pending()
    }

    /// Whether the next request may follow: this one and its answer are through, and nothing stands behind.
    pub(crate) fn is_reusable(&self) -> bool {
        self.keeps && self.is_done() && self.inbox.is_empty() && self.is_sent()
    }

    /// Whether the answer has ended.
    pub(crate) fn is_done(&self) -> bool {
        self.rest.is_over()
    }

    /// How much of the answer's body is to come, where that is known.
    pub(crate) fn length(&self) -> Option<u64> {
        self.rest.length()
    }

    /// Whether the request was sent whole.
    pub(crate) fn is_sent(&self) -> bool {
        self.outgoing.is_none()
    }

    /// Takes back a request of which nothing was sent.
    pub(crate) fn take_unsent(&mut self) -> Option<Outgoing> {
        self.outgoing.take().filter(|outgoing| !outgoing.has_left())
    }

    /// Sends a request and waits for the head of the answer; the rest of the request may still be on its way then.
    pub(crate) async fn ask(&mut self, outgoing: Outgoing) -> Result<Head, Fault> {
        let method = outgoing.method().clone();
        self.outgoing = Some(outgoing);
        self.has_begun = false;
        let mut head = poll_fn(|cx| self.poll_answer(cx, &method)).await?;
        self.rest = std::mem::replace(&mut head.rest, Rest::Nothing);
        self.keeps = head.keeps;
        Ok(head)
    }

    fn poll_answer(&mut self, cx: &mut Context<'_>, method: &Method) -> Poll<Result<Head, Fault>> {
        let sent = self.poll_send(cx);
        if sent == Poll::Ready(Err(Unsent::Body)) {
            return Poll::Ready(Err(Fault::Client));
        }
        match self.poll_head(cx, method) {
            // Who takes no more of a request may have answered it.
            Poll::Pending if sent == Poll::Ready(Err(Unsent::Connection)) => Poll::Ready(Err(Fault::Termination)),
            polled => polled,
        }
    }

    /// Sends what there is of the request; ready when all of it was sent.
    pub(crate) fn poll_send(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Unsent>> {
        if let Some(outgoing) = &mut self.outgoing {
            ready!(outgoing.poll_send(cx, Pin::new(&mut self.wire)))?;
            // It may hold a body that was kept: that is not to wait in a pool with the connection.
            self.outgoing = None;
        }
        Poll::Ready(Ok(()))
    }

    fn poll_head(&mut self, cx: &mut Context<'_>, method: &Method) -> Poll<Result<Head, Fault>> {
        loop {
            match take(&mut self.inbox, &mut self.scanned, method) {
                Ok(Some(head)) => return Poll::Ready(Ok(head)),
                Ok(None) => {}
                Err(Malformed) => return Poll::Ready(Err(Fault::Protocol)),
            }
            match ready!(self.poll_fill(cx, HEAD_PIECE)) {
                Ok(length) if length > 0 => self.has_begun = true,
                _ => return Poll::Ready(Err(if self.has_begun { Fault::Protocol } else { Fault::Termination })),
            }
        }
    }

    /// The next piece of the answer's body.
    pub(crate) fn poll_body(&mut self, cx: &mut Context<'_>) -> Poll<Option<io::Result<Bytes>>> {
        loop {
            match self.rest.take(&mut self.inbox) {
                Ok(piece) if !piece.is_empty() => return Poll::Ready(Some(Ok(piece))),
                Ok(_) if self.is_done() => return Poll::Ready(None),
                Ok(_) => {}
                Err(_) => return Poll::Ready(Some(Err(io::ErrorKind::InvalidData.into()))),
            }
            let wanted = self.length().unwrap_or(u64::MAX).clamp(HEAD_PIECE as u64, BODY_PIECE as u64);
            let length = ready!(self.poll_fill(cx, wanted as usize));
            match (length, &self.rest) {
                (Ok(0), Rest::UntilEnd) => self.rest = Rest::Nothing,
                (Ok(0), _) => return Poll::Ready(Some(Err(io::ErrorKind::UnexpectedEof.into()))),
                (Ok(_), _) => {}
                (Err(error), _) => return Poll::Ready(Some(Err(error))),
            }
        }
    }

    fn poll_fill(&mut self, cx: &mut Context<'_>, piece: usize) -> Poll<io::Result<usize>> {
        self.inbox.reserve(piece);
        pin!(self.wire.read_buf(&mut self.inbox)).poll(cx)
    }

    /// The connection as it is, with what was read of it.
    pub(crate) fn into_stream(self) -> Prefixed<W> {
        Prefixed::new(self.inbox.freeze(), self.wire)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::borrow::Cow;

    use http::header::HeaderMap;
    use tokio::io::AsyncWriteExt as _;

    use super::*;
    use crate::gateway::upload::UpBody;
    use crate::outcome;

    fn head() -> outcome::head::Head<'static> {
        outcome::head::Head {
            method: Cow::Borrowed("GET"),
            https: false,
            authority: Cow::Borrowed("a"),
            path: Cow::Borrowed("/"),
            headers: HeaderMap::new(),
        }
    }

    fn get() -> Outgoing {
        Outgoing::new(&head(), UpBody::Empty).unwrap()
    }

    /// What comes of one request where the upstream says this and closes: the body, and whether another may follow.
    fn answered(text: &str) -> Result<(String, bool), String> {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(async {
            let (ours, mut theirs) = tokio::io::duplex(1 << 16);
            theirs.write_all(text.as_bytes()).await.unwrap();
            theirs.shutdown().await.unwrap();
            let mut connection = Connection::new(ours);
            connection.ask(get()).await.map_err(|fault| format!("{fault:?}"))?;
            let mut body = String::new();
            while let Some(piece) = poll_fn(|cx| connection.poll_body(cx)).await {
                body.push_str(std::str::from_utf8(&piece.map_err(|error| error.kind().to_string())?).unwrap());
            }
            assert!(connection.is_sent());
            Ok((body, connection.is_reusable()))
        })
    }

    #[test]
    fn a_body_ends_as_its_head_says() {
        let whole = |text: &str| answered(text).unwrap();
        assert_eq!(whole("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok"), ("ok".to_owned(), true));
        assert_eq!(whole("HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n"), (String::new(), true));
        assert_eq!(whole("HTTP/1.1 200 OK\r\n\r\nuntil the end"), ("until the end".to_owned(), false));
        let chunked =
            "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n3\r\nabc\r\n1;x=y\r\nd\r\n0\r\nt: u\r\n\r\n";
        assert_eq!(whole(chunked), ("abcd".to_owned(), true));
    }

    #[test]
    fn a_connection_with_something_behind_the_answer_is_not_used_again() {
        let behind = "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nokHTTP/1.1 200 OK\r\n";
        assert_eq!(answered(behind), Ok(("ok".to_owned(), false)));
    }

    #[test]
    fn a_body_that_breaks_off_is_an_error() {
        assert_eq!(answered("HTTP/1.1 200 OK\r\ncontent-length: 3\r\n\r\nok").unwrap_err(), "unexpected end of file");
        let chunked = "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n3\r\nabc\r\n";
        assert_eq!(answered(chunked).unwrap_err(), "unexpected end of file");
        let wrong = "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nx\r\n";
        assert_eq!(answered(wrong).unwrap_err(), "invalid data");
    }

    #[test]
    fn an_end_within_an_answer_is_another_fault_than_one_before_it() {
        assert_eq!(answered("").unwrap_err(), "Termination");
        assert_eq!(answered("HTTP/1.1 2").unwrap_err(), "Protocol");
        assert_eq!(answered("HTTP/1.1 100 Continue\r\n\r\n").unwrap_err(), "Protocol");
    }

    #[test]
    fn a_request_that_was_sent_is_not_kept_with_its_connection() {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(async {
            let (ours, mut theirs) = tokio::io::duplex(1 << 16);
            theirs.write_all(b"HTTP/1.1 204 No Content\r\n\r\n").await.unwrap();
            let (sender, pieces) = tokio::sync::mpsc::channel(1);
            sender.try_send(Bytes::from_static(b"abc")).unwrap();
            let headers = [(http::header::CONTENT_LENGTH, 3.into())].into_iter().collect();
            let head = outcome::head::Head { method: Cow::Borrowed("PUT"), headers, ..head() };
            let mut connection = Connection::new(ours);
            connection.ask(Outgoing::new(&head, UpBody::Pushed(pieces)).unwrap()).await.unwrap();
            assert!(connection.is_reusable() && sender.is_closed());
        });
    }

    #[test]
    fn who_says_something_unasked_is_not_quiet() {
        let (ours, mut theirs) = tokio::io::duplex(64);
        let mut connection = Connection::new(ours);
        assert!(connection.is_quiet());
        let mut cx = Context::from_waker(Waker::noop());
        assert!(pin!(theirs.write_all(b"x")).poll(&mut cx).is_ready());
        assert!(!connection.is_quiet());
    }
}
