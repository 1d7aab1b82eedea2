//! How many requests `route-test --requests` answers, from lines of JSON to lines of JSON, counted on one processor.
//!
//! `cargo bench --bench requests -- 1000` runs one number of Mappings. What it takes to read the Mappings is measured by
//! itself and taken off.

#![allow(clippy::print_stdout, clippy::expect_used)]

mod cpu;
mod installation;

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fmt::Write as _;
use std::io;

use cpu::{Cost, cost};
use installation::Random;
use kubectl_ambassador::cli;
use kubectl_ambassador::cli::env::Env;
use kubectl_ambassador::pipeline::{self, Options};
use kubectl_ambassador::source::{Origin, SourceMap};

/// The binary's.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const SIZES: [usize; 3] = [10, 1_000, 10_000];
const REQUESTS: usize = 600_000;
const ROUNDS: usize = 3;

fn main() {
    let wanted: Vec<usize> = std::env::args().filter_map(|argument| argument.parse().ok()).collect();
    println!(
        "{:>9}{:>10}{:>10}{:>12}{:>24}{:>12}",
        "Mappings", "in", "out", "each", "a second and processor", "the clock"
    );
    for &size in if wanted.is_empty() { &SIZES[..] } else { &wanted[..] } {
        measure(size);
    }
}

fn measure(size: usize) {
    let text = installation::services(size, &mut Random(size as u64));
    let folder = std::env::temp_dir().join(format!("requests-{}", std::process::id()));
    std::fs::create_dir_all(&folder).expect("a folder for the Mappings");
    let file = folder.join("mappings.yaml");
    std::fs::write(&file, &text).expect("a file of Mappings");
    let lines = lines(&text);
    let least = |lines: &str| -> (u64, Cost) {
        let rounds = (0..ROUNDS).map(|_| cost(|| answered(&file, lines)));
        rounds.min_by_key(|(_, cost)| cost.cpu).expect("there is a round")
    };
    let (_, nothing) = least("");
    let (out, all) = least(&lines);
    std::fs::remove_dir_all(&folder).expect("the folder is ours");
    let each = all.cpu.saturating_sub(nothing.cpu).as_secs_f64() / REQUESTS as f64;
    println!(
        "{size:>9}{:>10}{:>10}{:>12}{:>24}{:>12}",
        format!("{} MiB", lines.len() >> 20),
        format!("{} MiB", out >> 20),
        format!("{:.2} µs", each * 1e6),
        format!("{:.0}", 1.0 / each),
        format!("{:.2} s", all.clock.as_secs_f64())
    );
}

/// Runs the verb; how many bytes it answers.
fn answered(file: &std::path::Path, lines: &str) -> u64 {
    let words = ["kubectl-ambassador", "route-test", "--requests", "-", "-f"].map(OsString::from);
    let mut out = Count(0);
    let mut errors = Vec::new();
    let exit = cli::run(
        words.into_iter().chain([file.into()]),
        &mut Env {
            stdin: &mut lines.as_bytes(),
            stdout: &mut out,
            stderr: &mut errors,
            vars: BTreeMap::new(),
            stdout_is_terminal: false,
            stderr_is_terminal: false,
            width: None,
        },
    );
    assert!(exit.code() < 2, "{}", String::from_utf8_lossy(&errors));
    out.0
}

/// Counts what is written.
struct Count(u64);

impl io::Write for Count {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0 += bytes.len() as u64;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Requests for Mappings anywhere in the table, with a few headers as clients send them.
fn lines(text: &str) -> String {
    let mut sources = SourceMap::default();
    sources.add(Origin::Stdin, text);
    let compilation = pipeline::compile(sources, &Options::default());
    let mappings: Vec<_> = compilation.snapshot.mappings.values().filter(|mapping| mapping.from.is_some()).collect();
    let mut random = Random(7);
    let mut lines = String::new();
    for n in 0..REQUESTS {
        let mapping = mappings[random.below(mappings.len())];
        let host = mapping.matches.hostname.as_ref().map_or("*", |hostname| &*hostname.text).replacen('*', "any", 1);
        let (item, query) = (random.below(1000), random.below(9));
        // Writing to a String cannot fail.
        let _ = writeln!(
            lines,
            "{{\"id\":{n},\"method\":\"GET\",\"authority\":\"{host}\",\"path\":\"{}x/{item}?q={query}\",\"headers\":\
             [[\"User-Agent\",\"curl/8.5.0\"],[\"Accept\",\"*/*\"],[\"X-Trace\",\"abcdef0123456789\"]]}}",
            mapping.matches.prefix
        );
    }
    lines
}
