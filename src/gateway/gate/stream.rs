//! The stream that hyper reads: the client's, through the gate.

use std::future::Future as _;
use std::io;
use std::mem::MaybeUninit;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use bytes::{Buf as _, Bytes, BytesMut};
use hyper::rt::ReadBufCursor;
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, ReadBuf};
use tokio::time::{Instant, Sleep};

use super::chunks::Chunks;
use super::head::{Framing, Judged, begins_wrongly, judge};
use super::lines::head_end;
use super::{Notes, Refusal, Rules, STAND_INS};
use crate::outcome::reply::Why;

/// The interim answer that hyper does not give to requests without a body.
const CONTINUE: &[u8] = b"HTTP/1.1 100 Continue\r\n\r\n";

/// How much of a body is read at once.
const PIECE: usize = 16 * 1024;

/// How much of a head is read at once.
const HEAD_PIECE: usize = 4 * 1024;

/// How long a head may take from its first byte to its last.
const HEAD: Duration = Duration::from_secs(300);

/// How long a closed connection is read on, so that the client gets our last answer before a reset.
const LINGER: Duration = Duration::from_secs(1);

/// The client's stream, through the gate.
pub(crate) struct Gate<S> {
    stream: S,
    rules: Rules,
    notes: Arc<Notes>,
    /// Read and not judged.
    inbox: BytesMut,
    /// Judged and not handed on.
    ready: Bytes,
    state: State,
    scanned: usize,
    is_line_checked: bool,
    /// Since when nothing moves; `None` where something has since it was last asked.
    still_since: Option<Instant>,
    silence: Option<Pin<Box<Sleep>>>,
    linger: Option<Pin<Box<Sleep>>>,
    is_gone: bool,
    /// How much of an interim answer was written.
    interim: usize,
}

enum State {
    Head,
    Length(u64),
    Chunked(Chunks),
    /// A request for another protocol: what follows waits for the answer.
    Held,
    /// Nothing more is read.
    Refused,
}

impl<S: AsyncRead + AsyncWrite + Unpin> Gate<S> {
    /// A gate in front of a stream; `first` was read from it already.
    pub(crate) fn new(stream: S, first: BytesMut, rules: Rules, notes: Arc<Notes>) -> Self {
        Self {
            stream,
            rules,
            notes,
            inbox: first,
            ready: Bytes::new(),
            state: State::Head,
            scanned: 0,
            is_line_checked: false,
            still_since: None,
            silence: None,
            linger: None,
            is_gone: false,
            interim: 0,
        }
    }

    /// Moves the state on with what is there; `false`: more must be read.
    fn advance(&mut self) -> io::Result<bool> {
        match &mut self.state {
            State::Head => Ok(self.advance_head()),
            State::Length(left) => {
                if self.inbox.is_empty() {
                    return Ok(false);
                }
                let length = usize::try_from(*left).unwrap_or(usize::MAX).min(self.inbox.len());
                self.ready = self.inbox.split_to(length).freeze();
                *left -= length as u64;
                if *left == 0 {
                    self.next_head();
                }
                Ok(true)
            }
            State::Chunked(chunks) => {
                if self.inbox.is_empty() {
                    return Ok(false);
                }
                let mut plain = Vec::with_capacity(self.inbox.len() + 16);
                match chunks.read(&self.inbox, &mut plain) {
                    Ok(used) => {
                        self.inbox.advance(used);
                        self.ready = plain.into();
                        if chunks.is_done() {
                            self.next_head();
                        }
                        Ok(!self.ready.is_empty())
                    }
                    Err(refusal) => {
                        self.notes.blame_body(refusal);
                        self.state = State::Refused;
                        Err(io::Error::new(io::ErrorKind::InvalidData, "a malformed chunk"))
                    }
                }
            }
            State::Held => {
                if self.notes.is_tunnel() {
                    self.ready = self.inbox.split().freeze();
                    return Ok(!self.ready.is_empty());
                }
                if !self.notes.is_held() {
                    self.next_head();
                    return self.advance();
                }
                Ok(false)
            }
            State::Refused => Ok(false),
        }
    }

    fn next_head(&mut self) {
        self.state = State::Head;
        self.scanned = 0;
        self.is_line_checked = false;
    }

    fn advance_head(&mut self) -> bool {
        if self.scanned == 0 {
            let blank = self.inbox.iter().take_while(|byte| matches!(byte, b'\r' | b'\n')).count();
            self.inbox.advance(blank);
        }
        if self.inbox.is_empty() {
            return false;
        }
        let Some(end) = head_end(&self.inbox, self.scanned) else {
            self.scanned = self.inbox.len();
            let refusal = if self.inbox.len() > self.rules.most_head {
                Some(Refusal::Why(Why::TooLarge))
            } else if self.is_line_checked {
                None
            } else {
                self.is_line_checked = self.inbox.contains(&b'\n');
                begins_wrongly(&self.inbox, self.rules)
            };
            return match refusal {
                None => false,
                Some(refusal) => {
                    self.take(Judged::refused(refusal), Bytes::new());
                    true
                }
            };
        };
        let head = self.inbox.split_to(end).freeze();
        let judged = judge(&head, self.rules);
        self.take(judged, head);
        true
    }

    fn take(&mut self, judged: Judged, head: Bytes) {
        self.state = if judged.ends_connection() {
            State::Refused
        } else if judged.is_upgrade {
            self.notes.hold();
            State::Held
        } else {
            match judged.framing {
                Framing::None => State::Head,
                Framing::Length(length) => State::Length(length),
                Framing::Chunked => State::Chunked(Chunks::default()),
            }
        };
        self.scanned = 0;
        self.is_line_checked = false;
        self.notes.pass(judged.note);
        self.ready = judged.clean.map_or(head, Bytes::from);
    }

    /// Writes the beginning of an answer with what hyper does not write.
    fn poll_write_odd(&mut self, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        while self.interim < CONTINUE.len() && self.notes.says_continue() {
            let left = CONTINUE.get(self.interim..).unwrap_or_default();
            self.interim += ready!(Pin::new(&mut self.stream).poll_write(cx, left))?;
        }
        self.notes.said_continue();
        self.interim = 0;
        let found = STAND_INS.iter().find_map(|(name, real, titled)| {
            let at = bytes.windows(name.len()).position(|window| window.eq_ignore_ascii_case(name.as_bytes()))?;
            let real = if bytes.get(at) == Some(&b'X') { titled } else { real };
            Some((at, real.as_bytes()))
        });
        let Some((at, real)) = found else { return Pin::new(&mut self.stream).poll_write(cx, bytes) };
        // Letter for letter: what is written counts the same.
        let end = at + real.len();
        let text = [bytes.get(..at).unwrap_or_default(), real, bytes.get(end..).unwrap_or_default()].concat();
        let written = ready!(Pin::new(&mut self.stream).poll_write(cx, &text))?;
        if written >= end {
            self.notes.stood_in();
        }
        Poll::Ready(Ok(written))
    }

    /// Reads some of a head. Heads are small and connections many: an idle one keeps no buffer.
    fn poll_fill_head(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<usize>> {
        let mut piece = [MaybeUninit::uninit(); HEAD_PIECE];
        let mut read = ReadBuf::uninit(&mut piece);
        ready!(Pin::new(&mut self.stream).poll_read(cx, &mut read))?;
        self.inbox.extend_from_slice(read.filled());
        Poll::Ready(Ok(read.filled().len()))
    }

    /// Reads more from the client; `Ready(0)` is its end.
    fn poll_fill(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<usize>> {
        let read = if matches!(self.state, State::Head) {
            self.poll_fill_head(cx)
        } else {
            self.inbox.reserve(PIECE);
            std::pin::pin!(self.stream.read_buf(&mut self.inbox)).poll(cx)
        };
        match read {
            Poll::Ready(Ok(length)) => {
                self.still_since = None;
                Poll::Ready(Ok(length))
            }
            Poll::Ready(Err(error)) => Poll::Ready(Err(error)),
            Poll::Pending if matches!(self.state, State::Head) && !self.notes.is_busy() => self.poll_silence(cx),
            Poll::Pending => Poll::Pending,
        }
    }

    /// A connection that is idle, or a head that does not come, ends as if the client had ended it.
    fn poll_silence(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<usize>> {
        let limit = if self.inbox.is_empty() { self.rules.idle } else { HEAD };
        let end = *self.still_since.get_or_insert_with(Instant::now) + limit;
        let silence = self.silence.get_or_insert_with(|| Box::pin(tokio::time::sleep_until(end)));
        // A timer that was set for an earlier silence rings too soon, or one for a longer limit too late.
        if silence.deadline() > end {
            silence.as_mut().reset(end);
        }
        while silence.as_mut().poll(cx).is_ready() {
            if Instant::now() >= end {
                return Poll::Ready(Ok(0));
            }
            silence.as_mut().reset(end);
        }
        Poll::Pending
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> hyper::rt::Read for Gate<S> {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, mut into: ReadBufCursor<'_>) -> Poll<io::Result<()>> {
        let this = &mut *self;
        loop {
            if !this.ready.is_empty() {
                let length = this.ready.len().min(into.remaining());
                into.put_slice(&this.ready[..length]);
                this.ready.advance(length);
                return Poll::Ready(Ok(()));
            }
            if this.advance()? {
                continue;
            }
            if matches!(this.state, State::Refused) {
                return Poll::Pending;
            }
            // Bytes behind a request for another protocol are kept, but not without end.
            if matches!(this.state, State::Held) && this.inbox.len() > 4 * PIECE {
                return Poll::Pending;
            }
            let is_in_body = matches!(this.state, State::Length(_) | State::Chunked(_));
            match ready!(this.poll_fill(cx)) {
                Ok(0) => {
                    this.is_gone = is_in_body;
                    return Poll::Ready(Ok(()));
                }
                Ok(_) => {}
                Err(error) => {
                    this.is_gone = true;
                    return Poll::Ready(Err(error));
                }
            }
        }
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> hyper::rt::Write for Gate<S> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        if self.is_gone {
            return Poll::Ready(Err(io::ErrorKind::BrokenPipe.into()));
        }
        self.still_since = None;
        if self.notes.stands_in() || self.notes.says_continue() {
            return self.poll_write_odd(cx, bytes);
        }
        Pin::new(&mut self.stream).poll_write(cx, bytes)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        if self.is_gone {
            return Poll::Ready(Err(io::ErrorKind::BrokenPipe.into()));
        }
        self.still_since = None;
        if (self.notes.stands_in() || self.notes.says_continue())
            && let Some(first) = slices.iter().find(|slice| !slice.is_empty())
        {
            return self.poll_write_odd(cx, first);
        }
        Pin::new(&mut self.stream).poll_write_vectored(cx, slices)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let this = &mut *self;
        if this.linger.is_none() {
            ready!(Pin::new(&mut this.stream).poll_shutdown(cx))?;
            this.linger = Some(Box::pin(tokio::time::sleep(LINGER)));
        }
        let mut space = [0u8; PIECE];
        loop {
            let mut space = ReadBuf::new(&mut space);
            match Pin::new(&mut this.stream).poll_read(cx, &mut space) {
                Poll::Ready(Ok(())) if !space.filled().is_empty() => {}
                Poll::Ready(_) => return Poll::Ready(Ok(())),
                Poll::Pending => break,
            }
        }
        match &mut this.linger {
            Some(linger) => linger.as_mut().poll(cx).map(Ok),
            None => Poll::Ready(Ok(())),
        }
    }
}
