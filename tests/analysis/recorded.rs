//! Every recorded configuration can be decided about: no route of it is left unknown.

use std::fs;

use kubectl_ambassador::analysis::reachability::{Reachabilities, Reachability};
use kubectl_ambassador::analysis::{Budget, Landing};
use kubectl_ambassador::pipeline::{self, Options};
use kubectl_ambassador::source::{Origin, SourceMap};

#[test]
fn no_route_of_a_recorded_configuration_is_unknown() {
    let (mut routes, mut unreachable) = (0, 0);
    let mut unknown = Vec::new();
    for entry in fs::read_dir("testdata/truth/conformance/cases").unwrap() {
        let folder = entry.unwrap().path();
        let mut sources = SourceMap::default();
        let path = folder.join("manifests.yaml");
        sources.add(Origin::File(path.clone()), fs::read_to_string(&path).unwrap());
        let options = Options { strict: true, serialised: false, legacy_versions: Some(true), ..Options::default() };
        let compilation = pipeline::compile(sources, &options);
        let table = &compilation.table;
        for (id, found) in Reachabilities::of(table, Budget::default()).iter() {
            routes += 1;
            match found {
                Reachability::Unknown(reason) => unknown.push(format!("{}: {reason}", folder.display())),
                Reachability::Unreachable(_) => unreachable += 1,
                Reachability::Reachable(witness) | Reachability::OnlyRedirected(witness) => {
                    let (landing, _) = witness.send(table).unwrap();
                    assert!(matches!(landing, Landing::Route(_, landed, _) if landed == id), "{}", folder.display());
                }
            }
        }
    }
    println!("{routes} routes, {unreachable} unreachable, {} unknown", unknown.len());
    assert!(routes > 1000, "too little to show anything");
    assert!(unknown.is_empty(), "{}", unknown.join("\n"));
}
