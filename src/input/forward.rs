//! A port-forward as a stream of bytes, over the WebSocket that carries it. It has no task of its own: whoever reads
//! and writes drives it, so that nothing is buffered beyond what he takes and nothing is left when he drops it.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use bytes::{Buf as _, BufMut as _, Bytes, BytesMut};
use futures_util::{Sink, SinkExt as _, Stream, StreamExt as _};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::Sleep;
use tokio_tungstenite::tungstenite::{Error, Message};

/// Channels of the first and only port.
const DATA: u8 = 0;
const ERRORS: u8 = 1;
/// A message about channels, where the protocol has it.
const CLOSE: u8 = 255;

/// The most that is sent in one message.
const MOST: usize = 64 * 1024;

/// How long silence is waited out after our side has ended, where the protocol cannot say so to the pod.
const LINGERS: Duration = Duration::from_secs(10);

/// A stream to a port of a pod.
pub(super) struct Forward<S> {
    socket: S,
    unread: Bytes,
    /// Whether each channel has told its port, which is its first message.
    introduced: [bool; 2],
    closes_streams: bool,
    is_over: bool,
    lingers: Option<Pin<Box<Sleep>>>,
}

impl<S> Forward<S> {
    /// A stream over a WebSocket; `closes_streams` where one direction can be ended alone.
    pub(super) fn new(socket: S, closes_streams: bool) -> Self {
        Self { socket, unread: Bytes::new(), introduced: [false; 2], closes_streams, is_over: false, lingers: None }
    }

    /// Takes a message in.
    fn take(&mut self, mut message: Bytes) -> io::Result<()> {
        if message.is_empty() {
            return Ok(());
        }
        let channel = message.get_u8();
        match channel {
            DATA | ERRORS if !std::mem::replace(&mut self.introduced[usize::from(channel)], true) => {}
            DATA => self.unread = message,
            ERRORS => {
                self.is_over = true;
                return Err(io::Error::new(
                    io::ErrorKind::ConnectionReset,
                    String::from_utf8_lossy(&message).trim().to_owned(),
                ));
            }
            CLOSE if message.first() == Some(&DATA) => self.is_over = true,
            _ => {}
        }
        Ok(())
    }
}

fn broken(error: Error) -> io::Error {
    match error {
        Error::Io(error) => error,
        other => io::Error::new(io::ErrorKind::ConnectionReset, other.to_string()),
    }
}

impl<S> AsyncRead for Forward<S>
where
    S: Stream<Item = Result<Message, Error>> + Unpin,
{
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, into: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let this = &mut *self;
        loop {
            if !this.unread.is_empty() {
                let length = this.unread.len().min(into.remaining());
                into.put_slice(&this.unread.split_to(length));
                return Poll::Ready(Ok(()));
            }
            if this.is_over {
                return Poll::Ready(Ok(()));
            }
            match this.socket.poll_next_unpin(cx) {
                Poll::Ready(Some(Ok(Message::Binary(message)))) => {
                    this.take(message)?;
                    if let Some(lingers) = &mut this.lingers {
                        lingers.as_mut().reset(tokio::time::Instant::now() + LINGERS);
                    }
                }
                Poll::Ready(Some(Ok(Message::Close(_))) | None) => this.is_over = true,
                // Pings are answered by the socket itself.
                Poll::Ready(Some(Ok(_))) => {}
                Poll::Ready(Some(Err(Error::ConnectionClosed | Error::AlreadyClosed))) => this.is_over = true,
                Poll::Ready(Some(Err(error))) => {
                    this.is_over = true;
                    return Poll::Ready(Err(broken(error)));
                }
                Poll::Pending => {
                    let Some(lingers) = &mut this.lingers else { return Poll::Pending };
                    ready!(lingers.as_mut().poll(cx));
                    this.is_over = true;
                }
            }
        }
    }
}

impl<S> AsyncWrite for Forward<S>
where
    S: Sink<Message, Error = Error> + Unpin,
{
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        self.poll_write_vectored(cx, &[io::IoSlice::new(bytes)])
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        ready!(self.socket.poll_ready_unpin(cx)).map_err(broken)?;
        let whole: usize = slices.iter().map(|slice| slice.len()).sum();
        let length = whole.min(MOST);
        if length == 0 {
            return Poll::Ready(Ok(0));
        }
        let mut message = BytesMut::with_capacity(length + 1);
        message.put_u8(DATA);
        for slice in slices {
            let room = length + 1 - message.len();
            message.extend_from_slice(slice.get(..room.min(slice.len())).unwrap_or_default());
        }
        self.socket.start_send_unpin(Message::Binary(message.freeze())).map_err(broken)?;
        Poll::Ready(Ok(length))
    }

    fn is_write_vectored(&self) -> bool {
        true
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.socket.poll_flush_unpin(cx).map_err(broken)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        if self.lingers.is_none() {
            if self.closes_streams {
                ready!(self.socket.poll_ready_unpin(cx)).map_err(broken)?;
                let close = Message::Binary(Bytes::from_static(&[CLOSE, DATA]));
                self.socket.start_send_unpin(close).map_err(broken)?;
            }
            self.lingers = Some(Box::pin(tokio::time::sleep(LINGERS)));
        }
        self.socket.poll_flush_unpin(cx).map_err(broken)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use tokio::io::AsyncReadExt as _;

    use super::*;

    fn read(messages: &[&[u8]]) -> io::Result<Vec<u8>> {
        let messages: Vec<_> =
            messages.iter().map(|message| Ok(Message::Binary(Bytes::copy_from_slice(message)))).collect();
        let mut forward = Forward::new(futures_util::stream::iter(messages), false);
        let mut bytes = Vec::new();
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(forward.read_to_end(&mut bytes)).map(|_| bytes)
    }

    #[test]
    fn the_first_message_of_a_channel_is_its_port() {
        assert_eq!(read(&[&[0, 80, 0], &[1, 80, 0], b"\0ab", b"\0", b"\0c"]).unwrap(), b"abc");
    }

    #[test]
    fn what_the_kubelet_complains_about_is_the_error() {
        let error = read(&[&[0, 80, 0], &[1, 80, 0], b"\x01connection refused\n"]).unwrap_err();
        assert_eq!(error.to_string(), "connection refused");
    }

    #[test]
    fn a_closed_channel_is_the_end() {
        assert_eq!(read(&[&[0, 80, 0], b"\0ab", &[255, 0], b"\0c"]).unwrap(), b"ab");
    }
}
