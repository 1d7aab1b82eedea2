//! An answer as one line of JSON, written by hand: many are asked for at once.

use std::io::Write as _;
use std::net::{IpAddr, Ipv4Addr};

use super::json::{is_plain, string, word};
use crate::outcome::changes::text;
use crate::outcome::head::Head;
use crate::outcome::request::Request;
use crate::outcome::{Changes, Decision, Forwarded, Outcome};
use crate::route_test::{Answer, MappingRef, Told, What};

/// Appends an answer, without a line break. `id` is JSON text.
pub fn write(out: &mut Vec<u8>, id: Option<&str>, answer: &Answer<'_>) {
    out.extend_from_slice(b"{\"version\":1,\"id\":");
    out.extend_from_slice(id.unwrap_or("null").as_bytes());
    out.extend_from_slice(b",\"request\":");
    request(out, id, answer.request);
    out.extend_from_slice(b",\"listener\":");
    number(out, u64::from(answer.request.listener));
    out.extend_from_slice(b",\"virtual_host\":");
    optional(out, answer.virtual_host);
    out.extend_from_slice(b",\"outcomes\":[");
    list(out, &answer.outcomes, |out, told| outcome(out, answer.request, told));
    out.extend_from_slice(b"],\"notes\":[");
    let hints = answer.hints.iter().copied();
    let notes = answer.notes.iter().map(String::as_str).chain(hints);
    list(out, notes, string);
    out.extend_from_slice(b"]}");
}

/// A request as every answer has it.
pub(in crate::report) fn request_json(asked: &Request<'_>) -> String {
    let mut out = Vec::new();
    request(&mut out, None, asked);
    String::from_utf8_lossy(&out).into_owned()
}

/// One outcome as every answer has it.
pub(in crate::report) fn outcome_json(request: &Request<'_>, told: &Told<'_>) -> String {
    let mut out = Vec::new();
    outcome(&mut out, request, told);
    String::from_utf8_lossy(&out).into_owned()
}

fn request(out: &mut Vec<u8>, id: Option<&str>, request: &Request<'_>) {
    out.extend_from_slice(b"{\"id\":");
    out.extend_from_slice(id.unwrap_or("null").as_bytes());
    out.extend_from_slice(b",\"listener\":");
    number(out, u64::from(request.listener));
    match &request.tls {
        None => out.extend_from_slice(b",\"scheme\":\"http\",\"sni\":null,\"method\":"),
        Some(name) => {
            out.extend_from_slice(b",\"scheme\":\"https\",\"sni\":");
            optional(out, name.as_deref());
            out.extend_from_slice(b",\"method\":");
        }
    }
    string(out, &request.method);
    out.extend_from_slice(b",\"authority\":");
    optional(out, request.authority.as_deref());
    out.extend_from_slice(b",\"path\":");
    string(out, &request.target);
    out.extend_from_slice(b",\"headers\":[");
    list(out, &request.headers, |out, (name, value)| pair(out, name, value));
    out.extend_from_slice(b"],\"http_version\":");
    word(out, request.version.name().strip_prefix("HTTP/").unwrap_or_default());
    out.extend_from_slice(b",\"client_ip\":\"");
    address(out, request.client);
    out.extend_from_slice(b"\"}");
}

fn address(out: &mut Vec<u8>, address: IpAddr) {
    match address {
        // Requests that people describe come from there.
        IpAddr::V4(Ipv4Addr::LOCALHOST) => out.extend_from_slice(b"127.0.0.1"),
        IpAddr::V4(address) => list_with(out, b'.', address.octets(), |out, part| number(out, u64::from(part))),
        // Writing to a Vec cannot fail.
        IpAddr::V6(address) => drop(write!(out, "{address}")),
    }
}

fn outcome(out: &mut Vec<u8>, request: &Request<'_>, told: &Told<'_>) {
    out.extend_from_slice(b"{\"share\":");
    share(out, told.share);
    match &told.what {
        What::Refused { refusal, .. } => {
            out.extend_from_slice(b",\"kind\":\"refused\",\"why\":");
            string(out, &refusal.why);
        }
        What::Decided { decision, service, mirror } => {
            decided(out, request, told.mapping, decision, service, *mirror);
        }
    }
    out.push(b'}');
}

fn decided(
    out: &mut Vec<u8>,
    request: &Request<'_>,
    by: Option<&MappingRef>,
    decision: &Decision<'_, '_>,
    service: &str,
    mirror: Option<(&str, u32)>,
) {
    out.extend_from_slice(match &decision.outcome {
        Outcome::Forward(_) | Outcome::Tcp(_) => b",\"kind\":\"forward\"",
        Outcome::Redirect(_) => b",\"kind\":\"redirect\"",
        Outcome::Reply(_) => b",\"kind\":\"reply\"",
        Outcome::NoListener | Outcome::NoChain => b",\"kind\":\"no-listener\"",
    });
    if let Some(by) = by {
        out.extend_from_slice(b",\"mapping\":");
        out.extend_from_slice(by.json().as_bytes());
    }
    match &decision.outcome {
        Outcome::Forward(forwarded) => forward(out, request, forwarded, service, mirror),
        Outcome::Tcp(_) => {
            out.extend_from_slice(b",\"service\":");
            string(out, service);
            out.extend_from_slice(b",\"upstream_request\":null,\"mirrors\":[]");
        }
        Outcome::Redirect(redirected) => {
            out.extend_from_slice(b",\"status\":");
            number(out, u64::from(redirected.status));
            out.extend_from_slice(b",\"location\":");
            string(out, &redirected.location);
        }
        Outcome::Reply(reply) => {
            out.extend_from_slice(b",\"status\":");
            number(out, u64::from(reply.status));
            // Words for reasons have nothing to escape. Writing to a Vec cannot fail.
            let _ = write!(out, ",\"why\":\"{}\"", reply.why);
        }
        Outcome::NoListener => out.extend_from_slice(b",\"why\":\"nothing listens on this port\""),
        Outcome::NoChain => out.extend_from_slice(match request.is_tls() {
            true => b",\"why\":\"no Host ends TLS for this server name: the handshake is refused\"".as_slice(),
            false => b",\"why\":\"the connection is closed: the Listener takes no cleartext\"",
        }),
    }
    if !decision.asked.is_empty() {
        out.extend_from_slice(b",\"filters\":[");
        list(out, &decision.asked, |out, asked| {
            out.extend_from_slice(b"{\"name\":");
            string(out, asked.filter);
            out.extend_from_slice(b",\"service\":");
            string(out, asked.service);
            out.push(b'}');
        });
        out.push(b']');
    }
}

fn forward(
    out: &mut Vec<u8>,
    request: &Request<'_>,
    forwarded: &Forwarded<'_, '_>,
    service: &str,
    mirror: Option<(&str, u32)>,
) {
    out.extend_from_slice(b",\"service\":");
    string(out, service);
    out.extend_from_slice(b",\"upstream_request\":");
    upstream(out, request, &forwarded.upstream);
    out.extend_from_slice(b",\"mirrors\":[");
    list(out, mirror, |out, (service, percent)| {
        out.extend_from_slice(b"{\"service\":");
        string(out, service);
        out.extend_from_slice(b",\"share\":");
        share(out, f64::from(percent) / 100.0);
        out.push(b'}');
    });
    out.extend_from_slice(b"],\"timeout_ms\":");
    number(out, forwarded.forward.timeout.map_or(0, |timeout| timeout.as_millis() as u64));
}

fn upstream(out: &mut Vec<u8>, request: &Request<'_>, head: &Head<'_>) {
    out.extend_from_slice(b"{\"method\":");
    string(out, &head.method);
    out.extend_from_slice(b",\"path\":");
    string(out, &head.path);
    out.extend_from_slice(b",\"authority\":");
    string(out, &head.authority);
    let changes = Changes::between(request, &head.headers);
    out.extend_from_slice(b",\"added\":[");
    list(out, &changes.added, |out, (name, value)| {
        if is_plain(value.as_bytes()) {
            plain_pair(out, name, value.as_bytes());
        } else {
            pair(out, name, &text(value));
        }
    });
    out.extend_from_slice(b"],\"removed\":[");
    list(out, &changes.removed, |out, name| string(out, name));
    out.push(b']');
    if !changes.changed.is_empty() {
        out.extend_from_slice(b",\"changed\":[");
        list(out, &changes.changed, |out, (name, values)| {
            out.push(b'[');
            list(out, std::iter::once(*name).chain(values.iter().map(|value| &**value)), string);
            out.push(b']');
        });
        out.push(b']');
    }
    out.push(b'}');
}

fn pair(out: &mut Vec<u8>, name: &str, value: &str) {
    if is_plain(name.as_bytes()) && is_plain(value.as_bytes()) {
        return plain_pair(out, name, value.as_bytes());
    }
    out.push(b'[');
    string(out, name);
    out.push(b',');
    string(out, value);
    out.push(b']');
}

/// A pair that has nothing to escape.
fn plain_pair(out: &mut Vec<u8>, name: &str, value: &[u8]) {
    out.extend_from_slice(b"[\"");
    out.extend_from_slice(name.as_bytes());
    out.extend_from_slice(b"\",\"");
    out.extend_from_slice(value);
    out.extend_from_slice(b"\"]");
}

fn optional(out: &mut Vec<u8>, text: Option<&str>) {
    match text {
        Some(text) => string(out, text),
        None => out.extend_from_slice(b"null"),
    }
}

fn list<T>(out: &mut Vec<u8>, items: impl IntoIterator<Item = T>, one: impl FnMut(&mut Vec<u8>, T)) {
    list_with(out, b',', items, one);
}

fn list_with<T>(
    out: &mut Vec<u8>,
    joint: u8,
    items: impl IntoIterator<Item = T>,
    mut one: impl FnMut(&mut Vec<u8>, T),
) {
    for (at, item) in items.into_iter().enumerate() {
        if at > 0 {
            out.push(joint);
        }
        one(out, item);
    }
}

fn number(out: &mut Vec<u8>, number: u64) {
    out.extend_from_slice(itoa::Buffer::new().format(number).as_bytes());
}

fn share(out: &mut Vec<u8>, share: f64) {
    if share == 1.0 {
        out.extend_from_slice(b"1.0");
    } else {
        // Writing to a Vec cannot fail.
        let _ = write!(out, "{share:?}");
    }
}
