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
                "oneOf" => wanted.as_array().unwrap().iter().filter(|one| self.fits(file, one, value)).count() == 1,
                "$schema" | "$defs" | "title" | "description" => true,
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
