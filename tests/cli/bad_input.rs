//! What cannot be worked with: one sentence with the place, exit 2, nothing half written.

use std::fs;

use crate::run::{Ran, Run, run};

const HTTPBIN: &str = "testdata/manifests/httpbin";

/// The one sentence that is said.
fn sentence(ran: Ran) -> String {
    assert_eq!((ran.code, ran.stdout.as_str()), (2, ""), "{}", ran.stderr);
    let line = ran.stderr.trim_end();
    assert!(!line.contains('\n'), "one sentence:\n{line}");
    line.strip_prefix("error: ").unwrap().to_owned()
}

fn from_stdin(text: &str) -> String {
    sentence(Run::default().stdin(text).line("routes -f -"))
}

#[test]
fn a_file_that_is_not_there() {
    assert_eq!(sentence(run("routes nowhere.yaml")), "`nowhere.yaml` does not exist");
}

#[test]
fn a_file_that_cannot_be_read() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("latin.yaml");
    fs::write(&file, b"name: caf\xe9\n").unwrap();
    let said = sentence(Run::default().words(&["routes", file.to_str().unwrap()]));
    assert!(said.ends_with("latin.yaml` is not UTF-8: byte 0xe9 in line 1, column 10"), "{said}");
}

#[test]
fn what_is_no_yaml() {
    let said = from_stdin("a: b\n c: [d\n");
    assert!(said.starts_with("`<stdin>:2:3` is not YAML: "), "{said}");
}

#[test]
fn what_is_no_kubernetes() {
    let said = from_stdin("# a note\n---\nname: me\n");
    assert_eq!(said, "`<stdin>` holds no Kubernetes object: line 3 begins a document without `apiVersion` and `kind`");
}

#[test]
fn nothing_at_all() {
    assert_eq!(from_stdin(""), "`<stdin>` is empty");
    assert_eq!(from_stdin("\u{feff}\n  \n"), "`<stdin>` is empty");
    assert_eq!(from_stdin("# only a comment\n---\n"), "`<stdin>` is empty");
}

#[test]
fn no_input() {
    assert_eq!(
        sentence(run("routes")),
        "no files are given (`-f PATH`, `-f -` for standard input, `-k DIR`), and there is no kubeconfig to find a cluster with"
    );
}

#[test]
fn a_url_that_is_none() {
    let said = |url: &str| sentence(Run::default().words(&["route-test", "-f", HTTPBIN, url]));
    assert_eq!(said("http://"), "`http://` is no URL: it has no host");
    assert!(said("not a url").starts_with("`not a url` is no URL"));
    assert_eq!(said("GET"), "`GET` is a method: what is its URL?");
    assert!(sentence(run(&format!("route-test -f {HTTPBIN}"))).starts_with("no request is given"));
}

#[test]
fn a_header_without_a_colon() {
    let said = sentence(run(&format!("route-test -f {HTTPBIN} -H x-canary /httpbin/")));
    assert_eq!(said, "`x-canary` is no header: a colon stands between name and value, as in `x-canary: always`");
}

#[test]
fn a_curl_command_that_is_none() {
    let said = sentence(run(&format!("route-test -f {HTTPBIN} --curl 'wget http://a.b'")));
    assert_eq!(said, "the pasted command does not begin with curl but with `wget`");
}

#[test]
fn an_unknown_edition() {
    let ran = run(&format!("routes {HTTPBIN} --edition 5"));
    assert_eq!((ran.code, ran.stdout.as_str()), (2, ""));
    let first = ran.stderr.lines().next().unwrap();
    assert_eq!(first, "error: invalid value '5' for '--edition <EDITION>'");
    assert!(ran.stderr.contains("[possible values: 4, 3, 2, 1, auto]"), "{}", ran.stderr);
}

#[test]
fn flags_that_do_not_exist_or_do_not_go_together() {
    for line in ["routes --frob", "frob", "route-test --requests a --suite b", "route-test --draw 101 /"] {
        let ran = run(line);
        assert_eq!((ran.code, ran.stdout.as_str()), (2, ""), "{line}");
        assert!(ran.stderr.starts_with("error: "), "{line}: {}", ran.stderr);
    }
    assert!(sentence(run(&format!("route-test -f {HTTPBIN} / -o tap"))).contains("formats of `--suite`"));
}

#[test]
fn a_line_that_is_no_request() {
    let lines = "{\"path\": \"/httpbin/a\"}\n\n{\"path\": 5}\n";
    let ran = Run::default().stdin(lines).line(&format!("route-test -f {HTTPBIN} --requests -"));
    assert_eq!(ran.code, 2);
    assert_eq!(ran.stdout.lines().count(), 1, "whole answers come first, then the mistake");
    assert!(ran.stdout.ends_with("}\n"));
    assert_eq!(ran.stderr.lines().last(), Some("error: <stdin>:3: `path` must be a text"));
}

#[test]
fn standard_input_for_two_things() {
    let said = sentence(run("route-test -f - --requests -"));
    assert_eq!(said, "`--requests -` and `-f -` cannot both read standard input");
}

#[test]
fn a_suite_that_is_none() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("suite.yaml");
    fs::write(&file, "given: .\ncases:\n- request: /x\n  expect: { stats: 404 }\n").unwrap();
    let ran = Run::default().words(&["route-test", "--suite", file.to_str().unwrap()]);
    assert_eq!((ran.code, ran.stdout.as_str()), (2, ""));
    assert!(ran.stderr.contains("`stats` cannot be expected of: known are mapping, service"), "{}", ran.stderr);
    assert!(ran.stderr.contains("4 |   expect: { stats: 404 }\n"), "{}", ran.stderr);
    assert!(ran.stderr.trim_end().ends_with("is no suite that can be run: 1 mistake"), "{}", ran.stderr);
}

#[test]
fn a_wrong_document_is_shown_and_the_rest_stands() {
    let text = "apiVersion: getambassador.io/v3alpha1
kind: Mapping
metadata: { name: bad }
spec: { hostname: '*', prefix: /bad/, service: 5 }
---
apiVersion: getambassador.io/v3alpha1
kind: Mapping
metadata: { name: good }
spec: { hostname: '*', prefix: /good/, service: good }
";
    let ran = Run::default().stdin(text).line("route-test -f - /good/");
    assert_eq!(ran.code, 0);
    assert!(ran.stdout.contains("→ good"), "{}", ran.stdout);
    assert!(ran.stderr.contains("error[schema]: Mapping `bad` is refused"), "{}", ran.stderr);
    assert!(ran.stderr.contains(" --> <stdin>:4:48\n"), "{}", ran.stderr);
    assert!(ran.stderr.contains("                                               ^\n"), "{}", ran.stderr);
}
