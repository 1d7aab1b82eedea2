//! What was recorded against what is seen: the outcome first, then everything.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use super::case::items;

/// Differences of the outcome (who was reached, statuses, kept or closed), and all others.
#[derive(Clone, Debug, Default)]
pub struct Differences {
    pub outcome: Vec<String>,
    pub other: Vec<String>,
}

impl Differences {
    pub fn is_none(&self) -> bool {
        self.outcome.is_empty() && self.other.is_empty()
    }
}

type Facts = Map<String, Value>;

fn list<'f>(facts: &'f Facts, key: &str) -> &'f [Value] {
    facts.get(key).map(items).unwrap_or_default()
}

fn answers(facts: &Facts) -> Vec<&Value> {
    let streams = facts.get("streams").and_then(Value::as_object);
    list(facts, "responses").iter().chain(streams.into_iter().flat_map(Map::values)).collect()
}

/// The upstream requests that count: whether the beginning of a request that was refused in its middle had been sent on
/// is left open.
fn must_have(facts: &Facts) -> Vec<Value> {
    let upstream = list(facts, "upstream").to_vec();
    let answers = answers(facts);
    let from_upstream =
        |answer: &&Value| items(&answer["headers"]).iter().any(|header| header[0] == "x-envoy-upstream-service-time");
    let is_answered = answers.iter().any(from_upstream);
    let is_refused = facts.get("end") == Some(&json!("closed"))
        || facts.contains_key("goaway")
        || answers.iter().any(|answer| answer.get("reset").is_some());
    if is_answered || !is_refused {
        return upstream;
    }
    upstream.into_iter().filter(|one| one["incomplete"] != json!(true)).collect()
}

fn of_headers(wanted: &Value, got: &Value, what: &str, out: &mut Vec<String>) {
    if wanted == got {
        return;
    }
    let (mut lacks, mut has) = (items(wanted).to_vec(), items(got).to_vec());
    lacks.retain(|header| match has.iter().position(|other| other == header) {
        Some(at) => {
            has.remove(at);
            false
        }
        None => true,
    });
    if lacks.is_empty() && has.is_empty() {
        out.push(format!("{what}: order of repeated headers"));
    }
    out.extend(lacks.iter().map(|header| format!("{what} lacks {header}")));
    out.extend(has.iter().map(|header| format!("{what} has {header}")));
}

fn of_maps(wanted: &Value, got: &Value, what: &str, out: &mut Vec<String>) {
    let empty = Map::new();
    let (a, b) = (wanted.as_object().unwrap_or(&empty), got.as_object().unwrap_or(&empty));
    let keys: BTreeSet<&String> = a.keys().chain(b.keys()).collect();
    for key in keys {
        let (a, b) = (&wanted[key.as_str()], &got[key.as_str()]);
        if matches!(key.as_str(), "headers" | "trailers") {
            of_headers(a, b, &format!("{what} {key}"), out);
        } else if a.is_object() && b.is_object() {
            of_maps(a, b, &format!("{what} {key}"), out);
        } else if a != b {
            out.push(format!("{what} {key}: {b}, recorded {a}"));
        }
    }
}

fn of_lists(wanted: &[Value], got: &[Value], what: &str, found: &mut Differences) {
    if wanted.len() != got.len() {
        found.outcome.push(format!("{} {what}, recorded {}", got.len(), wanted.len()));
    }
    for (at, (wanted, got)) in wanted.iter().zip(got).enumerate() {
        of_maps(wanted, got, &format!("{what} {}", at + 1), &mut found.other);
    }
}

/// Compares with one recorded outcome.
pub fn compare(wanted: &Facts, got: &Facts) -> Differences {
    let mut found = Differences::default();
    let (mut wanted, mut got) = (wanted.clone(), got.clone());
    let is_closed = |facts: &Facts| facts.get("end") == Some(&json!("closed"));
    if wanted.contains_key("upstream") && got.contains_key("upstream") {
        let (a, b) = (must_have(&wanted), must_have(&got));
        let is_late = is_closed(&wanted)
            && !a.is_empty()
            && !answers(&wanted).iter().any(|answer| answer.get("status").is_some());
        wanted.insert("upstream".into(), Value::Array(a));
        got.insert("upstream".into(), Value::Array(b));
        if is_late {
            // It was too late to matter.
            wanted.remove("upstream");
            got.remove("upstream");
        }
    }
    for key in ["end", "after", "tls", "counts", "pings", "goaway", "alpn", "groups", "same", "connections"] {
        let (a, b) = (wanted.get(key), got.get(key));
        // A farewell before the end where Envoy says none is no worse.
        let is_polite = key == "goaway" && a.is_none() && is_closed(&wanted) && is_closed(&got);
        if a.unwrap_or(&Value::Null) != b.unwrap_or(&Value::Null) && !is_polite {
            found.outcome.push(format!("{key} {b:?}, recorded {a:?}"));
        }
    }
    for key in ["settings", "settings_acks"] {
        if wanted.get(key) != got.get(key) {
            found.other.push(format!("{key} {:?}, recorded {:?}", got.get(key), wanted.get(key)));
        }
    }
    let statuses = |facts: &Facts| list(facts, "responses").iter().map(|one| one["status"].clone()).collect::<Vec<_>>();
    if statuses(&wanted) != statuses(&got) {
        found.outcome.push(format!("statuses {:?}, recorded {:?}", statuses(&got), statuses(&wanted)));
    }
    of_lists(list(&wanted, "responses"), list(&got, "responses"), "response", &mut found);
    let empty = json!({});
    let streams = |facts: &Facts| facts.get("streams").unwrap_or(&empty).clone();
    let (a, b) = (streams(&wanted), streams(&got));
    let ids: BTreeSet<&String> = a.as_object().into_iter().chain(b.as_object()).flat_map(Map::keys).collect();
    for id in ids {
        let (a, b) = (&a[id.as_str()], &b[id.as_str()]);
        if (&a["status"], &a["reset"]) != (&b["status"], &b["reset"]) {
            let (status, reset) = (&b["status"], &b["reset"]);
            let recorded = (&a["status"], &a["reset"]);
            found.outcome.push(format!("stream {id}: status {status} reset {reset}, recorded {recorded:?}"));
        }
        of_maps(a, b, &format!("stream {id}"), &mut found.other);
    }
    if wanted.contains_key("upstream") {
        let (a, b) = (list(&wanted, "upstream"), list(&got, "upstream"));
        let reached =
            |all: &[Value]| all.iter().map(|one| (one["service"].clone(), one["request"].clone())).collect::<Vec<_>>();
        if reached(a) != reached(b) {
            found.outcome.push(format!("upstream got {:?}, recorded {:?}", reached(b), reached(a)));
        }
        of_lists(a, b, "upstream request", &mut found);
    }
    if let Some(recorded) = wanted.get("took_ms").and_then(Value::as_f64) {
        let took = got.get("took_ms").and_then(Value::as_f64).unwrap_or(-1.0);
        if (recorded - took).abs() > 300.0 + 0.15 * recorded {
            found.outcome.push(format!("took {took} ms, recorded {recorded}"));
        }
    }
    if let Some(log) = wanted.get("log")
        && got.get("log") != Some(log)
    {
        found.other.push(format!("log {:?}, recorded {log}", got.get("log")));
    }
    found
}
