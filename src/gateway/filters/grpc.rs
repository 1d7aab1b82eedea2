//! A question over gRPC: one message there, one back.

use std::borrow::Cow;
use std::cell::Cell;
use std::sync::Arc;
use std::time::Duration;

use bytes::{Buf as _, BufMut as _, Bytes, BytesMut};
use http::header::{CONTENT_TYPE, HeaderMap, HeaderValue, TE};
use prost::Message;

use crate::gateway::forward;
use crate::gateway::upload::UpBody;
use crate::gateway::upstream::{Endpoint, Sending, Upstream};
use crate::gateway::worker::Worker;
use crate::model::Priority;
use crate::outcome::head::Head;

/// The most that an answer may be.
const MOST: usize = 4 << 20;

/// The call failed, in whatever way: the status, if the service said one.
#[derive(Clone, Copy, Debug)]
pub(crate) struct CallFailed;

/// Asks a service; a failure of the call is a failure whatever its status.
pub(crate) async fn unary<A: Message + Default>(
    worker: &Worker,
    upstream: &Arc<Upstream>,
    path: &'static str,
    question: impl Message,
    limit: Duration,
) -> Result<A, CallFailed> {
    let asked = ask(worker, upstream, path, question, limit);
    tokio::time::timeout(limit, asked).await.unwrap_or(Err(CallFailed))
}

async fn ask<A: Message + Default>(
    worker: &Worker,
    upstream: &Arc<Upstream>,
    path: &'static str,
    question: impl Message,
    limit: Duration,
) -> Result<A, CallFailed> {
    let set = upstream.discover().await;
    let endpoint = upstream.choose(&set, None, 0).ok_or(CallFailed)?;
    let call = Call { path, authority: &upstream.cluster.name, limit: Some(limit) };
    ask_endpoint(worker, upstream, &endpoint, call, question).await
}

/// A call to be made.
pub(crate) struct Call<'a> {
    /// The method, as a path.
    pub(crate) path: &'static str,
    /// Whom it is said to be for.
    pub(crate) authority: &'a str,
    /// What the service is told of the time it has.
    pub(crate) limit: Option<Duration>,
}

/// The headers of a call.
pub(crate) fn head(upstream: &Upstream, call: &Call<'_>) -> Result<Head<'static>, CallFailed> {
    let mut headers = HeaderMap::new();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/grpc"));
    headers.insert(TE, HeaderValue::from_static("trailers"));
    if let Some(limit) = call.limit {
        let timeout = HeaderValue::try_from(format!("{}m", limit.as_millis().min(99_999_999)));
        headers.insert("grpc-timeout", timeout.map_err(|_| CallFailed)?);
    }
    Ok(Head {
        method: Cow::Borrowed("POST"),
        https: upstream.tls.is_some(),
        authority: Cow::Owned(call.authority.to_owned()),
        path: Cow::Borrowed(call.path),
        headers,
    })
}

/// Asks one endpoint of a service.
pub(crate) async fn ask_endpoint<A: Message + Default>(
    worker: &Worker,
    upstream: &Arc<Upstream>,
    endpoint: &Arc<Endpoint>,
    call: Call<'_>,
    question: impl Message,
) -> Result<A, CallFailed> {
    let head = head(upstream, &call)?;
    let request = Sending::new(Cow::Owned(head), UpBody::Full(framed(&question)), true).ok_or(CallFailed)?;
    let sent = worker.pools.send(upstream, endpoint, Priority::Default, request, &Cell::new(None)).await;
    let response = sent.map_err(|_| CallFailed)?;
    let (parts, body) = response.into_parts();
    let (message, trailers) = forward::read_whole(body, MOST).await.ok_or(CallFailed)?;
    let status = trailers.as_ref().unwrap_or(&parts.headers).get("grpc-status");
    if parts.status != http::StatusCode::OK || status.is_none_or(|status| status != "0") {
        return Err(CallFailed);
    }
    unframed(message).and_then(|message| A::decode(message).ok()).ok_or(CallFailed)
}

/// A message with its flag and length.
pub(crate) fn framed(message: &impl Message) -> Bytes {
    let mut out = BytesMut::with_capacity(message.encoded_len() + 5);
    out.put_u8(0);
    out.put_u32(u32::try_from(message.encoded_len()).unwrap_or(u32::MAX));
    out.extend_from_slice(&message.encode_to_vec());
    out.freeze()
}

/// The message out of its frame; compressed ones were not asked for.
fn unframed(mut bytes: Bytes) -> Option<Bytes> {
    if bytes.is_empty() {
        return Some(bytes);
    }
    if bytes.len() < 5 || bytes.get_u8() != 0 {
        return None;
    }
    let length = bytes.get_u32() as usize;
    (bytes.len() >= length).then(|| bytes.split_to(length))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_are_framed_by_flag_and_length() {
        let bytes = framed(&"hello".to_owned());
        assert_eq!(&bytes[..5], [0, 0, 0, 0, 7]);
        assert_eq!(unframed(bytes).and_then(|bytes| String::decode(bytes).ok()).as_deref(), Some("hello"));
        assert_eq!(unframed(Bytes::from_static(&[1, 0, 0, 0, 0])), None);
        assert_eq!(unframed(Bytes::from_static(&[0, 0, 0, 0, 9, 1])), None);
    }
}
