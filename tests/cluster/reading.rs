//! What is read of a cluster, and what is said where it cannot be read.

use std::process::{Output, Stdio};
use std::time::Duration;

use crate::control_plane::{control_plane, wait_for};
use crate::objects::{front, mapping, namespace, service};

/// The exit code and what was said on both streams.
pub(crate) fn told(output: &Output) -> (i32, String, String) {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (output.status.code().unwrap_or(-1), text(&output.stdout), text(&output.stderr))
}

/// Objects, and an annotation of which one document is broken.
pub(crate) fn documents(space: &str) -> String {
    let annotated = format!(
        "apiVersion: v1
kind: Service
metadata:
  name: legacy
  namespace: {space}
  annotations:
    getambassador.io/config: |
      ---
      apiVersion: getambassador.io/v3alpha1
      kind: Mapping
      name: legacy
      hostname: '*'
      prefix: /legacy/
      service: legacy.{space}
      ---
      apiVersion: getambassador.io/v3alpha1
      kind: Mapping
      name: broken
      hostname: '*'
      prefix: /broken/
spec: {{ports: [{{port: 80}}]}}
---
"
    );
    let more = mapping(space, "web", &format!("web.{space}"), ", headers: {x-y: 'on'}");
    format!("{}{}{annotated}{more}{}", namespace(space), front(space), service(space, "web", ""))
}

/// The answer without the places, which differ as they must.
pub(crate) fn without_places(text: &str) -> String {
    let mut value: serde_json::Value = serde_json::from_str(text).unwrap();
    strip(&mut value);
    value.to_string()
}

fn strip(value: &mut serde_json::Value) {
    match value {
        serde_json::Value::Object(fields) => {
            // A finding has its place among its other fields; only files are mended; notes name places in sentences.
            let of_places =
                ["file", "line", "column", "end_line", "end_column", "field", "fingerprint", "fix", "notes"];
            match fields.contains_key("line") && !fields.contains_key("rule") {
                true => fields.clear(),
                false => fields.retain(|field, _| !of_places.contains(&field.as_str())),
            }
            fields.values_mut().for_each(strip);
        }
        serde_json::Value::Array(items) => items.iter_mut().for_each(strip),
        _ => {}
    }
}

#[test]
fn verbs_answer_as_on_the_same_files() {
    let Some((plane, _turn)) = control_plane() else { return };
    let documents = documents("alike");
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("alike.yaml");
    std::fs::write(&file, &documents).unwrap();
    let file = file.to_str().unwrap();
    plane.apply(&documents);
    for verb in [
        &["routes", "-o", "json"][..],
        &["route-test", "-o", "json", "/legacy/a"],
        &["route-test", "-o", "json", "/web/a", "-H", "x-y: on"],
        &["route-test", "-o", "json", "/broken/"],
        &["lint", "-o", "json"],
    ] {
        let live = told(&plane.run("reader", &[verb, &["-n", "alike"]].concat()).output().unwrap());
        let files = told(&plane.run("reader", &[verb, &["-f", file]].concat()).output().unwrap());
        assert_eq!((live.0, without_places(&live.1)), (files.0, without_places(&files.1)), "{verb:?}\n{}", live.2);
    }
    let (code, found, _) = told(&plane.run("reader", &["lint", "-n", "alike", "-o", "concise"]).output().unwrap());
    let place = "Service/legacy.alike:metadata.annotations[getambassador.io/config][1]";
    assert!(code == 1 && found.contains(place), "{found}");
    for format in ["github", "gitlab", "junit", "rdjson", "sarif"] {
        let (_, found, _) = told(&plane.run("reader", &["lint", "-n", "alike", "-o", format]).output().unwrap());
        assert!(found.contains(place), "{format}: {found}");
    }
    let (_, routes, problems) = told(&plane.run("reader", &["routes", "-n", "alike"]).output().unwrap());
    assert!(
        routes.contains("Mapping/web.alike") && routes.contains("Service/legacy.alike:metadata.annotations"),
        "{routes}"
    );
    assert!(
        problems.contains("--> Service/legacy.alike:metadata.annotations[getambassador.io/config][1]"),
        "{problems}"
    );
    plane.kubectl(&["delete", "namespace", "alike", "--wait=false"]);
    plane.kubectl(&["delete", "-f", file, "--ignore-not-found", "--wait=false"]);
}

#[test]
fn lint_follows_what_is_live() {
    let Some((plane, _turn)) = control_plane() else { return };
    plane.apply(&documents("linted"));
    let folder = tempfile::tempdir().unwrap();
    let out = std::fs::File::create(folder.path().join("out")).unwrap();
    let args = ["lint", "-n", "linted", "--watch", "-o", "concise"];
    let mut child = plane.run("reader", &args).stdin(Stdio::null()).stdout(out).stderr(Stdio::null()).spawn().unwrap();
    let said = || std::fs::read_to_string(folder.path().join("out")).unwrap();
    wait_for("the broken Mapping is found", Duration::from_secs(60), || said().contains("AMB101"));
    plane.apply(&mapping("linted", "slashless", "web.linted", "").replace("prefix: /slashless/", "prefix: slashless/"));
    let found = "Mapping/slashless.linted:spec.prefix: warning AMB201";
    wait_for("a change is linted", Duration::from_secs(60), || said().contains(found));
    child.kill().unwrap();
    let _ = child.wait();
    plane.kubectl(&["delete", "mappings,hosts,listeners,services", "--all", "-n", "linted", "--wait=false"]);
}

#[test]
fn files_are_laid_over_what_is_live() {
    let Some((plane, _turn)) = control_plane() else { return };
    plane.apply(&documents("laid"));
    let changed = mapping("laid", "web", "other.laid", "");
    let mut command = plane.run("reader", &["route-test", "-n", "laid", "--live", "-f", "-", "/web/", "-o", "json"]);
    let mut child = command
        .stdin(std::process::Stdio::piped())
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    std::io::Write::write_all(&mut child.stdin.take().unwrap(), changed.as_bytes()).unwrap();
    let (code, answer, problems) = told(&child.wait_with_output().unwrap());
    assert_eq!(code, 0, "{problems}");
    assert!(answer.contains("other.laid") && answer.contains("<stdin>"), "{answer}");
    plane.kubectl(&["delete", "namespace", "laid", "--wait=false"]);
    let all = ["delete", "mappings,hosts,listeners,services", "--all", "-n", "laid", "--wait=false"];
    plane.kubectl(&all);
}

#[test]
fn without_crds_one_line_says_that_annotations_are_read() {
    let Some((plane, _turn)) = control_plane() else { return };
    let (_, _, problems) = told(&plane.without_crds);
    let about: Vec<&str> = problems.lines().filter(|line| line.contains("getambassador.io")).collect();
    assert_eq!(
        about,
        ["note: the API server has no kinds of getambassador.io: only annotations are read"],
        "{problems}"
    );
}

#[test]
fn whoever_may_nothing_is_told_in_one_line_what_would_help() {
    let Some((plane, _turn)) = control_plane() else { return };
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("web.yaml");
    std::fs::write(&file, mapping("alike", "web", "web.alike", "")).unwrap();
    let file = file.to_str().unwrap();
    for args in [
        &["routes"][..],
        &["route-test", "/"],
        &["lint"],
        &["lint", "--watch"],
        &["diff", "-f", file],
        &["diff", "live:", file],
        &["serve", "--admin", "127.0.0.1:0"],
    ] {
        let (code, answer, problems) = told(&plane.run("nobody", args).output().unwrap());
        assert_eq!((code, answer.as_str(), problems.lines().count()), (2, "", 1), "{args:?}: {problems}");
        assert!(problems.contains("`nobody` may not list") && problems.contains("docs/rbac.yaml"), "{problems}");
    }
    let (code, _, problems) =
        told(&plane.run("admin", &["routes", "--as", "nobody", "--as-group", "x"]).output().unwrap());
    assert!(code == 2 && problems.contains("`nobody` may not list"), "{problems}");
}

#[test]
fn an_api_server_that_is_not_there_is_one_line() {
    let Some((plane, _turn)) = control_plane() else { return };
    let folder = tempfile::tempdir().unwrap();
    let config = std::fs::read_to_string(plane.kubeconfig("admin")).unwrap();
    let server = config.split("server: '").nth(1).unwrap().split('\'').next().unwrap().to_owned();
    let path = folder.path().join("config");
    std::fs::write(&path, config.replace(&server, "https://127.0.0.1:1")).unwrap();
    let args = ["routes", "--kubeconfig", path.to_str().unwrap()];
    let (code, _, problems) = told(&plane.run("admin", &args).output().unwrap());
    assert_eq!((code, problems.lines().count()), (2, 1), "{problems}");
    assert!(problems.contains("https://127.0.0.1:1 cannot be reached: Connection refused"), "{problems}");
}

#[test]
fn names_of_the_cluster_are_completed_through_kubectl_too() {
    let Some((plane, _turn)) = control_plane() else { return };
    plane.apply(&documents("named"));
    let folder = tempfile::tempdir().unwrap();
    let programs = folder.path().to_str().unwrap();
    std::os::unix::fs::symlink(env!("CARGO_BIN_EXE_kubectl-ambassador"), folder.path().join("kubectl-ambassador"))
        .unwrap();
    let installed = plane.run("reader", &["completion", "--install", "--dir", programs]).output().unwrap();
    assert!(installed.status.success(), "{}", told(&installed).2);
    let path = std::env::join_paths(
        std::iter::once(folder.path().to_owned())
            .chain(std::env::split_paths(&std::env::var_os("PATH").unwrap_or_default())),
    );
    let path = path.unwrap();
    for (words, name) in [
        (&["routes", "-n", "nam"][..], "named"),
        (&["routes", "--context", ""], "test"),
        (&["route-test", "-n", "named", "--expect", "mapping=w"], "mapping=web\t→ web.named"),
        (&["serve", "--upstream", "web"], "web.named="),
    ] {
        // A busy machine may take longer than a completion is waited for.
        wait_for("the names are told", Duration::from_secs(60), || {
            let ours = plane.run("reader", &[&["__complete"], words].concat()).output().unwrap();
            let mut kubectl = plane.kubectl_command(&[&["__complete", "ambassador"], words].concat());
            let theirs = kubectl.env("PATH", &path).output().unwrap();
            [ours, theirs].iter().all(|output| told(output).1.lines().any(|line| line == name))
        });
    }
    plane.kubectl(&["delete", "mappings,hosts,listeners,services", "--all", "-n", "named", "--wait=false"]);
}
