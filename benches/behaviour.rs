//! How long it takes to say what changes for requests, and what can never be reached; and the memory at most.
//!
//! `cargo bench --bench behaviour -- 10000` measures one number of Mappings. Compiling is not counted; memory is this
//! process's highest resident size, both configurations included (Linux only).

#![allow(clippy::print_stdout)]

use std::fmt::Write as _;
use std::time::Instant;

use kubectl_ambassador::analysis::reachability::{Reachabilities, Reachability};
use kubectl_ambassador::analysis::{Budget, Gateway, compare};
use kubectl_ambassador::pipeline::{self, Compilation, Options};
use kubectl_ambassador::source::{Origin, SourceMap};

const HOSTS: usize = 50;
const REGEXES: usize = 100;
const EDITS: usize = 20;

/// What changes between the two configurations.
#[derive(Clone, Copy, PartialEq)]
enum Change {
    Nothing,
    /// Some Mappings: services, prefixes, headers, weights, some gone.
    Some,
    /// A default, for all.
    All,
    /// Every host has another name.
    Hosts,
}

fn main() {
    let wanted: Vec<usize> = std::env::args().filter_map(|argument| argument.parse().ok()).collect();
    let sizes = if wanted.is_empty() { &[1_000, 10_000][..] } else { &wanted[..] };
    for &size in sizes {
        println!("{size} Mappings, {REGEXES} regexes, {HOSTS} Hosts");
        let before = compile(&manifests(size, Change::Nothing));
        reach(&before);
        for (name, change) in [
            ("nothing changed", Change::Nothing),
            ("20 edits", Change::Some),
            ("another default timeout", Change::All),
            ("all hosts renamed", Change::Hosts),
        ] {
            differ(name, &before, &compile(&manifests(size, change)));
        }
        let everywhere = |change| compile(&manifests(size, change).replace("hostname: h", "hostname: '*' # h"));
        differ("20 edits, on all hosts", &everywhere(Change::Nothing), &everywhere(Change::Some));
        println!("  peak {}", peak());
    }
}

fn reach(compilation: &Compilation) {
    let start = Instant::now();
    let found = Reachabilities::of(&compilation.table, Budget::default());
    let taken = start.elapsed();
    let count = |is: fn(&Reachability) -> bool| found.iter().filter(|(_, verdict)| is(verdict)).count();
    println!(
        "  {:<26}{:>9.1} ms  {} reachable, {} not, {} unknown",
        "reachability",
        taken.as_secs_f64() * 1e3,
        count(|verdict| matches!(verdict, Reachability::Reachable(_) | Reachability::OnlyRedirected(_))),
        count(|verdict| matches!(verdict, Reachability::Unreachable(_))),
        count(|verdict| matches!(verdict, Reachability::Unknown(_))),
    );
}

fn differ(name: &str, before: &Compilation, after: &Compilation) {
    let start = Instant::now();
    let found = compare(gateway(before), gateway(after), Budget::default());
    let taken = start.elapsed();
    println!(
        "  {name:<26}{:>9.1} ms  {} classes, {} unknown, {} questions",
        taken.as_secs_f64() * 1e3,
        found.classes.len(),
        found.undecided.len(),
        found.questions
    );
}

fn gateway(compilation: &Compilation) -> Gateway<'_> {
    Gateway { table: &compilation.table, tls: &compilation.snapshot.tls }
}

fn compile(text: &str) -> Compilation {
    let mut sources = SourceMap::default();
    sources.add(Origin::Stdin, text);
    let compilation = pipeline::compile(sources, &Options::default());
    assert!(compilation.refusal().is_none(), "{:?}", compilation.refusal());
    compilation
}

fn manifests(size: usize, change: Change) -> String {
    let mut text = String::new();
    let suffix = if change == Change::Hosts { "new.example.com" } else { "example.com" };
    for host in 0..HOSTS {
        let _ = write!(
            text,
            "---\napiVersion: getambassador.io/v3alpha1\nkind: Host\nmetadata: {{name: h{host}}}\nspec:\n  \
             hostname: h{host}.{suffix}\n  requestPolicy: {{insecure: {{action: Route}}}}\n",
        );
    }
    text.push_str(
        "---\napiVersion: getambassador.io/v3alpha1\nkind: Listener\nmetadata: {name: l}\nspec:\n  port: 8080\n  \
         protocol: HTTPS\n  securityModel: XFP\n  hostBinding: {namespace: {from: ALL}}\n",
    );
    if change == Change::All {
        text.push_str(
            "---\napiVersion: getambassador.io/v3alpha1\nkind: Module\nmetadata: {name: ambassador}\nspec:\n  \
             config: {cluster_request_timeout_ms: 4000}\n",
        );
    }
    let every = (size / EDITS).max(1);
    for n in 0..size {
        let edited = change == Change::Some && n % every == every / 2;
        let kind = n / every % 5;
        if edited && kind == 0 {
            continue;
        }
        let host = n % HOSTS;
        let (mut prefix, mut service) = (format!("/team{}/service{n}/", n / HOSTS % 7), format!("service{n}"));
        let mut fields = String::new();
        if n % (size / REGEXES).max(1) == 0 {
            prefix = format!("/team{}/v[0-9]+/(users|items{n})/.*", n / HOSTS % 7);
            fields.push_str("  prefix_regex: true\n");
        } else if n % 11 == 3 {
            prefix = format!("/team{}/", n / HOSTS % 7);
            let _ = writeln!(fields, "  headers: {{x-canary: c{n}}}");
        } else if n < HOSTS {
            prefix = "/".to_owned();
        }
        if edited {
            match kind {
                1 => service.push_str("-next"),
                2 => prefix.push_str("more/"),
                3 => fields.push_str("  query_parameters: {debug: \"1\"}\n"),
                _ => fields.push_str("  precedence: 1\n"),
            }
        }
        let _ = write!(
            text,
            "---\napiVersion: getambassador.io/v3alpha1\nkind: Mapping\nmetadata: {{name: m{n}}}\nspec:\n  \
             hostname: h{host}.{suffix}\n  prefix: {prefix}\n  service: {service}\n{fields}"
        );
    }
    text
}

/// The highest resident size so far.
fn peak() -> String {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.map_or_else(|| "unknown".to_owned(), |text| text.trim().to_owned())
}
