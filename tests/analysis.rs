//! Proofs against brute force: on generated tables over a small alphabet every verdict agrees with trying all requests
//! of that alphabet.
//!
//! `ANALYSIS_CASES=10000 cargo test --release --test analysis` tries more of them.

#![allow(clippy::unwrap_used, clippy::print_stdout, clippy::print_stderr)]

#[path = "analysis/differ.rs"]
mod differ;
#[path = "analysis/generate.rs"]
mod generate;
#[path = "analysis/reach.rs"]
mod reach;
#[path = "analysis/recorded.rs"]
mod recorded;
#[path = "analysis/slices.rs"]
mod slices;

/// How many tables, or pairs of tables, each law is held against.
fn cases() -> u64 {
    std::env::var("ANALYSIS_CASES").ok().and_then(|text| text.parse().ok()).unwrap_or(200)
}
