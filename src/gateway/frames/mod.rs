//! THE GATE IN FRONT OF HTTP/2
//!
//! - *takes*: the bytes of a client, and those that h2 writes for it
//! - *gives*: the frames of requests that Envoy would take, their headers written anew; the end of the connection, or of
//!   one stream, where Envoy ends it
//! - *never*: lets a header list or a frame through that Envoy refuses
//! - *start*: [`session`], then [`fields`]

mod fields;
mod guard;
mod hpack;
mod huffman;
mod outgoing;
mod session;

use std::sync::LazyLock;

use http::HeaderName;

pub(crate) use guard::Guard;
pub(crate) use session::{PREFACE, Session, WINDOW};

/// What the gate goes by.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Rules {
    /// The most bytes that the headers of a request may have.
    pub(crate) most_head: usize,
    /// The most streams at once.
    pub(crate) most_streams: u32,
}

/// Codes of errors, as RFC 9113 numbers them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum Code {
    /// There is no error.
    None = 0,
    /// The protocol is broken.
    Protocol = 1,
    /// Something is too large for us.
    Internal = 2,
    /// A window overflows.
    FlowControl = 3,
    /// A frame on a stream that is done.
    StreamClosed = 5,
    /// A frame has a length that it cannot have.
    FrameSize = 6,
    /// There are too many streams.
    Refused = 7,
    /// Nobody waits for the stream any more.
    Cancel = 8,
    /// Headers cannot be decompressed.
    Compression = 9,
}

/// How a connection ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum End {
    /// Without a word.
    Quiet,
    /// With GOAWAY.
    GoAway(Code),
}

/// Kinds of frames.
mod kind {
    pub(super) const DATA: u8 = 0;
    pub(super) const HEADERS: u8 = 1;
    pub(super) const PRIORITY: u8 = 2;
    pub(super) const RST_STREAM: u8 = 3;
    pub(super) const SETTINGS: u8 = 4;
    pub(super) const PUSH_PROMISE: u8 = 5;
    pub(super) const PING: u8 = 6;
    pub(super) const GOAWAY: u8 = 7;
    pub(super) const WINDOW_UPDATE: u8 = 8;
    pub(super) const CONTINUATION: u8 = 9;
}

/// Flags of frames.
mod flag {
    pub(super) const ACK: u8 = 1;
    pub(super) const END_STREAM: u8 = 1;
    pub(super) const END_HEADERS: u8 = 4;
    pub(super) const PADDED: u8 = 8;
    pub(super) const PRIORITY: u8 = 32;
}

/// The length of a frame's header.
const HEADER: usize = 9;

/// The largest frame that either side sends.
const LARGEST: usize = 16384;

fn header_name(what: &str) -> HeaderName {
    let name = format!("x-ambassador-{what}-{:016x}", fastrand::u64(..));
    HeaderName::from_bytes(name.as_bytes()).unwrap_or(http::header::REFERER)
}

/// Tells the exchange a path that h2 would not take. Nobody outside can know the name.
pub(crate) static TARGET: LazyLock<HeaderName> = LazyLock::new(|| header_name("target"));

/// Tells the exchange an authority that h2 would not take.
pub(crate) static AUTHORITY: LazyLock<HeaderName> = LazyLock::new(|| header_name("authority"));

/// Appends a frame.
fn put_frame(out: &mut Vec<u8>, kind: u8, flags: u8, stream: u32, payload: &[u8]) {
    let length = u32::try_from(payload.len()).unwrap_or(0).to_be_bytes();
    out.extend_from_slice(&length[1..]);
    out.extend_from_slice(&[kind, flags]);
    out.extend_from_slice(&stream.to_be_bytes());
    out.extend_from_slice(payload);
}

/// The number of a stream, out of four bytes.
fn stream_id(bytes: &[u8]) -> u32 {
    match bytes {
        [a, b, c, d, ..] => u32::from_be_bytes([*a, *b, *c, *d]) & 0x7fff_ffff,
        _ => 0,
    }
}

#[cfg(test)]
mod tests;
