//! The stream that h2 reads and writes: the client's, with the gate between.

use std::cell::RefCell;
use std::io;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, Waker, ready};
use std::time::Duration;

use bytes::{Buf as _, BytesMut};
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _, ReadBuf};
use tokio::time::Instant;

use super::Rules;
use super::session::Session;

/// How much is read, or kept for writing, at once.
const PIECE: usize = 64 * 1024;
const MOST_READ: usize = 256 * 1024;
const MOST_KEPT: usize = 256 * 1024;

/// How much is judged ahead of h2 while the client takes nothing.
const MOST_AHEAD: usize = 64 * 1024;

/// How long a connection that we end is read on, so that the client gets our last words before a reset.
const LINGER: Duration = Duration::from_secs(1);

struct Guarded<S> {
    stream: S,
    session: Session,
    outbox: Vec<u8>,
    written: usize,
    last: Instant,
    has_ended: bool,
    reader: Option<Waker>,
}

/// One end of a guarded connection; both h2 and whoever waits for the end have one.
pub(crate) struct Guard<S>(Rc<RefCell<Guarded<S>>>);

impl<S> Clone for Guard<S> {
    fn clone(&self) -> Self {
        Self(Rc::clone(&self.0))
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> Guard<S> {
    /// Guards a connection; `first` was read from it already.
    pub(crate) fn new(stream: S, first: BytesMut, rules: Rules) -> Self {
        let mut session = Session::new(rules);
        *session.inbox() = first;
        session.receive();
        let last = Instant::now();
        Self(Rc::new(RefCell::new(Guarded {
            stream,
            session,
            outbox: Vec::new(),
            written: 0,
            last,
            has_ended: false,
            reader: None,
        })))
    }

    /// Waits until nobody has asked for anything for so long.
    pub(crate) async fn idles(&self, limit: Duration) {
        loop {
            let end = {
                let guarded = self.0.borrow();
                let last = if guarded.session.is_idle() { guarded.last } else { Instant::now() };
                last + limit
            };
            if end <= Instant::now() {
                return;
            }
            tokio::time::sleep_until(end).await;
        }
    }

    /// Says farewell to a client that has nothing to ask.
    pub(crate) fn dismiss(&self) {
        self.0.borrow_mut().session.dismiss();
    }

    /// Writes what is left, and ends the connection.
    pub(crate) async fn finish(self) {
        let _ = tokio::time::timeout(LINGER, std::future::poll_fn(|cx| self.0.borrow_mut().poll_empty(cx))).await;
        let Some(guarded) = Rc::into_inner(self.0) else { return };
        let Guarded { mut stream, has_ended, .. } = guarded.into_inner();
        if stream.shutdown().await.is_err() || has_ended {
            return;
        }
        let mut space = vec![0; PIECE];
        let read_on = async { while matches!(stream.read(&mut space).await, Ok(1..)) {} };
        let _ = tokio::time::timeout(LINGER, read_on).await;
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> Guarded<S> {
    /// Writes until nothing is left to write.
    fn poll_empty(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.session.take_own(&mut self.outbox);
        if !self.session.is_welcome() {
            return Poll::Ready(Ok(()));
        }
        while self.written < self.outbox.len() {
            let left = self.outbox.get(self.written..).unwrap_or_default();
            match ready!(Pin::new(&mut self.stream).poll_write(cx, left))? {
                0 => return Poll::Ready(Err(io::ErrorKind::WriteZero.into())),
                length => self.written += length,
            }
        }
        self.outbox.clear();
        self.written = 0;
        ready!(Pin::new(&mut self.stream).poll_flush(cx))?;
        self.session.flushed();
        Poll::Ready(Ok(()))
    }

    /// Writes until nothing is left to write. While the client takes nothing, what it sends is judged all the same: a flood
    /// ends the connection though h2 asks for nothing more.
    fn poll_out(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let out = self.poll_empty(cx);
        if out.is_ready() {
            return out;
        }
        while self.session.end().is_none()
            && self.ahead() < MOST_AHEAD
            && matches!(self.poll_fill(cx), Poll::Ready(Ok(true)))
        {}
        if self.session.end().is_some() {
            return over();
        }
        if self.ahead() > 0
            && let Some(reader) = self.reader.take()
        {
            reader.wake();
        }
        out
    }

    /// Bytes that were judged and that h2 has not asked for.
    fn ahead(&mut self) -> usize {
        self.session.inward().iter().map(|piece| piece.len()).sum()
    }

    /// Reads what is there and judges it; `Ready(false)` is the client's end.
    fn poll_fill(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<bool>> {
        let mut total = 0;
        let end = loop {
            self.session.inbox().reserve(PIECE);
            let read = std::pin::pin!(self.stream.read_buf(self.session.inbox()));
            match std::future::Future::poll(read, cx) {
                Poll::Ready(Ok(0)) => break Some(Ok(false)),
                Poll::Ready(Ok(length)) => total += length,
                Poll::Ready(Err(error)) => break Some(Err(error)),
                Poll::Pending => break None,
            }
            if total >= MOST_READ {
                break None;
            }
        };
        if total > 0 {
            self.last = Instant::now();
            self.session.receive();
            // What is answered at once is written at once.
            let _ = self.poll_empty(cx)?;
            return Poll::Ready(Ok(true));
        }
        match end {
            None => Poll::Pending,
            Some(Ok(more)) => {
                self.has_ended = true;
                Poll::Ready(Ok(more))
            }
            Some(Err(error)) => Poll::Ready(Err(error)),
        }
    }
}

fn over<T>() -> Poll<io::Result<T>> {
    Poll::Ready(Err(io::ErrorKind::ConnectionAborted.into()))
}

impl<S: AsyncRead + AsyncWrite + Unpin> AsyncRead for Guard<S> {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, into: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let this = &mut *self.0.borrow_mut();
        loop {
            if this.session.end().is_some() {
                return over();
            }
            let mut is_given = false;
            while into.remaining() > 0
                && let Some(piece) = this.session.inward().front_mut()
            {
                let length = piece.len().min(into.remaining());
                into.put_slice(piece.get(..length).unwrap_or_default());
                piece.advance(length);
                is_given = true;
                if piece.is_empty() {
                    this.session.inward().pop_front();
                }
            }
            if is_given {
                return Poll::Ready(Ok(()));
            }
            match this.poll_fill(cx) {
                Poll::Ready(Ok(true)) => {}
                Poll::Ready(Ok(false)) => return Poll::Ready(Ok(())),
                Poll::Ready(Err(error)) => return Poll::Ready(Err(error)),
                Poll::Pending => {
                    this.reader = Some(cx.waker().clone());
                    return Poll::Pending;
                }
            }
        }
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> AsyncWrite for Guard<S> {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let this = &mut *self.0.borrow_mut();
        if this.session.end().is_some() {
            return over();
        }
        if this.outbox.len() > MOST_KEPT {
            ready!(this.poll_out(cx))?;
        }
        this.last = Instant::now();
        this.session.send(bytes, &mut this.outbox);
        this.session.take_own(&mut this.outbox);
        // What was sent may be news for the reading side.
        if (this.session.end().is_some() || !this.session.inward().is_empty())
            && let Some(reader) = this.reader.take()
        {
            reader.wake();
        }
        Poll::Ready(Ok(bytes.len()))
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.0.borrow_mut().poll_out(cx)
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.0.borrow_mut().poll_empty(cx)
    }
}
