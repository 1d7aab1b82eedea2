//! Listens to what an upstream sends: whether an answer has begun, and whether its framing is one that Envoy takes.

use std::io;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, ready};

use memchr::memchr;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use super::connect::Wire;

/// The most that the head of an answer may be.
const MOST_HEAD: usize = 64 * 1024;

/// What was heard of the answer to the request under way.
#[derive(Debug, Default)]
pub(crate) struct Heard {
    begun: AtomicBool,
    is_head_done: AtomicBool,
    head: Mutex<Vec<u8>>,
}

impl Heard {
    /// A request goes out.
    pub(crate) fn begin(&self) {
        self.begun.store(false, Ordering::Relaxed);
        self.is_head_done.store(false, Ordering::Relaxed);
    }

    /// Whether an answer has begun.
    pub(crate) fn has_begun(&self) -> bool {
        self.begun.load(Ordering::Relaxed)
    }

    /// Looks at bytes of the answer; `false`: they are none that Envoy takes.
    pub(crate) fn hear(&self, bytes: &[u8]) -> bool {
        if self.is_head_done.load(Ordering::Relaxed) || bytes.is_empty() {
            return true;
        }
        self.begun.store(true, Ordering::Relaxed);
        let Ok(mut kept) = self.head.lock() else { return false };
        // Most heads come in one piece; only others are put together.
        let whole: &[u8] = if kept.is_empty() {
            bytes
        } else {
            kept.extend_from_slice(bytes);
            &kept
        };
        let mut rest = whole;
        loop {
            match judge(rest) {
                Judged::Refused => return false,
                Judged::Interim(length) => rest = rest.get(length..).unwrap_or_default(),
                Judged::Final { has_body_anyway } => {
                    self.is_head_done.store(true, Ordering::Relaxed);
                    kept.clear();
                    return !has_body_anyway;
                }
                Judged::Incomplete => {
                    let rest = rest.to_vec();
                    *kept = rest;
                    return kept.len() <= MOST_HEAD;
                }
            }
        }
    }
}

enum Judged {
    Incomplete,
    Interim(usize),
    Final {
        /// A status that has no body says that it has one.
        has_body_anyway: bool,
    },
    Refused,
}

/// Judges the framing of a head as Envoy does: hyper lets some of it pass.
fn judge(bytes: &[u8]) -> Judged {
    let Some(line_end) = memchr(b'\n', bytes) else {
        return if bytes.first().is_some_and(|byte| *byte != b'H') { Judged::Refused } else { Judged::Incomplete };
    };
    let Some(status) = bytes.get(..line_end).and_then(status_of) else { return Judged::Refused };
    let mut at = line_end + 1;
    let (mut lengths, mut codings, mut count) = (0, 0, 0);
    let mut has_length = false;
    let (mut is_coding_known, mut is_number) = (true, true);
    loop {
        let Some(end) = bytes.get(at..).and_then(|rest| memchr(b'\n', rest)) else {
            return Judged::Incomplete;
        };
        let line = bytes.get(at..at + end).unwrap_or_default();
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        at += end + 1;
        if line.is_empty() {
            break;
        }
        count += 1;
        let Some(colon) = memchr(b':', line) else { return Judged::Refused };
        let (name, value) = line.split_at(colon);
        let value = value.get(1..).unwrap_or_default().trim_ascii();
        if name.eq_ignore_ascii_case(b"content-length") {
            lengths += 1;
            is_number &= !value.is_empty() && value.iter().all(u8::is_ascii_digit);
            has_length = value != b"0";
        } else if name.eq_ignore_ascii_case(b"transfer-encoding") {
            codings += 1;
            is_coding_known &= value.eq_ignore_ascii_case(b"chunked");
        }
    }
    if lengths > 1 || codings > 1 || !is_coding_known || !is_number || lengths > 0 && codings > 0 || count > 100 {
        return Judged::Refused;
    }
    match status {
        101 => Judged::Final { has_body_anyway: false },
        100..200 => Judged::Interim(at),
        204 => Judged::Final { has_body_anyway: has_length || codings > 0 },
        _ => Judged::Final { has_body_anyway: false },
    }
}

fn status_of(line: &[u8]) -> Option<u16> {
    let rest = line.strip_prefix(b"HTTP/")?;
    let rest = rest.get(rest.iter().position(|byte| *byte == b' ')? + 1..)?.trim_ascii_start();
    let digits = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let status = std::str::from_utf8(rest.get(..digits)?).ok()?.parse().ok()?;
    (status >= 100).then_some(status)
}

/// A connection to an upstream that is listened to.
pub(crate) struct Listening {
    wire: Wire,
    heard: Arc<Heard>,
}

impl Listening {
    /// Listens to a connection.
    pub(crate) fn new(wire: Wire, heard: Arc<Heard>) -> Self {
        Self { wire, heard }
    }
}

impl AsyncRead for Listening {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, into: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let before = into.filled().len();
        ready!(Pin::new(&mut self.wire).poll_read(cx, into))?;
        let fresh = into.filled().get(before..).unwrap_or_default();
        if self.heard.hear(fresh) {
            Poll::Ready(Ok(()))
        } else {
            Poll::Ready(Err(io::Error::new(io::ErrorKind::InvalidData, "an answer that Envoy does not take")))
        }
    }
}

impl AsyncWrite for Listening {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.wire).poll_write(cx, bytes)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.wire).poll_write_vectored(cx, slices)
    }

    fn is_write_vectored(&self) -> bool {
        self.wire.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.wire).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.wire).poll_shutdown(cx)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn takes(pieces: &[&str]) -> bool {
        let heard = Heard::default();
        heard.begin();
        pieces.iter().all(|piece| heard.hear(piece.as_bytes()))
    }

    #[test]
    fn framing_must_be_said_once_and_plainly() {
        assert!(takes(&["HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok"]));
        assert!(takes(&["HTTP/1.1 200 OK\r\nTransfer-Enc", "oding: Chunked\r\n\r\n0\r\n\r\n"]));
        for head in [
            "content-length: 2\r\ncontent-length: 2",
            "content-length: 2\r\ntransfer-encoding: chunked",
            "transfer-encoding: gzip, chunked",
            "transfer-encoding: identity",
            "content-length: 2, 2",
            "content-length: -2",
            "no colon",
        ] {
            assert!(!takes(&[&format!("HTTP/1.1 200 OK\r\n{head}\r\n\r\n")]), "{head}");
        }
    }

    #[test]
    fn interim_answers_are_passed_over() {
        assert!(takes(&["HTTP/1.1 103 X\r\nlink: a\r\n\r\n", "HTTP/1.1 200 OK\r\n\r\n"]));
        assert!(!takes(&["HTTP/1.1 100 C\r\n\r\nHTTP/1.1 204 N\r\ncontent-length: 1\r\n\r\n"]));
    }

    #[test]
    fn what_is_no_status_line_is_refused() {
        for line in ["junk\r\n", "\r\nHTTP/1.1 200 OK\r\n", "HTTP/1.1 99 X\r\n", "HTTP/1.1\r\n", "x"] {
            assert!(!takes(&[line]), "{line}");
        }
    }
}
