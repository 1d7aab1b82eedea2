//! Suites: the shipped ones pass, and failures are told in every format.

use std::fs;

use serde_json::Value;

use crate::run::{Run, run};

#[test]
fn every_shipped_suite_passes() {
    let mut files: Vec<String> = fs::read_dir("testdata/routing")
        .unwrap()
        .map(|entry| entry.unwrap().path().to_str().unwrap().to_owned())
        .filter(|path| path.ends_with(".yaml"))
        .collect();
    files.sort();
    assert!(files.len() >= 3);
    let words: Vec<&str> = ["route-test", "--suite"].into_iter().chain(files.iter().map(String::as_str)).collect();
    let ran = Run::default().words(&words);
    assert_eq!((ran.code, ran.stderr.as_str()), (0, ""), "{}", ran.stdout);
    assert!(ran.stdout.ends_with(": all passed\n"), "{}", ran.stdout);
}

const FAILING: &str = "given: PLACE/testdata/manifests/shop
cases:
- name: fine
  request: https://shop.example.com/assets/a
  expect: { service: assets.shop }
- request: https://shop.example.com/cart/7
  expect: { service: cart.shop:8080, path: /8, share: 50% }
- name: the old shop
  request: http://old.example.com/
  expect: { status: 301, service: x }
";

fn failing(format: &str) -> String {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("failing.yaml");
    fs::write(&file, FAILING.replace("PLACE", env!("CARGO_MANIFEST_DIR"))).unwrap();
    let path = file.to_str().unwrap();
    let ran = Run::default().words(&["route-test", "--suite", path, "-o", format]);
    assert_eq!((ran.code, ran.stderr.as_str()), (1, ""));
    ran.stdout.replace(path, "failing.yaml").replace(concat!(env!("CARGO_MANIFEST_DIR"), "/"), "")
}

#[test]
fn failures_are_told_as_text() {
    insta::assert_snapshot!(failing("text"));
}

#[test]
fn failures_are_told_as_junit() {
    insta::assert_snapshot!(failing("junit"));
}

#[test]
fn failures_are_told_as_tap() {
    insta::assert_snapshot!(failing("tap"));
}

#[test]
fn failures_are_told_as_json() {
    let json: Value = serde_json::from_str(&failing("json")).unwrap();
    assert_eq!((&json["passed"], &json["failed"]), (&1.into(), &2.into()));
    let cases = json["suites"][0]["cases"].as_array().unwrap();
    assert_eq!(cases[1]["source"]["line"], 6);
    assert_eq!(cases[1]["unmet"][0]["expect"], "path");
    assert_eq!(cases[2]["answer"]["outcomes"][0]["status"], 308);
    let lines: Vec<Value> = failing("jsonl").lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(lines.len(), 3);
    assert_eq!(lines[2]["name"], "the old shop");
}

#[test]
fn manifests_of_the_command_line_take_the_place_of_the_given() {
    let ran = run("route-test --suite testdata/routing/httpbin.yaml -f testdata/manifests/kubeflow");
    assert_eq!(ran.code, 1);
    assert!(ran.stdout.contains("centraldashboard.kubeflow"), "{}", ran.stdout);
}

#[test]
fn an_edition_of_the_command_line_wins() {
    let ran = run("route-test --suite testdata/routing/httpbin.yaml --edition 4 -o json");
    assert_eq!(ran.code, 1, "edition 4 does not read ambassador/v0");
}

#[test]
fn a_suite_about_nothing_is_a_mistake() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("s.yaml");
    fs::write(&file, "cases:\n- { request: /, expect: { status: 404 } }\n").unwrap();
    let ran = Run::default().words(&["route-test", "--suite", file.to_str().unwrap()]);
    assert_eq!(ran.code, 2);
    assert!(ran.stderr.contains("does not say what it is about"), "{}", ran.stderr);
}
