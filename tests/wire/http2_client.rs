//! The client of HTTP/2 probes: frames as they are written.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use serde_json::{Map, Value, json};

use super::case::{Headers, blob, bytes_of, head_list, is_bytes, items, put_body, seconds};
use super::http1::PATIENCE;
use super::http2::{self, Decoder, PREFACE, frame, number};
use super::pipe::Pipe;

const ALIVE: &[u8; 8] = b"wirelive";

#[derive(Default)]
struct Stream {
    status: Option<u64>,
    informational: Vec<u64>,
    headers: Headers,
    trailers: Option<Headers>,
    data: Vec<u8>,
    reset: Option<&'static str>,
    has_ended: bool,
}

impl Stream {
    fn is_done(&self) -> bool {
        self.has_ended || self.reset.is_some()
    }
}

struct Client<'p> {
    probe: &'p Value,
    pipe: Pipe,
    /// Frames between pauses go out in one write.
    out: Vec<u8>,
    used: usize,
    decoder: Decoder<'p>,
    block: Option<(u32, Vec<u8>, bool)>,
    streams: BTreeMap<u32, Stream>,
    goaway: Option<(u32, u32)>,
    pings: u64,
    alive: u64,
    settings: Option<BTreeMap<u16, u32>>,
    acknowledged: u64,
    last: i64,
}

fn is_set(probe: &Value, key: &str) -> bool {
    probe[key] == json!(true)
}

impl Client<'_> {
    async fn flush(&mut self) -> bool {
        let out = std::mem::take(&mut self.out);
        out.is_empty() || self.pipe.send(&out).await
    }

    async fn put(&mut self, bytes: &[u8]) {
        self.out.extend_from_slice(bytes);
        if self.out.len() > 60_000 {
            self.flush().await;
        }
    }

    fn id(&mut self, op: &Value) -> u32 {
        match op.as_str() {
            Some("+") => self.last += 2,
            Some("=") => {}
            _ => {
                let id = op.as_i64().unwrap();
                if id > self.last && id % 2 == 1 {
                    self.last = id;
                }
                return id as u32;
            }
        }
        self.last as u32
    }

    async fn pump(&mut self) {
        loop {
            let mut rest = self.pipe.come.borrow().bytes[self.used..].to_vec();
            let before = rest.len();
            let Some(frame) = http2::take(&mut rest) else { break };
            self.used += before - rest.len();
            self.hear(frame);
        }
        self.flush().await;
    }

    fn hear(&mut self, frame: http2::Frame) {
        let id = frame.stream;
        let has_ended = frame.flags & 1 != 0;
        match frame.kind {
            0 => {
                let length = frame.payload.len() as u32;
                let stream = self.streams.entry(id).or_default();
                stream.data.extend_from_slice(&frame.payload);
                stream.has_ended |= has_ended;
                let is_open = !stream.has_ended;
                if length > 0 && !is_set(self.probe, "no_credit") {
                    self.out.extend(http2::frame(8, 0, 0, &length.to_be_bytes()));
                    if is_open {
                        self.out.extend(http2::frame(8, 0, id, &length.to_be_bytes()));
                    }
                }
            }
            1 => self.block = Some((id, frame.payload, has_ended)),
            9 => {
                if let Some(block) = &mut self.block {
                    block.1.extend_from_slice(&frame.payload);
                }
            }
            3 => self.streams.entry(id).or_default().reset = Some(http2::code(number(&frame.payload))),
            4 if has_ended => self.acknowledged += 1,
            4 => {
                let pair = |pair: &[u8]| (u16::from_be_bytes([pair[0], pair[1]]), number(&pair[2..]));
                let settings = frame.payload.chunks_exact(6).map(pair).collect();
                self.settings.get_or_insert(settings);
                if !is_set(self.probe, "no_settings_ack") {
                    self.out.extend(http2::frame(4, 1, 0, &[]));
                }
            }
            6 if !has_ended => self.out.extend(http2::frame(6, 1, 0, &frame.payload)),
            6 if frame.payload == ALIVE => self.alive += 1,
            6 => self.pings += 1,
            7 => self.goaway = Some((number(&frame.payload[4..]), number(&frame.payload) & 0x7fff_ffff)),
            _ => {}
        }
        if matches!(frame.kind, 1 | 9)
            && frame.flags & 4 != 0
            && let Some((id, block, ends)) = self.block.take()
        {
            let list = self.decoder.read(&block);
            let stream = self.streams.entry(id).or_default();
            let status = list.iter().find(|(name, _)| name == ":status").and_then(|(_, value)| value.parse().ok());
            match status {
                Some(interim @ ..200) => stream.informational.push(interim),
                Some(status) => {
                    stream.status = Some(status);
                    let is_shown = |name: &str| name != ":status" && name != "content-length";
                    stream.headers = list.into_iter().filter(|(name, _)| is_shown(name)).collect();
                }
                None => stream.trailers = Some(list),
            }
            stream.has_ended |= ends;
        }
    }

    /// Waits until it is so, pumping; false when the time is up.
    async fn until(&mut self, limit: Duration, is_so: impl Fn(&Self) -> bool) -> bool {
        let end = Instant::now() + limit;
        loop {
            self.pump().await;
            if is_so(self) {
                return true;
            }
            if Instant::now() >= end {
                return false;
            }
            self.pipe.wait(Duration::from_millis(20)).await;
        }
    }

    async fn act(&mut self, op: &Value) {
        if is_bytes(op) {
            return self.put(&blob(op)).await;
        }
        if let Some(times) = op["times"].as_u64() {
            for _ in 0..times {
                for op in items(&op["do"]) {
                    Box::pin(self.act(op)).await;
                }
                if is_set(op, "pump") {
                    self.pump().await;
                }
            }
        } else if op.get("h").is_some() {
            self.headers(op).await;
        } else if op.get("d").is_some() {
            let id = self.id(&op["d"]);
            let data = blob(&op["text"]);
            let pieces: Vec<&[u8]> = if data.is_empty() { vec![&[]] } else { data.chunks(16384).collect() };
            let last = pieces.len() - 1;
            for (at, piece) in pieces.into_iter().enumerate() {
                let ends = u8::from(is_set(op, "end") && at == last);
                let frame = match op["pad"].as_u64() {
                    None => frame(0, ends, id, piece),
                    Some(pad) => frame(0, ends | 8, id, &[&[pad as u8], piece, &vec![0; pad as usize]].concat()),
                };
                self.put(&frame).await;
            }
        } else if op.get("rst").is_some() {
            let (id, code) = (self.id(&op["rst"]), op["code"].as_u64().unwrap_or(8) as u32);
            self.put(&frame(3, 0, id, &code.to_be_bytes())).await;
        } else if let Some(text) = op["ping"].as_str() {
            self.put(&frame(6, 0, 0, &bytes_of(text))).await;
        } else if let Some(list) = op["settings"].as_array() {
            self.put(&http2::settings(&settings_of(list))).await;
        } else if let Some(id) = op["window"].as_u64() {
            self.put(&frame(8, 0, id as u32, &(op["add"].as_u64().unwrap() as u32).to_be_bytes())).await;
        } else if let Some(code) = op["goaway"].as_u64() {
            self.put(&frame(7, 0, 0, &code.to_be_bytes())).await;
        } else if let Some(id) = op["priority"].as_u64() {
            let on = (op["on"].as_u64().unwrap_or(0) as u32).to_be_bytes();
            self.put(&frame(2, 0, id as u32, &[&on[..], &[10]].concat())).await;
        } else if let Some(kind) = op["frame"].as_u64() {
            let payload = op.get("payload").map(blob).unwrap_or_default();
            let number = |key: &str| op[key].as_u64().unwrap_or(0) as u32;
            let mut bytes = frame(kind as u8, number("flags") as u8, number("stream"), &payload);
            if let Some(length) = op["length"].as_u64() {
                bytes[..3].copy_from_slice(&(length as u32).to_be_bytes()[1..]);
            }
            self.put(&bytes).await;
        } else if let Some(pause) = seconds(&op["pause"]) {
            self.until(pause, |_| false).await;
        } else if is_set(op, "shut") {
            self.flush().await;
            self.pipe.shut().await;
        } else if let Some(limit) = seconds(&op["settle"]) {
            self.until(limit, |client| client.pipe.is_over() || client.streams.values().all(Stream::is_done)).await;
        } else {
            panic!("an element that is not known: {op}");
        }
    }

    async fn headers(&mut self, op: &Value) {
        let id = self.id(&op["h"]);
        self.streams.entry(id).or_default();
        let mut list: Vec<(Vec<u8>, Vec<u8>)> = items(&op["list"])
            .iter()
            .map(|header| match header["name"].as_str() {
                Some(name) => (bytes_of(name), blob(header)),
                None => (bytes_of(header[0].as_str().unwrap()), bytes_of(header[1].as_str().unwrap())),
            })
            .collect();
        let many = op["many"].as_u64().unwrap_or(0);
        list.extend((0..many).map(|at| (format!("x-h-{at}").into_bytes(), b"v".to_vec())));
        let block = http2::block(&list);
        let size = op["split"].as_u64().unwrap_or(16_000) as usize;
        let pieces: Vec<&[u8]> = if block.is_empty() { vec![&[]] } else { block.chunks(size).collect() };
        let last = pieces.len() - 1;
        for (at, piece) in pieces.into_iter().enumerate() {
            let mut flags = if at == last && !is_set(op, "open_block") { 4 } else { 0 };
            let mut payload = Vec::new();
            if at == 0 {
                flags |= u8::from(is_set(op, "end"));
                if let Some(on) = op["priority"].as_u64() {
                    flags |= 32;
                    payload.extend_from_slice(&(on as u32).to_be_bytes());
                    payload.push(15);
                }
            }
            payload.extend_from_slice(piece);
            self.put(&frame(if at == 0 { 1 } else { 9 }, flags, id, &payload)).await;
        }
    }
}

fn settings_of(list: &[Value]) -> Vec<(u16, u32)> {
    list.iter().map(|pair| (pair[0].as_u64().unwrap() as u16, pair[1].as_u64().unwrap() as u32)).collect()
}

/// Plays a probe: what the client sees.
pub async fn play(probe: &Value, port: u16) -> Map<String, Value> {
    let Some(pipe) = Pipe::connect(probe, port).await else {
        return Map::from_iter([
            ("streams".to_owned(), json!({})),
            ("end".to_owned(), json!("closed")),
            ("tls".to_owned(), json!("refused")),
        ]);
    };
    let mut client = Client {
        probe,
        pipe,
        out: Vec::new(),
        used: 0,
        decoder: Decoder::default(),
        block: None,
        streams: BTreeMap::new(),
        goaway: None,
        pings: 0,
        alive: 0,
        settings: None,
        acknowledged: 0,
        last: -1,
    };
    if !is_set(probe, "no_preface") {
        client.out.extend_from_slice(PREFACE);
        client.out.extend(http2::settings(&settings_of(items(&probe["initial"]))));
    }
    for op in items(&probe["send"]) {
        client.act(op).await;
    }
    client.flush().await;
    let sent = Instant::now();
    let wait = seconds(&probe["wait"]).unwrap_or(Duration::from_millis(1200));
    let recorded = probe["expect"]["streams"].as_object();
    loop {
        client.pump().await;
        let is_there = |(id, stream): (&String, &Value)| {
            let wants_end = stream["end"] == json!(true) || stream.get("reset").is_some();
            id.parse().is_ok_and(|id: u32| client.streams.get(&id).is_some_and(|stream| stream.is_done() || !wants_end))
        };
        let limit = if recorded.is_some_and(|recorded| !recorded.iter().all(is_there)) {
            wait.max(PATIENCE)
        } else if !client.streams.is_empty() && client.streams.values().all(Stream::is_done) {
            Duration::from_millis(150)
        } else {
            wait
        };
        if client.pipe.is_over() || client.pipe.silence(sent) > limit {
            break;
        }
        client.pipe.wait(Duration::from_millis(30)).await;
    }
    let took = client.pipe.come.borrow().last.saturating_duration_since(sent);
    if !client.pipe.is_over() && client.goaway.is_none() && !is_set(probe, "no_after") {
        client.put(&frame(6, 0, 0, ALIVE)).await;
        client.until(Duration::from_secs(2), |client| client.pipe.is_over() || client.alive > 0).await;
    }
    if is_set(probe, "no_after") {
        client.until(Duration::from_millis(1500), |client| client.pipe.is_over()).await;
    }
    if client.goaway.is_some_and(|(code, _)| code != 0) {
        client.until(Duration::from_millis(2500), |client| client.pipe.is_over()).await;
    }
    client.pump().await;
    let mut seen = facts(&client);
    if is_set(probe, "timed") {
        seen.insert("took_ms".into(), json!(took.as_millis() as u64));
    }
    seen
}

fn facts(client: &Client<'_>) -> Map<String, Value> {
    let probe = client.probe;
    let mut seen = Map::new();
    if probe.get("tls").is_some() {
        seen.insert("alpn".into(), json!(client.pipe.alpn));
    }
    if is_set(probe, "count") {
        let mut counts: BTreeMap<String, u64> = BTreeMap::new();
        for stream in client.streams.values() {
            let what = match (stream.status, stream.reset) {
                (Some(status), _) => status.to_string(),
                (None, Some(code)) => format!("reset {code}"),
                (None, None) => "none".to_owned(),
            };
            *counts.entry(what).or_default() += 1;
        }
        seen.insert("counts".into(), json!(counts));
    } else {
        let streams: Map<String, Value> =
            client.streams.iter().map(|(id, stream)| (id.to_string(), Value::Object(stream_facts(stream)))).collect();
        seen.insert("streams".into(), Value::Object(streams));
    }
    if let Some((code, last)) = client.goaway {
        seen.insert("goaway".into(), json!({"code": http2::code(code), "last": last}));
    }
    let asks_pings = items(&probe["send"]).iter().any(|op| op.get("ping").is_some() || op.get("times").is_some());
    if client.pings > 0 || asks_pings {
        seen.insert("pings".into(), json!(client.pings));
    }
    if is_set(probe, "show_settings") {
        let settings: Map<String, Value> =
            client.settings.iter().flatten().map(|(id, value)| (id.to_string(), json!(value))).collect();
        seen.insert("settings".into(), Value::Object(settings));
        seen.insert("settings_acks".into(), json!(client.acknowledged));
    }
    let end = match (client.pipe.is_over(), client.alive > 0, client.goaway.is_some()) {
        (true, false, _) => "closed",
        (_, true, _) => "kept",
        (false, false, true) => "goaway",
        (false, false, false) => "open",
    };
    seen.insert("end".into(), json!(end));
    seen
}

fn stream_facts(stream: &Stream) -> Map<String, Value> {
    let mut out = Map::new();
    if !stream.informational.is_empty() {
        out.insert("informational".into(), json!(stream.informational));
    }
    if let Some(status) = stream.status {
        out.insert("status".into(), json!(status));
        out.insert("headers".into(), head_list(&stream.headers));
    }
    put_body(&mut out, &stream.data, "body");
    if let Some(trailers) = &stream.trailers {
        out.insert("trailers".into(), head_list(trailers));
    }
    if let Some(code) = stream.reset {
        out.insert("reset".into(), json!(code));
    }
    if stream.has_ended {
        out.insert("end".into(), json!(true));
    }
    out
}
