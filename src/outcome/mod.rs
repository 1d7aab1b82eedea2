//! WHAT HAPPENS TO A REQUEST
//!
//! - *takes*: the route table and a plain request
//! - *gives*: what Envoy with Emissary does to it; and each rule on its own, for the gateway to use on live requests
//! - *never*: reads a clock, draws a number, opens a socket; what depends on them is an argument or a stand-in
//! - *start*: [`request`], then [`normalise`]

pub mod forwarded;
pub mod intake;
pub mod normalise;
pub mod request;
pub mod target;
