//! What is written to a peer and not sent yet.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::{Buf as _, Bytes, BytesMut};
use tokio::io::AsyncWrite;

/// Pieces up to this size are copied behind what goes before them, so that they are sent together.
const SMALL: usize = 8 * 1024;

/// What most heads take.
const HEAD: usize = 1024;

/// What is written and not sent.
#[derive(Debug, Default)]
pub(crate) struct Outbox {
    /// Heads, small pieces, what frames a large one.
    written: BytesMut,
    /// A large piece, behind it.
    piece: Bytes,
    /// What ends that piece.
    tail: &'static [u8],
}

impl Outbox {
    /// For a head and a body of this length, if that is small.
    pub(crate) fn with_room_for(length: u64) -> Self {
        let body = usize::try_from(length).unwrap_or(usize::MAX);
        let room = HEAD + if body <= SMALL { body } else { 0 };
        Self { written: BytesMut::with_capacity(room), ..Self::default() }
    }

    /// Where a head is written; only while there is room.
    pub(crate) fn head(&mut self) -> &mut BytesMut {
        &mut self.written
    }

    /// Whether more may be written: what stands last is in `written`, and that is not long.
    pub(crate) fn has_room(&self) -> bool {
        self.piece.is_empty() && self.tail.is_empty() && self.written.len() <= SMALL
    }

    /// Whether all was sent.
    pub(crate) fn is_empty(&self) -> bool {
        self.written.is_empty() && self.piece.is_empty() && self.tail.is_empty()
    }

    /// Writes a piece of a body, as a chunk or as it is; only while there is room.
    pub(crate) fn put(&mut self, piece: Bytes, is_chunk: bool) {
        if piece.is_empty() {
            return;
        }
        if is_chunk {
            self.written.extend_from_slice(format!("{:x}\r\n", piece.len()).as_bytes());
        }
        let tail: &'static [u8] = if is_chunk { b"\r\n" } else { b"" };
        if piece.len() <= SMALL {
            self.written.extend_from_slice(&piece);
            self.written.extend_from_slice(tail);
        } else {
            (self.piece, self.tail) = (piece, tail);
        }
    }

    /// Writes the end of a chunked body.
    pub(crate) fn end_chunks(&mut self) {
        self.written.extend_from_slice(b"0\r\n\r\n");
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
