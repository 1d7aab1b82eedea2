//! `lint` and `rule`: what they say, in which format, and how they end.

use crate::run::{Run, run};

const SHOP: &str = "\
apiVersion: v1
kind: Service
metadata:
  name: shop
  annotations:
    getambassador.io/config: |
      ---
      apiVersion: getambassador.io/v3alpha1
      kind: Mapping
      name: shop
      hostname: shop.example.com
      prefix: shop/          # the old one
      service: shop
      timeout_msec: 4000
      use_websocket: true
---
apiVersion: getambassador.io/v3alpha1
kind: Mapping
metadata:
  name: cart
spec:
  hostname: shop.example.com
  prefix: /cart/
  service: cart
  weight: many
";

fn lint(flags: &str) -> crate::run::Ran {
    Run::default().stdin(SHOP).line(&format!("lint - {flags}"))
}

/// A folder with files in it.
fn folder(files: &[(&str, &str)]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in files {
        std::fs::write(folder.path().join(name), text).unwrap();
    }
    folder
}

#[test]
fn findings_are_told_with_their_lines() {
    insta::assert_snapshot!(lint("").all());
}

#[test]
fn findings_fit_on_a_line() {
    insta::assert_snapshot!(lint("-o concise").all());
}

#[test]
fn findings_are_counted() {
    insta::assert_snapshot!(lint("--statistics").all());
}

#[test]
fn rules_are_explained() {
    insta::assert_snapshot!(run("rule relative-prefix").all());
    assert_eq!(run("rule no-such-rule").code, 2);
}

#[test]
fn every_format_ends_alike() {
    for format in ["text", "concise", "json", "jsonl", "sarif", "github", "gitlab", "junit", "rdjson"] {
        for (flags, code) in [
            ("", 1),
            ("--exit-zero", 0),
            ("--fail-on error --ignore AMB101", 0),
            ("--fail-on info --select AMB310", 1),
            ("--select AMB310", 0),
            ("--severity error --ignore AMB1", 0),
        ] {
            assert_eq!(lint(&format!("-o {format} {flags}")).code, code, "{format} {flags}");
        }
    }
}

#[test]
fn formats_for_machines() {
    insta::assert_snapshot!("json", lint("-o json --select AMB201,AMB310").stdout);
    insta::assert_snapshot!("github", lint("-o github").stdout);
    insta::assert_snapshot!("gitlab", lint("-o gitlab --select AMB201").stdout);
    insta::assert_snapshot!("junit", lint("-o junit").stdout);
    insta::assert_snapshot!("rdjson", lint("-o rdjson --select AMB310").stdout);
}

#[test]
fn sarif_has_its_shape() {
    let log: serde_json::Value = serde_json::from_str(&lint("-o sarif").stdout).unwrap();
    assert_eq!(log["version"], "2.1.0");
    assert!(log["$schema"].as_str().unwrap().ends_with("sarif-schema-2.1.0.json"));
    let run = &log["runs"][0];
    let rules = run["tool"]["driver"]["rules"].as_array().unwrap();
    assert_eq!(run["tool"]["driver"]["name"], "kubectl-ambassador");
    let results = run["results"].as_array().unwrap();
    assert!(!results.is_empty());
    for result in results {
        let rule = &rules[usize::try_from(result["ruleIndex"].as_u64().unwrap()).unwrap()];
        assert_eq!(rule["id"], result["ruleId"]);
        assert!(["error", "warning", "note"].contains(&result["level"].as_str().unwrap()));
        assert!(!result["message"]["text"].as_str().unwrap().is_empty());
        let place = &result["locations"][0]["physicalLocation"];
        assert_eq!(place["artifactLocation"]["uri"], "%3Cstdin%3E");
        let number = |name: &str| place["region"][name].as_u64().unwrap();
        assert!(number("startLine") >= 1 && number("startColumn") >= 1);
        assert!((number("startLine"), number("startColumn")) <= (number("endLine"), number("endColumn")));
        for fix in result["fixes"].as_array().into_iter().flatten() {
            assert!(fix["artifactChanges"][0]["replacements"][0]["deletedRegion"]["startLine"].is_u64());
        }
    }
}

#[test]
fn safe_fixes_are_shown_and_made() {
    let folder = folder(&[("shop.yaml", SHOP)]);
    let file = folder.path().join("shop.yaml");
    let path = file.to_str().unwrap();
    let shown = run(&format!("lint {path} --diff"));
    assert_eq!(shown.code, 1);
    assert!(
        shown.stdout.contains("-      use_websocket: true\n+      allow_upgrade: [\"websocket\"]\n"),
        "{}",
        shown.all()
    );
    assert_eq!(std::fs::read_to_string(&file).unwrap(), SHOP);
    assert_eq!(run(&format!("lint {path} --fix")).code, 1);
    let mended = std::fs::read_to_string(&file).unwrap();
    assert_eq!(mended, SHOP.replace("use_websocket: true", "allow_upgrade: [\"websocket\"]"));
    run(&format!("lint {path} --fix"));
    assert_eq!(std::fs::read_to_string(&file).unwrap(), mended);
    run(&format!("lint {path} --unsafe-fixes"));
    let mended = std::fs::read_to_string(&file).unwrap();
    assert!(mended.contains("prefix: /shop/          # the old one\n"), "{mended}");
    assert!(mended.contains("      timeout_ms: 4000\n"), "{mended}");
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1, "nothing is left beside it");
}

#[test]
fn what_is_piped_in_is_piped_out() {
    let ran = lint("--fix");
    assert_eq!(ran.stdout, SHOP.replace("use_websocket: true", "allow_upgrade: [\"websocket\"]"));
}

#[test]
fn a_baseline_tells_what_is_new() {
    let baseline = lint("-o json").stdout;
    let folder = folder(&[("then.json", &baseline)]);
    let path = folder.path().join("then.json");
    let flags = format!("--baseline {}", path.to_str().unwrap());
    let ran = lint(&flags);
    assert_eq!(ran.code, 0, "{}", ran.all());
    assert!(ran.stdout.contains("0 introduced, 0 fixed, 4 unchanged"), "{}", ran.stdout);
    let moved = format!("# a line more\n{}", SHOP.replace("  weight: many\n", "").replace("/cart/", "cart/"));
    let ran = Run::default().stdin(&moved).line(&format!("lint - {flags}"));
    assert_eq!(ran.code, 1);
    assert!(ran.stdout.contains("1 introduced, 1 fixed, 3 unchanged"), "{}", ran.stdout);
    assert!(!ran.stdout.contains("timeout_msec"), "{}", ran.stdout);
    assert_eq!(lint("--baseline /no/such/file").code, 2);
    for (text, said) in [
        ("[]", "an object with `version` and `findings`"),
        ("{\"version\": 7, \"findings\": []}", "version 7"),
        ("{\"version\": 1, \"findings\": [{\"rule\": 5}]}", "expected a string"),
        ("{", "EOF"),
    ] {
        std::fs::write(&path, text).unwrap();
        let ran = lint(&flags);
        assert!(ran.code == 2 && ran.stderr.contains(said), "{text}: {}", ran.stderr);
    }
}

#[test]
fn a_file_says_what_flags_would() {
    let folder = folder(&[
        ("shop.yaml", SHOP),
        ("ambassador.toml", "[lint]\nignore = [\"AMB1\", \"AMB2\"]\nfail-on = \"info\"\n"),
    ]);
    let path = folder.path().to_str().unwrap().to_owned();
    let ran = run(&format!("lint {path}"));
    assert_eq!(ran.code, 1);
    assert!(ran.stdout.contains("Found 1 remark"), "{}", ran.stdout);
    assert_eq!(run(&format!("lint {path} --fail-on warning")).code, 0);
    std::fs::write(folder.path().join("ambassador.toml"), "[lint]\nselekt = []\n").unwrap();
    let ran = run(&format!("lint {path}"));
    assert_eq!(ran.code, 2);
    assert!(ran.stderr.contains("ambassador.toml`:2"), "{}", ran.stderr);
}

#[test]
fn a_broken_file_is_a_finding() {
    let ran = Run::default().stdin("kind: [\n").line("lint -");
    assert_eq!(ran.code, 1, "{}", ran.all());
    assert!(ran.stdout.contains("AMB001"), "{}", ran.stdout);
    assert_eq!(Run::default().stdin("just: words\n").line("lint -").code, 2);
}

#[test]
fn rules_that_are_none_are_refused() {
    let ran = lint("--select AMB999");
    assert_eq!(ran.code, 2);
    assert!(ran.stderr.contains("AMB999"), "{}", ran.stderr);
}
