//! What machines get fits the schemas of `testdata/schema`; so do the suites that we ship.

use std::collections::BTreeMap;
use std::fs;

use serde_json::Value;

use crate::run::{Run, run};

/// The schemas by file name, and as much of their language as they use.
struct Schemas(BTreeMap<String, Value>);

impl Schemas {
    fn read() -> Self {
        let files = fs::read_dir("testdata/schema").unwrap().map(|entry| entry.unwrap().path());
        let files = files.filter(|path| path.extension().is_some_and(|ending| ending == "json"));
        let read = |path: std::path::PathBuf| {
            let schema = serde_json::from_str(&fs::read_to_string(&path).unwrap()).unwrap();
            (path.file_name().unwrap().to_str().unwrap().to_owned(), schema)
        };
        Self(files.map(read).collect())
    }

    fn check(&self, file: &str, value: &Value) {
        let mut wrong = Vec::new();
        self.visit(file, &self.0[file], value, "$", &mut wrong);
        assert!(wrong.is_empty(), "{file}: {}\n{value:#}", wrong.join("\n"));
    }

    fn fits(&self, file: &str, schema: &Value, value: &Value) -> bool {
        let mut wrong = Vec::new();
        self.visit(file, schema, value, "$", &mut wrong);
        wrong.is_empty()
    }

    fn visit(&self, file: &str, schema: &Value, value: &Value, at: &str, wrong: &mut Vec<String>) {
        let Some(schema) = schema.as_object() else {
            assert!(schema.is_boolean(), "{file}: {schema}");
            return;
        };
        for (word, wanted) in schema {
            let fine = match word.as_str() {
                "$ref" => {
                    let (target, pointer) =
                        wanted.as_str().unwrap().split_once('#').unwrap_or((wanted.as_str().unwrap(), ""));
                    let target = if target.is_empty() { file } else { target };
                    let found =
                        self.0[target].pointer(pointer).unwrap_or_else(|| panic!("{file}: {wanted} is nowhere"));
                    self.visit(target, found, value, at, wrong);
                    true
                }
                "type" => one_or_more(wanted).iter().any(|name| is_type(name.as_str().unwrap(), value)),
                "const" => same(wanted, value),
                "enum" => wanted.as_array().unwrap().iter().any(|one| same(one, value)),
                "minimum" => value.as_f64().is_none_or(|number| number >= wanted.as_f64().unwrap()),
                "maximum" => value.as_f64().is_none_or(|number| number <= wanted.as_f64().unwrap()),
                "minItems" => value.as_array().is_none_or(|items| items.len() as u64 >= wanted.as_u64().unwrap()),
                "maxItems" => value.as_array().is_none_or(|items| items.len() as u64 <= wanted.as_u64().unwrap()),
                "minProperties" => value.as_object().is_none_or(|map| map.len() as u64 >= wanted.as_u64().unwrap()),
                "required" => {
                    let has = |key: &Value| value.get(key.as_str().unwrap()).is_some();
                    !value.is_object() || wanted.as_array().unwrap().iter().all(has)
                }
                "properties" => {
                    for (key, schema) in wanted.as_object().unwrap() {
                        if let Some(member) = value.get(key) {
                            self.visit(file, schema, member, &format!("{at}.{key}"), wrong);
                        }
                    }
                    true
                }
                "additionalProperties" => {
                    let known = schema.get("properties").and_then(Value::as_object);
                    let more = value.as_object().into_iter().flatten();
                    let mut more = more.filter(|(key, _)| known.is_none_or(|known| !known.contains_key(*key)));
                    match wanted {
                        Value::Bool(allowed) => *allowed || more.next().is_none(),
                        schema => more.all(|(_, member)| self.fits(file, schema, member)),
                    }
                }
                "items" => {
                    for (nth, item) in value.as_array().into_iter().flatten().enumerate() {
                        self.visit(file, wanted, item, &format!("{at}[{nth}]"), wrong);
                    }
                    true
                }
                "prefixItems" => {
                    let items = value.as_array().into_iter().flatten();
                    wanted.as_array().unwrap().iter().zip(items).all(|(schema, item)| self.fits(file, schema, item))
                }
                "allOf" => wanted.as_array().unwrap().iter().all(|one| self.fits(file, one, value)),
                "anyOf" => wanted.as_array().unwrap().iter().any(|one| self.fits(file, one, value)),
                "oneOf" => wanted.as_array().unwrap().iter().filter(|one| self.fits(file, one, value)).count() == 1,
                "uniqueItems" => value.as_array().is_none_or(|items| {
                    (0..items.len()).all(|at| !items[..at].iter().any(|earlier| earlier == &items[at]))
                }),
                "pattern" => value.as_str().is_none_or(|text| is_like(wanted.as_str().unwrap(), text)),
                "format" => value.as_str().is_none_or(|text| is_written_as(wanted.as_str().unwrap(), text)),
                "$schema" | "$id" | "$defs" | "definitions" | "title" | "description" | "default" => true,
                other => panic!("{file}: the checker does not know `{other}`"),
            };
            if !fine {
                wrong.push(format!("{at}: `{word}` wants {wanted}"));
            }
        }
    }
}

fn one_or_more(value: &Value) -> Vec<Value> {
    value.as_array().cloned().unwrap_or_else(|| vec![value.clone()])
}

fn is_type(name: &str, value: &Value) -> bool {
    match name {
        "string" => value.is_string(),
        "number" => value.is_number(),
        "integer" => value.as_f64().is_some_and(|number| number.fract() == 0.0),
        "boolean" => value.is_boolean(),
        "null" => value.is_null(),
        "array" => value.is_array(),
        "object" => value.is_object(),
        other => panic!("no type `{other}`"),
    }
}

/// To JSON schema 1 and 1.0 are the same.
fn same(a: &Value, b: &Value) -> bool {
    match (a.as_f64(), b.as_f64()) {
        (Some(a), Some(b)) => a == b,
        _ => a == b,
    }
}

fn is_like(pattern: &str, text: &str) -> bool {
    regex_automata::meta::Regex::new(pattern).unwrap().is_match(text)
}

/// The formats of SARIF's schema, as far as they are told apart here: no blanks, and nothing that must be escaped.
fn is_written_as(format: &str, text: &str) -> bool {
    match format {
        "uri" => {
            is_like("^[a-z][a-z0-9+.-]*:[!-~]+$", text)
                && !text.contains(['"', '<', '>', '\\', '^', '`', '{', '|', '}'])
        }
        "uri-reference" => is_like("^[!-~]*$", text) && !text.contains(['"', '<', '>', '\\', '^', '`', '{', '|', '}']),
        "date-time" => is_like("^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:.]+(Z|[+-][0-9:]+)$", text),
        other => panic!("no format `{other}`"),
    }
}

fn json(line: &str) -> Value {
    let ran = run(line);
    serde_json::from_str(&ran.stdout).unwrap_or_else(|error| panic!("{line}: {error}\n{}", ran.all()))
}

#[test]
fn answers_fit() {
    let schemas = Schemas::read();
    for line in [
        "testdata/manifests/shop https://shop.example.com/cart/7 -H 'x-debug: 1' -H 'x-forwarded-for: 1.2.3.4'",
        "testdata/manifests/shop http://shop.example.com/cart/7",
        "testdata/manifests/shop https://shop.example.com/cart/7 --explain --expect status=200",
        "testdata/manifests/shop https://blog.example.com/ --explain",
        "testdata/manifests/shop / --listener 9 --explain",
        "testdata/manifests/bare /reports/ --explain",
        "testdata/truth/conformance/cases/tcp-mapping/manifests.yaml / --listener 9002",
        "testdata/truth/conformance/cases/invalid-regex-refuses-all/manifests.yaml / --explain",
        "testdata/truth/conformance/cases/cors-mapping/manifests.yaml /",
    ] {
        schemas.check("answer.json", &json(&format!("route-test -o json -f {line}")));
    }
}

#[test]
fn answers_to_all_recorded_requests_fit() {
    let schemas = Schemas::read();
    for entry in fs::read_dir("testdata/truth/conformance/cases").unwrap() {
        let folder = entry.unwrap().path();
        let recorded = fs::read_to_string(folder.join("requests.yaml")).unwrap();
        let recorded: Value = serde_yaml::from_str(&recorded).unwrap();
        let mut lines = String::new();
        for request in recorded["requests"].as_array().into_iter().flatten() {
            schemas.check("request.json", &without_what_is_no_request(request));
            lines.push_str(&request.to_string());
            lines.push('\n');
        }
        let manifests = folder.join("manifests.yaml");
        let words = ["route-test", "-f", manifests.to_str().unwrap(), "--requests", "-"];
        let ran = Run::default().stdin(&lines).words(&words);
        assert!(ran.code < 2, "{}: {}", folder.display(), ran.stderr);
        assert_eq!(ran.stdout.lines().count(), lines.lines().count(), "{}", folder.display());
        for line in ran.stdout.lines() {
            let answer: Value = serde_json::from_str(line).unwrap();
            schemas.check("answer.json", &answer);
            let shares = answer["outcomes"].as_array().unwrap().iter().map(|one| one["share"].as_f64().unwrap());
            assert!((shares.sum::<f64>() - 1.0).abs() < 1e-9, "{line}");
        }
    }
}

fn without_what_is_no_request(recorded: &Value) -> Value {
    let mut request = recorded.clone();
    request.as_object_mut().unwrap().remove("expect");
    request
}

#[test]
fn tables_fit() {
    let schemas = Schemas::read();
    for entry in fs::read_dir("testdata/truth/conformance/cases").unwrap() {
        let manifests = entry.unwrap().path().join("manifests.yaml");
        let ran = Run::default().words(&["routes", manifests.to_str().unwrap(), "-o", "json"]);
        schemas.check("routes.json", &serde_json::from_str(&ran.stdout).unwrap());
    }
    schemas.check("routes.json", &json("routes testdata/manifests/kubeflow -o json"));
}

#[test]
fn suites_and_their_results_fit() {
    let schemas = Schemas::read();
    for entry in fs::read_dir("testdata/routing").unwrap() {
        let path = entry.unwrap().path();
        let suite: Value = serde_yaml::from_str(&fs::read_to_string(&path).unwrap()).unwrap();
        schemas.check("suite.json", &suite);
        let words = ["route-test", "-o", "json", "--suite", path.to_str().unwrap()];
        schemas.check("suite-results.json", &serde_json::from_str(&Run::default().words(&words).stdout).unwrap());
    }
}

#[test]
fn differences_fit() {
    let schemas = Schemas::read();
    let moved = "testdata/changes/move-prefix/before testdata/changes/move-prefix/after";
    for flags in [
        moved.to_owned(),
        format!("{moved} --level fields"),
        format!("{moved} --level text"),
        "testdata/manifests/kubeflow --before-edition 1 --after-edition 4".to_owned(),
        "testdata/manifests/bare testdata/manifests/shop".to_owned(),
        "testdata/manifests/shop testdata/truth/conformance/cases/invalid-regex-refuses-all/manifests.yaml".to_owned(),
    ] {
        schemas.check("diff.json", &json(&format!("diff -o json {flags}")));
    }
}

#[test]
fn generated_suites_fit_and_so_does_what_they_measure() {
    let schemas = Schemas::read();
    schemas.check("suite.json", &json("route-test --generate -o json -f testdata/manifests/shop"));
    let flags = "--coverage --mutate -o json";
    schemas.check("suite-results.json", &json(&format!("route-test --suite testdata/routing/shop.yaml {flags}")));
}

#[test]
fn the_version_fits() {
    Schemas::read().check("version.json", &json("version -o json"));
}

/// Inputs of all sorts for `lint`: objects and annotations, fixes, labels, silenced findings, files with odd names.
fn linted(directory: &std::path::Path) -> Vec<String> {
    let odd = directory.join("größe & {100 %}.yaml");
    let silenced = "# ambassador-lint: allow AMB201 because it is a test\napiVersion: getambassador.io/v3alpha1\nkind: Mapping\nmetadata: {name: a}\nspec: {hostname: '*', prefix: a/, service: a}\n";
    fs::write(&odd, silenced).unwrap();
    let mut paths: Vec<String> = vec![odd.to_str().unwrap().to_owned()];
    for corpus in ["conformance", "conversion"] {
        let cases = fs::read_dir(format!("testdata/truth/{corpus}/cases")).unwrap();
        let mut cases: Vec<String> =
            cases.map(|case| case.unwrap().path().join("manifests.yaml").to_str().unwrap().to_owned()).collect();
        cases.sort_unstable();
        // All of them take long and show no more.
        paths.extend(cases.into_iter().step_by(5));
    }
    paths.extend(["testdata/manifests".to_owned(), "testdata/lint".to_owned()]);
    paths
}

#[test]
fn findings_fit() {
    let schemas = Schemas::read();
    let directory = tempfile::tempdir().unwrap();
    for path in linted(directory.path()) {
        let of = |format: &str| Run::default().words(&["lint", "-R", "-o", format, path.as_str()]);
        let whole: Value = serde_json::from_str(&of("json").stdout).unwrap();
        schemas.check("lint.json", &whole);
        let lines = of("jsonl").stdout;
        assert_eq!(lines.lines().count(), whole["findings"].as_array().unwrap().len(), "{path}");
        for line in lines.lines() {
            schemas.check("finding.json", &serde_json::from_str(line).unwrap());
        }
        schemas.check("sarif-2.1.0.json", &serde_json::from_str(&of("sarif").stdout).unwrap());
    }
}

#[test]
fn findings_beside_a_baseline_fit() {
    let schemas = Schemas::read();
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("a.yaml");
    let mapping = |prefix: &str| {
        format!(
            "apiVersion: getambassador.io/v3alpha1\nkind: Mapping\nmetadata: {{name: a}}\nspec: {{hostname: '*', prefix: {prefix}, service: a}}\n"
        )
    };
    let baseline = directory.path().join("baseline.json");
    let (file, kept) = (file.to_str().unwrap(), baseline.to_str().unwrap());
    fs::write(file, mapping("a/")).unwrap();
    fs::write(kept, Run::default().words(&["lint", "-o", "json", file]).stdout).unwrap();
    for prefix in ["a/", "/a//"] {
        fs::write(file, mapping(prefix)).unwrap();
        for (format, schema) in [("json", "lint.json"), ("sarif", "sarif-2.1.0.json")] {
            let ran = Run::default().words(&["lint", "-o", format, "--baseline", kept, file]);
            schemas.check(schema, &serde_json::from_str(&ran.stdout).unwrap());
        }
    }
}

#[test]
fn the_checker_knows_what_is_no_sarif() {
    let schemas = Schemas::read();
    let sound = json("lint -o sarif testdata/truth/conformance/cases/invalid-regex-refuses-all/manifests.yaml");
    let is_sound = |log: &Value| schemas.fits("sarif-2.1.0.json", &schemas.0["sarif-2.1.0.json"], log);
    assert!(is_sound(&sound));
    for (place, wrong) in [
        ("/version", serde_json::json!("2.0.0")),
        ("/runs/0/results/0/level", serde_json::json!("fatal")),
        ("/runs/0/results/0/message", serde_json::json!({})),
        ("/runs/0/results/0/locations/0/physicalLocation/artifactLocation/uri", serde_json::json!("a b")),
        ("/runs/0/results/0/locations/0/physicalLocation/region/startLine", serde_json::json!(0)),
        ("/runs/0/tool", serde_json::json!({ "driver": { "name": "x", "rule": [] } })),
    ] {
        let mut log = sound.clone();
        *log.pointer_mut(place).unwrap() = wrong;
        assert!(!is_sound(&log), "{place}");
    }
}

#[test]
fn the_checker_can_say_no() {
    let schemas = Schemas::read();
    let mut answer = json("route-test -o json -f testdata/manifests/httpbin /httpbin/get");
    assert!(schemas.fits("answer.json", &schemas.0["answer.json"], &answer));
    answer["outcomes"][0]["shares"] = 1.into();
    assert!(!schemas.fits("answer.json", &schemas.0["answer.json"], &answer));
    answer["outcomes"][0] = serde_json::json!({"share": 1.0, "kind": "reply", "status": "404", "why": ""});
    assert!(!schemas.fits("answer.json", &schemas.0["answer.json"], &answer));
}
