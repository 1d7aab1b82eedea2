//! Every recorded case of `testdata/truth/conformance` through real sockets: the gateway as users start it, clients and
//! upstreams on loopback, every recorded field compared.

#![allow(clippy::unwrap_used, clippy::print_stdout, unreachable_pub)]

mod client;
mod compare;
mod recorded;
mod stand_ins;
#[path = "../trust/mod.rs"]
mod trust;
mod wire;

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader};
use std::net::SocketAddr;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use compare::Ports;
use recorded::{Case, list, text};
use serde_yaml::Value;
use stand_ins::{Log, Seen};

const CASES: &str = "testdata/truth/conformance/cases";

/// Requests that are meant to be answered otherwise, as `docs/deviations.md` says.
fn deviations() -> Vec<String> {
    let text = std::fs::read_to_string("docs/deviations.md").unwrap_or_default();
    let lines = text.lines().filter_map(|line| line.strip_prefix("- `conformance/"));
    lines.filter_map(|line| Some(line.split_once('`')?.0.to_owned())).collect()
}

/// A running gateway.
struct Served {
    child: Child,
    listeners: BTreeMap<u16, SocketAddr>,
    upstreams: Vec<SocketAddr>,
    log: Log,
}

impl Drop for Served {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Starts the gateway for a case; `None` where it says that nothing can be served.
fn serve(case: &Case) -> Option<Served> {
    let log = Log::default();
    let mut command = Command::new(env!("CARGO_BIN_EXE_kubectl-ambassador"));
    command.args([
        "serve",
        "--workers",
        "1",
        "--strict",
        "--unserialised",
        "--access-log",
        "off",
        "--admin",
        "127.0.0.1:0",
        "-f",
    ]);
    command.arg(case.folder.join("manifests.yaml"));
    for port in &case.listeners {
        command.arg("--listen").arg(format!("{port}=127.0.0.1:0"));
    }
    let mut upstreams = Vec::new();
    for (service, kind) in &case.upstreams {
        let address = stand_ins::start(service, kind, &log);
        upstreams.push(address);
        command.arg("--upstream").arg(format!("{service}={address}"));
    }
    let mut child = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
    let stderr = child.stderr.take().unwrap();
    let (sender, lines) = std::sync::mpsc::channel();
    std::thread::spawn(move || {
        for line in BufReader::new(stderr).lines().map_while(Result::ok) {
            let _ = sender.send(line);
        }
    });
    let mut listeners: BTreeMap<u16, SocketAddr> = BTreeMap::new();
    let started = Instant::now();
    while started.elapsed() < Duration::from_secs(20) {
        match lines.recv_timeout(Duration::from_millis(20)) {
            Ok(line) if line.starts_with("serving") => break,
            // `listening on ADDRESS for port PORT`
            Ok(line) if line.starts_with("listening on ") => {
                let words: Vec<&str> = line.split(' ').collect();
                listeners.insert(words[5].parse().unwrap(), words[2].parse().unwrap());
            }
            Ok(_) => {}
            Err(_) if child.try_wait().unwrap().is_some() => return None,
            Err(_) => {}
        }
    }
    Some(Served { child, listeners, upstreams, log })
}

/// The differences of a case, by the names of its requests.
fn replay(case: &Case) -> Vec<(String, Vec<String>)> {
    let served = serve(case);
    let mut out = Vec::new();
    for request in &case.requests {
        let name = text(request, "name").unwrap().to_owned();
        let port = request["listener"].as_u64().unwrap() as u16;
        let differences = match &served {
            None => refused(request),
            Some(served) => one(case, request, served, port),
        };
        out.push((name, differences));
    }
    out
}

/// Where nothing is served, every connection is refused.
fn refused(request: &Value) -> Vec<String> {
    let recorded = text(&request["expect"], "transport");
    let is_same = request["expect"]["status"].as_u64().is_none();
    if is_same { Vec::new() } else { vec![format!("nothing is served, recorded {recorded:?} {:?}", request["expect"])] }
}

fn one(case: &Case, request: &Value, served: &Served, port: u16) -> Vec<String> {
    // A port that nothing listens on refuses connections.
    let Some(&to) = served.listeners.get(&port) else { return refused(request) };
    let Some(times) = request.get("repeat").and_then(Value::as_u64) else {
        served.log.lock().unwrap().clear();
        let got = client::send(request, to, &case.folder);
        let wanted_mirrors = list(&request["expect"], "mirrored").len();
        settle(&served.log, wanted_mirrors);
        let seen = served.log.lock().unwrap().clone();
        let ports = Ports { listener: to.port(), upstreams: served.upstreams.clone(), client: got.port };
        return compare::differences(request, &got, &seen, &ports);
    };
    let (mut statuses, mut reached, mut mirrored) = (BTreeMap::new(), BTreeMap::new(), BTreeMap::new());
    served.log.lock().unwrap().clear();
    for _ in 0..times {
        let got = client::send(request, to, &case.folder);
        let status = got.answer.map_or("None".to_owned(), |answer| answer.status().to_string());
        *statuses.entry(status).or_default() += 1;
    }
    std::thread::sleep(Duration::from_millis(100));
    let is_mirror = |one: &Seen| one.headers.iter().any(|(name, _)| name == "x-envoy-internal");
    for one in served.log.lock().unwrap().iter() {
        let counts = if is_mirror(one) { &mut mirrored } else { &mut reached };
        *counts.entry(one.service.clone()).or_default() += 1;
    }
    let missed = times - reached.values().sum::<u64>().min(times);
    if missed > 0 {
        reached.insert("None".to_owned(), missed);
    }
    compare::sampled(request, &statuses, &reached, &mirrored)
}

/// Mirrored requests come a little later.
fn settle(log: &Log, mirrors: usize) {
    let is_there = || {
        let seen = log.lock().unwrap();
        seen.iter().filter(|one| one.headers.iter().any(|(name, _)| name == "x-envoy-internal")).count() >= mirrors
    };
    let began = Instant::now();
    while mirrors > 0 && !is_there() && began.elapsed() < Duration::from_secs(2) {
        std::thread::sleep(Duration::from_millis(5));
    }
}

#[test]
fn every_recorded_request_is_answered_as_recorded() {
    let only = std::env::var("CASE").ok();
    let cases: Vec<Case> = recorded::cases(CASES)
        .into_iter()
        .filter(|case| only.as_ref().is_none_or(|only| case.name.contains(only.as_str())))
        .collect();
    let deviations = deviations();
    let next = AtomicUsize::new(0);
    let results = Arc::new(Mutex::new(Vec::new()));
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                while let Some(case) = cases.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let found = replay(case);
                    results.lock().unwrap().push((case.name.clone(), found));
                }
            });
        }
    });
    let mut results = Arc::try_unwrap(results).unwrap().into_inner().unwrap();
    results.sort();
    let (mut agree, mut total, mut unexplained) = (0, 0, Vec::new());
    for (case, requests) in &results {
        for (request, differences) in requests {
            total += 1;
            let name = format!("{case}: {request}");
            if differences.is_empty() {
                agree += 1;
            } else if deviations.contains(&name) {
                println!("deviates: {name}");
            } else {
                println!("{name}");
                differences.iter().for_each(|difference| println!("    {difference}"));
                unexplained.push(name);
            }
        }
    }
    println!("agree {agree} of {total}");
    assert!(deviations.len() <= 10, "more than ten deviations are listed");
    assert!(unexplained.is_empty(), "{} requests are answered otherwise than recorded", unexplained.len());
}
