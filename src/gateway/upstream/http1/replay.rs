//! Answers out of memory, for those who throw bytes at the reading of them.

use std::borrow::Cow;
use std::future::Future as _;
use std::io;
use std::pin::{Pin, pin};
use std::task::{Context, Poll, Waker};

use http::header::HeaderMap;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use super::{Connection, Outgoing};
use crate::gateway::upload::UpBody;
use crate::outcome::head::Head;

/// Reads bytes as an answer that comes in pieces of this size, and then ends: its status and its body. `None` where it
/// is no answer, or breaks off.
pub(crate) fn read_answer(bytes: &[u8], piece: usize) -> Option<(u16, Vec<u8>)> {
    let head = Head {
        method: Cow::Borrowed("GET"),
        https: false,
        authority: Cow::Borrowed(""),
        path: Cow::Borrowed("/"),
        headers: HeaderMap::new(),
    };
    let mut connection = Connection::new(Pieces { bytes, piece });
    let mut cx = Context::from_waker(Waker::noop());
    let Poll::Ready(Ok(head)) = pin!(connection.ask(Outgoing::new(&head, UpBody::Empty)?)).poll(&mut cx) else {
        return None;
    };
    let mut body = Vec::new();
    while let Poll::Ready(Some(piece)) = connection.poll_body(&mut cx) {
        body.extend_from_slice(&piece.ok()?);
    }
    Some((head.status.as_u16(), body))
}

/// Bytes that come in pieces; what is written goes nowhere.
struct Pieces<'b> {
    bytes: &'b [u8],
    piece: usize,
}

impl AsyncRead for Pieces<'_> {
    fn poll_read(mut self: Pin<&mut Self>, _: &mut Context<'_>, into: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let length = self.piece.min(into.remaining()).min(self.bytes.len());
        let (piece, rest) = self.bytes.split_at(length);
        into.put_slice(piece);
        self.bytes = rest;
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for Pieces<'_> {
    fn poll_write(self: Pin<&mut Self>, _: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        Poll::Ready(Ok(bytes.len()))
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }
}
