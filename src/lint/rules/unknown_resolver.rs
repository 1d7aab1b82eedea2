//! A resolver that is not there.

use crate::diagnostic::Severity;
use crate::lint::{Check, Code, Example, Rule, pass_on};

pub(crate) static RULE: Rule = Rule {
    code: Code::new("AMB513"),
    name: "unknown-resolver",
    severity: Severity::Error,
    summary: "there is no resolver of this name",
    why: "Emissary drops a Mapping whose resolver is not there. Three are always: `kubernetes-service`, \
          `kubernetes-endpoint` and `consul-endpoint`. Where the Module names one that is not there, all Mappings go.",
    facts: &["U13", "A38"],
    examples: &[Example::mapping(
        "prefix: /cart/\nservice: cart\nresolver: nowhere\n",
        "prefix: /cart/\nservice: cart\nresolver: kubernetes-endpoint\n",
    )],
    check: Check::Told(&["unknown-resolver"], pass_on),
    ..Rule::BASE
};
