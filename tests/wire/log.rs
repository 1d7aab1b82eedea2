//! Lines of the access log, with stand-ins.

use serde_json::{Value, json};

use super::case::without_uuids;

/// The lines of a log, but for those of the request that asks whether a connection still lives.
pub fn lines(text: &str, kind: &str) -> Vec<Value> {
    let whole = text.rsplit_once('\n').map_or("", |(whole, _)| whole);
    let is_line = |line: &&str| line.starts_with(if kind == "text" { "ACCESS " } else { "{" });
    let read = |line| if kind == "text" { Some(json!(of_text(line))) } else { of_json(line) };
    whole.split('\n').filter(is_line).filter(|line| !line.contains("wire-after")).filter_map(read).collect()
}

fn is_number(word: &str) -> bool {
    !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_digit())
}

fn is_upstream(address: &str) -> bool {
    let port = address.strip_prefix("127.0.0.").or_else(|| address.strip_prefix("127.0.1."));
    port.and_then(|rest| rest.split_once(':')).is_some_and(|(last, port)| is_number(last) && is_number(port))
}

fn of_text(line: &str) -> String {
    let line = without_uuids(line);
    let mut line = match (line.find('['), line.find(']')) {
        (Some(open), Some(close)) if line.starts_with("ACCESS [") => {
            format!("{}<time>{}", &line[..=open], &line[close..])
        }
        _ => line,
    };
    // `"GET / HTTP/1.1" 200 - 0 6 DURATION TIME "`
    if let Some(quote) = line.match_indices("\" ").map(|(at, _)| at).find(|at| {
        let words: Vec<&str> = line[at + 2..].splitn(7, ' ').collect();
        words.len() == 7 && [0, 2, 3, 4].iter().all(|at| is_number(words[*at]))
    }) {
        let mut words: Vec<String> = line[quote + 2..].splitn(7, ' ').map(ToOwned::to_owned).collect();
        words[4] = "<ms>".to_owned();
        if is_number(&words[5]) {
            words[5] = "<ms>".to_owned();
        }
        line = format!("{}\" {}", &line[..quote], words.join(" "));
    }
    if let Some((before, last)) = line.rsplit_once(" \"")
        && last.strip_suffix('"').is_some_and(is_upstream)
    {
        line = format!("{before} \"<upstream>\"");
    }
    line.replace("\"127.0.0.1\"", "\"<gateway-ip>\"").replace(",127.0.0.1\"", ",<gateway-ip>\"")
}

fn without_port(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some(at) = rest.find("127.0.0.1:") {
        let (before, after) = rest.split_at(at + "127.0.0.1:".len());
        let digits = after.bytes().take_while(u8::is_ascii_digit).count();
        out.push_str(before);
        out.push_str(if digits > 0 { "<port>" } else { "" });
        rest = &after[digits..];
    }
    out + rest
}

fn of_json(line: &str) -> Option<Value> {
    let mut read: Value = serde_json::from_str(&without_uuids(line)).ok()?;
    for (key, value) in read.as_object_mut()? {
        match key.as_str() {
            "start_time" => *value = json!("<time>"),
            "duration" | "upstream_service_time" if !value.is_null() && *value != json!("-") => {
                *value = json!(if value.is_string() { "<ms>" } else { "<ms number>" });
            }
            "x_forwarded_for" if value.is_string() => {
                let one = |part: &str| if part == "127.0.0.1" { "<gateway-ip>".to_owned() } else { part.to_owned() };
                *value = json!(value.as_str().unwrap().split(',').map(one).collect::<Vec<_>>().join(","));
            }
            _ => {
                if let Some(text) = value.as_str() {
                    *value = json!(without_port(text));
                }
            }
        }
    }
    Some(read)
}
