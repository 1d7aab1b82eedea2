//! A load balancer with a resolver that knows one address only.

use crate::diagnostic::Severity;
use crate::lint::{Check, Code, Example, Rule};

pub(crate) static RULE: Rule = Rule {
    code: Code::new("AMB514"),
    name: "balancer-without-endpoints",
    severity: Severity::Error,
    summary: "`load_balancer` needs a resolver that knows endpoints",
    why: "The service resolver leads to the one address of the Service, so that there is nothing to balance: Emissary \
          drops a Mapping that asks for it.",
    facts: &["U14"],
    examples: &[Example::mapping(
        "prefix: /cart/\nservice: cart\nload_balancer: {policy: round_robin}\n",
        "prefix: /cart/\nservice: cart\nresolver: kubernetes-endpoint\nload_balancer: {policy: round_robin}\n",
    )],
    check: Check::Told(&["load-balancer-resolver"], |told, _, out| {
        out.pass_on(told).note("Set `resolver` to a KubernetesEndpointResolver.");
    }),
    ..Rule::BASE
};
