//! The recorded cases, and what stands in for values that differ from run to run.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde_json::{Map, Value, json};

pub type Headers = Vec<(String, String)>;

/// A recorded case.
pub struct Case {
    pub name: String,
    pub folder: PathBuf,
    pub all: Value,
    pub probes: Vec<Value>,
}

impl Case {
    pub fn area(&self) -> &str {
        self.all["area"].as_str().unwrap_or_default()
    }

    pub fn log(&self) -> Option<&str> {
        self.all["log"].as_str()
    }

    pub fn ports(&self) -> Vec<u16> {
        items(&self.all["listeners"]).iter().filter_map(Value::as_u64).map(|port| port as u16).collect()
    }
}

pub fn items(value: &Value) -> &[Value] {
    value.as_array().map(Vec::as_slice).unwrap_or_default()
}

pub fn seconds(value: &Value) -> Option<std::time::Duration> {
    value.as_f64().map(std::time::Duration::from_secs_f64)
}

/// All cases, by name.
pub fn cases(folder: &str) -> Vec<Case> {
    let mut folders: Vec<PathBuf> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    folders.sort();
    folders.iter().map(|folder| case(folder)).collect()
}

fn case(folder: &Path) -> Case {
    let text = std::fs::read_to_string(folder.join("probes.yaml")).unwrap();
    let read: serde_yaml::Value = serde_yaml::from_str(&text).unwrap();
    let mut all = to_json(&read);
    let usual = all["usual"].clone();
    expand(&mut all["probes"], &usual);
    let probes = items(&all["probes"]).to_vec();
    let name = folder.file_name().unwrap().to_string_lossy().into_owned();
    Case { name, folder: folder.to_owned(), all, probes }
}

/// YAML has maps with numbers as keys, and JSON has not.
fn to_json(value: &serde_yaml::Value) -> Value {
    use serde_yaml::Value as Yaml;
    match value {
        Yaml::Null => Value::Null,
        Yaml::Bool(truth) => json!(truth),
        Yaml::Number(number) => number.as_i64().map_or_else(|| json!(number.as_f64()), |number| json!(number)),
        Yaml::String(text) => json!(text),
        Yaml::Sequence(list) => Value::Array(list.iter().map(to_json).collect()),
        Yaml::Mapping(map) => {
            let key = |key: &Yaml| match to_json(key) {
                Value::String(text) => text,
                other => other.to_string(),
            };
            Value::Object(map.iter().map(|(name, value)| (key(name), to_json(value))).collect())
        }
        Yaml::Tagged(tagged) => to_json(&tagged.value),
    }
}

/// `+name` in a list of headers stands for the list of that name under `usual`.
fn expand(value: &mut Value, usual: &Value) {
    match value {
        Value::Object(map) => {
            for (key, value) in map.iter_mut() {
                let list = value.as_array().filter(|_| key == "headers" || key == "trailers");
                if let Some(list) = list.filter(|list| list.iter().any(Value::is_string)) {
                    let (names, mut headers): (Vec<Value>, Vec<Value>) =
                        list.iter().cloned().partition(Value::is_string);
                    for name in names {
                        headers.extend_from_slice(items(&usual[&name.as_str().unwrap()[1..]]));
                    }
                    headers.sort_by_key(|header| header[0].as_str().unwrap_or_default().to_owned());
                    *value = Value::Array(headers);
                } else {
                    expand(value, usual);
                }
            }
        }
        Value::Array(list) => list.iter_mut().for_each(|value| expand(value, usual)),
        _ => {}
    }
}

/// Characters as bytes.
pub fn bytes_of(text: &str) -> Vec<u8> {
    text.chars().map(|letter| letter as u8).collect()
}

/// Bytes as characters.
pub fn latin(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| char::from(*byte)).collect()
}

/// Whether an element of a script stands for bytes.
pub fn is_bytes(op: &Value) -> bool {
    op.is_string() || op.get("repeat").is_some() || op.get("utf8").is_some()
}

/// The bytes that it stands for.
pub fn blob(op: &Value) -> Vec<u8> {
    if let Some(text) = op.as_str() {
        return bytes_of(text);
    }
    if let Some(text) = op["utf8"].as_str() {
        return text.as_bytes().to_vec();
    }
    let (text, times) = (op["repeat"].as_str().unwrap(), op["n"].as_u64().unwrap());
    (0..times).flat_map(|at| bytes_of(&text.replace("%d", &at.to_string()))).collect()
}

fn is_uuid(text: &str) -> bool {
    text.len() == 36
        && text.bytes().enumerate().all(|(at, byte)| match at {
            8 | 13 | 18 | 23 => byte == b'-',
            _ => byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte),
        })
}

/// A text whose UUIDs are stood in for.
pub fn without_uuids(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while !rest.is_empty() {
        if rest.get(..36).is_some_and(is_uuid) {
            out.push_str("<uuid>");
            rest = &rest[36..];
        } else {
            let letter = rest.chars().next().unwrap();
            out.push(letter);
            rest = &rest[letter.len_utf8()..];
        }
    }
    out
}

/// Runs of a hundred and more of one letter become `<N x c>`.
pub fn squeeze(text: &str) -> String {
    let letters: Vec<char> = text.chars().collect();
    let mut out = String::new();
    let mut at = 0;
    while at < letters.len() {
        let run = letters[at..].iter().take_while(|letter| **letter == letters[at]).count();
        if run >= 100 && letters[at] != '\n' {
            out.push_str(&format!("<{run} x {}>", letters[at]));
        } else {
            out.extend(&letters[at..at + run]);
        }
        at += run;
    }
    out
}

fn is_date(text: &str) -> bool {
    text.len() == 29 && text.ends_with(" GMT") && text.get(3..5) == Some(", ")
}

/// Stands for the hash in an issued cookie.
fn without_hash(value: &str) -> String {
    let Some((before, rest)) = value.split_once("=\"") else { return value.to_owned() };
    let Some((hash, after)) = rest.split_once('"') else { return value.to_owned() };
    let is_hash = hash.len() >= 8 && hash.bytes().all(|byte| byte.is_ascii_hexdigit());
    if is_hash { format!("{before}=\"<hash>\"{after}") } else { value.to_owned() }
}

pub fn stand_in(name: &str, value: &str) -> String {
    match name.to_ascii_lowercase().as_str() {
        "date" if is_date(value) => "<date>".to_owned(),
        "x-envoy-upstream-service-time" if value.bytes().all(|byte| byte.is_ascii_digit()) => "<ms>".to_owned(),
        "x-request-id" if is_uuid(value) => "<uuid>".to_owned(),
        "x-forwarded-for" => {
            let one =
                |part: &str| if part.trim() == "127.0.0.1" { "<gateway-ip>".into() } else { part.trim().to_owned() };
            value.split(',').map(one).collect::<Vec<_>>().join(",")
        }
        "set-cookie" => without_hash(value),
        _ => value.to_owned(),
    }
}

fn without_numbers(name: &str) -> String {
    let mut out = String::new();
    let mut was_digit = false;
    for letter in name.chars() {
        if !letter.is_ascii_digit() {
            out.push(letter);
        } else if !was_digit {
            out.push('#');
        }
        was_digit = letter.is_ascii_digit();
    }
    out
}

/// Headers as they are compared: by name, with stand-ins; many alike in one.
pub fn head_list(headers: &[(String, String)]) -> Value {
    let list: Headers =
        headers.iter().map(|(name, value)| (squeeze(&name.to_lowercase()), squeeze(&stand_in(name, value)))).collect();
    let mut alike: BTreeMap<(String, String), usize> = BTreeMap::new();
    for (name, value) in &list {
        *alike.entry((without_numbers(name), value.clone())).or_default() += 1;
    }
    alike.retain(|_, times| *times > 20);
    let mut out: Headers =
        list.into_iter().filter(|(name, value)| !alike.contains_key(&(without_numbers(name), value.clone()))).collect();
    out.extend(alike.iter().map(|((name, value), times)| (name.clone(), format!("{value} <{times} times>"))));
    out.sort_by(|a, b| a.0.cmp(&b.0));
    Value::Array(out.into_iter().map(|(name, value)| json!([name, value])).collect())
}

pub fn put_body(into: &mut Map<String, Value>, body: &[u8], key: &str) {
    if body.is_empty() {
        return;
    }
    if body.len() <= 400 {
        into.insert(key.to_owned(), json!(without_uuids(&latin(body))));
    } else {
        into.insert(format!("{key}_length"), json!(body.len()));
    }
}
