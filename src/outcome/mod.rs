//! WHAT HAPPENS TO A REQUEST
//!
//! - *takes*: the route table and a plain request
//! - *gives*: what Envoy with Emissary does to it; and each rule on its own, for the gateway to use on live requests
//! - *never*: reads a clock, draws a number, opens a socket; what depends on them is an argument or a stand-in
//! - *start*: [`decide()`], then [`request`]

pub mod auth;
pub mod changes;
pub mod cors;
mod decide;
pub mod exchange;
pub mod facts;
pub mod format;
pub mod forwarded;
pub mod head;
pub mod headers;
pub mod intake;
pub mod ip_rules;
pub mod normalise;
mod parties;
pub mod rate_limit;
pub mod redirect;
pub mod reply;
pub mod request;
pub mod rewrite;
mod spare;
pub mod target;
pub mod upstream;

pub use changes::Changes;
pub use decide::{Asked, Decision, Forwarded, Outcome, SOURCE_CLUSTER, decide, decide_with, each_outcome, outcomes};
pub use parties::{Agreeable, Parties};
pub use spare::Spare;
