//! One file per verb: its result as text for people.

pub mod route_test;
pub mod routes;
