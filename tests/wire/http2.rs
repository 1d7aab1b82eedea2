//! Frames of HTTP/2 by hand, for clients and for upstreams.

use super::case::{Headers, latin};

pub const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

/// A frame.
pub struct Frame {
    pub kind: u8,
    pub flags: u8,
    pub stream: u32,
    pub payload: Vec<u8>,
}

pub fn frame(kind: u8, flags: u8, stream: u32, payload: &[u8]) -> Vec<u8> {
    let mut out = (payload.len() as u32).to_be_bytes()[1..].to_vec();
    out.extend_from_slice(&[kind, flags]);
    out.extend_from_slice(&stream.to_be_bytes());
    out.extend_from_slice(payload);
    out
}

/// Takes the first whole frame out of a buffer.
pub fn take(buffer: &mut Vec<u8>) -> Option<Frame> {
    if buffer.len() < 9 {
        return None;
    }
    let length = usize::from(buffer[0]) << 16 | usize::from(buffer[1]) << 8 | usize::from(buffer[2]);
    if buffer.len() < 9 + length {
        return None;
    }
    let whole: Vec<u8> = buffer.drain(..9 + length).collect();
    let stream = number(&whole[5..9]) & 0x7fff_ffff;
    let (kind, flags, mut payload) = (whole[3], whole[4], whole[9..].to_vec());
    if kind < 2 && flags & 8 != 0 {
        let padding = usize::from(payload.remove(0));
        payload.truncate(payload.len() - padding);
    }
    if kind == 1 && flags & 32 != 0 {
        payload.drain(..5);
    }
    Some(Frame { kind, flags, stream, payload })
}

pub fn number(bytes: &[u8]) -> u32 {
    u32::from_be_bytes(bytes[..4].try_into().unwrap())
}

pub fn settings(list: &[(u16, u32)]) -> Vec<u8> {
    let payload: Vec<u8> =
        list.iter().flat_map(|(id, value)| [&id.to_be_bytes()[..], &value.to_be_bytes()].concat()).collect();
    frame(4, 0, 0, &payload)
}

fn put_string(out: &mut Vec<u8>, text: &[u8]) {
    let mut length = text.len();
    if length < 127 {
        out.push(length as u8);
    } else {
        out.push(127);
        length -= 127;
        while length >= 128 {
            out.push(length as u8 | 128);
            length >>= 7;
        }
        out.push(length as u8);
    }
    out.extend_from_slice(text);
}

/// A header list in the plainest form.
pub fn block(list: &[(Vec<u8>, Vec<u8>)]) -> Vec<u8> {
    let mut out = Vec::new();
    for (name, value) in list {
        out.push(0);
        put_string(&mut out, name);
        put_string(&mut out, value);
    }
    out
}

/// Reads header lists.
#[derive(Default)]
pub struct Decoder<'a>(httlib_hpack::Decoder<'a>);

impl Decoder<'_> {
    pub fn read(&mut self, block: &[u8]) -> Headers {
        let mut list = Vec::new();
        let mut block = block.to_vec();
        self.0.decode(&mut block, &mut list).expect("the gateway's headers cannot be decompressed");
        list.iter().map(|(name, value, _)| (latin(name), latin(value))).collect()
    }
}

/// Codes of errors by name.
pub fn code(code: u32) -> &'static str {
    const NAMES: [&str; 14] = [
        "NO_ERROR",
        "PROTOCOL_ERROR",
        "INTERNAL_ERROR",
        "FLOW_CONTROL_ERROR",
        "SETTINGS_TIMEOUT",
        "STREAM_CLOSED",
        "FRAME_SIZE_ERROR",
        "REFUSED_STREAM",
        "CANCEL",
        "COMPRESSION_ERROR",
        "CONNECT_ERROR",
        "ENHANCE_YOUR_CALM",
        "INADEQUATE_SECURITY",
        "HTTP_1_1_REQUIRED",
    ];
    NAMES.get(code as usize).copied().unwrap_or("unknown")
}
