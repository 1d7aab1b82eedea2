//! How long it takes to select a route, by the index and by a scan of all routes, and to build the index.
//!
//! Times of one request are the best of five; the table shows median and 99th percentile over all requests, and the
//! mean of a first sweep, when nothing is in the caches yet. `cargo bench --bench select -- 10000` runs one size.

#![allow(clippy::print_stdout, clippy::expect_used)]

mod shapes;

use std::hint::black_box;
use std::time::{Duration, Instant};

use kubectl_ambassador::routing::{Route, RouteId, RouteList};
use shapes::{Random, Sent, Shape};

const SIZES: [usize; 5] = [10, 100, 1_000, 10_000, 100_000];
const REQUESTS: usize = 20_000;
const SCANNED: usize = 300;

fn main() {
    let wanted: Vec<usize> = std::env::args().filter_map(|argument| argument.parse().ok()).collect();
    let clock = (0..10_000).map(|_| time(|| ())).min().unwrap_or_default();
    println!("reading the clock costs {} of each time", micros(clock));
    println!(
        "{:>8}  {:<36}{:>9}{:>9}{:>9}{:>12}{:>11}",
        "routes", "shape", "median", "p99", "cold", "scan median", "build"
    );
    for shape in Shape::ALL {
        for size in SIZES {
            if wanted.is_empty() || wanted.contains(&size) {
                measure(shape, size);
            }
        }
    }
}

fn measure(shape: Shape, size: usize) {
    let mut random = Random(size as u64);
    let routes = shapes::routes(shape, size, &mut random);
    let build = (0..3).map(|_| time(|| shapes::index(&routes))).min().unwrap_or_default();
    let list = shapes::index(&routes);
    let sent = shapes::requests(&routes, REQUESTS, &mut random);
    for request in sent.iter().take(SCANNED) {
        assert_eq!(select(&list, &routes, request), scan(&routes, request), "index and scan disagree");
    }
    evict();
    let (indexed, cold) = best_of_five(&sent, |request| select(&list, &routes, request));
    let (scanned, _) = best_of_five(&sent[..SCANNED], |request| scan(&routes, request));
    println!(
        "{size:>8}  {:<36}{:>9}{:>9}{:>9}{:>12}{:>11}",
        shape.name(),
        micros(indexed[indexed.len() / 2]),
        micros(indexed[indexed.len() * 99 / 100]),
        micros(cold),
        micros(scanned[scanned.len() / 2]),
        format!("{:.2} ms", build.as_secs_f64() * 1e3),
    );
}

fn select(list: &RouteList, routes: &[Route], sent: &Sent) -> Option<RouteId> {
    let view = sent.view();
    list.likely(&view).find(|id| routes[id.0 as usize].check(&view).is_ok())
}

fn scan(routes: &[Route], sent: &Sent) -> Option<RouteId> {
    let view = sent.view();
    (0u32..).zip(routes).find(|(_, route)| route.check(&view).is_ok()).map(|(id, _)| RouteId(id))
}

fn time<T>(what: impl FnOnce() -> T) -> Duration {
    let start = Instant::now();
    black_box(what());
    start.elapsed()
}

/// The best time of each request, in rising order, and the mean of the first sweep.
fn best_of_five<T>(sent: &[Sent], what: impl Fn(&Sent) -> T) -> (Vec<Duration>, Duration) {
    let sweep = || -> Vec<Duration> { sent.iter().map(|request| time(|| what(black_box(request)))).collect() };
    let mut best = sweep();
    let first = best.iter().sum::<Duration>() / sent.len() as u32;
    for _ in 1..5 {
        for (best, again) in best.iter_mut().zip(sweep()) {
            *best = again.min(*best);
        }
    }
    best.sort();
    (best, first)
}

/// Fills the caches with something else.
fn evict() {
    let other: Vec<u64> = (0..8 << 20).collect();
    black_box(other.iter().sum::<u64>());
}

fn micros(duration: Duration) -> String {
    format!("{:.3} µs", duration.as_secs_f64() * 1e6)
}
