//! What a route loses to another, and whether two tables do the same, on configurations as people write them.

use kubectl_ambassador::analysis::reachability::{Reachabilities, Reachability, Why};
use kubectl_ambassador::analysis::{Budget, Proof, same, slices};
use kubectl_ambassador::model::MappingId;
use kubectl_ambassador::pipeline::{self, Compilation, Options};
use kubectl_ambassador::source::{Origin, SourceMap};

fn compile(mappings: &[(&str, &str)]) -> Compilation {
    let documents = mappings.iter().map(|(name, spec)| {
        format!(
            "---\napiVersion: getambassador.io/v3alpha1\nkind: Mapping\nmetadata: {{name: {name}}}\n\
             spec: {{hostname: \"*\", service: {name}, {spec}}}\n"
        )
    });
    let mut sources = SourceMap::default();
    sources.add(Origin::Stdin, documents.collect::<String>());
    pipeline::compile(sources, &Options::default())
}

fn name(compilation: &Compilation, id: MappingId) -> String {
    compilation.snapshot.mappings[id].name.to_string()
}

/// `LOSER<WINNER METHOD PATH` for each slice that a Mapping takes; the gateway's own are left out.
fn lost(compilation: &Compilation) -> Vec<String> {
    let table = &compilation.table;
    let name = |id| name(compilation, table.route(id).mapping);
    let mut told = Vec::new();
    for (id, slices) in slices(table, Budget::default()) {
        for slice in slices.iter().filter(|slice| !name(slice.by).starts_with("internal_")) {
            let (method, path) = (&slice.example.point.method, slice.example.target());
            told.push(format!("{}<{} {method} {path}", name(id), name(slice.by)));
        }
    }
    told
}

#[test]
fn a_longer_prefix_takes_no_slice() {
    assert_eq!(lost(&compile(&[("all", "prefix: /"), ("cart", "prefix: /cart/")])), [""; 0]);
}

#[test]
fn a_longer_prefix_takes_a_slice_of_conditions() {
    let compilation = compile(&[("posts", "prefix: /, method: POST"), ("api", "prefix: /api/")]);
    assert_eq!(lost(&compilation), ["posts<api POST /api/"]);
}

#[test]
fn what_is_covered_as_a_whole_is_unreachable() {
    let compilation = compile(&[("all", "prefix: /, precedence: 9"), ("cart", "prefix: /cart/")]);
    let reachabilities = Reachabilities::of(&compilation.table, Budget::default());
    for (mapping, (_, reachability)) in reachabilities.by_mapping(&compilation.table) {
        match name(&compilation, mapping).as_str() {
            "cart" => {
                let Reachability::Unreachable(Why::Covered(by)) = reachability else { panic!("{reachability:?}") };
                let by: Vec<String> =
                    by.iter().map(|id| name(&compilation, compilation.table.route(*id).mapping)).collect();
                assert_eq!(by, ["all"]);
            }
            "all" => assert!(matches!(reachability, Reachability::Reachable(_))),
            _ => {}
        }
    }
}

#[test]
fn order_of_writing_and_names_change_nothing() {
    let before = compile(&[("a", "prefix: /a/"), ("b", "prefix: /b/, timeout_ms: 3000")]);
    let after = compile(&[("b", "prefix: /b/"), ("a", "prefix: /a/, case_sensitive: true")]);
    assert_eq!(same(before.gateway(), after.gateway(), Budget::default()).short(), "holds");
    let after = compile(&[("a", "prefix: /a/"), ("b", "prefix: /b/, timeout_ms: 3001")]);
    assert_eq!(same(before.gateway(), after.gateway(), Budget::default()).short(), "fails");
}

trait Short {
    fn short(&self) -> &'static str;
}

impl<T, W> Short for Proof<T, W> {
    fn short(&self) -> &'static str {
        match self {
            Proof::Holds(_) => "holds",
            Proof::Fails(_) => "fails",
            Proof::Unknown(_) => "unknown",
        }
    }
}
