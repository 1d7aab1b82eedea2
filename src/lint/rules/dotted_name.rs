//! Mappings that have the same name up to a dot.

use crate::diagnostic::Severity;
use crate::lint::{Check, Code, Context, Example, Findings, MappingView, Rule};
use crate::model::Snapshot;
use rustc_hash::FxHashMap;

pub(crate) static RULE: Rule = Rule {
    code: Code::new("AMB017"),
    name: "dotted-name",
    severity: Severity::Info,
    summary: "two Mappings have the same name up to a dot",
    why: "In the cache of its compiler Emissary knows a Mapping by its name up to the first dot. Two that are \
          called alike up to there may be taken for each other when one of them changes, and lose each other in \
          one group.",
    facts: &["B12"],
    examples: &[Example::manifests(
        "apiVersion: getambassador.io/v3alpha1\nkind: Mapping\nmetadata: {name: cart.a}\nspec: {hostname: '*', prefix: /cart/, service: cart}\n---\napiVersion: getambassador.io/v3alpha1\nkind: Mapping\nmetadata: {name: cart.b}\nspec: {hostname: '*', prefix: /basket/, service: cart}\n",
        "apiVersion: getambassador.io/v3alpha1\nkind: Mapping\nmetadata: {name: cart-a}\nspec: {hostname: '*', prefix: /cart/, service: cart}\n---\napiVersion: getambassador.io/v3alpha1\nkind: Mapping\nmetadata: {name: cart-b}\nspec: {hostname: '*', prefix: /basket/, service: cart}\n",
    )],
    check: Check::Snapshot(check),
    ..Rule::BASE
};

fn check(_: &Snapshot, cx: &Context<'_>, out: &mut Findings) {
    let mut first: FxHashMap<(&str, &str), Vec<MappingView<'_>>> = FxHashMap::default();
    for mapping in cx.mappings() {
        let stem = mapping.name().split('.').next().unwrap_or_default();
        first.entry((stem, mapping.resource.namespace.as_str())).or_default().push(mapping);
    }
    for mapping in cx.mappings().filter(|mapping| mapping.name().contains('.')) {
        let stem = mapping.name().split('.').next().unwrap_or_default();
        let group = mapping.id.and_then(|id| cx.group_of(id));
        let others = first.get(&(stem, mapping.resource.namespace.as_str())).into_iter().flatten();
        // In one group the second is lost, and another rule says so.
        let is_other = |other: &&MappingView<'_>| {
            other.name() != mapping.name() && group.is_some() && other.id.and_then(|id| cx.group_of(id)) != group
        };
        if let Some(other) = others.filter(|other| other.id.and_then(|id| cx.group_of(id)).is_some()).find(is_other) {
            out.report(
                mapping.name_span(),
                format!("up to the dot, `{}` is called as `{}`", mapping.name(), other.name()),
            )
            .also(other.name_span(), "may be taken for it");
        }
    }
}
