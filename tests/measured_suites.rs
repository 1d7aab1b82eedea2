//! Generated suites see all that can be seen, and notice the mistakes that change a request.
//!
//! `SUITES=all cargo test --release --test measured_suites` takes every recorded configuration instead of some.

#![allow(clippy::unwrap_used, clippy::print_stdout)]

use std::fmt::Write as _;
use std::fs;
use std::path::PathBuf;

use kubectl_ambassador::pipeline::{self, Compilation, Options};
use kubectl_ambassador::route_test::exercise::coverage;
use kubectl_ambassador::route_test::generate::generate;
use kubectl_ambassador::route_test::mutate::mutate;
use kubectl_ambassador::route_test::{Judge, run, suite};
use kubectl_ambassador::source::{Origin, SourceMap};

/// What generated suites came to.
#[derive(Default)]
struct Tally {
    suites: usize,
    cases: usize,
    conditions: (usize, usize),
    noticed: (usize, usize),
    equivalent: usize,
    undecided: usize,
}

impl Tally {
    fn add(&mut self, name: &str, compilation: &Compilation) {
        if compilation.refusal().is_some() {
            return;
        }
        let judge = Judge::new(compilation);
        let cases = generate(&judge).unwrap();
        let text = serde_json::json!({ "cases": cases }).to_string();
        let mut sources = SourceMap::default();
        let id = sources.add(Origin::Stdin, text);
        let (suites, wrong) = suite::read(id, &sources);
        assert!(wrong.is_empty(), "{name}: {wrong:?}");
        let settled = run::settle(&suites[0], &judge);
        for ran in run::run(&settled, &judge) {
            assert!(ran.unmet.is_empty(), "{name}: {}: {:?}", ran.case.name, ran.unmet);
        }
        let covered = coverage(&judge, &settled).unwrap();
        let mutated = mutate(&judge, &settled).unwrap();
        covered.unseen.iter().for_each(|unseen| println!("{name}: unseen {unseen:?}"));
        mutated.unnoticed.iter().for_each(|unnoticed| println!("{name}: unnoticed {unnoticed:?}"));
        self.suites += 1;
        self.cases += settled.len();
        self.conditions.0 += covered.conditions.seen;
        self.conditions.1 += covered.conditions.of;
        self.noticed.0 += mutated.noticed.seen;
        self.noticed.1 += mutated.noticed.of;
        self.equivalent += mutated.equivalent;
        self.undecided += mutated.undecided + covered.undecided;
    }

    fn check(&self) {
        let Self { suites, cases, conditions, noticed, equivalent, undecided } = self;
        println!(
            "{suites} suites, {cases} cases: {} of {} conditions seen, {} of {} mistakes noticed, {equivalent} change \
             nothing, {undecided} undecided",
            conditions.0, conditions.1, noticed.0, noticed.1
        );
        assert!(noticed.1 > 100, "too little to show anything");
        assert_eq!(conditions.0, conditions.1);
        assert!(noticed.0 * 100 >= noticed.1 * 99, "fewer than 99 % are noticed");
        assert!(undecided * 100 <= noticed.1, "too much is undecided");
    }
}

fn compile(origin: Origin, text: String, options: &Options) -> Compilation {
    let mut sources = SourceMap::default();
    sources.add(origin, text);
    pipeline::compile(sources, options)
}

#[test]
fn of_shipped_and_recorded_configurations() {
    let mut tally = Tally::default();
    for folder in ["shop", "kubeflow", "httpbin", "bare"] {
        let mut sources = SourceMap::default();
        let mut files: Vec<PathBuf> =
            fs::read_dir(format!("testdata/manifests/{folder}")).unwrap().map(|entry| entry.unwrap().path()).collect();
        files.sort();
        for file in files {
            sources.add(Origin::File(file.clone()), fs::read_to_string(&file).unwrap());
        }
        tally.add(folder, &pipeline::compile(sources, &Options::default()));
    }
    let every = if std::env::var_os("SUITES").is_some() { 1 } else { 8 };
    let mut folders: Vec<PathBuf> =
        fs::read_dir("testdata/truth/conformance/cases").unwrap().map(|entry| entry.unwrap().path()).collect();
    folders.sort();
    for folder in folders.iter().step_by(every) {
        let path = folder.join("manifests.yaml");
        let options = Options { strict: true, serialised: false, legacy_versions: Some(true), ..Options::default() };
        let compilation = compile(Origin::File(path.clone()), fs::read_to_string(&path).unwrap(), &options);
        // A configuration of hundreds of routes has thousands of mistakes; those are for a release build.
        if every == 1 || compilation.table.routes().len() < 25 {
            tally.add(&folder.display().to_string(), &compilation);
        }
    }
    tally.check();
}

#[test]
fn of_made_up_configurations() {
    let mut tally = Tally::default();
    for seed in 0..if std::env::var_os("SUITES").is_some() { 200 } else { 12 } {
        tally.add(&format!("made up {seed}"), &compile(Origin::Stdin, made_up(seed), &Options::default()));
    }
    tally.check();
}

/// Mappings whose prefixes, methods, headers, parameters, regexes and weights meet in many ways.
fn made_up(seed: u64) -> String {
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    let mut below = |end: u64| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state % end
    };
    let mut text = String::new();
    for n in 0..8 + below(8) {
        let prefixes = ["/", "/a/", "/a/b/", "/a", "/b/", "/b/c", "/a/b/c/"];
        let mut spec = match below(7) {
            0 => "prefix: \"/a/[0-9]+/.*\", prefix_regex: true".to_owned(),
            1 => format!("prefix: {}, prefix_exact: true", prefixes[1 + below(6) as usize]),
            _ => format!("prefix: {}", prefixes[below(7) as usize]),
        };
        let more = [
            ", method: POST",
            ", headers: {x-a: \"1\"}",
            ", headers: {x-a: \"1\", x-b: \"2\"}",
            ", regex_headers: {x-a: \"[12]+\"}",
            ", query_parameters: {q: \"1\"}",
            ", weight: 30",
            ", precedence: 5",
            ", case_sensitive: false",
        ];
        for one in more {
            if below(5) == 0 {
                spec.push_str(one);
            }
        }
        let host = ["\"*\"", "a.example.com", "\"*.example.com\""][below(3) as usize];
        let _ = write!(
            text,
            "---\napiVersion: getambassador.io/v3alpha1\nkind: Mapping\nmetadata: {{name: m{n}}}\n\
             spec: {{hostname: {host}, service: s{n}, {spec}}}\n"
        );
    }
    text
}
