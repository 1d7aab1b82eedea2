//! How long it takes from YAML to a table, and from a snapshot to a table, and how much memory at most.
//!
//! `cargo bench --bench compile -- 10000` runs one number of Mappings. Memory is this process's highest resident size
//! (Linux only), so that one size at a time tells most.

#![allow(clippy::print_stdout, clippy::expect_used)]

mod cpu;
mod installation;

use std::hint::black_box;
use std::time::Duration;

use cpu::{Cost, cost};
use installation::Random;
use kubectl_ambassador::pipeline::{self, Compilation, Options};
use kubectl_ambassador::routing::RouteTable;
use kubectl_ambassador::source::{Origin, SourceMap};
use kubectl_ambassador::yaml;

/// The binary's.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const SIZES: [usize; 3] = [100, 1_000, 10_000];

fn main() {
    let wanted: Vec<usize> = std::env::args().filter_map(|argument| argument.parse().ok()).collect();
    println!(
        "{:>9}{:>10}{:>12}{:>14}{:>16}{:>17}{:>14}{:>12}",
        "Mappings",
        "KiB",
        "yaml::parse",
        "bytes → table",
        "its processors",
        "snapshot → table",
        "peak before",
        "peak after"
    );
    let sizes = if wanted.is_empty() { &SIZES[..] } else { &wanted[..] };
    for &size in sizes {
        measure(size);
    }
}

fn measure(size: usize) {
    let text = installation::services(size, &mut Random(size as u64));
    let before = peak();
    let compilation = compile(&text);
    let after = peak();
    assert!(compilation.refusal().is_none(), "{:?}", compilation.refusal());
    assert!(compilation.snapshot.mappings.len() >= size, "every Mapping is in force");
    let whole = best(|| compile(&text));
    let mut sources = SourceMap::default();
    let id = sources.add(Origin::Stdin, text.as_str());
    let parse = best(|| yaml::parse(id, &text));
    let table = best(|| RouteTable::compile(&compilation.snapshot));
    println!(
        "{size:>9}{:>10}{:>12}{:>14}{:>16}{:>17}{:>14}{:>12}",
        text.len() / 1024,
        millis(parse.clock),
        millis(whole.clock),
        millis(whole.cpu),
        millis(table.clock),
        before,
        after
    );
}

fn compile(text: &str) -> Compilation {
    let mut sources = SourceMap::default();
    sources.add(Origin::Stdin, text);
    pipeline::compile(sources, &Options::default())
}

/// The best of nine, by the clock and by the processors each.
fn best<T>(what: impl Fn() -> T) -> Cost {
    let rounds: Vec<Cost> = (0..9).map(|_| cost(|| black_box(what())).1).collect();
    let least = |of: fn(&Cost) -> Duration| rounds.iter().map(of).min().unwrap_or_default();
    Cost { clock: least(|cost| cost.clock), cpu: least(|cost| cost.cpu) }
}

fn millis(duration: Duration) -> String {
    format!("{:.1} ms", duration.as_secs_f64() * 1e3)
}

/// The highest resident size so far.
fn peak() -> String {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap_or("unknown").trim();
    match line.strip_suffix(" kB").and_then(|number| number.parse::<u64>().ok()) {
        Some(kib) => format!("{} MiB", kib / 1024),
        None => line.to_owned(),
    }
}
