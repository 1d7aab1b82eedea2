//! A client's stream: heads and bodies of its requests, as Envoy takes them.

use std::future::Future as _;
use std::io;
use std::mem::MaybeUninit;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use bytes::{Buf as _, Bytes, BytesMut};
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, ReadBuf};
use tokio::time::{Instant, Sleep};

use super::chunks::Chunks;
use super::head::{Framing, Judged, begins_wrongly, judge};
use super::lines::head_end;
use super::{Refusal, Rest, Rules};
use crate::gateway::prefixed::Prefixed;
use crate::outcome::reply::Why;

/// How much of a body is read at once.
const PIECE: usize = 16 * 1024;

/// How much of a head is read at once.
const HEAD_PIECE: usize = 4 * 1024;

/// The most that is kept of what comes behind a request that is not answered.
const MOST_AHEAD: usize = 4 * PIECE;

/// How long a head may take from its first byte to its last.
const HEAD: Duration = Duration::from_secs(300);

/// The reading half of a client's connection, and what is written to it.
pub(super) struct Stream<S> {
    wire: S,
    rules: Rules,
    /// Read and not judged.
    inbox: BytesMut,
    /// What has not come of the body under way.
    rest: Rest,
    scanned: usize,
    is_line_checked: bool,
    /// Since when nothing moves; `None` where something has since it was last asked.
    still_since: Option<Instant>,
    silence: Option<Pin<Box<Sleep>>>,
    /// Whether the client left in the middle of a request.
    is_gone: bool,
}

/// Why a body broke off.
pub(super) enum Broken {
    /// It is no body.
    Malformed(Refusal),
    /// The client left.
    Left,
}

/// A head as it came, judged.
pub(super) struct Told {
    pub(super) judged: Judged,
    pub(super) bytes: Bytes,
}

impl<S: AsyncRead + AsyncWrite + Unpin> Stream<S> {
    /// A client's stream; `first` was read from it already.
    pub(super) fn new(wire: S, first: BytesMut, rules: Rules) -> Self {
        Self {
            wire,
            rules,
            inbox: first,
            rest: Rest::Nothing,
            scanned: 0,
            is_line_checked: false,
            still_since: None,
            silence: None,
            is_gone: false,
        }
    }

    /// The next head; `None` where the client has ended, or says nothing for too long.
    pub(super) fn poll_head(&mut self, cx: &mut Context<'_>) -> Poll<Option<Told>> {
        loop {
            if let Some(told) = self.take_head() {
                return Poll::Ready(Some(told));
            }
            match self.poll_fill_head(cx) {
                Poll::Ready(Ok(length)) if length > 0 => {}
                Poll::Ready(_) => return Poll::Ready(None),
                Poll::Pending => return self.poll_silence(cx).map(|()| None),
            }
        }
    }

    /// Whether a head has begun that has not come whole.
    pub(super) fn is_within_head(&self) -> bool {
        !self.inbox.is_empty()
    }

    fn take_head(&mut self) -> Option<Told> {
        if self.scanned == 0 {
            let blank = self.inbox.iter().take_while(|byte| matches!(byte, b'\r' | b'\n')).count();
            self.inbox.advance(blank);
        }
        if self.inbox.is_empty() {
            return None;
        }
        if let Some(end) = head_end(&self.inbox, self.scanned) {
            let bytes = self.inbox.split_to(end).freeze();
            let judged = judge(&bytes, self.rules);
            return Some(self.tell(judged, bytes));
        }
        self.scanned = self.inbox.len();
        let refusal = if self.inbox.len() > self.rules.most_head {
            Some(Refusal::Why(Why::TooLarge))
        } else if self.is_line_checked {
            None
        } else {
            self.is_line_checked = self.inbox.contains(&b'\n');
            begins_wrongly(&self.inbox, self.rules)
        };
        refusal.map(|refusal| self.tell(Judged::refused(refusal), Bytes::new()))
    }

    fn tell(&mut self, judged: Judged, bytes: Bytes) -> Told {
        self.rest = match judged.framing {
            _ if judged.ends_connection() || judged.is_upgrade => Rest::Nothing,
            Framing::None => Rest::Nothing,
            Framing::Length(length) => Rest::Length(length),
            Framing::Chunked => Rest::Chunked(Chunks::default()),
        };
        self.scanned = 0;
        self.is_line_checked = false;
        Told { judged, bytes }
    }

    /// Whether nothing more comes of the body.
    pub(super) fn is_body_over(&self) -> bool {
        self.rest.is_over()
    }

    /// The next piece of the body.
    pub(super) fn poll_body(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<Bytes, Broken>>> {
        loop {
            match self.rest.take(&mut self.inbox) {
                Ok(piece) if !piece.is_empty() => return Poll::Ready(Some(Ok(piece))),
                Ok(_) if self.is_body_over() => return Poll::Ready(None),
                Ok(_) => {}
                Err(refusal) => {
                    self.rest = Rest::Nothing;
                    return Poll::Ready(Some(Err(Broken::Malformed(refusal))));
                }
            }
            self.inbox.reserve(PIECE);
            match ready!(std::pin::pin!(self.wire.read_buf(&mut self.inbox)).poll(cx)) {
                Ok(length) if length > 0 => {}
                _ => {
                    self.is_gone = true;
                    self.rest = Rest::Nothing;
                    return Poll::Ready(Some(Err(Broken::Left)));
                }
            }
        }
    }

    /// Whether the client left in the middle of a request.
    pub(super) fn is_gone(&self) -> bool {
        self.is_gone
    }

    /// Waits for the client to leave while its request is served. What it says behind the request is kept, but not
    /// without end.
    pub(super) fn poll_gone(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        if self.is_gone {
            return Poll::Ready(());
        }
        if !self.is_body_over() {
            // Whoever reads the body sees the end.
            return Poll::Pending;
        }
        while self.inbox.len() < MOST_AHEAD {
            match ready!(self.poll_fill_head(cx)) {
                Ok(length) if length > 0 => {}
                _ => {
                    self.is_gone = true;
                    return Poll::Ready(());
                }
            }
        }
        Poll::Pending
    }

    /// Reads some of a head. Heads are small and connections many: an idle one keeps no buffer.
    fn poll_fill_head(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<usize>> {
        let mut piece = [MaybeUninit::uninit(); HEAD_PIECE];
        let mut read = ReadBuf::uninit(&mut piece);
        ready!(Pin::new(&mut self.wire).poll_read(cx, &mut read))?;
        self.inbox.extend_from_slice(read.filled());
        self.still_since = None;
        Poll::Ready(Ok(read.filled().len()))
    }

    /// A connection that is idle, or a head that does not come, ends as if the client had ended it.
    fn poll_silence(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        let limit = if self.inbox.is_empty() { self.rules.idle } else { HEAD };
        let end = *self.still_since.get_or_insert_with(Instant::now) + limit;
        let silence = self.silence.get_or_insert_with(|| Box::pin(tokio::time::sleep_until(end)));
        // A timer that was set for an earlier silence rings too soon, or one for a longer limit too late.
        if silence.deadline() > end {
            silence.as_mut().reset(end);
        }
        while silence.as_mut().poll(cx).is_ready() {
            if Instant::now() >= end {
                return Poll::Ready(());
            }
            silence.as_mut().reset(end);
        }
        Poll::Pending
    }

    /// The connection itself, for writing.
    pub(super) fn wire(&mut self) -> Pin<&mut S> {
        Pin::new(&mut self.wire)
    }

    /// The connection as it is, with what was read of it.
    pub(super) fn into_inner(self) -> Prefixed<S> {
        Prefixed::new(self.inbox.freeze(), self.wire)
    }
}
