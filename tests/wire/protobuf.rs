//! As much of protocol buffers as AuthServices and RateLimitServices speak.

use serde_json::{Map, Value, json};

use super::case::{bytes_of, items, latin, stand_in};

/// A field: a number or bytes.
pub enum Field {
    Number(u64),
    Bytes(Vec<u8>),
}

pub fn fields(bytes: &[u8]) -> Vec<(u64, Field)> {
    let mut at = 0;
    let mut out = Vec::new();
    let varint = |at: &mut usize| {
        let (mut value, mut shift) = (0u64, 0);
        loop {
            let byte = bytes[*at];
            *at += 1;
            value |= u64::from(byte & 127) << shift;
            shift += 7;
            if byte < 128 {
                return value;
            }
        }
    };
    while at < bytes.len() {
        let tag = varint(&mut at);
        let field = match tag & 7 {
            0 => Field::Number(varint(&mut at)),
            2 => {
                let length = varint(&mut at) as usize;
                at += length;
                Field::Bytes(bytes[at - length..at].to_vec())
            }
            kind => {
                let length = if kind == 1 { 8 } else { 4 };
                at += length;
                Field::Bytes(bytes[at - length..at].to_vec())
            }
        };
        out.push((tag >> 3, field));
    }
    out
}

fn all(bytes: &[u8], number: u64) -> Vec<Vec<u8>> {
    let of = |(found, field)| match field {
        Field::Bytes(bytes) if found == number => Some(bytes),
        _ => None,
    };
    fields(bytes).into_iter().filter_map(of).collect()
}

fn get(bytes: &[u8], path: &[u64]) -> Vec<u8> {
    let mut found = bytes.to_vec();
    for number in path {
        found = all(&found, *number).into_iter().next().unwrap_or_default();
    }
    found
}

fn number(bytes: &[u8], wanted: u64) -> Option<u64> {
    fields(bytes).into_iter().find_map(|(found, field)| match field {
        Field::Number(value) if found == wanted => Some(value),
        _ => None,
    })
}

fn put_varint(out: &mut Vec<u8>, mut value: u64) {
    while value >= 128 {
        out.push(value as u8 | 128);
        value >>= 7;
    }
    out.push(value as u8);
}

fn put_number(out: &mut Vec<u8>, tag: u64, value: u64) {
    put_varint(out, tag << 3);
    put_varint(out, value);
}

fn put(out: &mut Vec<u8>, tag: u64, bytes: &[u8]) {
    put_varint(out, tag << 3 | 2);
    put_varint(out, bytes.len() as u64);
    out.extend_from_slice(bytes);
}

fn pairs(bytes: &[u8], number: u64) -> Vec<(String, String)> {
    let mut out: Vec<(String, String)> =
        all(bytes, number).iter().map(|entry| (latin(&get(entry, &[1])), latin(&get(entry, &[2])))).collect();
    out.sort();
    out
}

/// `envoy.service.auth.v3.CheckRequest` as facts.
pub fn read_check(bytes: &[u8]) -> Value {
    let context = get(bytes, &[1]);
    let http = get(&context, &[4, 2]);
    let mut out = Map::new();
    for (tag, key) in [(1, "source"), (2, "destination")] {
        let socket = get(&context, &[tag, 1, 1]);
        if !socket.is_empty() {
            let ip = latin(&get(&socket, &[2]));
            let ip = if ip == "127.0.0.1" { "<gateway-ip>".to_owned() } else { ip };
            let port = number(&socket, 3).filter(|port| *port > 0).map(|_| "<port>");
            out.insert(key.to_owned(), json!({"address": ip, "port": port}));
        }
    }
    out.insert("time".to_owned(), json!(!get(&context, &[4, 1]).is_empty()));
    let known = fields(&http);
    let texts = [
        (1, "id"),
        (2, "method"),
        (4, "path"),
        (5, "host"),
        (6, "scheme"),
        (7, "query"),
        (8, "fragment"),
        (10, "protocol"),
        (11, "body"),
        (12, "raw_body"),
    ];
    for (tag, key) in texts {
        let Some((_, Field::Bytes(value))) = known.iter().find(|(found, _)| *found == tag) else { continue };
        if value.len() > 400 && key.ends_with("body") {
            out.insert(format!("{key}_length"), json!(value.len()));
        } else if key == "id" && value.iter().all(u8::is_ascii_digit) {
            out.insert(key.to_owned(), json!("<number>"));
        } else {
            out.insert(key.to_owned(), json!(latin(value)));
        }
    }
    if let Some(size) = number(&http, 9) {
        out.insert("size".to_owned(), json!(size as i64));
    }
    let headers: Vec<Value> =
        pairs(&http, 3).iter().map(|(name, value)| json!([name, stand_in(name, value)])).collect();
    out.insert("headers".to_owned(), Value::Array(headers));
    let extensions: Vec<Value> = pairs(&context, 10).iter().map(|(key, value)| json!([key, value])).collect();
    if !extensions.is_empty() {
        out.insert("context_extensions".to_owned(), Value::Array(extensions));
    }
    if fields(&context).iter().any(|(tag, _)| *tag == 13) {
        out.insert("tls_session".to_owned(), json!(latin(&get(&context, &[13, 1]))));
    }
    Value::Object(out)
}

fn option(header: &Value) -> Vec<u8> {
    let mut inner = Vec::new();
    put(&mut inner, 1, &bytes_of(header[0].as_str().unwrap()));
    put(&mut inner, 2, &bytes_of(header[1].as_str().unwrap()));
    let mut out = Vec::new();
    put(&mut out, 1, &inner);
    for more in items(header).iter().skip(2) {
        match (more.as_str(), more.as_u64()) {
            (Some("append"), _) => put(&mut out, 2, &[8, 1]),
            (Some("replace"), _) => put(&mut out, 2, &[]),
            (Some("keep-empty"), _) => put_number(&mut out, 4, 1),
            (_, Some(action)) => put_number(&mut out, 3, action),
            _ => {}
        }
    }
    out
}

/// What an AuthService answers, out of its script.
pub fn check_response(script: &Value) -> Vec<u8> {
    let mut out = Vec::new();
    if let Some(code) = script["code"].as_u64() {
        let mut status = Vec::new();
        if code > 0 {
            put_number(&mut status, 1, code);
        }
        if let Some(message) = script["message"].as_str() {
            put(&mut status, 2, &bytes_of(message));
        }
        put(&mut out, 1, &status);
    }
    if let Some(denied) = script.get("denied") {
        let mut inner = Vec::new();
        if let Some(status) = denied["status"].as_u64() {
            let mut code = Vec::new();
            put_number(&mut code, 1, status);
            put(&mut inner, 1, &code);
        }
        items(&denied["headers"]).iter().for_each(|header| put(&mut inner, 2, &option(header)));
        if let Some(body) = denied["body"].as_str() {
            put(&mut inner, 3, &bytes_of(body));
        }
        put(&mut out, 2, &inner);
    }
    if let Some(ok) = script.get("ok") {
        let mut inner = Vec::new();
        let text = |value: &Value| bytes_of(value.as_str().unwrap());
        items(&ok["headers"]).iter().for_each(|header| put(&mut inner, 2, &option(header)));
        items(&ok["remove"]).iter().for_each(|name| put(&mut inner, 5, &text(name)));
        items(&ok["response_headers"]).iter().for_each(|header| put(&mut inner, 6, &option(header)));
        for pair in items(&ok["query_set"]) {
            let mut parameter = Vec::new();
            put(&mut parameter, 1, &text(&pair[0]));
            put(&mut parameter, 2, &text(&pair[1]));
            put(&mut inner, 7, &parameter);
        }
        items(&ok["query_remove"]).iter().for_each(|name| put(&mut inner, 8, &text(name)));
        put(&mut out, 3, &inner);
    }
    out
}

/// The descriptors that a RateLimitService is asked about.
pub fn descriptors(bytes: &[u8]) -> Vec<Vec<[String; 2]>> {
    let entry = |entry: &Vec<u8>| [latin(&get(entry, &[1])), latin(&get(entry, &[2]))];
    all(bytes, 2).iter().map(|descriptor| all(descriptor, 1).iter().map(entry).collect()).collect()
}
