//! What an apply would change, told before it is done.

use std::path::Path;

use crate::control_plane::{ControlPlane, control_plane};
use crate::objects::mapping;
use crate::reading::{documents, told, without_places};

const SPACE: &str = "compared";

fn diff(plane: &ControlPlane, args: &[&str]) -> (i32, String, String) {
    told(&plane.run("reader", &[&["diff", "-n", SPACE], args].concat()).output().unwrap())
}

fn written(folder: &Path, name: &str, text: &str) -> String {
    let path = folder.join(name);
    std::fs::write(&path, text).unwrap();
    path.to_str().unwrap().to_owned()
}

/// What changes for requests, and by which objects.
fn changes(json: &str) -> String {
    let mut told: serde_json::Value = serde_json::from_str(json).unwrap();
    let fields = told.as_object_mut().unwrap();
    fields.retain(|name, _| ["level", "equal", "objects", "classes", "undecided"].contains(&name.as_str()));
    without_places(&told.to_string())
}

#[test]
fn what_an_apply_would_change_is_told_before_it_is_done() {
    let Some((plane, _turn)) = control_plane() else { return };
    let folder = tempfile::tempdir().unwrap();
    let before = documents(SPACE);
    let dropped = mapping(SPACE, "old", "old.compared", ", add_request_headers: {x-old: {value: 'yes'}}");
    let before = format!("{before}{dropped}");
    let after = before
        .replace("prefix: /web/", "prefix: /shop/")
        .replace("prefix: /legacy/", "prefix: /ancient/")
        .replace(", add_request_headers: {x-old: {value: 'yes'}}", "");
    let (old, new) = (written(folder.path(), "old.yaml", &before), written(folder.path(), "new.yaml", &after));
    plane.apply(&before);

    let (code, said, problems) = diff(plane, &["-f", &old]);
    assert_eq!((code, said.as_str()), (0, "No request changes: proved\n"), "{problems}");
    let (code, said, problems) = diff(plane, &["live:", &old]);
    assert_eq!((code, said.as_str()), (0, "No request changes: proved\n"), "{problems}");
    assert_eq!(diff(plane, &["-f", &old, "-o", "patch"]).1, "");

    // The same classes, objects and fields as between the two files; a field that is no longer applied goes.
    let (code, live, problems) = diff(plane, &["-f", &new, "-o", "json"]);
    let files = told(&plane.run("reader", &["diff", &old, &new, "-o", "json"]).output().unwrap());
    assert_eq!((code, changes(&live)), (1, changes(&files.1)), "{problems}");
    assert!(live.contains("x-old") && live.contains("\"prefix\""), "{live}");
    let (code, patch, problems) = diff(plane, &["-f", &new, "-o", "patch"]);
    assert_eq!(code, 1, "{problems}");
    for line in ["--- Mapping/web.compared", "-  prefix: /web/", "+  prefix: /shop/", "-      prefix: /legacy/"] {
        assert!(patch.lines().any(|found| found == line), "{line}\n{patch}");
    }
    assert!(!patch.contains("last-applied"), "{patch}");

    // kubectl asks us too.
    let mut kubectl = plane.kubectl_command(&["diff", "-f", &new]);
    kubectl.env("KUBECTL_EXTERNAL_DIFF", format!("{} diff", env!("CARGO_BIN_EXE_kubectl-ambassador")));
    let (code, said, problems) = told(&kubectl.output().unwrap());
    assert!(code == 1 && said.contains("Mapping web.compared: prefix was /web/, is /shop/"), "{said}{problems}");

    // What was foretold is what the apply leaves.
    let routes = |args: &[&str]| {
        let ran = plane.run("reader", &[&["routes", "-n", SPACE, "-o", "json"], args].concat()).output().unwrap();
        without_places(&told(&ran).1)
    };
    let foretold = routes(&["--live", "-f", &new]);
    plane.kubectl(&["apply", "-f", &new]);
    assert_eq!(routes(&[]), foretold);
    assert_eq!(diff(plane, &["-f", &new, "-o", "patch"]).1, "");
    plane.kubectl(&["delete", "mappings,hosts,listeners,services", "--all", "-n", SPACE, "--wait=false"]);
}

#[test]
fn ports_of_a_service_are_merged_as_an_apply_merges_them() {
    let Some((plane, _turn)) = control_plane() else { return };
    let folder = tempfile::tempdir().unwrap();
    let service = |ports: &str| {
        format!(
            "apiVersion: v1\nkind: Service\nmetadata: {{name: ports, namespace: {SPACE}}}\nspec: {{ports: [{ports}]}}\n"
        )
    };
    let first = service("{name: a, port: 80}, {name: b, port: 81}");
    plane.apply(&format!("{}{first}", crate::objects::namespace(SPACE)));
    let add = r#"[{"op": "add", "path": "/spec/ports/-", "value": {"name": "z", "port": 99}}]"#;
    plane.kubectl(&["patch", "service", "-n", SPACE, "ports", "--type=json", "-p", add]);
    let changed = written(folder.path(), "changed.yaml", &service("{name: aa, port: 80}, {name: c, port: 82}"));
    let (_, patch, problems) = diff(plane, &["-f", &changed, "-o", "patch"]);
    let is_named = |name: &str, sign: char| patch.contains(&format!("{sign}  - name: {name}\n"));
    assert!(is_named("b", '-') && is_named("aa", '+') && is_named("c", '+'), "{patch}{problems}");
    assert!(!is_named("z", '-'), "{patch}");
    plane.kubectl(&["apply", "-f", &changed]);
    let ports = plane.kubectl(&["get", "service", "-n", SPACE, "ports", "-o", "jsonpath={.spec.ports[*].name}"]);
    let mut ports: Vec<&str> = ports.split(' ').collect();
    ports.sort_unstable();
    assert_eq!(ports, ["aa", "c", "z"]);
    plane.kubectl(&["delete", "service", "-n", SPACE, "ports"]);
}
