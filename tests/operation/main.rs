//! How the gateway is operated: reloads, faults on all sides, floods, the admin pages. The short form of what runs longer
//! and wider with `LONG_TESTS=1`.

#![allow(clippy::unwrap_used, clippy::print_stdout, unreachable_pub, dead_code)]

mod admin;
mod certificates;
mod faults;
mod floods;
mod grpc;
mod page;
mod reload;
mod served;
mod told;
mod traced;
#[path = "../trust/mod.rs"]
mod trust;
mod upstream;
#[path = "../gateway/wire.rs"]
mod wire;

/// Whether tests run as long and as wide as they can.
fn is_long() -> bool {
    std::env::var_os("LONG_TESTS").is_some()
}
