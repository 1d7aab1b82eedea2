//! What strangers' bytes go through before anything trusts them, without sockets: for fuzzing, and for tests that throw
//! much at it.

use std::time::Duration;

use super::frames::{Rules as FrameRules, Session};
use super::http1::chunks::Chunks;
use super::http1::head::{Framing, judge};
use super::http1::lines::head_end;
use super::http1::{Refusal, Rules};
use super::upstream::http1::read_answer;

const RULES: Rules = Rules {
    most_head: 60 * 1024,
    http10: true,
    allows_chunked_length: true,
    is_tls: false,
    idle: Duration::from_secs(1),
};

/// Reads bytes as those of an HTTP/1 client: heads and their bodies, one behind the other.
///
/// # Errors
///
/// A head that was written anew is not plain: it would be split otherwise when it is read again.
pub fn http1(mut bytes: &[u8]) -> Result<(), String> {
    while let Some(end) = head_end(bytes, 0) {
        let (head, rest) = bytes.split_at(end);
        let judged = judge(head, RULES);
        if judged.ends_connection() {
            return Ok(());
        }
        if let Some(clean) = &judged.clean {
            let again = judge(clean, RULES);
            let is_plain = again.clean.is_none() && !again.ends_connection();
            if !is_plain || again.framing != judged.framing || head_end(clean, 0) != Some(clean.len()) {
                return Err(format!("{:?} became {:?}", latin(head), latin(clean)));
            }
        }
        bytes = match judged.framing {
            Framing::None => rest,
            Framing::Length(length) => rest.get(usize::try_from(length).unwrap_or(usize::MAX)..).unwrap_or_default(),
            Framing::Chunked => match chunks(rest)? {
                None => return Ok(()),
                Some(used) => rest.get(used..).unwrap_or_default(),
            },
        };
    }
    Ok(())
}

/// Reads a chunked body, at once and byte by byte: the end must be the same.
fn chunks(bytes: &[u8]) -> Result<Option<usize>, String> {
    let whole = read_chunks(bytes, bytes.len().max(1));
    let cut = read_chunks(bytes, 1);
    match (whole, cut) {
        (Ok(whole), Ok(cut)) if whole == cut => Ok(whole),
        (Err(_), Err(_)) => Ok(None),
        (whole, cut) => Err(format!("{:?} ends at {whole:?} and, cut, at {cut:?}", latin(bytes))),
    }
}

fn read_chunks(bytes: &[u8], piece: usize) -> Result<Option<usize>, Refusal> {
    let (mut chunks, mut used) = (Chunks::default(), 0);
    for mut piece in bytes.chunks(piece) {
        while !piece.is_empty() && !chunks.is_done() {
            let taken = chunks.take(piece)?;
            let length = taken.framing + taken.data;
            piece = piece.get(length..).unwrap_or_default();
            used += length;
        }
        if chunks.is_done() {
            return Ok(Some(used));
        }
    }
    Ok(None)
}

/// Reads bytes as those of an HTTP/2 client, in pieces; what h2 would write are the same bytes.
pub fn http2(bytes: &[u8], piece: usize) {
    let mut session = Session::new(FrameRules { most_head: 60 * 1024, most_streams: 16 });
    let mut out = Vec::new();
    for piece in bytes.chunks(piece.max(1)) {
        session.inbox().extend_from_slice(piece);
        session.receive();
        session.inward().clear();
        session.send(piece, &mut out);
        session.take_own(&mut out);
        out.clear();
    }
}

/// Reads bytes as a PROXY header, and as an upstream's answer.
///
/// # Errors
///
/// An answer that comes byte by byte is not the one that comes at once.
pub fn others(bytes: &[u8]) -> Result<(), String> {
    let _ = super::proxy::read(bytes);
    let (whole, cut) = (read_answer(bytes, bytes.len().max(1)), read_answer(bytes, 1));
    if whole == cut { Ok(()) } else { Err(format!("{:?} is {whole:?} and, cut, {cut:?}", latin(bytes))) }
}

fn latin(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| char::from(*byte)).collect()
}
