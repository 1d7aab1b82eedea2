//! The body of an upstream's answer as it comes, with the connection that it comes over.

use std::future::{Future as _, poll_fn};
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use http_body::{Frame, SizeHint};
use hyper::body::Incoming;
use tokio::sync::mpsc;

use super::connect::Wire;
use super::pool::{Http1, Lease};
use crate::gateway::body::Failure;
use crate::gateway::prefixed::Prefixed;

/// How many pieces wait for a client that is slower than its upstream, where a task of its own reads them.
const WAITING: usize = 1;

/// What a body's reading comes to, and whether that is its end.
type Piece = (Option<io::Result<Bytes>>, bool);

/// The body of an upstream's answer. Its connection is given back where it ends, and closed where it is dropped before.
pub(crate) enum Arriving {
    /// Nothing more comes.
    Done,
    /// Over a connection of HTTP/1, read as it is wanted.
    Http1(Box<Http1>, Lease),
    /// The same while the request still goes out: whoever sends it reads the answer, too.
    Driven(mpsc::Receiver<Piece>),
    /// As a stream of HTTP/2.
    Http2(Incoming, #[expect(dead_code, reason = "it counts the request for as long as it lives")] Lease),
    /// The connection has become something else.
    Upgraded(Box<(Prefixed<Wire>, Lease)>),
}

impl Arriving {
    /// What comes behind a head.
    pub(super) fn new(connection: Box<Http1>, lease: Lease, is_upgraded: bool) -> Self {
        if is_upgraded {
            return Self::Upgraded(Box::new((connection.into_stream(), lease)));
        }
        if connection.is_done() {
            lease.give_back(connection);
            return Self::Done;
        }
        if connection.is_sent() {
            return Self::Http1(connection, lease);
        }
        let (pieces, driven) = mpsc::channel(WAITING);
        tokio::task::spawn_local(drive(connection, lease, pieces));
        Self::Driven(driven)
    }

    /// The next piece, where a connection of HTTP/1 carries it.
    fn poll_piece(&mut self, cx: &mut Context<'_>) -> Poll<Option<io::Result<Bytes>>> {
        let (piece, is_last) = match self {
            Self::Http1(connection, _) => {
                let piece = ready!(connection.poll_body(cx));
                (piece, connection.is_done())
            }
            Self::Driven(pieces) => {
                let broken = || (Some(Err(io::ErrorKind::BrokenPipe.into())), true);
                ready!(pieces.poll_recv(cx)).unwrap_or_else(broken)
            }
            _ => (None, false),
        };
        if is_last && let Self::Http1(connection, lease) = std::mem::replace(self, Self::Done) {
            lease.give_back(connection);
        }
        Poll::Ready(piece)
    }

    /// The connection, where it has become something else.
    pub(crate) fn into_upgraded(self) -> Option<Box<(Prefixed<Wire>, Lease)>> {
        match self {
            Self::Upgraded(upgraded) => Some(upgraded),
            _ => None,
        }
    }
}

impl http_body::Body for Arriving {
    type Data = Bytes;
    type Error = Failure;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Failure>>> {
        match &mut *self {
            Self::Http2(incoming, _) => Pin::new(incoming).poll_frame(cx).map_err(Into::into),
            other => other.poll_piece(cx).map(|piece| Some(piece?.map(Frame::data).map_err(Into::into))),
        }
    }

    fn is_end_stream(&self) -> bool {
        match self {
            Self::Done => true,
            Self::Http1(..) | Self::Driven(_) | Self::Upgraded(_) => false,
            Self::Http2(incoming, _) => incoming.is_end_stream(),
        }
    }

    fn size_hint(&self) -> SizeHint {
        match self {
            Self::Done => SizeHint::with_exact(0),
            Self::Http1(connection, _) => connection.length().map(SizeHint::with_exact).unwrap_or_default(),
            Self::Driven(_) | Self::Upgraded(_) => SizeHint::default(),
            Self::Http2(incoming, _) => incoming.size_hint(),
        }
    }
}

/// Sends the rest of a request while its answer comes already. The client may be slower with the answer than with its
/// request: neither waits for the other.
async fn drive(mut connection: Box<Http1>, lease: Lease, pieces: mpsc::Sender<Piece>) {
    loop {
        let next = poll_fn(|cx| {
            if !connection.is_sent() && matches!(connection.poll_send(cx), Poll::Ready(Err(_))) {
                return Poll::Ready(Some(Err(io::ErrorKind::BrokenPipe.into())));
            }
            connection.poll_body(cx)
        });
        let piece = tokio::select! {
            next = next => next,
            () = pieces.closed() => return,
        };
        let is_last = !matches!(piece, Some(Ok(_))) || connection.is_done();
        let mut room = std::pin::pin!(pieces.reserve());
        let room = poll_fn(|cx| {
            if !connection.is_sent() {
                let _ = connection.poll_send(cx);
            }
            room.as_mut().poll(cx)
        });
        match room.await {
            Ok(room) => room.send((piece, is_last)),
            Err(_) => return,
        }
        if is_last {
            return lease.give_back(connection);
        }
    }
}
