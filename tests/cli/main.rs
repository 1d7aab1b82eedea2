//! The command line, run in-process: what it says on which stream, and how it ends.

#![allow(clippy::unwrap_used)]

mod bad_input;
mod ci;
mod completing;
mod diff;
mod help;
mod lint;
mod readme;
mod requests;
mod route_test;
mod routes;
mod run;
mod schema;
mod suites;
