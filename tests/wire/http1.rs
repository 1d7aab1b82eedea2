//! The client of HTTP/1 probes, and of those that count who answers.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;
use std::time::{Duration, Instant};

use serde_json::{Map, Value, json};

use super::case::{Headers, blob, head_list, is_bytes, items, latin, put_body, seconds, stand_in};
use super::pipe::Pipe;
use super::stubs::Stubs;

/// How long an answer that was recorded is waited for.
pub const PATIENCE: Duration = Duration::from_secs(5);

const AFTER: &[u8] = b"GET /wire-after HTTP/1.1\r\nHost: after.example.com\r\n\r\n";

type Answer = Map<String, Value>;

fn find(bytes: &[u8], what: &[u8], from: usize) -> Option<usize> {
    bytes.get(from..)?.windows(what.len()).position(|window| window == what).map(|at| at + from)
}

fn pairs(text: &str) -> Headers {
    let pair = |line: &str| {
        let (name, value) = line.split_once(':').unwrap_or((line, ""));
        (name.trim().to_owned(), value.trim().to_owned())
    };
    text.split("\r\n").map(pair).collect()
}

fn partial(key: &str) -> Answer {
    Map::from_iter([(key.to_owned(), json!(true))])
}

/// The answers in what has come, and the one that is not whole.
pub fn answers(bytes: &[u8], is_over: bool, methods: &[String]) -> (Vec<Answer>, Option<Answer>) {
    let (mut out, mut at, mut methods) = (Vec::new(), 0, methods.iter());
    while at < bytes.len() {
        let Some(end) = find(bytes, b"\r\n\r\n", at) else { return (out, Some(partial("not_http1"))) };
        let head = latin(&bytes[at..end]);
        let (line, rest) = head.split_once("\r\n").unwrap_or((&head, ""));
        let mut words = line.split(' ');
        let (version, status) = (words.next().unwrap_or_default(), words.next().and_then(|word| word.parse().ok()));
        let Some(status) = status.filter(|_| version.starts_with("HTTP/")).map(|status: u64| status) else {
            return (out, Some(partial("not_http1")));
        };
        let headers = if rest.is_empty() { Vec::new() } else { pairs(rest) };
        let value = |name: &str| headers.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value);
        let mut answer = Map::from_iter([("status".to_owned(), json!(status))]);
        if version != "HTTP/1.1" {
            answer.insert("version".into(), json!(version));
        }
        let shown: Headers =
            headers.iter().filter(|(name, _)| !name.eq_ignore_ascii_case("content-length")).cloned().collect();
        answer.insert("headers".into(), head_list(&shown));
        at = end + 4;
        if (100..200).contains(&status) && status != 101 {
            out.push(answer);
            continue;
        }
        let method = methods.next().map_or("GET", String::as_str);
        if status == 101 {
            put_body(&mut answer, &bytes[at..], "tunnel");
            out.push(answer);
            return (out, None);
        }
        if method == "HEAD" || matches!(status, 204 | 304) {
            if let Some(length) = value("content-length") {
                answer.insert("content_length".into(), json!(length));
            }
            out.push(answer);
            continue;
        }
        if value("transfer-encoding").is_some_and(|coding| coding.eq_ignore_ascii_case("chunked")) {
            match chunked(bytes, at, &mut answer) {
                Err(()) => return (out, Some(partial("bad_chunk"))),
                Ok(None) => return (out, Some(answer)),
                Ok(Some(end)) => at = end,
            }
            out.push(answer);
            continue;
        }
        if let Some(length) = value("content-length") {
            let length: usize = length.parse().unwrap_or(0);
            put_body(&mut answer, &bytes[at..bytes.len().min(at + length)], "body");
            if bytes.len() < at + length {
                return (out, Some(answer));
            }
            at += length;
            out.push(answer);
            continue;
        }
        answer.insert("framing".into(), json!("close"));
        put_body(&mut answer, &bytes[at..], "body");
        if is_over {
            out.push(answer);
            return (out, None);
        }
        return (out, Some(answer));
    }
    (out, None)
}

/// Reads a chunked body; where it ends, if it does.
fn chunked(bytes: &[u8], mut at: usize, answer: &mut Answer) -> Result<Option<usize>, ()> {
    let mut body = Vec::new();
    let mut end = None;
    while let Some(line) = find(bytes, b"\r\n", at) {
        let size = latin(&bytes[at..line]);
        let size = usize::from_str_radix(size.split(';').next().unwrap_or_default().trim(), 16).map_err(|_| ())?;
        let data = line + 2;
        if size == 0 {
            if bytes.get(line..line + 4) == Some(b"\r\n\r\n") {
                end = Some(line + 4);
            } else if let Some(last) = find(bytes, b"\r\n\r\n", line) {
                answer.insert("trailers".into(), head_list(&pairs(&latin(&bytes[data..last]))));
                end = Some(last + 4);
            }
            break;
        }
        body.extend_from_slice(&bytes[data.min(bytes.len())..bytes.len().min(data + size)]);
        if bytes.len() < data + size + 2 {
            break;
        }
        at = data + size + 2;
    }
    put_body(answer, &body, "body");
    Ok(end)
}

fn is_final(answer: &&Answer) -> bool {
    answer["status"].as_u64().is_some_and(|status| status >= 200 || status == 101)
}

fn read(pipe: &Pipe, methods: &[String]) -> (Vec<Answer>, Option<Answer>) {
    let come = pipe.come.borrow();
    answers(&come.bytes, come.is_over, methods)
}

/// Plays a probe: what the client sees.
pub async fn play(probe: &Value, port: u16) -> Map<String, Value> {
    let began = Instant::now();
    let mut seen = Map::new();
    let Some(mut pipe) = Pipe::connect(probe, port).await else {
        return Map::from_iter([
            ("responses".to_owned(), json!([])),
            ("end".to_owned(), json!("closed")),
            ("tls".to_owned(), json!("refused")),
        ]);
    };
    let ops = items(&probe["send"]);
    let first = ops.iter().find(|op| is_bytes(op)).map(blob).unwrap_or_default();
    let mut methods: Vec<String> =
        items(&probe["methods"]).iter().filter_map(Value::as_str).map(ToOwned::to_owned).collect();
    if methods.is_empty() {
        let word = first.split(|byte| *byte == b' ').next().unwrap_or_default();
        methods.push(latin(&word[..word.len().min(20)]));
    }
    for op in ops {
        if is_bytes(op) {
            if !pipe.send(&blob(op)).await {
                break;
            }
        } else if let Some(pause) = seconds(&op["pause"]) {
            tokio::time::sleep(pause).await;
        } else if op["shut"] == json!(true) {
            pipe.shut().await;
        } else if let Some(many) = op["until"].as_u64() {
            let end = Instant::now() + Duration::from_secs(5);
            while Instant::now() < end && !pipe.is_over() && (read(&pipe, &methods).0.len() as u64) < many {
                pipe.wait(Duration::from_millis(50)).await;
            }
        }
    }
    let sent = Instant::now();
    let wait = seconds(&probe["wait"]).unwrap_or(Duration::from_millis(1200));
    let recorded = items(&probe["expect"]["responses"]);
    let wanted = recorded.iter().filter(|answer| answer["truncated"] != json!(true)).count();
    let (mut got, mut part);
    loop {
        (got, part) = read(&pipe, &methods);
        let silence = pipe.silence(sent);
        let limit = if wanted > got.len() {
            wait.max(PATIENCE)
        } else if got.iter().any(|answer| is_final(&answer)) && part.is_none() {
            Duration::from_millis(120)
        } else {
            wait
        };
        if pipe.is_over() || silence > limit {
            break;
        }
        pipe.wait(Duration::from_millis(30)).await;
    }
    let took = pipe.come.borrow().last.saturating_duration_since(began);
    let last = got.iter().rfind(is_final).cloned();
    let mut end = if pipe.is_over() { "closed" } else { "open" };
    if let Some(last) = last.filter(|last| last["status"] != json!(101))
        && part.is_none()
        && !pipe.is_over()
        && probe["no_after"] != json!(true)
    {
        let says_close = items(&last["headers"]).iter().any(|header| *header == json!(["connection", "close"]));
        if says_close {
            pipe.shut().await;
            let limit = Instant::now() + Duration::from_secs(3);
            while !pipe.is_over() && Instant::now() < limit {
                pipe.wait(Duration::from_millis(100)).await;
            }
            (got, part) = read(&pipe, &methods);
        } else {
            let before = got.len();
            pipe.send(AFTER).await;
            let limit = Instant::now() + Duration::from_secs(3);
            methods.extend((0..5).map(|_| "GET".to_owned()));
            let mut later;
            loop {
                (later, part) = read(&pipe, &methods);
                if later.len() > before && part.is_none() || pipe.is_over() || Instant::now() >= limit {
                    break;
                }
                pipe.wait(Duration::from_millis(50)).await;
            }
            if let Some(after) = later.get(before) {
                seen.insert("after".into(), after["status"].clone());
            }
            part = None;
            later.truncate(before);
            got = later;
        }
        let is_kept = seen.contains_key("after");
        end = if is_kept {
            "kept"
        } else if pipe.is_over() {
            "closed"
        } else {
            "open"
        };
    }
    if let Some(mut part) = part {
        part.insert("truncated".into(), json!(true));
        part.remove("body");
        part.remove("body_length");
        got.push(part);
    }
    seen.insert("responses".into(), Value::Array(got.into_iter().map(Value::Object).collect()));
    seen.insert("end".into(), json!(end));
    if probe.get("tls").is_some() {
        seen.insert("alpn".into(), json!(pipe.alpn));
    }
    if probe["timed"] == json!(true) {
        seen.insert("took_ms".into(), json!(took.as_millis() as u64));
    }
    seen
}

/// Plays groups of requests, each on a connection of its own: facts about who answers.
pub async fn many(probe: &Value, port: u16, stubs: &Rc<Stubs>) -> Map<String, Value> {
    let (mut groups, mut used, mut cookie) = (Vec::new(), Vec::new(), String::new());
    for group in items(&probe["groups"]) {
        if let Some(pause) = seconds(&group["pause"]) {
            tokio::time::sleep(pause).await;
            continue;
        }
        let times = group["n"].as_u64().unwrap();
        let (mut statuses, mut shares, mut order) = (BTreeMap::new(), BTreeMap::new(), Vec::new());
        let (mut attempts, mut issued) = (BTreeMap::new(), None);
        for at in 0..times {
            stubs.drain();
            let text = group["request"].as_str().unwrap().replace("{cookie}", &cookie).replace("{i}", &at.to_string());
            let Some(mut pipe) = Pipe::connect(&json!({}), port).await else {
                *statuses.entry("none".to_owned()).or_insert(0u64) += 1;
                continue;
            };
            pipe.send(&super::case::bytes_of(&text)).await;
            let method = [text.split(' ').next().unwrap_or_default().to_owned()];
            let end = Instant::now() + Duration::from_secs(8);
            let mut answer = None;
            while Instant::now() < end {
                answer = read(&pipe, &method).0.into_iter().find(|answer| is_final(&answer));
                if answer.is_some() || pipe.is_over() {
                    break;
                }
                pipe.wait(Duration::from_millis(50)).await;
            }
            let status = answer.as_ref().map_or("none".to_owned(), |answer| answer["status"].to_string());
            *statuses.entry(status).or_default() += 1;
            let come = latin(&pipe.come.borrow().bytes);
            for line in come.split("\r\n") {
                if let Some((name, value)) = line.split_once(": ")
                    && name.eq_ignore_ascii_case("set-cookie")
                {
                    cookie = value.split(';').next().unwrap_or_default().to_owned();
                    issued = Some(stand_in("set-cookie", value));
                }
            }
            let (records, _) = stubs.drain();
            let reached: Vec<String> = records
                .iter()
                .map(|record| record.borrow())
                .filter(|record| !record.request.contains("wire-after") && !record.request.contains("wire-health"))
                .map(|record| record.service.clone())
                .collect();
            *attempts.entry(reached.len()).or_insert(0u64) += 1;
            if let Some(last) = reached.last() {
                *shares.entry(last.clone()).or_insert(0u64) += 1;
                order.push(last.clone());
            }
        }
        let alive = probe["alive"].as_u64().unwrap_or(0) as usize;
        let mut facts = Map::from_iter([("statuses".to_owned(), json!(statuses))]);
        let endpoints = match shares.len() {
            0 => "none",
            1 => "one",
            all if all == alive && times >= 20 => "all",
            _ => "several",
        };
        facts.insert("endpoints".into(), json!(endpoints));
        if probe["strict_turns"] == json!(true) {
            let in_turns = order.len() >= 2 * alive && (alive..order.len()).all(|at| order[at] == order[at - alive]);
            facts.insert("in_turns".into(), json!(in_turns));
        }
        if probe["even"] == json!(true) {
            let (most, least) = (shares.values().max(), shares.values().min());
            let spread = most.zip(least).map(|(most, least)| (most - least) as f64);
            let is_even =
                shares.len() == alive && spread.is_some_and(|spread| spread <= (0.12 * times as f64).max(1.0));
            facts.insert("even".into(), json!(is_even));
        }
        if attempts.keys().ne([&1]) {
            let told = if probe["loose_attempts"] == json!(true) {
                json!(format!("up to {}", attempts.keys().max().unwrap()))
            } else {
                json!(attempts.iter().map(|(many, times)| (many.to_string(), *times)).collect::<BTreeMap<_, _>>())
            };
            facts.insert("attempts".into(), told);
        }
        if let Some(issued) = issued {
            facts.insert("set_cookie".into(), json!(issued));
        }
        groups.push(Value::Object(facts));
        used.push(shares.into_keys().collect::<BTreeSet<_>>());
    }
    let mut out = Map::from_iter([("groups".to_owned(), Value::Array(groups))]);
    let same: Vec<bool> = items(&probe["same"])
        .iter()
        .map(|pair| used[pair[0].as_u64().unwrap() as usize] == used[pair[1].as_u64().unwrap() as usize])
        .collect();
    if !same.is_empty() {
        out.insert("same".into(), json!(same));
    }
    out
}
