//! The recorded cases.

use std::path::{Path, PathBuf};

use serde_yaml::Value;

/// A recorded case.
pub struct Case {
    pub name: String,
    pub folder: PathBuf,
    pub upstreams: Vec<(String, String)>,
    pub requests: Vec<Value>,
    pub listeners: Vec<u16>,
}

pub fn text<'v>(value: &'v Value, key: &str) -> Option<&'v str> {
    value.get(key).and_then(Value::as_str)
}

pub fn list<'v>(value: &'v Value, key: &str) -> &'v [Value] {
    value.get(key).and_then(Value::as_sequence).map(Vec::as_slice).unwrap_or_default()
}

/// All cases, by name.
pub fn cases(folder: &str) -> Vec<Case> {
    let mut folders: Vec<PathBuf> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    folders.sort();
    folders.iter().map(|folder| case(folder)).collect()
}

fn case(folder: &Path) -> Case {
    let text_of = |file: &str| std::fs::read_to_string(folder.join(file)).unwrap();
    let recorded: Value = serde_yaml::from_str(&text_of("requests.yaml")).unwrap();
    let requests = list(&recorded, "requests").to_vec();
    let mut listeners: Vec<u16> =
        requests.iter().filter_map(|request| request.get("listener")?.as_u64()).map(|port| port as u16).collect();
    listeners.sort_unstable();
    listeners.dedup();
    Case {
        name: folder.file_name().unwrap().to_string_lossy().into_owned(),
        folder: folder.to_owned(),
        upstreams: list(&recorded, "upstreams")
            .iter()
            .map(|one| (text(one, "service").unwrap().to_owned(), text(one, "kind").unwrap().to_owned()))
            .collect(),
        requests,
        listeners,
    }
}
