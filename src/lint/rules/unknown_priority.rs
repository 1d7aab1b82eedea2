//! A priority that Envoy does not know.

use crate::diagnostic::Severity;
use crate::lint::{Check, Code, Example, Rule, pass_on};

pub(crate) static RULE: Rule = Rule {
    code: Code::new("AMB375"),
    name: "unknown-priority",
    severity: Severity::Error,
    summary: "`priority` is neither `default` nor `high`",
    why: "Envoy refuses the whole configuration over any other word.",
    facts: &["A24"],
    examples: &[Example::mapping(
        "prefix: /cart/\nservice: cart\npriority: low\n",
        "prefix: /cart/\nservice: cart\npriority: high\n",
    )],
    check: Check::Told(&["priority"], pass_on),
    ..Rule::BASE
};
