//! Compression of answers.

use std::io::Write;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use flate2::Compression;
use flate2::write::GzEncoder;
use http::header::{
    ACCEPT_ENCODING, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE, ETAG, HeaderMap, HeaderValue, VARY,
};
use http::{HeaderName, StatusCode};
use http_body::Frame;

use crate::gateway::body::{Body, Failure};
use crate::gateway::passing::Passing;
use crate::model::Gzip;
use crate::outcome::head::Head;

/// Content types that Envoy compresses where none are named.
const TYPES: [&str; 18] = [
    "application/ecmascript",
    "application/javascript",
    "application/json",
    "application/x-javascript",
    "application/x-json",
    "application/xhtml+xml",
    "application/xml",
    "image/svg+xml",
    "text/css",
    "text/ecmascript",
    "text/html",
    "text/javascript",
    "text/js",
    "text/jscript",
    "text/plain",
    "text/x-javascript",
    "text/x-js",
    "text/xml",
];

/// The smallest body that Envoy compresses where nothing else is said.
const LEAST: u64 = 30;

/// Whether a client takes gzip; whether an answer suits it is seen later.
#[derive(Clone, Debug)]
pub(crate) struct Wish {
    rules: Gzip,
    is_asked: bool,
}

impl Wish {
    /// The wish of a client.
    pub(crate) fn of(rules: &Gzip, head: &mut Head<'static>) -> Self {
        let is_asked =
            head.headers.get_all(ACCEPT_ENCODING).iter().filter_map(|value| value.to_str().ok()).any(takes_gzip);
        if rules.remove_accept_encoding_header && head.headers.contains_key(ACCEPT_ENCODING) {
            head.headers.remove(ACCEPT_ENCODING);
        }
        Self { rules: rules.clone(), is_asked }
    }

    /// Whether an answer is one to compress.
    pub(crate) fn suits(&self, status: StatusCode, headers: &HeaderMap) -> bool {
        let text = |name: HeaderName| headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
        let content_type = text(CONTENT_TYPE).split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
        let is_type = match &self.rules.content_type {
            Some(types) => types.iter().any(|known| known.eq_ignore_ascii_case(&content_type)),
            None => TYPES.contains(&content_type.as_str()),
        };
        let length: Option<u64> = text(CONTENT_LENGTH).parse().ok();
        status != StatusCode::NO_CONTENT
            && status != StatusCode::PARTIAL_CONTENT
            && (is_type || content_type.is_empty())
            && length.is_none_or(|length| length >= self.rules.min_content_length.map_or(LEAST, u64::from))
            && !headers.contains_key(CONTENT_ENCODING)
            && !text(CACHE_CONTROL).contains("no-transform")
            && !(self.rules.disable_on_etag_header && headers.contains_key(ETAG))
    }

    /// Whether the client takes gzip.
    pub(crate) fn is_asked(&self) -> bool {
        self.is_asked
    }

    /// Tells that another client would get this otherwise.
    pub(crate) fn vary(&self, headers: &mut HeaderMap) {
        vary(headers);
    }

    /// Compresses a body and tells so in the headers.
    pub(crate) fn compress(self, headers: &mut HeaderMap, body: Passing) -> Body {
        headers.remove(CONTENT_LENGTH);
        headers.insert(CONTENT_ENCODING, HeaderValue::from_static("gzip"));
        // Compressed bytes are no longer the bytes that it names.
        headers.remove(ETAG);
        let level = match self.rules.compression_level.as_deref() {
            Some("BEST_SPEED" | "COMPRESSION_LEVEL_1") => 1,
            Some("BEST_COMPRESSION" | "COMPRESSION_LEVEL_9") => 9,
            Some(text) => text.strip_prefix("COMPRESSION_LEVEL_").and_then(|level| level.parse().ok()).unwrap_or(6),
            None => 6,
        };
        Body::Stream(Box::pin(Compressed { body, encoder: Some(GzEncoder::new(Vec::new(), Compression::new(level))) }))
    }
}

fn takes_gzip(value: &str) -> bool {
    value.split(',').any(|coding| {
        let mut parts = coding.split(';').map(str::trim);
        let name = parts.next().unwrap_or_default();
        let is_refused = parts.any(|part| {
            part.strip_prefix("q=")
                .and_then(|quality| quality.parse::<f32>().ok())
                .is_some_and(|quality| quality == 0.0)
        });
        !is_refused && (name.eq_ignore_ascii_case("gzip") || name == "*")
    })
}

fn vary(headers: &mut HeaderMap) {
    let before = headers.get(VARY).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let value = if before.is_empty() {
        "Accept-Encoding".to_owned()
    } else if before.to_ascii_lowercase().contains("accept-encoding") {
        before.to_owned()
    } else {
        format!("{before}, Accept-Encoding")
    };
    if let Ok(value) = HeaderValue::from_str(&value) {
        headers.insert(VARY, value);
    }
}

struct Compressed {
    body: Passing,
    encoder: Option<GzEncoder<Vec<u8>>>,
}

impl http_body::Body for Compressed {
    type Data = Bytes;
    type Error = Failure;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Failure>>> {
        let this = &mut *self;
        loop {
            let Some(encoder) = &mut this.encoder else { return Poll::Ready(None) };
            match ready!(Pin::new(&mut this.body).poll_frame(cx)) {
                Some(Ok(frame)) => {
                    let Ok(data) = frame.into_data() else { continue };
                    encoder.write_all(&data)?;
                    encoder.flush()?;
                    let compressed = std::mem::take(encoder.get_mut());
                    if !compressed.is_empty() {
                        return Poll::Ready(Some(Ok(Frame::data(compressed.into()))));
                    }
                }
                Some(Err(error)) => return Poll::Ready(Some(Err(error))),
                None => {
                    let Some(encoder) = this.encoder.take() else { return Poll::Ready(None) };
                    return Poll::Ready(Some(Ok(Frame::data(encoder.finish()?.into()))));
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clients_say_whether_they_take_gzip() {
        for (value, takes) in
            [("gzip", true), ("br, gzip;q=0.5", true), ("gzip;q=0", false), ("br", false), ("*", true)]
        {
            assert_eq!(takes_gzip(value), takes, "{value}");
        }
    }

    #[test]
    fn small_and_encoded_answers_stay() {
        let wish = Wish { rules: Gzip::default(), is_asked: true };
        let suits = |pairs: &[(HeaderName, &'static str)]| {
            let headers = pairs.iter().map(|(name, value)| (name.clone(), HeaderValue::from_static(value))).collect();
            wish.suits(StatusCode::OK, &headers)
        };
        assert!(suits(&[(CONTENT_TYPE, "text/html; charset=utf-8"), (CONTENT_LENGTH, "30")]));
        assert!(!suits(&[(CONTENT_TYPE, "text/html"), (CONTENT_LENGTH, "29")]));
        assert!(!suits(&[(CONTENT_TYPE, "image/png"), (CONTENT_LENGTH, "3000")]));
        assert!(!suits(&[(CONTENT_TYPE, "text/html"), (CONTENT_ENCODING, "br")]));
        assert!(!suits(&[(CONTENT_TYPE, "text/html"), (CACHE_CONTROL, "no-transform")]));
    }
}
