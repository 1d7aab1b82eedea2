//! HTTP/1 OF CLIENTS
//!
//! - *takes*: the bytes of a client
//! - *gives*: its requests, cleaned where Envoy is lenient and refused where it is strict; writes the answers
//! - *never*: lets a head or a body through that could be split otherwise than Envoy splits it
//! - *start*: [`mod@serve`], then [`head`] and [`chunks`]

mod answer;
mod body;
pub(crate) mod chunks;
pub(crate) mod head;
pub(crate) mod lines;
mod rest;
mod serve;
mod stream;

use std::cell::Cell;

use super::upstream::upgrade::Tunnel;
use crate::outcome::reply::Why;

pub(crate) use body::ClientBody;
pub(crate) use rest::Rest;
pub(crate) use serve::{Service, serve};

/// Why bytes are refused.
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

/// What is known of a request beside what its head says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Note {
    /// The target as it came, where it is none that upstreams take.
    pub(crate) target: Option<Box<str>>,
    /// Why it is refused.
    pub(crate) refusal: Option<Refusal>,
    /// Whether it waits for `100 Continue`.
    pub(crate) expects: bool,
    /// Whether it is HTTP/1.0.
    pub(crate) is_http10: bool,
}

/// What the exchanges of a connection tell it, and it them, beside requests and answers.
#[derive(Default)]
pub(crate) struct Notes {
    /// Why the body under way broke off, if it was malformed.
    pub(crate) body_fault: Cell<Option<Refusal>>,
    /// What the connection becomes behind the answer.
    pub(crate) tunnel: Cell<Option<Box<Tunnel>>>,
}

/// What is gone by.
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
