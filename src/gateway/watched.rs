//! Watches the frames of an HTTP/2 connection: where h2 would reset a stream, Envoy ends the connection; and floods of
//! frames that carry nothing end it too.

use std::cell::Cell;
use std::io;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, ready};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

const HEADER: usize = 9;
const DATA: u8 = 0;
const PRIORITY: u8 = 2;
const RST_STREAM: u8 = 3;
const SETTINGS: u8 = 4;
const PING: u8 = 6;
const PROTOCOL_ERROR: u8 = 1;
const REFUSED_STREAM: u8 = 7;

/// Frames without use that a client may send for each one with use, and at least.
const MOST_IDLE_FRAMES: u32 = 1000;

/// The length of the preface, which is no frame.
const PREFACE: usize = 24;

/// Follows the frames of one direction.
#[derive(Debug, Default)]
struct Frames {
    header: Vec<u8>,
    left: usize,
    skip: usize,
}

/// A frame as far as it matters here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Seen {
    kind: u8,
    length: usize,
    /// The last byte of a payload of four: the code of a reset.
    code: u8,
}

impl Frames {
    /// Follows bytes and tells of each frame that they complete.
    fn follow(&mut self, mut bytes: &[u8], mut tell: impl FnMut(Seen)) {
        while !bytes.is_empty() {
            if self.skip > 0 {
                let length = self.skip.min(bytes.len());
                self.skip -= length;
                bytes = bytes.get(length..).unwrap_or_default();
                continue;
            }
            if self.left == 0 && self.header.len() < HEADER {
                let length = (HEADER - self.header.len()).min(bytes.len());
                self.header.extend_from_slice(bytes.get(..length).unwrap_or_default());
                bytes = bytes.get(length..).unwrap_or_default();
                let [high, middle, low, ..] = self.header.as_slice() else { continue };
                if self.header.len() < HEADER {
                    continue;
                }
                self.left = usize::from(*high) << 16 | usize::from(*middle) << 8 | usize::from(*low);
                if self.left == 0 {
                    self.end(0, &mut tell);
                }
                continue;
            }
            let length = self.left.min(bytes.len());
            let last = bytes.get(length.saturating_sub(1)).copied().unwrap_or(0);
            self.left -= length;
            bytes = bytes.get(length..).unwrap_or_default();
            if self.left == 0 {
                self.end(last, &mut tell);
            }
        }
    }

    fn end(&mut self, code: u8, tell: &mut impl FnMut(Seen)) {
        if let [high, middle, low, kind, ..] = self.header.as_slice() {
            let length = usize::from(*high) << 16 | usize::from(*middle) << 8 | usize::from(*low);
            tell(Seen { kind: *kind, length, code });
        }
        self.header.clear();
    }
}

/// A stream whose frames are watched.
pub(crate) struct Watched<S> {
    stream: S,
    coming: Frames,
    going: Frames,
    idle_frames: u32,
    /// Bytes that were offered for writing and looked at, and not taken yet.
    offered: usize,
    is_over: bool,
    ends: Rc<Cell<bool>>,
}

impl<S> Watched<S> {
    /// Watches a connection from its preface on.
    pub(crate) fn new(stream: S, ends: Rc<Cell<bool>>) -> Self {
        let coming = Frames { skip: PREFACE, ..Frames::default() };
        Self { stream, coming, going: Frames::default(), idle_frames: 0, offered: 0, is_over: false, ends }
    }

    fn hear(&mut self, bytes: &[u8]) {
        let idle = &mut self.idle_frames;
        self.coming.follow(bytes, |frame| match frame.kind {
            PRIORITY | SETTINGS | PING => *idle += 1,
            DATA if frame.length == 0 => *idle += 1,
            DATA => *idle = 0,
            _ => {}
        });
        self.is_over |= self.idle_frames > MOST_IDLE_FRAMES;
    }

    /// Whether what goes out ends the connection.
    fn says_end(&mut self, bytes: &[u8]) -> bool {
        let is_over = &mut self.is_over;
        self.going.follow(bytes, |frame| {
            *is_over |= frame.kind == RST_STREAM && matches!(frame.code, PROTOCOL_ERROR | REFUSED_STREAM);
        });
        self.is_over
    }
}

fn over<T>() -> Poll<io::Result<T>> {
    Poll::Ready(Err(io::ErrorKind::ConnectionAborted.into()))
}

impl<S: AsyncRead + Unpin> AsyncRead for Watched<S> {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, into: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let this = &mut *self;
        if this.is_over {
            return over();
        }
        let before = into.filled().len();
        ready!(Pin::new(&mut this.stream).poll_read(cx, into))?;
        this.hear(into.filled().get(before..).unwrap_or_default());
        if this.is_over { over() } else { Poll::Ready(Ok(())) }
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Watched<S> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let this = &mut *self;
        // Bytes are looked at when they are first offered: the reset itself does not go out.
        let fresh = bytes.get(this.offered..).unwrap_or_default();
        this.offered = this.offered.max(bytes.len());
        if this.says_end(fresh) || this.ends.get() {
            return over();
        }
        let written = ready!(Pin::new(&mut this.stream).poll_write(cx, bytes))?;
        this.offered -= written;
        Poll::Ready(Ok(written))
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frames_are_found_however_they_are_cut() {
        let reset = [0, 0, 4, RST_STREAM, 0, 0, 0, 0, 1, 0, 0, 0, PROTOCOL_ERROR];
        let ping = [&[0, 0, 8, PING, 0, 0, 0, 0, 0][..], &[7; 8]].concat();
        let bytes = [&ping[..], &reset, &[0, 0, 0, SETTINGS, 1, 0, 0, 0, 0]].concat();
        for cut in 1..bytes.len() {
            let (mut frames, mut seen) = (Frames::default(), Vec::new());
            bytes.chunks(cut).for_each(|piece| frames.follow(piece, |frame| seen.push(frame)));
            let expected = [(PING, 8, 7), (RST_STREAM, 4, PROTOCOL_ERROR), (SETTINGS, 0, 0)];
            assert_eq!(seen, expected.map(|(kind, length, code)| Seen { kind, length, code }), "{cut}");
        }
    }
}
