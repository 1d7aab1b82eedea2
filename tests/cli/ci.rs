//! What stands in other people's pipelines: the GitHub Action, the pre-commit hooks, and `--watch` on a desk. They call the
//! binary itself.

use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use serde_json::Value;

const BINARY: &str = env!("CARGO_BIN_EXE_kubectl-ambassador");
const BAD: &str = "apiVersion: getambassador.io/v3alpha1\nkind: Mapping\nmetadata: {name: a}\nspec: {hostname: '*', prefix: a/, service: a}\n";

fn good() -> String {
    BAD.replace("prefix: a/", "prefix: /a/")
}

fn yaml(path: &str) -> Value {
    serde_yaml::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

/// The path with the binary in it.
fn path() -> String {
    let beside = Path::new(BINARY).parent().unwrap().display().to_string();
    format!("{beside}:{}", std::env::var("PATH").unwrap_or_default())
}

/// Runs a step of the action with its inputs, as a runner does. `None` where there is no bash.
fn step(name: &str, inputs: &[(&str, &str)], folder: &Path) -> Option<Output> {
    let action = yaml("action.yml");
    let steps = action["runs"]["steps"].as_array().unwrap();
    let step = steps.iter().find(|step| step["name"] == name).unwrap();
    let mut command = Command::new("bash");
    command.args(["--noprofile", "--norc", "-e", "-o", "pipefail", "-c", step["run"].as_str().unwrap()]);
    command.current_dir(folder).env("PATH", path());
    for (variable, value) in step["env"].as_object().unwrap() {
        let input = value.as_str().unwrap().trim_start_matches("${{ inputs.").trim_end_matches(" }}");
        let given = inputs.iter().find(|(name, _)| *name == input).map(|(_, value)| *value);
        command.env(variable, given.unwrap_or_else(|| action["inputs"][input]["default"].as_str().unwrap()));
    }
    match command.output() {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => None,
        ran => Some(ran.unwrap()),
    }
}

#[test]
fn the_action_fails_where_something_is_wrong() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("deploy")).unwrap();
    let file = folder.path().join("deploy/a.yaml");
    std::fs::write(&file, BAD).unwrap();
    let Some(bad) = step("Lint", &[], folder.path()) else { return };
    assert_eq!(bad.status.code(), Some(1), "{bad:?}");
    let told = String::from_utf8(bad.stdout).unwrap();
    assert!(told.starts_with("::warning file=") && told.contains("deploy/a.yaml,line=4"), "{told}");
    let mild = step("Lint", &[("args", "-R --fail-on error"), ("paths", "deploy")], folder.path()).unwrap();
    assert_eq!(mild.status.code(), Some(0), "{mild:?}");
    let log = step("SARIF", &[("sarif", "found.sarif")], folder.path()).unwrap();
    assert_eq!(log.status.code(), Some(0), "{log:?}");
    let log: Value =
        serde_json::from_str(&std::fs::read_to_string(folder.path().join("found.sarif")).unwrap()).unwrap();
    assert_eq!(log["runs"][0]["results"][0]["ruleId"], "AMB201");
    std::fs::write(&file, good()).unwrap();
    assert_eq!(step("Lint", &[], folder.path()).unwrap().status.code(), Some(0));
}

#[test]
fn the_hooks_take_files_and_end_as_lint_does() {
    let folder = tempfile::tempdir().unwrap();
    let hooks = yaml(".pre-commit-hooks.yaml");
    let entry = |id: &str| {
        let hook = hooks.as_array().unwrap().iter().find(|hook| hook["id"] == id).unwrap();
        let mut words: Vec<String> = hook["entry"].as_str().unwrap().split(' ').map(str::to_owned).collect();
        assert_eq!(words.remove(0), "kubectl-ambassador");
        words
    };
    for (name, text) in [("a.yaml", BAD.to_owned()), ("b.yaml", good().replace("name: a", "name: b"))] {
        std::fs::write(folder.path().join(name), text).unwrap();
    }
    let run = |id: &str, files: &[&str]| {
        Command::new(BINARY).args(entry(id)).args(files).current_dir(folder.path()).output().unwrap().status.code()
    };
    assert_eq!(run("kubectl-ambassador-lint", &["a.yaml", "b.yaml"]), Some(1));
    assert_eq!(run("kubectl-ambassador-lint", &["b.yaml"]), Some(0));
    let old = good().replace("service: a", "service: a, use_websocket: true");
    std::fs::write(folder.path().join("b.yaml"), old).unwrap();
    assert_eq!(run("kubectl-ambassador-lint-fix", &["b.yaml"]), Some(0));
    let mended = std::fs::read_to_string(folder.path().join("b.yaml")).unwrap();
    assert!(mended.contains("allow_upgrade"), "{mended}");
}

/// Waits for a line; a machine may be slow, but not for ever.
fn wait_for(lines: &Receiver<String>, beginning: &str) {
    loop {
        let line = lines.recv_timeout(Duration::from_secs(120)).unwrap();
        if line.starts_with(beginning) {
            return;
        }
    }
}

#[test]
fn watched_files_are_linted_again_when_they_change() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("a.yaml");
    std::fs::write(&file, BAD).unwrap();
    let mut command = Command::new(BINARY);
    command.args(["lint", "--watch", "-o", "concise"]).arg(folder.path()).stdout(Stdio::piped()).stderr(Stdio::null());
    let mut child = command.spawn().unwrap();
    let (send, lines) = channel();
    let stdout = BufReader::new(child.stdout.take().unwrap());
    let reader = std::thread::spawn(move || stdout.lines().map_while(Result::ok).try_for_each(|line| send.send(line)));
    wait_for(&lines, "Found 1 warning");
    std::fs::write(&file, good()).unwrap();
    wait_for(&lines, "Nothing found.");
    // Another file counts too, and one that is gone no more.
    let other = folder.path().join("b.yaml");
    std::fs::write(&other, BAD.replace("name: a", "name: b")).unwrap();
    wait_for(&lines, "Found 1 warning");
    std::fs::remove_file(&other).unwrap();
    wait_for(&lines, "Nothing found.");
    child.kill().unwrap();
    child.wait().unwrap();
    drop(lines);
    drop(reader.join());
}
