//! How long it takes to say what happens to a request: up to the outcome, and with the list of changed headers.
//!
//! `cargo bench --bench decide -- 1000` runs one number of Mappings. Every Mapping is asked for once a round.

#![allow(clippy::print_stdout)]

mod installation;

use std::hint::black_box;
use std::time::{Duration, Instant};

use installation::Random;
use kubectl_ambassador::outcome::request::Request;
use kubectl_ambassador::outcome::{Changes, Outcome, decide, outcomes};
use kubectl_ambassador::pipeline::{self, Compilation, Options};
use kubectl_ambassador::routing::Draw;
use kubectl_ambassador::source::{Origin, SourceMap};

const SIZES: [usize; 3] = [100, 1_000, 10_000];
const ROUNDS: usize = 7;

fn main() {
    let wanted: Vec<usize> = std::env::args().filter_map(|argument| argument.parse().ok()).collect();
    println!("{:>9}{:>12}{:>12}{:>24}{:>12}", "Mappings", "decide", "outcomes", "outcomes and changes", "forwarded");
    for &size in if wanted.is_empty() { &SIZES[..] } else { &wanted[..] } {
        measure(size);
    }
}

fn measure(size: usize) {
    let mut sources = SourceMap::default();
    sources.add(Origin::Stdin, installation::services(size, &mut Random(size as u64)).as_str());
    let compilation = pipeline::compile(sources, &Options::default());
    let table = &compilation.table;
    let requests = requests(&compilation);
    let forwarded = requests
        .iter()
        .filter(|request| matches!(decide(table, request, Draw::LOWEST).outcome, Outcome::Forward(_)))
        .count();
    let each = |what: &dyn Fn(&Request<'_>)| {
        let round = || {
            let start = Instant::now();
            requests.iter().for_each(what);
            start.elapsed()
        };
        let best = (0..ROUNDS).map(|_| round()).min().unwrap_or_default();
        nanos(best, requests.len())
    };
    let decided = each(&|request| {
        black_box(decide(table, request, Draw::LOWEST));
    });
    let all = each(&|request| {
        black_box(outcomes(table, request));
    });
    let changed = each(&|request| {
        for (_, decision) in outcomes(table, request) {
            if let Outcome::Forward(forwarded) = &decision.outcome {
                black_box(Changes::between(request, &forwarded.upstream.headers));
            }
        }
    });
    println!("{size:>9}{decided:>12}{all:>12}{changed:>24}{forwarded:>12}");
}

/// A request for each Mapping, with a few headers as browsers send them.
fn requests(compilation: &Compilation) -> Vec<Request<'static>> {
    let mut random = Random(7);
    let mut requests: Vec<Request<'static>> = compilation
        .snapshot
        .mappings
        .values()
        .map(|mapping| {
            let hostname = mapping.matches.hostname.as_ref().map_or("*", |hostname| &*hostname.text);
            let mut request = Request::get(8080, "", "");
            request.authority = Some(hostname.replacen('*', "any", 1).into());
            request.target = format!("{}x/{}?q={}", mapping.matches.prefix, random.below(1000), random.below(9)).into();
            for (name, value) in [("User-Agent", "curl/8.5.0"), ("Accept", "*/*"), ("X-Trace", "abcdef0123456789")] {
                request.headers.push((name.into(), value.into()));
            }
            request
        })
        .collect();
    for at in (1..requests.len()).rev() {
        requests.swap(at, random.below(at + 1));
    }
    requests
}

fn nanos(duration: Duration, times: usize) -> String {
    format!("{:.0} ns", duration.as_secs_f64() * 1e9 / times.max(1) as f64)
}
