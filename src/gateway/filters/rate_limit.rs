//! The RateLimitService.

use std::borrow::Cow;
use std::sync::Arc;

use http::header::{CONTENT_TYPE, HeaderName, HeaderValue};
use prost::Message;

use super::grpc;
use crate::gateway::exchange::Exchange;
use crate::gateway::loaded::Loaded;
use crate::gateway::reply::Answer;
use crate::model::RateLimit;
use crate::outcome::rate_limit::Entries;
use crate::outcome::reply::{Reply, Why};

const SHOULD_LIMIT: &str = "/envoy.service.ratelimit.v3.RateLimitService/ShouldRateLimit";

/// `OVER_LIMIT`
const OVER: i32 = 2;

/// A question of `envoy.service.ratelimit.v3`.
#[derive(Clone, PartialEq, Message)]
pub(crate) struct RateLimitRequest {
    #[prost(string, tag = "1")]
    domain: String,
    #[prost(message, repeated, tag = "2")]
    descriptors: Vec<Descriptor>,
}

#[derive(Clone, PartialEq, Message)]
struct Descriptor {
    #[prost(message, repeated, tag = "1")]
    entries: Vec<Entry>,
}

#[derive(Clone, PartialEq, Message)]
struct Entry {
    #[prost(string, tag = "1")]
    key: String,
    #[prost(string, tag = "2")]
    value: String,
}

#[derive(Clone, PartialEq, Message)]
struct RateLimitResponse {
    #[prost(int32, tag = "1")]
    overall_code: i32,
    #[prost(message, repeated, tag = "3")]
    response_headers_to_add: Vec<Header>,
    #[prost(message, repeated, tag = "4")]
    request_headers_to_add: Vec<Header>,
    #[prost(bytes = "vec", tag = "5")]
    raw_body: Vec<u8>,
}

#[derive(Clone, PartialEq, Message)]
struct Header {
    #[prost(string, tag = "1")]
    key: String,
    #[prost(string, tag = "2")]
    value: String,
}

impl Header {
    fn read(&self) -> Option<(HeaderName, HeaderValue)> {
        Some((HeaderName::from_bytes(self.key.as_bytes()).ok()?, HeaderValue::from_str(&self.value).ok()?))
    }
}

/// The question about a request.
pub(crate) fn question(domain: &str, descriptors: &[Entries<'_>]) -> RateLimitRequest {
    let entry = |(key, value): &(&str, Cow<'_, str>)| Entry { key: (*key).to_owned(), value: value.to_string() };
    RateLimitRequest {
        domain: domain.to_owned(),
        descriptors: descriptors
            .iter()
            .map(|entries| Descriptor { entries: entries.iter().map(entry).collect() })
            .collect(),
    }
}

/// Asks whether a request is over its limit.
pub(crate) async fn ask(
    exchange: &mut Exchange,
    loaded: &Loaded,
    limit: &RateLimit,
    question: RateLimitRequest,
) -> Result<(), Answer> {
    let answered = match loaded.upstream(limit.cluster).map(Arc::clone) {
        None => Err(grpc::CallFailed),
        Some(upstream) => {
            let call =
                grpc::unary::<RateLimitResponse>(&exchange.worker, &upstream, SHOULD_LIMIT, question, limit.timeout);
            tokio::select! {
                answered = call => answered,
                () = exchange.upload.gather() => Err(grpc::CallFailed),
            }
        }
    };
    let Ok(answer) = answered else {
        return if limit.failure_mode_deny { Err(Why::RateLimitFailed.into()) } else { Ok(()) };
    };
    if answer.overall_code == OVER {
        let mut reply = Reply::new(Why::RateLimited);
        for (name, value) in answer.response_headers_to_add.iter().filter_map(Header::read) {
            reply.headers.append(name, value);
        }
        if !answer.raw_body.is_empty() && !reply.headers.contains_key(CONTENT_TYPE) {
            reply.headers.insert(CONTENT_TYPE, HeaderValue::from_static("text/plain"));
        }
        reply.body = Cow::Owned(String::from_utf8_lossy(&answer.raw_body).into_owned());
        return Err(Answer::Reply(Box::new(reply)));
    }
    for (name, value) in answer.request_headers_to_add.iter().filter_map(Header::read) {
        exchange.head.headers.append(name, value);
    }
    for (name, value) in answer.response_headers_to_add.iter().filter_map(Header::read) {
        exchange.on_response.append(name, value);
    }
    Ok(())
}
