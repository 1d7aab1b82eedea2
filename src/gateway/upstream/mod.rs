//! TOWARDS UPSTREAMS
//!
//! - *takes*: a request for a cluster
//! - *gives*: the head of an answer with the connection that its body comes over, or a fault
//! - *never*: knows routes; a cluster's endpoints and policies are all that it looks at
//! - *start*: [`cluster`], then [`pool`]

pub(crate) mod arriving;
pub(crate) mod balance;
pub(crate) mod breaker;
pub(crate) mod cluster;
pub(crate) mod connect;
pub(crate) mod discover;
pub(crate) mod http1;
pub(crate) mod pool;
pub(crate) mod request;
pub(crate) mod retry;
pub(crate) mod tls;
pub(crate) mod tunnel;
pub(crate) mod upgrade;

pub(crate) use arriving::Arriving;
pub(crate) use cluster::{Endpoint, Upstream};
pub(crate) use pool::{Lease, Place, Pools};
pub(crate) use request::Sending;
