//! A load balancer of another shape than Emissary takes.

use crate::diagnostic::Severity;
use crate::lint::{Check, Code, Example, Rule, pass_on};

pub(crate) static RULE: Rule = Rule {
    code: Code::new("AMB515"),
    name: "odd-balancer",
    severity: Severity::Error,
    summary: "the load balancer has another shape than Emissary takes",
    why: "`round_robin` and `least_request` stand alone; `ring_hash` and `maglev` want exactly one of `cookie` (with a \
          `name`), `header` and `source_ip`. Anything else drops the Mapping.",
    facts: &["U15"],
    examples: &[Example::mapping(
        "prefix: /cart/\nservice: cart\nresolver: kubernetes-endpoint\nload_balancer: {policy: maglev}\n",
        "prefix: /cart/\nservice: cart\nresolver: kubernetes-endpoint\nload_balancer: {policy: maglev, header: x-user}\n",
    )],
    check: Check::Told(&["load-balancer"], pass_on),
    ..Rule::BASE
};
