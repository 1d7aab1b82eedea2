//! Upstreams that do what a script says and remember what they got.

use std::cell::RefCell;
use std::collections::{BTreeMap, HashMap};
use std::net::SocketAddr;
use std::rc::Rc;
use std::time::Duration;

use serde_json::{Map, Value, json};
use socket2::SockRef;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::tcp::{ReadHalf, WriteHalf};
use tokio::net::{TcpListener, TcpStream};

use super::case::{Headers, blob, head_list, items, latin, put_body, seconds, squeeze};
use super::http2::{self, Decoder};
use super::protobuf;

/// What an upstream got.
#[derive(Default)]
pub struct Record {
    pub service: String,
    pub request: String,
    pub headers: Headers,
    pub body: Vec<u8>,
    pub is_complete: bool,
    pub trailers: Headers,
    pub framing: Option<&'static str>,
    pub is_reset: bool,
    pub check: Option<Value>,
    pub asked: Option<Value>,
}

pub type Recorded = Rc<RefCell<Record>>;

/// All upstreams of a case.
pub struct Stubs {
    scripts: Value,
    authz: Value,
    records: RefCell<Vec<Recorded>>,
    turns: RefCell<HashMap<String, usize>>,
    connections: RefCell<BTreeMap<String, usize>>,
}

fn value_of<'h>(headers: &'h Headers, name: &str) -> Option<&'h str> {
    headers.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
}

impl Stubs {
    pub fn new(case: &Value) -> Rc<Self> {
        Rc::new(Self {
            scripts: case["scripts"].clone(),
            authz: case["authz"].clone(),
            records: RefCell::default(),
            turns: RefCell::default(),
            connections: RefCell::default(),
        })
    }

    /// Starts an upstream.
    pub async fn start(self: &Rc<Self>, name: &str, kind: &str, address: &str) -> SocketAddr {
        let mut bound = TcpListener::bind(address).await;
        // Another case may still have the address.
        for _ in 0..100 {
            if bound.is_ok() {
                break;
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
            bound = TcpListener::bind(address).await;
        }
        let listener = bound.unwrap();
        let local = listener.local_addr().unwrap();
        let (stubs, name, kind) = (Rc::clone(self), name.to_owned(), kind.to_owned());
        tokio::task::spawn_local(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let _ = stream.set_nodelay(true);
                *stubs.connections.borrow_mut().entry(name.clone()).or_default() += 1;
                let (stubs, name, kind) = (Rc::clone(&stubs), name.clone(), kind.clone());
                tokio::task::spawn_local(async move { stubs.handle(&name, &kind, stream).await });
            }
        });
        local
    }

    /// What came since the last time, and connections by service.
    pub fn drain(&self) -> (Vec<Recorded>, BTreeMap<String, usize>) {
        self.turns.borrow_mut().clear();
        (std::mem::take(&mut *self.records.borrow_mut()), std::mem::take(&mut *self.connections.borrow_mut()))
    }

    fn script(&self, names: &str) -> Vec<Value> {
        let mut turns = self.turns.borrow_mut();
        let turn = turns.entry(names.to_owned()).or_default();
        let names: Vec<&str> = names.split(',').collect();
        let name = names[(*turn).min(names.len() - 1)].trim();
        *turn += 1;
        items(&self.scripts[name]).to_vec()
    }

    fn record(&self, record: Record) -> Recorded {
        let record = Rc::new(RefCell::new(record));
        self.records.borrow_mut().push(Rc::clone(&record));
        record
    }

    async fn handle(self: Rc<Self>, name: &str, kind: &str, mut stream: TcpStream) {
        let mut buffer = Vec::new();
        loop {
            let end = loop {
                if buffer.starts_with(http2::PREFACE) {
                    return self.http2(name, kind, stream, buffer.split_off(http2::PREFACE.len())).await;
                }
                match buffer.windows(4).position(|window| window == b"\r\n\r\n") {
                    Some(at) if !buffer.starts_with(b"PRI * ") => break at + 4,
                    _ => {}
                }
                if !matches!(stream.read_buf(&mut buffer).await, Ok(1..)) {
                    return;
                }
            };
            let head: Vec<u8> = buffer.drain(..end).collect();
            let text = latin(&head[..end - 4]);
            let mut lines = text.split("\r\n");
            let request = lines.next().unwrap_or_default().to_owned();
            let headers: Headers = lines
                .map(|line| line.split_once(':').unwrap_or((line, "")))
                .map(|(name, value)| (name.trim_matches(' ').to_owned(), value.trim_matches(' ').to_owned()))
                .collect();
            let script = value_of(&headers, "x-script").map(|names| self.script(names));
            let is_head = request.starts_with("HEAD ");
            let record = self.record(Record { service: name.to_owned(), request, headers, ..Record::default() });
            let is_early = script.as_ref().is_some_and(|script| script.first() == Some(&json!("at-head")));
            let (mut reader, mut writer) = stream.split();
            if is_early {
                let script = script.unwrap_or_default();
                let played = {
                    let read = read_body(&mut reader, &mut buffer, &record);
                    let play = play(&script[1..], &mut writer, None, &record);
                    let (mut read, mut play) = (std::pin::pin!(read), std::pin::pin!(play));
                    tokio::select! {
                        is_done = &mut play => if is_done { None } else { read.await },
                        body = &mut read => if play.await { None } else { body },
                    }
                };
                if played.is_none() {
                    return;
                }
                continue;
            }
            if read_body(&mut reader, &mut buffer, &record).await.is_none() {
                return;
            }
            if let Some(script) = script {
                if play(&script, &mut writer, Some(&mut reader), &record).await {
                    return;
                }
                continue;
            }
            let body = if is_head { String::new() } else { format!("{name}\n") };
            let length = name.len() + 1;
            let answer =
                format!("HTTP/1.1 200 OK\r\ncontent-type: text/plain\r\ncontent-length: {length}\r\n\r\n{body}");
            if writer.write_all(answer.as_bytes()).await.is_err() {
                return;
            }
        }
    }
}

async fn more(reader: &mut ReadHalf<'_>, buffer: &mut Vec<u8>) -> Option<()> {
    matches!(reader.read_buf(buffer).await, Ok(1..)).then_some(())
}

async fn line(reader: &mut ReadHalf<'_>, buffer: &mut Vec<u8>) -> Option<String> {
    loop {
        if let Some(at) = buffer.windows(2).position(|pair| pair == b"\r\n") {
            let line: Vec<u8> = buffer.drain(..at + 2).collect();
            return Some(latin(&line[..at]));
        }
        more(reader, buffer).await?;
    }
}

async fn piece(reader: &mut ReadHalf<'_>, buffer: &mut Vec<u8>, mut left: usize, record: &Recorded) -> Option<()> {
    while left > 0 {
        if buffer.is_empty() {
            more(reader, buffer).await?;
        }
        let length = left.min(buffer.len());
        record.borrow_mut().body.extend(buffer.drain(..length));
        left -= length;
    }
    Some(())
}

/// Reads a body; `None`: it does not come.
async fn read_body(reader: &mut ReadHalf<'_>, buffer: &mut Vec<u8>, record: &Recorded) -> Option<()> {
    let (is_chunked, length) = {
        let record = record.borrow();
        let coding = value_of(&record.headers, "transfer-encoding");
        let length = value_of(&record.headers, "content-length").and_then(|length| length.parse::<usize>().ok());
        (coding.is_some_and(|coding| coding.eq_ignore_ascii_case("chunked")), length)
    };
    if is_chunked {
        record.borrow_mut().framing = Some("chunked");
        loop {
            let size = line(reader, buffer).await?;
            let size = usize::from_str_radix(size.split(';').next()?, 16).ok()?;
            piece(reader, buffer, size, record).await?;
            if size == 0 {
                break;
            }
            line(reader, buffer).await?;
        }
        loop {
            let trailer = line(reader, buffer).await?;
            if trailer.is_empty() {
                break;
            }
            let (name, value) = trailer.split_once(':').unwrap_or((&trailer, ""));
            record.borrow_mut().trailers.push((name.trim().to_owned(), value.trim().to_owned()));
        }
    } else if let Some(length) = length {
        record.borrow_mut().framing = Some("length");
        piece(reader, buffer, length, record).await?;
    }
    record.borrow_mut().is_complete = true;
    Some(())
}

/// Plays a script; true when the connection is done.
async fn play(
    script: &[Value],
    writer: &mut WriteHalf<'_>,
    mut reader: Option<&mut ReadHalf<'_>>,
    record: &Recorded,
) -> bool {
    for op in script {
        if let Some(pause) = seconds(&op["pause"]) {
            tokio::time::sleep(pause).await;
            continue;
        }
        match op.as_str() {
            Some("close") => return true,
            Some("reset") => {
                let _ = SockRef::from(AsRef::<TcpStream>::as_ref(writer)).set_linger(Some(Duration::ZERO));
                return true;
            }
            Some("hang") => {
                let Some(reader) = reader else { return std::future::pending().await };
                let mut space = Vec::new();
                while matches!(reader.read_buf(&mut space).await, Ok(1..)) {}
                return true;
            }
            Some("tunnel") => {
                let Some(reader) = reader.as_mut() else { return true };
                loop {
                    let mut block = Vec::with_capacity(65536);
                    if !matches!(reader.read_buf(&mut block).await, Ok(1..)) {
                        return true;
                    }
                    record.borrow_mut().body.extend_from_slice(&block);
                    let echo = [b"<", &block[..], b">"].concat();
                    if writer.write_all(&echo).await.is_err() {
                        return true;
                    }
                }
            }
            _ => {
                if writer.write_all(&blob(op)).await.is_err() {
                    return true;
                }
            }
        }
    }
    false
}

// HTTP/2

fn headers_frame(stream: u32, list: &[(&str, &str)], ends: bool) -> Vec<u8> {
    let list: Vec<_> = list.iter().map(|(name, value)| (name.as_bytes().to_vec(), value.as_bytes().to_vec())).collect();
    http2::frame(1, 4 | u8::from(ends), stream, &http2::block(&list))
}

fn data_frames(stream: u32, data: &[u8], ends: bool) -> Vec<u8> {
    let pieces: Vec<&[u8]> = if data.is_empty() { vec![&[]] } else { data.chunks(16384).collect() };
    let last = pieces.len() - 1;
    let one = |(at, piece): (usize, &&[u8])| http2::frame(0, u8::from(ends && at == last), stream, piece);
    pieces.iter().enumerate().flat_map(one).collect()
}

fn message(bytes: &[u8]) -> Vec<u8> {
    [&[0][..], &(bytes.len() as u32).to_be_bytes(), bytes].concat()
}

type Out = tokio::sync::mpsc::UnboundedSender<Option<Vec<u8>>>;

impl Stubs {
    async fn http2(self: Rc<Self>, name: &str, kind: &str, mut stream: TcpStream, mut buffer: Vec<u8>) {
        let (mut reader, mut writer) = stream.split();
        let (out, mut outgoing) = tokio::sync::mpsc::unbounded_channel::<Option<Vec<u8>>>();
        let write = async {
            let _ = writer.write_all(&http2::settings(&[])).await;
            while let Some(Some(bytes)) = outgoing.recv().await {
                if writer.write_all(&bytes).await.is_err() {
                    return;
                }
            }
        };
        let read = async {
            let mut decoder = Decoder::default();
            let mut streams: HashMap<u32, Recorded> = HashMap::new();
            let mut block: (Vec<u8>, bool) = Default::default();
            loop {
                while let Some(frame) = http2::take(&mut buffer) {
                    let id = frame.stream;
                    let mut has_ended = frame.kind < 2 && frame.flags & 1 != 0;
                    match frame.kind {
                        0 => {
                            if !frame.payload.is_empty() {
                                let credit = (frame.payload.len() as u32).to_be_bytes();
                                let _ = out.send(Some(http2::frame(8, 0, 0, &credit)));
                                let _ = out.send(Some(http2::frame(8, 0, id, &credit)));
                            }
                            if let Some(record) = streams.get(&id) {
                                record.borrow_mut().body.extend_from_slice(&frame.payload);
                            }
                        }
                        1 | 9 => {
                            if frame.kind == 1 {
                                block = (Vec::new(), has_ended);
                            }
                            block.0.extend_from_slice(&frame.payload);
                            has_ended = frame.flags & 4 != 0 && block.1;
                            if frame.flags & 4 != 0 {
                                let list = decoder.read(&block.0);
                                if let Some(record) = streams.get(&id) {
                                    record.borrow_mut().trailers = list;
                                } else {
                                    streams.insert(id, self.record(request_of(name, list)));
                                }
                            }
                        }
                        3 => {
                            if let Some(record) = streams.remove(&id) {
                                record.borrow_mut().is_reset = true;
                            }
                        }
                        4 if frame.flags & 1 == 0 => {
                            let _ = out.send(Some(http2::frame(4, 1, 0, &[])));
                        }
                        6 if frame.flags & 1 == 0 => {
                            let _ = out.send(Some(http2::frame(6, 1, 0, &frame.payload)));
                        }
                        _ => {}
                    }
                    if has_ended && let Some(record) = streams.remove(&id) {
                        record.borrow_mut().is_complete = true;
                        let (stubs, kind, out) = (Rc::clone(&self), kind.to_owned(), out.clone());
                        tokio::task::spawn_local(async move { stubs.reply(&kind, id, &record, &out).await });
                    }
                }
                if !matches!(reader.read_buf(&mut buffer).await, Ok(1..)) {
                    return;
                }
            }
        };
        tokio::select! { () = write => {} () = read => {} }
    }

    async fn reply(&self, kind: &str, id: u32, record: &Recorded, out: &Out) {
        const GRPC: [(&str, &str); 2] = [(":status", "200"), ("content-type", "application/grpc")];
        let send = |bytes: Vec<u8>| {
            let _ = out.send(Some(bytes));
        };
        let (body, headers, service) = {
            let record = record.borrow();
            (record.body.clone(), record.headers.clone(), record.service.clone())
        };
        let trailers = || headers_frame(id, &[("grpc-status", "0")], true);
        match kind {
            "authz" => {
                let check = protobuf::read_check(&body[5..]);
                let asked = items(&check["headers"]).iter().find(|header| header[0] == "x-authz");
                let script = &self.authz[asked.and_then(|header| header[1].as_str()).unwrap_or("default")];
                record.borrow_mut().check = Some(check.clone());
                if let Some(delay) = seconds(&script["delay"]) {
                    tokio::time::sleep(delay).await;
                }
                if let Some(code) = script["rst"].as_u64() {
                    send(http2::frame(3, 0, id, &(code as u32).to_be_bytes()));
                } else if let Some(status) = script["grpc_status"].as_u64() {
                    let status = status.to_string();
                    send(headers_frame(id, &[&GRPC[..], &[("grpc-status", &status)]].concat(), true));
                } else {
                    send(headers_frame(id, &GRPC, false));
                    send(data_frames(id, &message(&protobuf::check_response(script)), false));
                    send(trailers());
                }
            }
            "ratelimit" => {
                let asked = protobuf::descriptors(&body[5..]);
                let is_over = asked.iter().flatten().any(|[_, value]| value.contains("limited"));
                record.borrow_mut().asked = Some(json!(asked));
                send(headers_frame(id, &GRPC, false));
                send(data_frames(id, &message(&[8, if is_over { 2 } else { 1 }]), false));
                send(trailers());
            }
            _ => match value_of(&headers, "x-script") {
                Some(names) => self.play_http2(&self.script(names), id, out).await,
                None if value_of(&headers, "content-type").is_some_and(|kind| kind.starts_with("application/grpc")) => {
                    send(headers_frame(id, &GRPC, false));
                    send(data_frames(id, &message(b"ok"), false));
                    send(headers_frame(id, &[("grpc-status", "0"), ("x-trailer", "last")], true));
                }
                None => {
                    let body = format!("{service}\n");
                    let length = body.len().to_string();
                    let list = [(":status", "200"), ("content-type", "text/plain"), ("content-length", &length)];
                    send(headers_frame(id, &list, false));
                    send(data_frames(id, body.as_bytes(), true));
                }
            },
        }
    }

    async fn play_http2(&self, script: &[Value], id: u32, out: &Out) {
        for (at, op) in script.iter().enumerate() {
            if at > 0 {
                // Each element is a write of its own.
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
            let ends = op["end"].as_bool() == Some(true);
            if op == "close" {
                let _ = out.send(None);
                return;
            } else if op == "hang" {
                return;
            } else if let Some(pause) = seconds(&op["pause"]) {
                tokio::time::sleep(pause).await;
            } else if let Some(list) = op["headers"].as_array() {
                let list: Vec<(&str, &str)> =
                    list.iter().map(|pair| (pair[0].as_str().unwrap(), pair[1].as_str().unwrap())).collect();
                let _ = out.send(Some(headers_frame(id, &list, ends)));
            } else if op.get("data").is_some() {
                let _ = out.send(Some(data_frames(id, &blob(&op["data"]), ends)));
            } else if let Some(code) = op["rst"].as_u64() {
                let _ = out.send(Some(http2::frame(3, 0, id, &(code as u32).to_be_bytes())));
            } else if let Some(code) = op["goaway"].as_u64() {
                let payload = [id.to_be_bytes(), (code as u32).to_be_bytes()].concat();
                let _ = out.send(Some(http2::frame(7, 0, 0, &payload)));
            }
        }
    }
}

fn request_of(service: &str, list: Headers) -> Record {
    let value = |name: &str| value_of(&list, name).unwrap_or("None").to_owned();
    let request = format!("{} {} HTTP/2", value(":method"), value(":path"));
    let headers = list.into_iter().filter(|(name, _)| name != ":method" && name != ":path").collect();
    Record { service: service.to_owned(), request, headers, ..Record::default() }
}

/// What upstreams got, as it is recorded.
pub fn facts(records: &[Recorded]) -> Value {
    let mut out = Vec::new();
    let mut ids = std::collections::HashSet::new();
    for record in records {
        let record = record.borrow();
        let id = value_of(&record.headers, "x-request-id").map(ToOwned::to_owned);
        let is_retry = id.is_some() && !ids.insert(id);
        if record.request.contains("wire-after") {
            continue;
        }
        if let Some(check) = &record.check {
            out.push(json!({"service": record.service, "check": check}));
            continue;
        }
        if let Some(asked) = &record.asked {
            out.push(json!({"service": record.service, "descriptors": asked}));
            continue;
        }
        let mut headers = record.headers.clone();
        if is_retry {
            // The time that is left is not exact.
            let left =
                headers.iter_mut().filter(|(name, _)| name.eq_ignore_ascii_case("x-envoy-expected-rq-timeout-ms"));
            left.for_each(|(_, value)| *value = "<ms left>".to_owned());
        }
        let mut one = Map::new();
        one.insert("service".into(), json!(record.service));
        one.insert("request".into(), json!(squeeze(&record.request)));
        one.insert("headers".into(), head_list(&headers));
        put_body(&mut one, &record.body, "body");
        if let Some(framing) = record.framing {
            one.insert("framing".into(), json!(framing));
        }
        if !record.trailers.is_empty() {
            one.insert("trailers".into(), head_list(&record.trailers));
        }
        if !record.is_complete {
            one.insert("incomplete".into(), json!(true));
            one.remove("body");
            one.remove("body_length");
        }
        if record.is_reset {
            one.insert("reset".into(), json!(true));
        }
        out.push(Value::Object(one));
    }
    out.sort_by_key(|one| one.get("check").is_none());
    Value::Array(out)
}
