//! How long it takes to lint, with all rules: the whole way from text to findings, and the rules alone.
//!
//! `cargo bench --bench lint -- 10000` runs one number of Mappings. Run it on one core (`taskset -c 0`) to compare.

#![allow(clippy::print_stdout, clippy::expect_used)]

mod installation;

use std::hint::black_box;
use std::time::{Duration, Instant};

use installation::Random;
use kubectl_ambassador::lint::check;
use kubectl_ambassador::pipeline::{self, Compilation, Options};
use kubectl_ambassador::source::{Origin, SourceMap};

const SIZES: [usize; 3] = [10, 1_000, 10_000];

fn main() {
    let wanted: Vec<usize> = std::env::args().filter_map(|argument| argument.parse().ok()).collect();
    println!("{:>9}{:>10}{:>18}{:>14}{:>10}", "Mappings", "KiB", "bytes → findings", "rules alone", "findings");
    let sizes = if wanted.is_empty() { &SIZES[..] } else { &wanted[..] };
    for &size in sizes {
        let text = installation::services(size, &mut Random(size as u64));
        let compilation = compile(&text);
        let findings = check(&compilation).findings.len();
        let whole = best(|| check(&compile(&text)));
        let alone = best(|| check(&compilation));
        println!("{size:>9}{:>10}{:>18}{:>14}{findings:>10}", text.len() / 1024, millis(whole), millis(alone));
    }
}

fn compile(text: &str) -> Compilation {
    let mut sources = SourceMap::default();
    sources.add(Origin::Stdin, text);
    pipeline::compile(sources, &Options::default())
}

fn best<T>(mut run: impl FnMut() -> T) -> Duration {
    let mut best = Duration::MAX;
    for _ in 0..5 {
        let began = Instant::now();
        black_box(run());
        best = best.min(began.elapsed());
    }
    best
}

fn millis(time: Duration) -> String {
    format!("{:.1} ms", time.as_secs_f64() * 1e3)
}
