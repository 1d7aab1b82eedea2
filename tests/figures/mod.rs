//! How much of the recorded truth is decided alike: what `version` tells, held to be current by the tests that replay.

use std::collections::BTreeMap;
use std::path::Path;

/// Set to write the figures anew instead of comparing them.
const UPDATE: &str = "UPDATE_GENERATED";

/// Compares the figures of one set with what is committed.
pub(crate) fn are_current(set: &str, agree: usize, of: usize) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/figures.json");
    let text = std::fs::read_to_string(&path).unwrap_or_else(|_| "{}".to_owned());
    let mut figures: BTreeMap<String, BTreeMap<String, usize>> = serde_json::from_str(&text).unwrap();
    let found = BTreeMap::from([("agree".to_owned(), agree), ("of".to_owned(), of)]);
    if std::env::var_os(UPDATE).is_some() {
        figures.insert(set.to_owned(), found);
        std::fs::write(&path, serde_json::to_string_pretty(&figures).unwrap() + "\n").unwrap();
        return;
    }
    let hint = format!("testdata/figures.json is not current: run `{UPDATE}=1 cargo test`");
    assert_eq!(figures.get(set), Some(&found), "{hint}");
}
