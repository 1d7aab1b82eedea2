//! How long it takes to select a route, by the index and by a scan of all routes, and to build the index.
//!
//! Each request has just been read when its route is sought, as in the gateway; all ask for routes anywhere in the
//! table. *Warm* is the time where the same was asked just before, *far* where thousands of others came in between and
//! have taken the caches. Of each request that is the best of five; the table shows median and 99th percentile over all
//! requests. `cargo bench --bench select -- 10000` runs one size.

#![allow(clippy::print_stdout, clippy::expect_used)]

mod shapes;

use std::hint::black_box;
use std::time::{Duration, Instant};

use kubectl_ambassador::routing::{Route, RouteId, RouteList};
use shapes::{Random, Sent, Shape};

const SIZES: [usize; 5] = [10, 100, 1_000, 10_000, 100_000];
const REQUESTS: usize = 20_000;
const SCANNED: usize = 300;
const TRIES: usize = 5;

fn main() {
    let wanted: Vec<usize> = std::env::args().filter_map(|argument| argument.parse().ok()).collect();
    let clock = (0..10_000).map(|_| time(|| ())).min().unwrap_or_default();
    println!("reading the clock costs {} of each time", micros(clock));
    println!(
        "{:>8}  {:<36}{:>11}{:>10}{:>11}{:>10}{:>13}{:>11}",
        "routes", "shape", "warm", "p99", "far", "p99", "scan (warm)", "build"
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
    let near = warm(&sent, |request| select(&list, &routes, request));
    let apart = far(&sent, |request| select(&list, &routes, request));
    let scanned = warm(&sent[..SCANNED], |request| scan(&routes, request));
    println!(
        "{size:>8}  {:<36}{:>11}{:>10}{:>11}{:>10}{:>13}{:>11}",
        shape.name(),
        micros(near[near.len() / 2]),
        micros(near[near.len() * 99 / 100]),
        micros(apart[apart.len() / 2]),
        micros(apart[apart.len() * 99 / 100]),
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

/// Looks at all of a request, as whoever has just read it from a connection has done.
fn read(sent: &Sent) {
    let names = sent.headers.iter().map(|(name, value)| name.as_str().len() + value.len());
    black_box(names.sum::<usize>() + sent.headers.get_all("cookie").iter().count());
    black_box(sent.authority.bytes().chain(sent.path.bytes()).fold(0, |sum: u8, byte| sum ^ byte));
}

fn time<T>(what: impl FnOnce() -> T) -> Duration {
    let start = Instant::now();
    black_box(what());
    start.elapsed()
}

/// The best time of each request, asked several times in a row; in rising order.
fn warm<T>(sent: &[Sent], what: impl Fn(&Sent) -> T) -> Vec<Duration> {
    let best = |request| (0..=TRIES).map(|_| time(|| what(black_box(request)))).min().unwrap_or_default();
    let mut times: Vec<Duration> = sent.iter().map(best).collect();
    times.sort();
    times
}

/// The best time of each request over several rounds of all of them; in rising order.
fn far<T>(sent: &[Sent], what: impl Fn(&Sent) -> T) -> Vec<Duration> {
    let mut best = vec![Duration::MAX; sent.len()];
    for _ in 0..TRIES {
        for (best, request) in best.iter_mut().zip(sent) {
            read(request);
            *best = time(|| what(black_box(request))).min(*best);
        }
    }
    best.sort();
    best
}

fn micros(duration: Duration) -> String {
    format!("{:.3} µs", duration.as_secs_f64() * 1e6)
}
