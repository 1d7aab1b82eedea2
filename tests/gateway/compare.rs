//! What was recorded against what is seen, field by field.

use std::collections::BTreeMap;
use std::net::SocketAddr;

use serde_yaml::Value;

use super::client::Got;
use super::recorded::{list, text};
use super::stand_ins::Seen;
use super::wire::Headers;

/// Ports that stand-ins take the place of.
pub struct Ports {
    pub listener: u16,
    pub upstreams: Vec<SocketAddr>,
    pub client: u16,
}

/// The differences between a recorded request and what is seen.
pub fn differences(request: &Value, got: &Got, seen: &[Seen], ports: &Ports) -> Vec<String> {
    let expect = &request["expect"];
    let mut out = Vec::new();
    let mut note = |what: &str, recorded: String, own: String| {
        if recorded != own {
            out.push(format!("{what}: recorded {recorded}, got {own}"));
        }
    };
    let status = got.answer.as_ref().map(|answer| u64::from(answer.status()));
    note("status", format!("{:?}", expect["status"].as_u64()), format!("{status:?}"));
    note("transport", format!("{:?}", text(expect, "transport")), format!("{:?}", got.transport));
    let is_mirror = |one: &&Seen| one.headers.iter().any(|(name, value)| name == "x-envoy-internal" && value == "true");
    let plain: Vec<&Seen> =
        seen.iter().filter(|one| !matches!(&*one.kind, "auth" | "ratelimit") && !is_mirror(one)).collect();
    let mirrored: Vec<&Seen> =
        seen.iter().filter(|one| !matches!(&*one.kind, "auth" | "ratelimit") && is_mirror(one)).collect();
    let last = plain.last();
    if expect.get("upstream").is_some() {
        note(
            "upstream",
            format!("{:?}", text(expect, "upstream")),
            format!("{:?}", last.map(|one| one.service.as_str())),
        );
    }
    note("attempts", format!("{}", expect["attempts"].as_u64().unwrap_or(1)), plain.len().max(1).to_string());
    if let (Some(recorded), Some(own)) = (expect.get("upstream_request"), last) {
        upstream(request, recorded, own, ports, &mut note);
    }
    if let Some(recorded) = expect.get("mirrored").and_then(Value::as_sequence) {
        note("mirrors", recorded.len().to_string(), mirrored.len().to_string());
        for (recorded, own) in recorded.iter().zip(&mirrored) {
            note("mirror", text(recorded, "service").unwrap().to_owned(), own.service.clone());
            upstream(request, recorded, own, ports, &mut note);
        }
    }
    if let Some(recorded) = expect.get("auth_request") {
        match seen.iter().find(|one| one.kind == "auth") {
            None => note("auth", "asked".to_owned(), "not asked".to_owned()),
            Some(own) => {
                let same = |key: &str| text(recorded, key).unwrap_or_default().to_owned();
                note("auth method", same("method"), own.method.clone());
                note("auth path", same("path"), own.path.clone());
                note("auth authority", same("authority"), own.authority.clone());
                note("auth headers", pairs(recorded, "headers"), show(&own.headers, &["host"], ports));
            }
        }
    }
    if let Some(recorded) = expect.get("ratelimit_request") {
        let own = seen.iter().find_map(|one| one.ratelimit.clone()).unwrap_or_default();
        let descriptors = serde_yaml::to_value(&own.1).unwrap();
        note("limit domain", text(recorded, "domain").unwrap_or_default().to_owned(), own.0);
        note("limit", format!("{:?}", recorded["descriptors"]), format!("{descriptors:?}"));
    }
    if let (Some(recorded), Some(_)) = (expect.get("response"), &got.answer) {
        let answered = seen.iter().rev().find(|one| !matches!(&*one.kind, "auth" | "ratelimit") && !is_mirror(one));
        // What came too late for the gateway was not the answer.
        let is_own = matches!(status, Some(504)) || recorded.get("body").is_some();
        response(recorded, got, answered.filter(|_| !is_own), plain.is_empty(), ports, &mut note);
    }
    out
}

fn upstream(request: &Value, recorded: &Value, own: &Seen, ports: &Ports, note: &mut impl FnMut(&str, String, String)) {
    for (key, value) in [("method", &own.method), ("path", &own.path), ("authority", &own.authority)] {
        if let Some(recorded) = text(recorded, key) {
            note(key, recorded.to_owned(), stand_in("", value, ports));
        }
    }
    note("protocol", text(recorded, "protocol").unwrap_or("HTTP/1.1").to_owned(), own.protocol.clone());
    if let Some(sni) = recorded.get("tls_sni") {
        let own = own.tls_sni.clone().flatten();
        note("sni", format!("{:?}", sni.as_str()), format!("{:?}", own.as_deref()));
    }
    if recorded.get("added").is_some() || recorded.get("removed").is_some() || recorded.get("changed").is_some() {
        let mut sent: Headers = list(request, "headers")
            .iter()
            .map(|pair| (pair[0].as_str().unwrap().to_owned(), pair[1].as_str().unwrap().to_owned()))
            .collect();
        if let Some(body) = text(request, "body") {
            sent.push(("content-length".to_owned(), body.len().to_string()));
        }
        edits(recorded, &sent, &own.headers, &["host"], ports, note);
    }
    let length = recorded["body_length"].as_u64().unwrap_or(0);
    if recorded.get("added").is_some() {
        note("body length", length.to_string(), own.body_length.to_string());
    }
    names(recorded, &own.headers, note);
}

fn names(recorded: &Value, own: &Headers, note: &mut impl FnMut(&str, String, String)) {
    if recorded.get("names").is_some() {
        let sorted = |mut names: Vec<String>| {
            names.sort();
            names.join(" ")
        };
        let wanted = list(recorded, "names").iter().filter_map(Value::as_str).map(ToOwned::to_owned).collect();
        note("names", sorted(wanted), sorted(own.iter().map(|(name, _)| name.clone()).collect()));
    }
}

fn response(
    recorded: &Value,
    got: &Got,
    answered: Option<&Seen>,
    is_unreached: bool,
    ports: &Ports,
    note: &mut impl FnMut(&str, String, String),
) {
    let Some(answer) = &got.answer else { return };
    if let Some(location) = text(recorded, "location") {
        let own = answer.value("location").unwrap_or_default();
        note("location", location.to_owned(), stand_in("location", own, ports));
    }
    if recorded.get("added").is_some() || recorded.get("removed").is_some() || recorded.get("changed").is_some() {
        let sent = answered.map(|one| one.answered.clone()).unwrap_or_default();
        edits(recorded, &sent, &answer.headers, &["content-length", "location"], ports, note);
    }
    if answered.is_none() {
        let body = String::from_utf8_lossy(&answer.body).into_owned();
        let body = if body.len() > 120 { "<long>".to_owned() } else { body };
        if recorded.get("body").is_some() || is_unreached && recorded.get("added").is_some() {
            let wanted = text(recorded, "body").unwrap_or_default();
            note("body", wanted.trim_end().to_owned(), uuids(&body).trim_end().to_owned());
        }
    }
    let version = answer.line.split(' ').next().unwrap_or_default();
    note("version", text(recorded, "version").unwrap_or("HTTP/1.1").to_owned(), version.to_owned());
    if let Some(echo) = text(recorded, "upgraded_echo") {
        note("echo", echo.to_owned(), got.echo.clone().unwrap_or_default());
    }
    if let Some(tls) = recorded.get("tls") {
        let (subject, version, alpn) = got.tls.clone().unwrap_or_default();
        note("certificate", text(tls, "certificate_subject").unwrap_or_default().to_owned(), subject);
        note("tls version", text(tls, "version").unwrap_or_default().to_owned(), version);
        note("alpn", format!("{:?}", text(tls, "alpn")), format!("{:?}", alpn.as_deref()));
    }
    names(recorded, &answer.headers, note);
}

/// Added, removed and changed headers between what was sent and what came.
fn edits(
    recorded: &Value,
    sent: &Headers,
    came: &Headers,
    but: &[&str],
    ports: &Ports,
    note: &mut impl FnMut(&str, String, String),
) {
    let grouped = |headers: &Headers| {
        let mut grouped: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for (name, value) in headers {
            let name = name.to_ascii_lowercase();
            if !but.contains(&name.as_str()) {
                grouped.entry(name).or_default().push(value.clone());
            }
        }
        grouped
    };
    let (sent, came) = (grouped(sent), grouped(came));
    let shown =
        |name: &str, values: &[String]| values.iter().map(|value| stand_in(name, value, ports)).collect::<Vec<_>>();
    let added: Vec<String> = came
        .iter()
        .filter(|(name, _)| !sent.contains_key(*name))
        .flat_map(|(name, values)| shown(name, values).into_iter().map(move |value| format!("{name}: {value}")))
        .collect();
    let removed: Vec<&str> = sent.keys().filter(|name| !came.contains_key(*name)).map(String::as_str).collect();
    let changed: Vec<String> = came
        .iter()
        .filter(|(name, values)| sent.get(*name).is_some_and(|before| before != *values))
        .map(|(name, values)| format!("{name}: {}", shown(name, values).join(" | ")))
        .collect();
    let wanted = pairs(recorded, "added");
    // On a second try the upstream is told what is left of the timeout.
    let is_left = wanted.contains("x-envoy-expected-rq-timeout-ms: <ms>");
    let added = added.iter().map(|one| match one.split_once(": ") {
        Some((name @ "x-envoy-expected-rq-timeout-ms", _)) if is_left => format!("{name}: <ms>"),
        _ => one.clone(),
    });
    note("added", wanted, added.collect::<Vec<_>>().join("; "));
    let wanted: Vec<&str> = list(recorded, "removed").iter().filter_map(Value::as_str).collect();
    note("removed", wanted.join(" "), removed.join(" "));
    let wanted: Vec<String> = list(recorded, "changed")
        .iter()
        .map(|one| {
            let words: Vec<&str> = one.as_sequence().unwrap().iter().filter_map(Value::as_str).collect();
            format!("{}: {}", words[0], words[1..].join(" | "))
        })
        .collect();
    note("changed", wanted.join("; "), changed.join("; "));
}

fn pairs(recorded: &Value, key: &str) -> String {
    let pair = |pair: &Value| format!("{}: {}", pair[0].as_str().unwrap(), pair[1].as_str().unwrap());
    list(recorded, key).iter().map(pair).collect::<Vec<_>>().join("; ")
}

fn show(headers: &Headers, but: &[&str], ports: &Ports) -> String {
    let mut shown: Vec<(String, String)> = headers
        .iter()
        .map(|(name, value)| (name.to_ascii_lowercase(), value))
        .filter(|(name, _)| !but.contains(&name.as_str()))
        .map(|(name, value)| (name.clone(), stand_in(&name, value, ports)))
        .collect();
    shown.sort_by(|a, b| a.0.cmp(&b.0));
    shown.iter().map(|(name, value)| format!("{name}: {value}")).collect::<Vec<_>>().join("; ")
}

fn is_uuid(text: &str) -> bool {
    text.len() == 36
        && text.bytes().enumerate().all(|(at, byte)| match at {
            8 | 13 | 18 | 23 => byte == b'-',
            _ => byte.is_ascii_hexdigit(),
        })
}

fn uuids(text: &str) -> String {
    let found = (0..text.len().saturating_sub(35)).find(|at| text.get(*at..at + 36).is_some_and(is_uuid));
    found.map_or_else(|| text.to_owned(), |at| format!("{}<uuid>{}", &text[..at], &text[at + 36..]))
}

/// A value with stand-ins in the place of what differs from run to run.
fn stand_in(name: &str, value: &str, ports: &Ports) -> String {
    match name {
        "date" if value.ends_with(" GMT") && value.len() == 29 => return "<date>".to_owned(),
        "x-envoy-upstream-service-time" if value.bytes().all(|byte| byte.is_ascii_digit()) => return "<ms>".to_owned(),
        "x-request-id" if is_uuid(value) => return "<uuid>".to_owned(),
        "x-forwarded-for" => {
            let shown = value.split(',').map(|one| if one.trim() == "127.0.0.1" { "<gateway-ip>" } else { one.trim() });
            return shown.collect::<Vec<_>>().join(",");
        }
        _ => {}
    }
    let mut out = value.to_owned();
    if ports.client != 0 && out == ports.client.to_string() {
        return "<client-port>".to_owned();
    }
    out = out.replace(&format!(":{}", ports.client), ":<client-port>");
    out = out.replace(&format!(":{}", ports.listener), ":<listener-port>");
    for upstream in &ports.upstreams {
        out = out.replace(&format!(":{}", upstream.port()), ":<upstream-port>");
    }
    if out == ports.listener.to_string() { "<listener-port>".to_owned() } else { out }
}

/// The differences between counts; they are samples on both sides.
pub fn sampled(
    request: &Value,
    statuses: &BTreeMap<String, u64>,
    reached: &BTreeMap<String, u64>,
    mirrored: &BTreeMap<String, u64>,
) -> Vec<String> {
    let expect = &request["expect"];
    let total = request["repeat"].as_u64().unwrap() as f64;
    let mut out = Vec::new();
    let mut compare = |what: &str, own: &BTreeMap<String, u64>| {
        let Some(recorded) = expect.get(what).and_then(Value::as_mapping) else { return };
        let recorded: BTreeMap<String, u64> = recorded
            .iter()
            .map(|(key, count)| {
                let key = key
                    .as_str()
                    .map_or_else(|| key.as_u64().map_or("None".to_owned(), |n| n.to_string()), ToOwned::to_owned);
                (key, count.as_u64().unwrap())
            })
            .collect();
        for key in recorded.keys().chain(own.keys()) {
            let (a, b) = (recorded.get(key).copied().unwrap_or(0) as f64, own.get(key).copied().unwrap_or(0) as f64);
            let share = ((a + b) / (2.0 * total)).clamp(0.0, 1.0);
            // Five standard deviations of the difference of two samples.
            let slack = 5.0 * (2.0 * total * share * (1.0 - share)).sqrt();
            if (a - b).abs() > slack {
                out.push(format!("{what} {key}: recorded {a}, got {b}"));
            }
        }
    };
    compare("statuses", statuses);
    compare("distribution", reached);
    compare("mirrored", mirrored);
    out
}
