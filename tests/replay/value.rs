//! Small readings of YAML values, and the comparison that knows the corpus's stand-ins.

use serde_yaml::Value;

/// A scalar as text.
pub(crate) fn text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Bool(flag) => flag.to_string(),
        Value::Number(number) => number.to_string(),
        _ => String::new(),
    }
}

/// A list's elements, none where it is absent.
pub(crate) fn list(value: Option<&Value>) -> &[Value] {
    value.and_then(Value::as_sequence).map_or(&[], Vec::as_slice)
}

/// Lists of texts, such as `[[name, value], ...]`.
pub(crate) fn rows(value: Option<&Value>) -> Vec<Vec<String>> {
    list(value).iter().map(|row| list(Some(row)).iter().map(text).collect()).collect()
}

/// Whether what we got is what was recorded. `<gateway-ip>` is the client's address where both are the machine's own.
pub(crate) fn same(recorded: &str, got: &str, port: u16) -> bool {
    let plain = |text: &str| text.replace("<gateway-ip>", "127.0.0.1").replace("<listener-port>", &port.to_string());
    plain(recorded) == plain(got)
        || recorded == "<ms>" && !got.is_empty() && got.bytes().all(|byte| byte.is_ascii_digit())
}

/// Compares rows of texts, by [`same`].
pub(crate) fn same_rows(recorded: &[Vec<String>], got: &[Vec<String>], port: u16) -> bool {
    recorded.len() == got.len()
        && recorded.iter().zip(got).all(|(recorded, got)| {
            recorded.len() == got.len() && recorded.iter().zip(got).all(|(recorded, got)| same(recorded, got, port))
        })
}
