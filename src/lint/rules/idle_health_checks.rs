//! Health checks with a resolver that knows one address only.

use crate::lint::{Check, Code, Context, Editions, Example, Findings, MappingView, Rule};
use crate::resource::Kind;

pub(crate) static RULE: Rule = Rule {
    code: Code::new("AMB517"),
    name: "idle-health-checks",
    summary: "health checks need a resolver that knows endpoints",
    why: "With the service resolver there is one address, that of the Service, and nothing is checked; only a line in the \
          log says so.",
    facts: &["U17"],
    editions: Editions::since(crate::edition::Edition::Three),
    examples: &[Example::mapping(
        "prefix: /cart/\nservice: cart\nhealth_checks:\n- health_check: {http: {path: /healthz}}\n",
        "prefix: /cart/\nservice: cart\nresolver: kubernetes-endpoint\nhealth_checks:\n- health_check: {http: {path: /healthz}}\n",
    )],
    check: Check::Mapping(check),
    ..Rule::BASE
};

fn check(mapping: &MappingView<'_>, cx: &Context<'_>, out: &mut Findings) {
    let Some(meaning) = mapping.mapping.filter(|_| mapping.fields.has("health_checks")) else { return };
    let resolver = &*meaning.cluster.resolver;
    let is_service = resolver == "kubernetes-service"
        || cx.resources(Kind::KubernetesServiceResolver).any(|one| *one.resource.name == *resolver);
    if is_service {
        out.report(mapping.key("health_checks"), format!("nothing is checked: resolver {resolver} knows no endpoints"));
    }
}
