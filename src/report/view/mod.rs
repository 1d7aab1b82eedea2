//! One file per result: how it is told to people, and in the formats that are its own.

pub mod diff;
pub mod explain;
mod measured;
pub mod route_test;
pub mod routes;
pub mod rule;
pub mod rules_doc;
pub mod suite;
