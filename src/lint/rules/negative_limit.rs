//! A limit below 0.

use crate::diagnostic::Severity;
use crate::lint::{Check, Code, Example, Rule, pass_on};

pub(crate) static RULE: Rule = Rule {
    code: Code::new("AMB376"),
    name: "negative-limit",
    severity: Severity::Error,
    summary: "a limit of circuit breakers or retries is negative",
    why: "Envoy counts from 0, and refuses the whole configuration over a number below.",
    facts: &["A25"],
    examples: &[Example::mapping(
        "prefix: /cart/\nservice: cart\ncircuit_breakers: [{max_connections: -1}]\n",
        "prefix: /cart/\nservice: cart\ncircuit_breakers: [{max_connections: 64}]\n",
    )],
    check: Check::Told(&["negative-limit"], pass_on),
    ..Rule::BASE
};
