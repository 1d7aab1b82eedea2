//! A line is a request exactly where serde_json reads an object with fitting values, and says the same.

#![no_main]

use kubectl_ambassador::route_test::line::{LineError, read};
use libfuzzer_sys::fuzz_target;
use serde::de::IgnoredAny;
use serde_json::Value;

fuzz_target!(|text: &str| {
    if text.contains('\n') {
        return;
    }
    let line = text.trim_ascii();
    let is_json = serde_json::from_str::<IgnoredAny>(line).is_ok();
    // Depth and numbers beyond measure are JSON that no `Value` holds.
    let value = serde_json::from_str::<Value>(line).ok();
    match read(line, Vec::new()) {
        Ok(ask) => {
            assert!(is_json && line.starts_with('{'), "{line:?} is no object");
            let Some(object) = value.as_ref().and_then(Value::as_object) else { return };
            let given = |key: &str| object.get(key).and_then(Value::as_str);
            assert_eq!(given("path").unwrap_or("/"), ask.target, "{line:?}");
            assert_eq!(given("method").unwrap_or("GET"), ask.method, "{line:?}");
            assert_eq!(given("authority"), ask.authority.flatten().as_deref(), "{line:?}");
            let headers = object.get("headers").and_then(Value::as_array).map_or(0, Vec::len);
            assert_eq!(headers, ask.headers.len(), "{line:?}");
        }
        // Half of a surrogate pair is JSON that no `Value` holds either.
        Err(LineError::NotJson { .. }) => assert!(!is_json || value.is_none(), "{line:?} is JSON"),
        Err(LineError::NotObject) => assert!(is_json && !line.starts_with('{'), "{line:?} is an object"),
        Err(LineError::Wrong { .. }) => assert!(is_json && line.starts_with('{'), "{line:?}"),
    }
});
