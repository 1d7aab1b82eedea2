//! Every field that a resource may have is read by the model, or stands in `docs/deviations.md` with its reason.

#![allow(clippy::unwrap_used, clippy::print_stdout)]

use std::collections::BTreeSet;
use std::path::Path;

use kubectl_ambassador::resource::Kind;
use kubectl_ambassador::resource::schema::{self, Object, Type};

/// All Rust text of a folder.
fn sources(folder: &Path, out: &mut String) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, out);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let text = std::fs::read_to_string(&path).unwrap();
            // What tests name is not read by anything.
            out.push_str(text.split("#[cfg(test)]").next().unwrap());
        }
    }
}

/// Every field with its path, as `Kind.field.field`.
fn walk(object: &'static Object, path: &str, out: &mut BTreeSet<(String, &'static str)>) {
    for field in object.fields {
        // Old names stand for newer ones.
        if field.becomes != field.name {
            continue;
        }
        let path = format!("{path}.{}", field.name);
        out.insert((path.clone(), field.name));
        walk_type(&field.ty, &path, out);
    }
}

fn walk_type(ty: &'static Type, path: &str, out: &mut BTreeSet<(String, &'static str)>) {
    if path.split('.').count() > 8 {
        return;
    }
    match ty {
        Type::Object(object) => walk(object, path, out),
        Type::List(inner, _) | Type::Map(inner) => walk_type(inner, path, out),
        _ => {}
    }
}

/// Fields that are said to have no effect: `Kind.field`, where `Kind.field.*` stands for all below.
fn without_effect() -> Vec<String> {
    let text = std::fs::read_to_string("docs/deviations.md").unwrap();
    let section = text.split("## Fields without effect").nth(1).unwrap().split("\n## ").next().unwrap();
    let entries = section.split("\n- ").skip(1);
    let names = entries.flat_map(|entry| entry.split(": ").next().unwrap_or_default().split('`'));
    names.filter(|name| name.contains('.') && !name.contains([' ', '\n'])).map(ToOwned::to_owned).collect()
}

#[test]
fn every_field_has_its_effect_or_its_reason() {
    let mut model = String::new();
    sources(Path::new("src/model"), &mut model);
    // For whom a resource is, is decided before.
    model.push_str(&std::fs::read_to_string("src/resource/judged.rs").unwrap());
    let listed = without_effect();
    let is_listed = |path: &str| {
        listed.iter().any(|name| match name.strip_suffix(".*") {
            // `*.field` is a field of whatever kind.
            _ if name.starts_with("*.") => path.ends_with(&name[1..]) || path.contains(&format!("{}.", &name[1..])),
            Some(above) => path == above || path.starts_with(&format!("{above}.")),
            None => path == name,
        })
    };
    let mut fields = BTreeSet::new();
    for kind in Kind::ALL {
        walk(schema::spec_of(kind), kind.as_str(), &mut fields);
    }
    assert!(fields.len() > 100, "the table is walked: {}", fields.len());
    let forgotten: Vec<&String> = fields
        .iter()
        .filter(|(path, name)| !model.contains(&format!("\"{name}\"")) && !is_listed(path))
        .map(|(path, _)| path)
        .collect();
    assert!(forgotten.is_empty(), "neither read by the model nor listed in docs/deviations.md: {forgotten:#?}");
    let stale: Vec<&String> = listed
        .iter()
        .filter(|name| {
            let above = name.strip_suffix(".*").unwrap_or(name);
            let is_it = |path: &str| path == above || name.starts_with("*.") && path.ends_with(&name[1..]);
            !fields.iter().any(|(path, _)| is_it(path))
        })
        .collect();
    assert!(stale.is_empty(), "listed, and no field: {stale:#?}");
}
