//! Requests that were sent many times: exact shares against samples, within five standard deviations.

use std::collections::BTreeMap;

use kubectl_ambassador::outcome::{Outcome, outcomes};
use serde_yaml::Value;

use super::case::{self, Case};
use super::parties::echo_status;
use super::routes::bare;
use super::value::{list, text};

/// What differs.
pub(crate) fn compare(case: &Case, recorded: &Value) -> Vec<String> {
    let request = case::request(recorded);
    let times = recorded["repeat"].as_f64().unwrap();
    let expect = &recorded["expect"];
    let table = &case.compilation.table;
    let mut services: BTreeMap<String, f64> = BTreeMap::new();
    let mut statuses: BTreeMap<String, f64> = BTreeMap::new();
    let mut mirrors: BTreeMap<String, f64> = BTreeMap::new();
    let mut paths: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (share, decision) in outcomes(table, &request) {
        let (service, status) = match &decision.outcome {
            Outcome::Forward(forwarded) => {
                let service = bare(&table.cluster(forwarded.forward.cluster).service);
                if let Some((cluster, percent)) = forwarded.mirror {
                    let copies = share * f64::from(percent.min(100)) / 100.0;
                    *mirrors.entry(bare(&table.cluster(cluster).service)).or_default() += copies;
                }
                let sent = paths.entry(service.clone()).or_default();
                if !sent.contains(&forwarded.upstream.path.to_string()) {
                    sent.push(forwarded.upstream.path.to_string());
                }
                (service, echo_status(&request, forwarded.is_upgrade).unwrap_or(0))
            }
            Outcome::Tcp(cluster) => {
                let service = bare(&table.cluster(*cluster).service);
                paths.insert(service.clone(), vec![request.target.to_string()]);
                (service, 200)
            }
            Outcome::Redirect(redirected) => ("none".to_owned(), redirected.status),
            Outcome::Reply(reply) => ("none".to_owned(), reply.status),
            Outcome::NoListener | Outcome::NoChain => ("none".to_owned(), 0),
        };
        *services.entry(service).or_default() += share;
        *statuses.entry(status.to_string()).or_default() += share;
    }
    let mut problems = Vec::new();
    samples("distribution", expect.get("distribution"), &services, times, &mut problems);
    samples("statuses", expect.get("statuses"), &statuses, times, &mut problems);
    samples("mirrored", expect.get("mirrored"), &mirrors, times, &mut problems);
    if let Some(recorded) = expect.get("upstream_paths").and_then(Value::as_mapping) {
        for (service, recorded) in recorded {
            let mut recorded: Vec<String> = list(Some(recorded)).iter().map(text).collect();
            let mut got = paths.get(&bare(&text(service))).cloned().unwrap_or_default();
            recorded.sort();
            got.sort();
            if recorded != got {
                problems.push(format!("paths of {}: recorded {recorded:?}, got {got:?}", text(service)));
            }
        }
    }
    problems
}

/// Every count must be likely under its share; every share that would surely have shown must have a count.
fn samples(
    what: &str,
    recorded: Option<&Value>,
    shares: &BTreeMap<String, f64>,
    times: f64,
    problems: &mut Vec<String>,
) {
    let empty = serde_yaml::Mapping::new();
    let recorded = recorded.and_then(Value::as_mapping).unwrap_or(&empty);
    let counts: BTreeMap<String, f64> =
        recorded.iter().map(|(key, count)| (bare(&key_text(key)), count.as_f64().unwrap())).collect();
    let names = shares.keys().chain(counts.keys());
    for name in names.collect::<std::collections::BTreeSet<_>>() {
        let share = shares.get(name).copied().unwrap_or(0.0);
        let count = counts.get(name).copied().unwrap_or(0.0);
        let bound = 5.0 * (times * share * (1.0 - share)).sqrt() + 1e-6;
        if (count - times * share).abs() > bound {
            problems.push(format!("{what} of {name}: {count} of {times} were recorded, our share is {share:.3}"));
        }
    }
}

fn key_text(key: &Value) -> String {
    if key.is_null() { "none".to_owned() } else { text(key) }
}
