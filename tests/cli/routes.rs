//! The effective route table.

use serde_json::Value;

use crate::run::{Run, run};

#[test]
fn a_shop_in_eighty_columns() {
    insta::assert_snapshot!(Run::default().terminal(80).line("routes testdata/manifests/shop --color never").all());
}

#[test]
fn a_shop_told_wide() {
    let line = "routes testdata/manifests/shop -o wide --color never";
    insta::assert_snapshot!(Run::default().terminal(160).line(line).all());
}

#[test]
fn names_come_once() {
    let ran = run("routes testdata/manifests/kubeflow -o name");
    let mut names: Vec<&str> = ran.stdout.lines().collect();
    names.sort_unstable();
    assert_eq!(
        names,
        [
            "mapping.getambassador.io/centralui-mapping",
            "mapping.getambassador.io/tf-hub-lb-hub-mapping",
            "mapping.getambassador.io/tf-hub-lb-user-mapping",
            "mapping.getambassador.io/tfjobs-ui-mapping",
            "mapping.getambassador.io/tfserving-mapping-test-post",
        ]
    );
}

#[test]
fn formats_say_the_same() {
    let read = |format: &str| run(&format!("routes testdata/manifests/shop -o {format}")).stdout;
    let json: Value = serde_json::from_str(&read("json")).unwrap();
    assert_eq!(serde_yaml::from_str::<Value>(&read("yaml")).unwrap(), json);
    let lines: Vec<Value> = read("jsonl").lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let mut routes = Vec::new();
    for listener in json["listeners"].as_array().unwrap() {
        for chain in listener["chains"].as_array().unwrap() {
            for vhost in chain["vhosts"].as_array().unwrap() {
                for route in vhost["routes"].as_array().unwrap() {
                    let mut line = route.clone();
                    line["version"] = 1.into();
                    line["listener"] = listener["port"].clone();
                    line["virtual_host"] = vhost["domains"][0].clone();
                    line["tls"] = chain["tls"].clone();
                    routes.push(line);
                }
            }
        }
    }
    assert_eq!(lines, routes);
}

#[test]
fn recorded_tables_are_told_in_the_words_of_the_record() {
    for case in ["mixed-microservices", "canary-50-25", "redirect-codes", "tcp-mapping", "cors-mapping", "shadow-basic"]
    {
        let folder = format!("testdata/truth/conformance/cases/{case}");
        let told: Value =
            serde_json::from_str(&run(&format!("routes {folder}/manifests.yaml -o json")).stdout).unwrap();
        let recorded = std::fs::read_to_string(format!("{folder}/routes.yaml")).unwrap();
        let recorded: Value = serde_yaml::from_str(&recorded).unwrap();
        assert_eq!(without_ours(&told["listeners"]), without_ours(&recorded["listeners"]), "{case}");
    }
}

/// Without what the record does not have; ports in rising order.
fn without_ours(listeners: &Value) -> Value {
    let mut listeners = listeners.clone();
    for listener in listeners.as_array_mut().unwrap() {
        remove(listener, &["name", "security_model"]);
        for chain in listener["chains"].as_array_mut().unwrap() {
            for vhost in chain.get_mut("vhosts").and_then(Value::as_array_mut).into_iter().flatten() {
                remove(vhost, &["cleartext"]);
                vhost["routes"]
                    .as_array_mut()
                    .unwrap()
                    .iter_mut()
                    .for_each(|route| remove(route, &["mapping", "reached"]));
            }
        }
    }
    listeners.as_array_mut().unwrap().sort_by_key(|listener| listener["port"].as_u64());
    listeners
}

fn remove(value: &mut Value, keys: &[&str]) {
    for key in keys {
        value.as_object_mut().unwrap().remove(*key);
    }
}

#[test]
fn a_table_that_is_refused_says_so() {
    let text = "apiVersion: getambassador.io/v3alpha1
kind: Mapping
metadata: { name: broken }
spec: { hostname: '*', prefix: '/(', prefix_regex: true, service: x }
";
    let ran = Run::default().stdin(text).line("routes -");
    assert_eq!(ran.code, 1);
    assert!(ran.stdout.starts_with("Nothing is served: "), "{}", ran.stdout);
}
