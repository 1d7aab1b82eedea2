//! A load balancer with a resolver that knows one address only.

use crate::diagnostic::Severity;
use crate::lint::{Check, Code, Context, Example, Findings, Rule, Told};
use crate::resource::Kind;

pub(crate) static RULE: Rule = Rule {
    code: Code::new("AMB514"),
    name: "balancer-without-endpoints",
    severity: Severity::Error,
    summary: "`load_balancer` needs a resolver that knows endpoints",
    why: "The service resolver leads to the one address of the Service, so that there is nothing to balance: Emissary \
          drops a Mapping that asks for it.",
    facts: &["U14"],
    examples: &[Example::mapping(
        "prefix: /cart/\nservice: cart\nresolver: kubernetes-service\nload_balancer: {policy: round_robin}\n",
        "prefix: /cart/\nservice: cart\nresolver: kubernetes-endpoint\nload_balancer: {policy: round_robin}\n",
    )],
    check: Check::Told(&["load-balancer-resolver"], check),
    ..Rule::BASE
};

fn check(told: &Told<'_>, cx: &Context<'_>, out: &mut Findings) {
    let finding = out.pass_on(told).note("Set `resolver` to a KubernetesEndpointResolver.");
    let names_resolver = told.entry.is_some_and(|entry| entry.fields().has("resolver"));
    if !names_resolver && cx.resources(Kind::Module).next().is_none() {
        finding.as_bad_as(Severity::Warning);
        finding.note("There is no Module in what was read: one that names such a resolver may be kept elsewhere.");
    }
}
