//! Whatever strangers send: no panic, and a head that is written anew reads the same again.

#![no_main]

use kubectl_ambassador::gateway::strangers;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    strangers::http1(bytes).unwrap();
    strangers::http2(bytes, 1 + usize::from(bytes.first().copied().unwrap_or(0)));
    strangers::others(bytes).unwrap();
});
