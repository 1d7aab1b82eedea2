//! Everything that RE2 and Envoy were asked, asked again here.

#![allow(clippy::unwrap_used, clippy::print_stdout)]

use std::path::Path;

use serde::Deserialize;

use super::{Regex, Substitution};

#[derive(Deserialize)]
struct Row {
    pattern: String,
    error: Option<String>,
    size: Option<u32>,
    groups: Option<usize>,
    #[serde(default)]
    yes: Vec<String>,
    #[serde(default)]
    no: Vec<String>,
}

fn rows<T: serde::de::DeserializeOwned>(file: &str) -> Vec<T> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/regex").join(file);
    let text = std::fs::read_to_string(path).unwrap();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// What is different here, if anything.
fn difference(row: &Row) -> Option<String> {
    let regex = match (Regex::new(&row.pattern), &row.error) {
        (Err(refusal), Some(error)) if refusal.to_string() == *error => return None,
        (Err(refusal), error) => return Some(format!("refused: {refusal}, and not {error:?}")),
        (Ok(_), Some(error)) => return Some(format!("taken, and not refused: {error}")),
        (Ok(regex), None) => regex,
    };
    if Some(regex.program_size()) != row.size {
        return Some(format!("program size {}, and not {:?}", regex.program_size(), row.size));
    }
    if Some(regex.groups()) != row.groups {
        return Some(format!("{} groups, and not {:?}", regex.groups(), row.groups));
    }
    for text in &row.yes {
        if !regex.is_full_match(text.as_bytes()) {
            return Some(format!("{text:?} does not match"));
        }
        if !text.as_bytes().starts_with(regex.literal_prefix()) {
            return Some(format!("{text:?} does not begin with {:?}", regex.literal_prefix()));
        }
    }
    row.no.iter().find(|text| regex.is_full_match(text.as_bytes())).map(|text| format!("{text:?} matches"))
}

fn report(differences: &[String], all: usize) {
    println!("agree {} of {all}", all - differences.len());
    assert!(differences.is_empty(), "{}", differences.join("\n"));
}

#[test]
fn re2_answers_the_same() {
    let rows: Vec<Row> = rows("re2.jsonl");
    assert!(rows.len() > 4000);
    let differences: Vec<_> =
        rows.iter().filter_map(|row| Some(format!("{:?}: {}", row.pattern, difference(row)?))).collect();
    report(&differences, rows.len());
}

#[test]
fn envoy_rewrites_the_same() {
    let rows: Vec<(String, String, String, String)> = rows("envoy_rewrites.jsonl");
    assert!(rows.len() > 800);
    let mut differences = Vec::new();
    for (pattern, substitution, request, upstream) in &rows {
        let regex = Regex::new(pattern).unwrap();
        let substitution = Substitution::parse(substitution, regex.groups());
        let (path, query) = request.split_at(request.find('?').unwrap_or(request.len()));
        let rewritten = regex.replace_all(path, &substitution).unwrap_or_else(|| path.to_owned());
        // Envoy does not set an empty path.
        let sent = Some(format!("{rewritten}{query}")).filter(|sent| !sent.is_empty());
        let sent = sent.unwrap_or_else(|| request.clone());
        if sent != *upstream {
            differences.push(format!("{pattern} on {request}: {sent}, and not {upstream}"));
        }
    }
    report(&differences, rows.len());
}
