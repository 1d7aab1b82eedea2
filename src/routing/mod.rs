//! THE SHARED MATCHING ENGINE
//!
//! - *takes*: what the model made of the documents; requests
//! - *gives*: where a request goes, and why; the automata that proofs are made of
//! - *never*: knows Kubernetes, diagnostics or sockets
//! - *start*: [`regex`] and [`pattern`] for what can be matched

pub mod pattern;
pub mod regex;
