//! What changes between two configurations.

use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::Value;

use crate::run::{Run, run};

const MOVED: &str = "diff testdata/changes/move-prefix/before testdata/changes/move-prefix/after";

fn mapping(name: &str, spec: &str) -> String {
    format!(
        "---\napiVersion: getambassador.io/v3alpha1\nkind: Mapping\nmetadata: {{name: {name}}}\n\
         spec: {{hostname: \"*\", service: {name}, {spec}}}\n"
    )
}

/// Two files of Mappings in a folder, compared.
fn compared(before: &[(&str, &str)], after: &[(&str, &str)], flags: &str) -> crate::run::Ran {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, mappings: &[(&str, &str)]| {
        let text: String = mappings.iter().map(|(name, spec)| mapping(name, spec)).collect();
        fs::write(folder.path().join(name), text).unwrap();
        folder.path().join(name).display().to_string()
    };
    let (before, after) = (write("before.yaml", before), write("after.yaml", after));
    let ran = run(&format!("diff {before} {after} {flags}"));
    let shortened = |text: String| text.replace(&format!("{}/", folder.path().display()), "");
    crate::run::Ran { code: ran.code, stdout: shortened(ran.stdout), stderr: shortened(ran.stderr) }
}

#[test]
fn a_moved_prefix() {
    insta::assert_snapshot!(run(MOVED).all());
}

#[test]
fn a_moved_prefix_in_eighty_columns() {
    insta::assert_snapshot!(Run::default().terminal(80).line(&format!("{MOVED} --color never")).all());
}

#[test]
fn a_moved_prefix_as_a_comment() {
    insta::assert_snapshot!(run(&format!("{MOVED} -o markdown")).stdout);
}

#[test]
fn a_moved_prefix_in_its_fields() {
    insta::assert_snapshot!(run(&format!("{MOVED} --level fields")).all());
}

#[test]
fn a_moved_prefix_in_its_text() {
    insta::assert_snapshot!(run(&format!("{MOVED} --level text")).all());
    assert_eq!(run(&format!("{MOVED} -o patch")).stdout, run(&format!("{MOVED} --level text")).stdout);
}

#[test]
fn the_same_is_proved_and_ends_in_zero() {
    let ran = run("diff testdata/manifests/shop testdata/manifests/shop");
    assert_eq!((ran.code, ran.stdout.as_str()), (0, "No request changes: proved\n"));
}

#[test]
fn what_changes_no_request_is_equal_although_texts_differ() {
    let before = [("a", "prefix: /a/, timeout_ms: 3000"), ("b", "prefix: /b/")];
    let after = [("b", "prefix: /b/"), ("a", "prefix: /a/")];
    let ran = compared(&before, &after, "");
    assert_eq!(
        (ran.code, ran.stdout.as_str()),
        (0, "No request changes: proved, although 1 object differs: see --level fields\n")
    );
    assert_eq!(compared(&before, &after, "--level fields").code, 1);
    assert_eq!(compared(&before, &after, "--level text --exit-zero").code, 0);
}

#[test]
fn exit_zero_is_for_those_who_only_read() {
    assert_eq!(run(MOVED).code, 1);
    assert_eq!(run(&format!("{MOVED} --exit-zero")).code, 0);
}

#[test]
fn a_mapping_that_takes_a_part_of_anothers_requests() {
    let before = [("all", "prefix: /")];
    let after = [("all", "prefix: /"), ("posts", "prefix: /, method: POST, headers: {x-key: \"1\"}")];
    insta::assert_snapshot!(compared(&before, &after, "").all());
}

#[test]
fn a_gateway_that_refuses_everything() {
    let before = [("a", "prefix: /a/")];
    let after = [("a", "prefix: /a/"), ("broken", "prefix: \"/(?=x)\", prefix_regex: true")];
    insta::assert_snapshot!(compared(&before, &after, "").all());
}

#[test]
fn an_upgrade_is_told_by_what_the_editions_read_otherwise() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("web.yaml");
    let service = "apiVersion: v1\nkind: Service\nmetadata:\n  name: web\n  annotations:\n    \
                   getambassador.io/config: |\n      ---\n      apiVersion: ambassador/v0\n      kind: Mapping\n      \
                   name: old\n      prefix: /old/\n      service: old\n      ---\n      apiVersion: \
                   getambassador.io/v2\n      kind: Mapping\n      name: web\n      host: \"*.example.com\"\n      \
                   prefix: /\n      service: web\n";
    fs::write(&path, service).unwrap();
    let ran = run(&format!("diff {} --before-edition 1 --after-edition 4", path.display()));
    insta::assert_snapshot!(ran.all().replace(&format!("{}/", folder.path().display()), ""));
}

#[test]
fn folders_of_kubectl_may_be_empty_and_have_names_without_endings() {
    let folder = tempfile::tempdir().unwrap();
    let (live, merged) = (folder.path().join("LIVE-1"), folder.path().join("MERGED-2"));
    fs::create_dir(&live).unwrap();
    fs::create_dir(&merged).unwrap();
    fs::write(merged.join("getambassador.io.v3alpha1.Mapping.default.cart"), mapping("cart", "prefix: /cart/"))
        .unwrap();
    let ran = run(&format!("diff {} {} -o json", live.display(), merged.display()));
    assert_eq!(ran.code, 1, "{}", ran.all());
    let told: Value = serde_json::from_str(&ran.stdout).unwrap();
    assert_eq!(told["classes"][0]["after"]["outcome"]["mapping"]["name"], "cart");
    assert_eq!(told["classes"][0]["request"]["path"], "/cart/");
}

fn git(folder: &Path, words: &[&str]) -> bool {
    let mut command = Command::new("git");
    command.arg("-C").arg(folder).args(["-c", "user.name=a", "-c", "user.email=a@b.c", "-c", "commit.gpgsign=false"]);
    command.args(words).output().is_ok_and(|output| output.status.success())
}

#[test]
fn a_revision_is_compared_with_the_working_tree() {
    let folder = tempfile::tempdir().unwrap();
    let deploy = folder.path().join("deploy");
    fs::create_dir(&deploy).unwrap();
    fs::write(deploy.join("a.yaml"), mapping("a", "prefix: /a/")).unwrap();
    let commits = git(folder.path(), &["init", "-q"])
        && git(folder.path(), &["add", "-A"])
        && git(folder.path(), &["commit", "-qm", "first"]);
    if !commits {
        // A machine without git has no revisions.
        return;
    }
    let path = deploy.display().to_string();
    assert_eq!(run(&format!("diff git:HEAD {path}")).code, 0);
    fs::write(deploy.join("a.yaml"), mapping("a", "prefix: /a/, timeout_ms: 9000")).unwrap();
    let ran = run(&format!("diff git:HEAD {path}"));
    assert_eq!(ran.code, 1, "{}", ran.all());
    assert!(ran.stdout.contains("timeout: 3 s → 9 s"), "{}", ran.stdout);
    assert!(ran.stdout.contains("timeout_ms was not given, is 9000"), "{}", ran.stdout);
    let patch = run(&format!("diff git:HEAD {path} -o patch")).stdout;
    assert!(patch.starts_with("--- HEAD:deploy/a.yaml\n+++ "), "{patch}");
}

#[test]
fn what_is_missing_is_said() {
    for (line, words) in [
        ("diff testdata/manifests/shop", "there is nothing to compare `testdata/manifests/shop` with"),
        ("diff git:HEAD git:HEAD~1", "`git:HEAD` has no path"),
        ("diff git: testdata/manifests/shop", "`git:` is empty"),
        ("diff - -", "both sides cannot read standard input"),
        ("diff nowhere testdata/manifests/shop", "nowhere"),
    ] {
        let ran = run(line);
        assert_eq!(ran.code, 2, "{line}");
        assert!(ran.stderr.contains(words), "{line}: {}", ran.stderr);
        assert_eq!(ran.stdout, "", "{line}");
    }
}

/// The witness of each class is answered by route-test as the class says.
#[test]
fn what_is_shown_can_be_replayed() {
    let told: Value = serde_json::from_str(&run(&format!("{MOVED} -o json")).stdout).unwrap();
    let classes = told["classes"].as_array().unwrap();
    assert!(classes.len() > 1);
    for class in classes {
        for side in ["before", "after"] {
            let path = format!("testdata/changes/move-prefix/{side}");
            let ran = Run::default().words(&[
                "route-test",
                "-f",
                &path,
                "-o",
                "json",
                "--curl",
                class["curl"].as_str().unwrap(),
            ]);
            let answer: Value = serde_json::from_str(&ran.stdout).unwrap();
            assert_eq!(answer["outcomes"][0], class[side]["outcome"], "{class:#}");
        }
    }
}
