//! THE GATE IN FRONT OF HTTP/1
//!
//! - *takes*: the bytes of a client
//! - *gives*: the same bytes where they are plain, clean ones where Envoy is lenient, and a refusal where it is strict
//! - *never*: lets a head or a body through that could be split otherwise than Envoy splits it
//! - *start*: [`head`], then [`chunks`]

pub(crate) mod chunks;
pub(crate) mod head;
pub(crate) mod lines;
mod stream;

use std::collections::VecDeque;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use crate::outcome::reply::Why;

pub(crate) use stream::Gate;

/// Why the gate refuses bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Refusal {
    /// A rule that the outcome knows.
    Why(Why),
    /// It is no HTTP: 400.
    Malformed,
    /// A transfer coding that we do not know: 501.
    Coding,
    /// A tunnel that nobody digs: 404, and nothing behind it is read.
    Tunnel,
}

/// What the gate knows of a request that hyper cannot be told.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Note {
    /// The target as it came, where hyper would not take it.
    pub(crate) target: Option<Box<str>>,
    /// Why it is refused.
    pub(crate) refusal: Option<Refusal>,
    /// Whether it waits for `100 Continue`.
    pub(crate) expects: bool,
    /// Whether it is HTTP/1.0: hyper is told that it is 1.1.
    pub(crate) is_http10: bool,
}

/// How the gate and the exchanges of a connection talk.
#[derive(Debug, Default)]
pub(crate) struct Notes {
    notes: Mutex<VecDeque<(u64, Note)>>,
    passed: AtomicU64,
    served: AtomicU64,
    body_fault: Mutex<Option<Refusal>>,
    is_held: AtomicBool,
    is_tunnel: AtomicBool,
    answered: AtomicU64,
    stands_in: AtomicBool,
    says_continue: AtomicBool,
}

/// Stands for `transfer-encoding` in an answer to HEAD, letter for letter: hyper writes none there, and Envoy does.
pub(crate) const CHUNKS: &str = "x-ambassador-head";

/// Stands for `content-length` in an answer without a body.
pub(crate) const LENGTH: &str = "x-ambas-length";

/// Names that hyper writes, and those that they stand for.
const STAND_INS: [(&str, &str, &str); 2] =
    [(CHUNKS, "transfer-encoding", "Transfer-Encoding"), (LENGTH, "content-length", "Content-Length")];

impl Notes {
    /// A head was passed on.
    fn pass(&self, note: Option<Note>) {
        let number = self.passed.fetch_add(1, Ordering::Relaxed);
        if let (Some(note), Ok(mut notes)) = (note, self.notes.lock()) {
            notes.push_back((number, note));
        }
    }

    /// The note of the request that is served next.
    pub(crate) fn next(&self) -> Option<Note> {
        let number = self.served.fetch_add(1, Ordering::Relaxed);
        let mut notes = self.notes.lock().ok()?;
        if notes.front().is_some_and(|(of, _)| *of == number) { notes.pop_front().map(|(_, note)| note) } else { None }
    }

    /// A request was answered.
    pub(crate) fn answer(&self) {
        self.answered.fetch_add(1, Ordering::Relaxed);
    }

    /// Whether requests wait for their answers.
    fn is_busy(&self) -> bool {
        self.passed.load(Ordering::Relaxed) > self.answered.load(Ordering::Relaxed)
    }

    /// The next answer has [`CHUNKS`] or [`LENGTH`] in it.
    pub(crate) fn stand_in(&self) {
        self.stands_in.store(true, Ordering::Relaxed);
    }

    fn stands_in(&self) -> bool {
        self.stands_in.load(Ordering::Relaxed)
    }

    fn stood_in(&self) {
        self.stands_in.store(false, Ordering::Relaxed);
    }

    /// `100 Continue` comes before the next answer: hyper says it only where a body is to come.
    pub(crate) fn say_continue(&self) {
        self.says_continue.store(true, Ordering::Relaxed);
    }

    fn says_continue(&self) -> bool {
        self.says_continue.load(Ordering::Relaxed)
    }

    fn said_continue(&self) {
        self.says_continue.store(false, Ordering::Relaxed);
    }

    /// The body under way broke off because it was malformed.
    fn blame_body(&self, refusal: Refusal) {
        if let Ok(mut fault) = self.body_fault.lock() {
            *fault = Some(refusal);
        }
    }

    /// Why the body under way broke off, if it was malformed.
    pub(crate) fn body_fault(&self) -> Option<Refusal> {
        self.body_fault.lock().ok().and_then(|fault| *fault)
    }

    fn hold(&self) {
        self.is_held.store(true, Ordering::Relaxed);
    }

    fn is_held(&self) -> bool {
        self.is_held.load(Ordering::Relaxed)
    }

    /// The connection has become something else: whatever comes, passes.
    pub(crate) fn open_tunnel(&self) {
        self.is_tunnel.store(true, Ordering::Relaxed);
    }

    fn is_tunnel(&self) -> bool {
        self.is_tunnel.load(Ordering::Relaxed)
    }

    /// Lets bytes pass again after a request for an upgrade that was declined.
    pub(crate) fn release(&self) {
        self.is_held.store(false, Ordering::Relaxed);
    }
}

/// What the gate goes by.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Rules {
    /// The most bytes that a head may have.
    pub(crate) most_head: usize,
    /// Whether HTTP/1.0 is served.
    pub(crate) http10: bool,
    /// Whether Content-Length beside Transfer-Encoding is dropped rather than refused.
    pub(crate) allows_chunked_length: bool,
    /// Whether the connection is TLS.
    pub(crate) is_tls: bool,
    /// When an idle connection is closed.
    pub(crate) idle: std::time::Duration,
}
