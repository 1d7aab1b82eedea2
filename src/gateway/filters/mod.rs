//! STEPS THAT ASK OTHERS OR NEED THE BODY
//!
//! - *takes*: an exchange
//! - *gives*: nothing, where the request goes on; else the answer
//! - *never*: chooses routes, or knows the order of filters: that is `exchange`'s
//! - *start*: [`auth`]

pub(crate) mod auth;
mod auth_messages;
pub(crate) mod grpc;
pub(crate) mod grpc_stats;
pub(crate) mod gzip;
pub(crate) mod rate_limit;
pub(crate) mod web;

use super::exchange::Exchange;
use super::fault::Fault;
use super::reply::Answer;
use crate::outcome::reply::Why;

/// Reads the whole body before the request goes on.
pub(crate) async fn buffer(exchange: &mut Exchange, most: u64) -> Result<(), Answer> {
    if exchange.upload.is_empty() || exchange.upgrade.is_some() {
        return Ok(());
    }
    match exchange.upload.fill(most).await {
        Err(()) => Err(Answer::Fault(Fault::Client, false)),
        Ok((_, false)) => Err(Why::Body.into()),
        Ok((body, true)) => {
            // A body that is there whole has a length.
            exchange.head.headers.remove(http::header::TRANSFER_ENCODING);
            exchange.head.headers.insert(http::header::CONTENT_LENGTH, http::HeaderValue::from(body.len()));
            Ok(())
        }
    }
}
