//! What lint finds, beside what was recorded of Emissary, and where it says that it is.

#![allow(clippy::unwrap_used, clippy::print_stdout)]

#[path = "lint/corpora.rs"]
mod corpora;
#[path = "lint/planted.rs"]
mod planted;
#[path = "lint/safe.rs"]
mod safe;
