//! What kubectl is told could be typed, and how it comes to ask.

use std::fs;

use crate::run::{Ran, Run, run};

/// The candidates for a line that ends where the cursor is, and the number that says how to go on.
fn complete(line: &str) -> (Vec<String>, u8) {
    let mut words: Vec<&str> = line.split(' ').collect();
    words.insert(0, "__complete");
    let ran = Run::default().words(&words);
    assert_eq!((ran.code, ran.stderr.as_str()), (0, ""), "{line}");
    let mut lines: Vec<String> = ran.stdout.lines().map(str::to_owned).collect();
    let then = lines.pop().unwrap();
    (lines, then.strip_prefix(':').unwrap().parse().unwrap())
}

#[track_caller]
fn offers(line: &str, candidates: &[&str], then: u8) {
    let (found, how) = complete(line);
    let words: Vec<&str> = found.iter().map(|line| line.split('\t').next().unwrap()).collect();
    assert_eq!((words.as_slice(), how), (candidates, then), "{line}");
}

#[test]
fn every_verb_is_offered_with_what_it_is_for() {
    let (found, then) = complete("");
    assert_eq!(then, 4);
    assert!(found.contains(&"routes\tPrint the effective route table, in the order in which it is tried".to_owned()));
    assert!(!found.iter().any(|line| line.starts_with("__")), "{found:?}");
    offers("route", &["route-test", "routes"], 4);
    offers("nonsense", &[], 4);
}

#[test]
fn flags_are_offered_once_unless_they_can_be_repeated() {
    let (found, then) = complete("routes --");
    assert_eq!(then, 4);
    for flag in ["--filename", "--edition", "--output", "--color", "--help"] {
        assert!(found.iter().any(|line| line.starts_with(flag)), "{flag}: {found:?}");
    }
    assert!(found.iter().any(|line| line == "--rev\tRead the paths as they were in this git revision"), "{found:?}");
    offers("routes --filename a --file", &["--filename"], 4);
    offers("routes --edition 4 --edi", &[], 4);
    assert!(complete("routes -").0.iter().any(|line| line.starts_with("-f\t")));
    assert!(!complete("serve --unser").0.iter().any(|line| line.contains("unserialised")), "hidden flags stay hidden");
}

#[test]
fn values_are_those_that_the_verb_takes() {
    offers("routes -o ", &["text", "wide", "json", "jsonl", "yaml", "name"], 4);
    offers("routes -o y", &["yaml"], 4);
    offers("routes --output=j", &["json", "jsonl"], 4);
    offers("routes --edition ", &["4", "3", "2", "1", "auto"], 4);
    offers("completion ", &["bash", "zsh", "fish", "powershell"], 4);
    offers("route-test -X P", &["POST", "PUT", "PATCH"], 4);
    assert_eq!(complete("routes --edition 1").0, ["1\tAmbassador 1.14.4"]);
}

#[test]
fn rules_are_offered_by_their_codes() {
    use kubectl_ambassador::lint::RULES;
    let codes: Vec<String> = RULES.iter().map(|rule| format!("{}\t{}", rule.code, rule.summary)).collect();
    assert_eq!(complete("rule "), (codes.clone(), 4));
    assert_eq!(complete("lint --select "), (codes, 4));
    offers("lint --ignore AMB201,AMB70", &["AMB201,AMB701", "AMB201,AMB702"], 4);
}

#[test]
fn files_and_folders_are_the_shells() {
    offers("routes ", &[], 0);
    offers("routes -f ", &[], 0);
    offers("routes -k ", &[], 16);
    offers("completion --install --dir ", &[], 16);
    offers("route-test --listener ", &[], 4);
}

#[test]
fn names_come_from_the_files_pointed_at() {
    let shop = "route-test -f testdata/manifests/shop";
    offers(&format!("{shop} --expect m"), &["mapping=", "method=", "mirror="], 6);
    offers(&format!("{shop} --expect mapping=cart-c"), &["mapping=cart-canary"], 4);
    assert_eq!(complete(&format!("{shop} --expect=mapping=cart-c")).0, ["mapping=cart-canary\t→ cart-v2:8080"]);
    offers(&format!("{shop} --expect service=cart-v"), &["service=cart-v2:8080", "service=cart-v3:8080"], 4);
    offers(&format!("{shop} --expect kind=re"), &["kind=redirect", "kind=reply", "kind=refused"], 4);
    offers("serve -f testdata/manifests/shop --upstream cart-v2", &["cart-v2:8080="], 6);
    offers(&format!("{shop} --ambassador-namespace "), &["edge", "shop"], 4);
}

#[test]
fn contexts_come_from_the_kubeconfig() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("config");
    let text = "apiVersion: v1
kind: Config
contexts:
- { name: near, context: { cluster: here, user: me } }
- { name: far, context: { cluster: there, user: me } }
clusters:
- { name: here, cluster: { server: 'https://127.0.0.1:1' } }
- { name: there, cluster: { server: 'https://127.0.0.1:2' } }
users:
- { name: me, user: {} }
";
    fs::write(&file, text).unwrap();
    let at = |line: &str| {
        let words: Vec<&str> = line.split(' ').collect();
        Run::default().var("KUBECONFIG", file.to_str().unwrap()).words(&words).stdout
    };
    assert_eq!(at("__complete routes --context "), "near\nfar\n:4\n");
    assert_eq!(at("__complete routes --cluster t"), "there\n:4\n");
    assert_eq!(at("__complete lint --user="), "me\n:4\n");
    assert_eq!(at("__complete lint -n "), ":4\n", "nobody answers there, and that is no error");
    let named = format!("__complete routes --kubeconfig {} --context f", file.display());
    assert_eq!(Run::default().words(&named.split(' ').collect::<Vec<_>>()).stdout, "far\n:4\n");
}

#[test]
fn what_cannot_be_read_offers_nothing_and_says_nothing() {
    offers("route-test -f no/such/file --expect mapping=", &[], 4);
    offers("route-test --expect mapping=", &[], 4);
    offers("route-test -f - --expect mapping=", &[], 4);
    offers("route-test -f Cargo.toml --expect mapping=", &[], 4);
}

fn install(path: &str, more: &[&str]) -> Ran {
    let mut words = vec!["completion", "--install"];
    words.extend(more);
    Run::default().var("PATH", path).words(&words)
}

const NAME: &str = if cfg!(windows) { "kubectl_complete-ambassador.cmd" } else { "kubectl_complete-ambassador" };
const PROGRAM: &str = if cfg!(windows) { "kubectl-ambassador.exe" } else { "kubectl-ambassador" };

#[test]
fn the_script_is_installed_beside_the_program() {
    let (empty, full) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    fs::write(full.path().join(PROGRAM), "").unwrap();
    let path = std::env::join_paths([std::path::Path::new("relative"), empty.path(), full.path()]).unwrap();
    let script = full.path().join(NAME);

    let first = install(path.to_str().unwrap(), &[]);
    assert_eq!((first.code, first.stdout), (0, format!("{}: installed\n", script.display())), "{}", first.stderr);
    assert!(first.stderr.contains("your shell must complete kubectl"), "{}", first.stderr);
    assert!(fs::read_to_string(&script).unwrap().contains("kubectl-ambassador __complete"));
    #[cfg(unix)]
    assert_eq!(std::os::unix::fs::PermissionsExt::mode(&script.metadata().unwrap().permissions()) & 0o777, 0o755);
    assert_eq!(fs::read_dir(full.path()).unwrap().count(), 2, "nothing else is left behind");

    let second = install(path.to_str().unwrap(), &[]);
    assert_eq!((second.code, second.stdout), (0, format!("{}: is installed already\n", script.display())));

    fs::write(&script, "#!/bin/sh\n# of an older version\nkubectl-ambassador __complete \"$@\"\n").unwrap();
    assert_eq!(install(path.to_str().unwrap(), &[]).stdout, format!("{}: installed\n", script.display()));
}

#[test]
fn what_is_not_ours_is_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let script = folder.path().join(NAME);
    fs::write(&script, "somebody else's").unwrap();
    let ran = install("", &["--dir", folder.path().to_str().unwrap()]);
    assert_eq!((ran.code, ran.stdout.as_str()), (2, ""));
    assert!(ran.stderr.contains("is not of kubectl-ambassador's making and was left alone"), "{}", ran.stderr);
    assert_eq!(fs::read_to_string(&script).unwrap(), "somebody else's");
}

#[test]
fn a_folder_that_kubectl_does_not_look_into_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let ran = install("/bin", &["--dir", folder.path().to_str().unwrap()]);
    assert_eq!(ran.code, 0);
    assert!(ran.stderr.contains("is not on PATH: kubectl finds the script once it is"), "{}", ran.stderr);
}

#[test]
fn where_nothing_is_the_users_a_folder_must_be_named() {
    let empty = tempfile::tempdir().unwrap();
    let ran = install(empty.path().to_str().unwrap(), &[]);
    assert_eq!((ran.code, ran.stdout.as_str()), (2, ""));
    assert_eq!(ran.stderr, "error: no folder on PATH is known to be yours to write to: name one with --dir DIR\n");
    let missing = empty.path().join("missing");
    let ran = install("", &["--dir", missing.to_str().unwrap()]);
    assert_eq!(ran.stderr, format!("error: `{}` is no folder\n", missing.display()));
}

#[test]
fn completion_wants_a_shell_or_to_be_installed() {
    for line in ["completion", "completion bash --install", "completion bash --dir /tmp"] {
        let ran = run(line);
        assert_eq!((ran.code, ran.stdout.as_str()), (2, ""), "{line}");
    }
}
