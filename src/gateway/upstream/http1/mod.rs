//! HTTP/1 TOWARDS UPSTREAMS
//!
//! - *takes*: a request and a connection
//! - *gives*: the head of an answer as Envoy takes it, then its body; bytes as they are after an upgrade
//! - *never*: has a task of its own beside the exchange, but where an answer comes before its request has gone out
//! - *start*: [`connection`], then [`outgoing`] and [`answer`]

mod answer;
mod connection;
mod outgoing;
mod replay;

pub(crate) use connection::Connection;
pub(crate) use outgoing::Outgoing;
pub(crate) use replay::read_answer;
