//! gRPC for those who cannot speak it: gRPC-Web, and gRPC over HTTP/1.1.

use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::{Bytes, BytesMut};
use http::header::{ACCEPT, CONTENT_LENGTH, CONTENT_TYPE, HeaderMap, HeaderValue, TE};
use http::{Response, StatusCode};
use http_body::{Body as _, Frame};

use crate::gateway::body::{Body, Failure};
use crate::gateway::exchange::Exchange;
use crate::gateway::fault::Fault;
use crate::gateway::reply::Answer;
use crate::outcome::request::Version;

/// The most of a body in base64 that is decoded, and of an answer that is put together.
const MOST: u64 = 4 << 20;

/// The flag of a frame of trailers.
const TRAILERS: u8 = 0x80;

/// How an answer is changed for its client.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Translation {
    /// Trailers become a frame of the body.
    Web {
        /// In base64.
        is_text: bool,
    },
    /// Trailers become headers.
    Bridge,
}

fn content_type(headers: &HeaderMap) -> &str {
    headers.get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default()
}

fn is_web(kind: &str, text: bool) -> bool {
    let base = if text { "application/grpc-web-text" } else { "application/grpc-web" };
    kind == base || kind.strip_prefix(base).is_some_and(|suffix| suffix == "+proto")
}

/// Makes a gRPC-Web request one of gRPC.
pub(crate) async fn take_web(exchange: &mut Exchange) -> Result<(), Answer> {
    let kind = content_type(&exchange.head.headers).to_owned();
    let is_text = is_web(&kind, true);
    if !is_text && !is_web(&kind, false) {
        return Ok(());
    }
    if is_text {
        let filled = exchange.upload.fill(MOST).await.map_err(|()| Answer::Fault(Fault::Client, false))?;
        let decoded = if filled.1 { decode(&filled.0) } else { None };
        exchange.upload.replace(decoded.ok_or(crate::outcome::reply::Why::Body)?);
    }
    let headers = &mut exchange.head.headers;
    let accepts = headers.get(ACCEPT).and_then(|accept| accept.to_str().ok()).unwrap_or_default();
    let wants_text = is_web(accepts, true) || is_text && accepts.is_empty();
    headers.remove(CONTENT_LENGTH);
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/grpc"));
    headers.insert(TE, HeaderValue::from_static("trailers"));
    headers.insert("grpc-accept-encoding", HeaderValue::from_static("identity"));
    exchange.is_grpc = true;
    exchange.translation = Some(Translation::Web { is_text: wants_text });
    Ok(())
}

/// Notes a gRPC request over HTTP/1.1, whose client cannot see trailers.
pub(crate) fn take_bridge(exchange: &mut Exchange) {
    if exchange.version != Version::Http2 && exchange.is_grpc && exchange.translation.is_none() {
        exchange.translation = Some(Translation::Bridge);
    }
}

/// Changes an answer for its client.
pub(crate) async fn translate(translation: Translation, response: Response<Body>) -> Response<Body> {
    match translation {
        Translation::Bridge => fold(response).await,
        Translation::Web { is_text } => {
            let (mut parts, body) = response.into_parts();
            let kind = if is_text { "application/grpc-web-text+proto" } else { "application/grpc-web+proto" };
            parts.headers.insert(CONTENT_TYPE, HeaderValue::from_static(kind));
            parts.headers.remove(CONTENT_LENGTH);
            let body = match body {
                Body::Empty => Body::Empty,
                body => Body::Stream(Box::pin(Webbed { body, is_text })),
            };
            Response::from_parts(parts, body)
        }
    }
}

/// Puts an answer together whole: its trailers become headers, and a failed call a failed request.
async fn fold(response: Response<Body>) -> Response<Body> {
    let (mut parts, body) = response.into_parts();
    let (mut body, mut whole, mut trailers) = (Box::pin(body), BytesMut::new(), HeaderMap::new());
    while let Some(frame) = std::future::poll_fn(|cx| body.as_mut().poll_frame(cx)).await {
        match frame.map(Frame::into_data) {
            Ok(Ok(data)) => whole.extend_from_slice(&data),
            Ok(Err(frame)) => trailers = frame.into_trailers().unwrap_or_default(),
            Err(_) => {
                parts.status = StatusCode::SERVICE_UNAVAILABLE;
                break;
            }
        }
        if whole.len() as u64 > MOST {
            parts.status = StatusCode::SERVICE_UNAVAILABLE;
            break;
        }
    }
    for name in ["grpc-status", "grpc-message"] {
        if let Some(value) = trailers.remove(name) {
            parts.headers.insert(name, value);
        }
    }
    if parts.headers.get("grpc-status").is_none_or(|status| status != "0") {
        parts.status = StatusCode::SERVICE_UNAVAILABLE;
    }
    parts.headers.insert(CONTENT_LENGTH, HeaderValue::from(whole.len()));
    let body = if whole.is_empty() { Body::Empty } else { Body::Full(whole.freeze()) };
    Response::from_parts(parts, body)
}

/// An answer whose trailers are told in its body.
struct Webbed {
    body: Body,
    is_text: bool,
}

impl http_body::Body for Webbed {
    type Data = Bytes;
    type Error = Failure;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Failure>>> {
        let is_text = self.is_text;
        let frame = ready!(Pin::new(&mut self.body).poll_frame(cx));
        Poll::Ready(frame.map(|frame| {
            let data = match frame?.into_data() {
                Ok(data) => data,
                Err(frame) => trailers_frame(&frame.into_trailers().unwrap_or_default()),
            };
            Ok(Frame::data(if is_text { encode(&data) } else { data }))
        }))
    }
}

fn trailers_frame(trailers: &HeaderMap) -> Bytes {
    let mut text = Vec::new();
    for (name, value) in trailers {
        text.extend_from_slice(&[name.as_str().as_bytes(), b":", value.as_bytes(), b"\r\n"].concat());
    }
    let length = u32::try_from(text.len()).unwrap_or(0).to_be_bytes();
    Bytes::from([&[TRAILERS][..], &length, &text].concat())
}

const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// Base64, padded: pieces may be put one behind the other.
fn encode(bytes: &[u8]) -> Bytes {
    let mut out = Vec::with_capacity(bytes.len().div_ceil(3) * 4);
    for piece in bytes.chunks(3) {
        let bits = piece.iter().enumerate().fold(0u32, |bits, (at, byte)| bits | u32::from(*byte) << (16 - 8 * at));
        for at in 0..4 {
            let letter = LETTERS.get((bits >> (18 - 6 * at)) as usize & 63).copied().unwrap_or(b'=');
            out.push(if at <= piece.len() { letter } else { b'=' });
        }
    }
    Bytes::from(out)
}

/// The bytes of base64, which may be padded in its middle.
fn decode(text: &[u8]) -> Option<Bytes> {
    let mut out = Vec::with_capacity(text.len() / 4 * 3);
    for piece in text.chunks(4) {
        if piece.len() < 4 {
            return None;
        }
        let padding = piece.iter().rev().take_while(|letter| **letter == b'=').count();
        let mut bits = 0u32;
        for letter in piece.iter().take(4 - padding) {
            bits = bits << 6 | u32::try_from(LETTERS.iter().position(|known| known == letter)?).ok()?;
        }
        bits <<= 6 * padding as u32;
        let [_, one, two, three] = bits.to_be_bytes();
        out.extend_from_slice([one, two, three].get(..3usize.checked_sub(padding)?)?);
    }
    Some(Bytes::from(out))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn base64_comes_back() {
        for text in [&b""[..], b"a", b"ab", b"abc", b"abcd", &[0, 255, 254, 1, 2]] {
            assert_eq!(decode(&encode(text)).as_deref(), Some(text));
        }
        assert_eq!(&*encode(b"hello"), b"aGVsbG8=");
        assert_eq!(decode(b"YQ==Yg==").as_deref(), Some(&b"ab"[..]));
        assert_eq!((decode(b"YQ="), decode(b"Y!=="), decode(b"====")), (None, None, None));
    }

    #[test]
    fn trailers_make_a_frame() {
        let mut trailers = HeaderMap::new();
        trailers.insert("grpc-status", HeaderValue::from_static("0"));
        assert_eq!(&*trailers_frame(&trailers), b"\x80\0\0\0\x0fgrpc-status:0\r\n");
    }

    #[test]
    fn kinds_are_told_apart() {
        assert!(is_web("application/grpc-web", false) && is_web("application/grpc-web+proto", false));
        assert!(is_web("application/grpc-web-text", true) && !is_web("application/grpc-web-text", false));
        assert!(!is_web("application/grpc", false));
    }
}
