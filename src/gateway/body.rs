//! Bodies of answers on their way to clients.

use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use http_body::{Frame, SizeHint};

use super::passing::Passing;

/// Whatever breaks a body off.
pub(crate) type Failure = Box<dyn std::error::Error + Send + Sync>;

/// A body that comes from a filter or from our own pages.
pub(crate) type Stream = Pin<Box<dyn http_body::Body<Data = Bytes, Error = Failure>>>;

/// The body of an answer.
pub(crate) enum Body {
    /// None.
    Empty,
    /// One piece.
    Full(Bytes),
    /// An upstream's, as it comes.
    Passing(Box<Passing>),
    /// Made on the way.
    Stream(Stream),
}

impl http_body::Body for Body {
    type Data = Bytes;
    type Error = Failure;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Failure>>> {
        match &mut *self {
            Self::Empty => Poll::Ready(None),
            Self::Full(bytes) => {
                let bytes = std::mem::take(bytes);
                *self = Self::Empty;
                Poll::Ready(Some(Ok(Frame::data(bytes))))
            }
            Self::Passing(passing) => Pin::new(&mut **passing).poll_frame(cx),
            Self::Stream(stream) => stream.as_mut().poll_frame(cx),
        }
    }

    fn is_end_stream(&self) -> bool {
        match self {
            Self::Empty => true,
            Self::Full(bytes) => bytes.is_empty(),
            Self::Passing(passing) => passing.is_end_stream(),
            Self::Stream(stream) => stream.is_end_stream(),
        }
    }

    fn size_hint(&self) -> SizeHint {
        match self {
            Self::Empty => SizeHint::with_exact(0),
            Self::Full(bytes) => SizeHint::with_exact(bytes.len() as u64),
            Self::Passing(passing) => passing.size_hint(),
            Self::Stream(stream) => stream.size_hint(),
        }
    }
}
