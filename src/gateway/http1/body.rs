//! The body of a client's request, however it comes.

use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};

use bytes::Bytes;
use http_body::Frame;
use hyper::body::Incoming;

use crate::gateway::body::Failure;

/// Where bodies come from over HTTP/1.
pub(crate) trait Bodies {
    /// The next piece.
    fn poll_piece(&self, cx: &mut Context<'_>) -> Poll<Option<Result<Bytes, Failure>>>;

    /// Whether nothing more comes.
    fn is_over(&self) -> bool;
}

/// The body of a client's request.
pub(crate) enum ClientBody {
    /// There is none.
    Empty,
    /// As it comes over HTTP/1.
    Http1(Rc<dyn Bodies>),
    /// As it comes over HTTP/2.
    Http2(Incoming),
}

impl http_body::Body for ClientBody {
    type Data = Bytes;
    type Error = Failure;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Failure>>> {
        match &mut *self {
            Self::Empty => Poll::Ready(None),
            Self::Http1(bodies) => bodies.poll_piece(cx).map(|piece| piece.map(|piece| piece.map(Frame::data))),
            Self::Http2(incoming) => Pin::new(incoming).poll_frame(cx).map_err(Into::into),
        }
    }

    fn is_end_stream(&self) -> bool {
        match self {
            Self::Empty => true,
            Self::Http1(bodies) => bodies.is_over(),
            Self::Http2(incoming) => incoming.is_end_stream(),
        }
    }
}
