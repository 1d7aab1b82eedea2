//! What is written to a peer and not sent yet: a head, and the body behind it as it comes.

use std::fmt::Write as _;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::{Buf as _, Bytes, BytesMut};
use http_body::Body;
use tokio::io::AsyncWrite;

use super::body::Failure;

/// Pieces up to this size are copied behind what goes before them, so that they are sent together.
const SMALL: usize = 8 * 1024;

/// What most heads take.
const HEAD: usize = 1024;

/// How a peer learns where a body ends.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Framing {
    /// There is none, or no more of it.
    #[default]
    Ended,
    /// So much more comes.
    Length(u64),
    /// Chunks.
    Chunked,
    /// With the connection.
    UntilEnd,
}

/// What is written and not sent.
#[derive(Debug, Default)]
pub(crate) struct Outbox {
    /// Heads, small pieces, what frames a large one.
    written: BytesMut,
    /// A large piece, behind it.
    piece: Bytes,
    /// What ends that piece.
    tail: &'static [u8],
    /// How the body goes on.
    pub(crate) framing: Framing,
}

impl Outbox {
    /// For a head and a body of this length, if that is small.
    pub(crate) fn with_room_for(length: u64) -> Self {
        let body = usize::try_from(length).unwrap_or(usize::MAX);
        let room = HEAD + if body <= SMALL { body } else { 0 };
        Self { written: BytesMut::with_capacity(room), ..Self::default() }
    }

    /// Where a head is written, before any body.
    pub(crate) fn head(&mut self) -> &mut BytesMut {
        &mut self.written
    }

    /// Whether all that was written was sent.
    pub(crate) fn is_empty(&self) -> bool {
        self.written.is_empty() && self.piece.is_empty() && self.tail.is_empty()
    }

    /// Takes more of a body, as long as there is room; tells whether the body has nothing now. Trailers go no further.
    ///
    /// # Errors
    ///
    /// The body breaks off, or is shorter than was told.
    pub(crate) fn load<B>(&mut self, mut body: Pin<&mut B>, cx: &mut Context<'_>) -> Result<bool, Failure>
    where
        B: Body<Data = Bytes, Error = Failure>,
    {
        while self.framing != Framing::Ended && self.has_room() {
            let Poll::Ready(frame) = body.as_mut().poll_frame(cx) else { return Ok(true) };
            match frame.transpose()?.map(|frame| frame.into_data()) {
                Some(Ok(data)) => self.put(data),
                Some(Err(_)) => {}
                None => self.end()?,
            }
        }
        Ok(false)
    }

    fn has_room(&self) -> bool {
        self.piece.is_empty() && self.tail.is_empty() && self.written.len() <= SMALL
    }

    fn end(&mut self) -> Result<(), Failure> {
        match std::mem::take(&mut self.framing) {
            Framing::Length(1..) => return Err("a body is shorter than was told".into()),
            Framing::Chunked => self.written.extend_from_slice(b"0\r\n\r\n"),
            Framing::Length(0) | Framing::UntilEnd | Framing::Ended => {}
        }
        Ok(())
    }

    fn put(&mut self, mut data: Bytes) {
        let is_chunk = self.framing == Framing::Chunked;
        if let Framing::Length(left) = &mut self.framing {
            data.truncate(usize::try_from(*left).unwrap_or(usize::MAX));
            *left -= data.len() as u64;
            if *left == 0 {
                self.framing = Framing::Ended;
            }
        }
        if data.is_empty() {
            return;
        }
        if is_chunk {
            // Memory takes it always.
            let _ = write!(self.written, "{:x}\r\n", data.len());
        }
        let tail: &'static [u8] = if is_chunk { b"\r\n" } else { b"" };
        if data.len() <= SMALL {
            self.written.extend_from_slice(&data);
            self.written.extend_from_slice(tail);
        } else {
            (self.piece, self.tail) = (data, tail);
        }
    }

    /// Sends some of it; nothing sent is an error.
    pub(crate) fn poll_send<W: AsyncWrite>(&mut self, cx: &mut Context<'_>, wire: Pin<&mut W>) -> Poll<io::Result<()>> {
        let sent = if self.piece.is_empty() && self.tail.is_empty() {
            ready!(wire.poll_write(cx, &self.written))?
        } else {
            let slices = [&*self.written, &*self.piece, self.tail].map(io::IoSlice::new);
            ready!(wire.poll_write_vectored(cx, &slices))?
        };
        let of_written = sent.min(self.written.len());
        self.written.advance(of_written);
        let of_piece = (sent - of_written).min(self.piece.len());
        self.piece.advance(of_piece);
        self.tail = self.tail.get(sent - of_written - of_piece..).unwrap_or_default();
        Poll::Ready(if sent > 0 { Ok(()) } else { Err(io::ErrorKind::WriteZero.into()) })
    }
}

/// Writes a header.
pub(crate) fn write_header(written: &mut BytesMut, name: &[u8], value: &[u8]) {
    written.reserve(name.len() + value.len() + 4);
    for part in [name, b": ", value, b"\r\n"] {
        written.extend_from_slice(part);
    }
}
