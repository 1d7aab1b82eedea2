//! `--requests`: lines of JSON in, lines of JSON out.

use serde_json::{Value, json};

use crate::run::{Run, run};

const SHOP: &str = "route-test -f testdata/manifests/shop --requests -";

#[test]
fn every_line_has_its_answer_in_order() {
    let lines = concat!(
        "{\"id\": \"1\", \"scheme\": \"https\", \"authority\": \"shop.example.com\", \"path\": \"/cart/7\"}\n",
        "\n",
        "{\"id\": 2, \"authority\": \"blog.example.com\"}\r\n",
        "{}"
    );
    let ran = Run::default().stdin(lines).line(SHOP);
    assert_eq!((ran.code, ran.stderr.as_str()), (1, ""), "one of them has no route");
    let answers: Vec<Value> = ran.stdout.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(answers.len(), 3);
    assert_eq!(answers[0]["id"], "1");
    assert_eq!(answers[0]["request"]["sni"], "shop.example.com");
    assert_eq!(answers[0]["outcomes"].as_array().unwrap().len(), 2);
    assert_eq!(answers[1]["id"], 2);
    assert_eq!(answers[1]["outcomes"][0]["status"], 404);
    assert_eq!(answers[2]["id"], Value::Null);
}

#[test]
fn missing_keys_come_back_with_their_defaults() {
    let ran = Run::default().stdin("{}").line("route-test -f testdata/manifests/httpbin --requests -");
    let answer: Value = serde_json::from_str(&ran.stdout).unwrap();
    let defaults = json!({
        "id": null, "listener": 8080, "scheme": "http", "sni": null, "method": "GET", "authority": "localhost",
        "path": "/", "headers": [], "http_version": "1.1", "client_ip": "127.0.0.1",
    });
    assert_eq!(answer["request"], defaults);
}

#[test]
fn a_line_and_flags_have_the_same_answer() {
    let flags =
        run("route-test -f testdata/manifests/shop https://shop.example.com/cart/7 -H 'x-canary: always' -o jsonl");
    let answer: Value = serde_json::from_str(&flags.stdout).unwrap();
    let again = Run::default().stdin(&answer["request"].to_string()).line(SHOP);
    assert_eq!(again.stdout, flags.stdout, "the request in an answer is a line that asks it again");
}

#[test]
fn odd_requests_come_back_as_they_were() {
    let odd = json!({
        "id": {"n": [1, "\"}"]}, "listener": 8080, "scheme": "http", "sni": null, "method": "G E T",
        "authority": null, "path": "/\u{e9} \"\\\u{1}", "headers": [["", ""], ["x y", "\t"], ["x", "é"]],
        "http_version": "1.0", "client_ip": "::1",
    });
    let ran = Run::default().stdin(&odd.to_string()).line(SHOP);
    let answer: Value = serde_json::from_str(&ran.stdout).unwrap();
    assert_eq!(answer["request"], odd);
    assert_eq!(answer["outcomes"][0]["status"], 400);
}

#[test]
fn a_file_is_read_as_well() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("requests.jsonl");
    std::fs::write(&file, "\u{feff}{\"path\": \"/httpbin/a\"}\n").unwrap();
    let words = ["route-test", "-f", "testdata/manifests/httpbin", "--requests", file.to_str().unwrap()];
    assert_eq!(Run::default().words(&words).stdout.lines().count(), 1);
    let words = ["route-test", "-f", "testdata/manifests/httpbin", "--requests", "nowhere.jsonl"];
    let ran = Run::default().words(&words);
    assert_eq!(ran.code, 2);
    assert!(ran.stderr.contains("`nowhere.jsonl` could not be opened"), "{}", ran.stderr);
}

#[test]
fn many_lines_are_answered_in_order() {
    let lines: String = (0..4000)
        .map(|n| {
            format!("{{\"id\": {n}, \"path\": \"/httpbin/{n}\", \"headers\": [[\"x\", \"{}\"]]}}\n", "y".repeat(n % 50))
        })
        .collect();
    assert!(lines.len() > 1 << 17, "enough for several threads");
    let ran = Run::default().stdin(&lines).line("route-test -f testdata/manifests/httpbin --requests -");
    assert_eq!(ran.code, 0);
    for (n, line) in ran.stdout.lines().enumerate() {
        assert!(line.starts_with(&format!("{{\"version\":1,\"id\":{n},")), "{n}: {line}");
        assert!(line.contains(&format!("\"path\":\"/{n}\"")), "{n}: {line}");
    }
    assert_eq!(ran.stdout.lines().count(), 4000);
    let broken = lines.replacen("{\"id\": 3210,", "{\"id\" 3210,", 1);
    let ran = Run::default().stdin(&broken).line("route-test -f testdata/manifests/httpbin --requests -");
    assert_eq!((ran.code, ran.stdout.lines().count()), (2, 3210));
    assert!(ran.stderr.contains("error: <stdin>:3211: column 7: this is no JSON"), "{}", ran.stderr);
}

#[test]
fn a_line_may_be_longer_than_what_is_read_at_once() {
    let long = format!("{{\"id\": 1, \"path\": \"/httpbin/{}\"}}\n{{\"id\": 2}}\n", "x".repeat(3 << 20));
    let ran = Run::default().stdin(&long).line("route-test -f testdata/manifests/httpbin --requests -");
    assert_eq!(ran.stdout.lines().count(), 2);
}

#[test]
fn a_line_that_is_not_utf8_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("requests.jsonl");
    std::fs::write(&file, b"{}\n{\"id\": \"\xc3\xa9\"}\n{\"id\": \"\xe9\"}\n{}\n").unwrap();
    let words = ["route-test", "-f", "testdata/manifests/httpbin", "--requests", file.to_str().unwrap()];
    let ran = Run::default().words(&words);
    assert_eq!((ran.code, ran.stdout.lines().count()), (2, 2));
    assert!(ran.stderr.trim_end().ends_with("requests.jsonl:3: the line is not UTF-8"), "{}", ran.stderr);
}
