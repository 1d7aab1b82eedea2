//! Time of processors: on a busy machine the clock says little.

use std::time::{Duration, Instant};

/// What work costs: by the clock, and on all processors together.
#[derive(Clone, Copy)]
pub(crate) struct Cost {
    pub(crate) clock: Duration,
    pub(crate) cpu: Duration,
}

/// Does something, and tells what it costs.
pub(crate) fn cost<T>(what: impl FnOnce() -> T) -> (T, Cost) {
    let (start, cpu_before) = (Instant::now(), cpu());
    let made = what();
    let clock = start.elapsed();
    let cpu = match (cpu_before, cpu()) {
        (Some(before), Some(after)) => after.saturating_sub(before),
        _ => clock,
    };
    (made, Cost { clock, cpu })
}

/// The processor time of this process, in steps of 10 ms (Linux only).
fn cpu() -> Option<Duration> {
    let stat = std::fs::read_to_string("/proc/self/stat").ok()?;
    // The name of the process stands in parentheses and may hold anything.
    let (_, fields) = stat.rsplit_once(')')?;
    let ticks: Vec<u64> = fields.split_whitespace().skip(11).take(2).map_while(|field| field.parse().ok()).collect();
    Some(Duration::from_millis(ticks.iter().sum::<u64>() * 10))
}
