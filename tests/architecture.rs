//! Who may look at whom (`docs/architecture.md`, section 3), what opens a room, how long a file may be.

#![allow(clippy::unwrap_used)]

use std::fs;
use std::path::{Path, PathBuf};

/// A room and the rooms it may use; all stand above it. `room::module` grants that module only.
const ROOMS: &[(&str, &[&str])] = &[
    ("source", &[]),
    ("diagnostic", &["source"]),
    ("edition", &[]),
    ("yaml", &["source", "diagnostic"]),
    ("input", &["source", "diagnostic", "yaml"]),
    ("resource", &["source", "diagnostic", "edition", "yaml"]),
    // A compiled regex is part of an action, groups carry their rank, and hostnames are globs.
    (
        "model",
        &["source", "diagnostic", "edition", "yaml", "resource", "routing::regex", "routing::rank", "routing::pattern"],
    ),
    ("routing", &["model"]),
    ("outcome", &["model", "routing"]),
    ("analysis", &["model", "routing", "outcome"]),
    ("pipeline", &["source", "diagnostic", "edition", "yaml", "resource", "model", "routing", "outcome", "analysis"]),
    (
        "convert",
        &["source", "diagnostic", "edition", "yaml", "resource", "model", "routing", "outcome", "analysis", "pipeline"],
    ),
    (
        "lint",
        &[
            "source",
            "diagnostic",
            "edition",
            "yaml",
            "resource",
            "model",
            "routing",
            "outcome",
            "analysis",
            "pipeline",
            "convert",
        ],
    ),
    (
        "route_test",
        &["source", "diagnostic", "edition", "yaml", "resource", "model", "routing", "outcome", "analysis", "pipeline"],
    ),
    // What changes is told in the words of route-test: requests as people write them, answers, places.
    (
        "diff",
        &[
            "source",
            "diagnostic",
            "edition",
            "yaml",
            "resource",
            "model",
            "routing",
            "outcome",
            "analysis",
            "pipeline",
            "route_test",
        ],
    ),
    ("gateway", &["model", "routing", "outcome"]),
    (
        "report",
        &["source", "diagnostic", "edition", "yaml", "outcome", "analysis", "lint", "route_test", "diff", "convert"],
    ),
    ("cli", &["*"]),
];

/// Files that may use less than their room.
const STRICTER: &[(&str, &[&str])] = &[
    ("routing/predicate.rs", &[]),
    ("routing/pattern.rs", &[]),
    ("routing/rank.rs", &[]),
    ("routing/regex", &[]),
    ("routing/index", &[]),
];

/// Outside crates, and the only rooms that may name them.
const CONFINED: &[(&str, &[&str])] = &[
    ("granit_parser", &["yaml"]),
    ("regex_automata", &["routing", "analysis"]),
    ("regex_syntax", &["routing", "analysis"]),
    ("kube", &["input"]),
    ("tokio_tungstenite", &["input"]),
    ("k8s_openapi", &["input"]),
    ("hyper", &["gateway"]),
    ("hyper_util", &["gateway"]),
    ("rustls", &["gateway"]),
    ("tokio_rustls", &["gateway"]),
    ("x509_cert", &["gateway"]),
    ("rustix", &["input"]),
    ("tokio", &["input", "gateway", "cli"]),
    ("comfy_table", &["report"]),
    ("annotate_snippets", &["report"]),
    ("colored", &["report", "cli"]),
    ("similar", &["report"]),
    ("clap", &["cli"]),
    ("clap_complete", &["cli"]),
    ("clap_mangen", &["cli"]),
];

const LONGEST_FILE: usize = 600;

/// A file of `src/`.
struct File {
    /// Its path below `src/`, with slashes.
    path: String,
    /// Its text up to its tests, without comments.
    code: String,
    /// How many lines it has.
    lines: usize,
    /// Its first lines.
    head: String,
}

impl File {
    fn room(&self) -> &str {
        self.path.split('/').next().unwrap().trim_end_matches(".rs")
    }

    fn is_face(&self) -> bool {
        self.path == "lib.rs" || self.path == "main.rs"
    }

    /// Its place in the tree of modules.
    fn module(&self) -> Vec<&str> {
        let path = self.path.trim_end_matches(".rs");
        path.strip_suffix("/mod").unwrap_or(path).split('/').collect()
    }
}

fn files() -> Vec<File> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut found = Vec::new();
    let mut open: Vec<PathBuf> = vec![root.clone()];
    while let Some(folder) = open.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                open.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let text = fs::read_to_string(&path).unwrap();
                let path = path.strip_prefix(&root).unwrap().to_str().unwrap().replace('\\', "/");
                found.push(File {
                    code: code(&path, &text),
                    lines: text.lines().count(),
                    head: text.lines().take(15).collect::<Vec<_>>().join("\n"),
                    path,
                });
            }
        }
    }
    found.sort_by(|a, b| a.path.cmp(&b.path));
    found
}

/// The text without comments and tests: a test may set its scene with anything.
fn code(path: &str, text: &str) -> String {
    if path.ends_with("/tests.rs") || path.contains("/tests/") {
        return String::new();
    }
    let text = text.split("#[cfg(test)]\nmod tests {").next().unwrap_or(text);
    let lines = text.lines().filter(|line| !line.trim_start().starts_with("//"));
    lines.collect::<Vec<_>>().join("\n")
}

/// What stands behind a path's beginning, wherever that is named: for `crate::` the paths into other rooms.
fn named<'c>(code: &'c str, beginning: &'c str) -> impl Iterator<Item = &'c str> {
    code.match_indices(beginning).filter_map(move |(at, _)| {
        let is_path = !code[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_' || c == ':');
        is_path.then(|| &code[at + beginning.len()..])
    })
}

/// The first two names of a path, or of each path in braces.
fn targets(after: &str) -> Vec<String> {
    let Some(group) = after.strip_prefix('{') else {
        return vec![first_two(after)];
    };
    let (mut depth, mut start, mut found) = (0usize, 0, Vec::new());
    for (at, c) in group.char_indices() {
        match c {
            '{' => depth += 1,
            '}' if depth > 0 => depth -= 1,
            ',' | '}' if depth == 0 => {
                found.push(first_two(group[start..at].trim()));
                start = at + 1;
                if c == '}' {
                    break;
                }
            }
            _ => {}
        }
    }
    found.retain(|target| !target.is_empty());
    found
}

fn first_two(path: &str) -> String {
    let end = path.find(|c: char| !(c.is_alphanumeric() || c == '_' || c == ':')).unwrap_or(path.len());
    path[..end].split("::").filter(|name| !name.is_empty()).take(2).collect::<Vec<_>>().join("::")
}

/// All modules outside its own room that a file names.
fn looks_at(file: &File) -> Vec<String> {
    let mut found: Vec<String> = named(&file.code, "crate::").flat_map(targets).collect();
    let module = file.module();
    for after in named(&file.code, "super::") {
        let mut rest = after;
        let mut up = 1;
        while let Some(further) = rest.strip_prefix("super::") {
            (rest, up) = (further, up + 1);
        }
        if up >= module.len() {
            found.extend(targets(rest));
        }
    }
    found.retain(|target| target.split("::").next() != Some(file.room()));
    found
}

fn allows(granted: &[&str], target: &str) -> bool {
    granted.iter().any(|grant| {
        *grant == "*" || target == *grant || target.strip_prefix(grant).is_some_and(|rest| rest.starts_with("::"))
    })
}

#[test]
fn rooms_look_only_where_they_may() {
    let mut wrong = Vec::new();
    for file in files().iter().filter(|file| !file.is_face()) {
        let Some((_, room)) = ROOMS.iter().find(|(room, _)| *room == file.room()) else {
            wrong.push(format!("src/{}: `{}` is no room", file.path, file.room()));
            continue;
        };
        let stricter = STRICTER.iter().find(|(path, _)| file.path.starts_with(path)).map(|(_, granted)| *granted);
        for target in looks_at(file) {
            if !allows(stricter.unwrap_or(room), &target) {
                wrong.push(format!("src/{}: `{}` looks at `{target}`", file.path, file.room()));
            }
        }
    }
    assert!(wrong.is_empty(), "see docs/architecture.md, section 3\n{}", wrong.join("\n"));
}

#[test]
fn outside_crates_stay_in_their_rooms() {
    let mut wrong = Vec::new();
    for file in files().iter().filter(|file| !file.is_face()) {
        for (name, rooms) in CONFINED {
            if !rooms.contains(&file.room()) && named(&file.code, &format!("{name}::")).next().is_some() {
                wrong.push(format!("src/{} names `{name}`, which belongs to {}", file.path, rooms.join(" and ")));
            }
        }
    }
    assert!(wrong.is_empty(), "see docs/architecture.md, section 3\n{}", wrong.join("\n"));
}

#[test]
fn the_table_points_up_the_street() {
    for (at, (room, granted)) in ROOMS.iter().enumerate() {
        for grant in granted.iter().filter(|grant| **grant != "*" && !grant.contains("::")) {
            assert!(ROOMS[..at].iter().any(|(above, _)| above == grant), "`{room}` may use `{grant}`, not above it");
        }
    }
}

#[test]
fn every_room_opens_with_its_card() {
    let mut wrong = Vec::new();
    for file in files() {
        if file.path == format!("{}/mod.rs", file.room()) {
            for line in ["//! - *takes*:", "//! - *gives*:", "//! - *never*:", "//! - *start*:"] {
                if !file.head.contains(line) {
                    wrong.push(format!("src/{} has no `{line}`", file.path));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "see docs/architecture.md, section 2\n{}", wrong.join("\n"));
}

#[test]
fn files_stay_short() {
    let long: Vec<String> = files()
        .iter()
        .filter(|file| file.lines > LONGEST_FILE)
        .map(|file| format!("src/{}: {} lines", file.path, file.lines))
        .collect();
    assert!(long.is_empty(), "over {LONGEST_FILE} lines\n{}", long.join("\n"));
}

#[test]
fn paths_are_found_however_they_are_written() {
    let file = |path: &str, code: &str| File { path: path.into(), code: code.into(), lines: 0, head: String::new() };
    let plain = file("routing/route.rs", "use crate::model::{Action, MappingId};\nfn f(x: &crate::yaml::Node) {}");
    assert_eq!(looks_at(&plain), ["model", "yaml::Node"]);
    let group = file("lint/fix.rs", "use crate::{source::{Span, place}, yaml::edit, lint::Rule};");
    assert_eq!(looks_at(&group), ["source", "yaml::edit"]);
    let above = file("routing/index/trie.rs", "use super::super::route::Route;\nuse super::super::super::cli::Exit;");
    assert_eq!(looks_at(&above), ["cli::Exit"]);
    assert_eq!(looks_at(&file("diff.rs", "use super::lint;")), ["lint"]);
    assert!(looks_at(&file("diff.rs", "use my_crate::model::X;")).is_empty());
}

#[test]
fn a_grant_of_one_module_grants_no_other() {
    assert!(allows(&["routing::regex"], "routing::regex"));
    assert!(!allows(&["routing::regex"], "routing::Route"));
    assert!(!allows(&["routing::regex"], "routing"));
    assert!(allows(&["routing"], "routing::Route"));
    assert!(!allows(&["yaml"], "yaml_more"));
}
