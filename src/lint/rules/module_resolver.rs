//! A resolver of the Module that does not exist.

use super::unknown_module_key::config;
use crate::diagnostic::Severity;
use crate::lint::told::dropped_with_module;
use crate::lint::{Check, Code, Context, Example, Findings, ResourceView, Rule};
use crate::resource::Kind;

pub(crate) static RULE: Rule = Rule {
    code: Code::new("AMB618"),
    name: "module-resolver",
    severity: Severity::Error,
    summary: "the Module names a resolver that does not exist: every Mapping is dropped",
    why: "It is the resolver of all Mappings that name none, Emissary's own among them.",
    facts: &["A38"],
    examples: &[Example::spec("Module", "resolver: nowhere\n", "resolver: kubernetes-service\n")],
    check: Check::Resource(Kind::Module, check),
    ..Rule::BASE
};

const BUILT_IN: [&str; 5] = ["kubernetes-service", "endpoint", "kubernetes-endpoint", "consul", "consul-endpoint"];

fn check(module: &ResourceView<'_>, cx: &Context<'_>, out: &mut Findings) {
    let Some(name) = config(module).filled("resolver") else { return };
    let kinds = [Kind::ConsulResolver, Kind::KubernetesEndpointResolver, Kind::KubernetesServiceResolver];
    let mut named = kinds.into_iter().flat_map(|kind| cx.resources(kind));
    if !BUILT_IN.contains(&name.value) && !named.any(|resolver| resolver.resource.name == name.value) {
        let finding = out.report(name.span, format!("there is no resolver `{}`: every Mapping is dropped", name.value));
        dropped_with_module("resolver-of-module", cx, finding);
    }
}
