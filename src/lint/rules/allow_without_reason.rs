//! An allowance that does not say why.

use crate::diagnostic::Severity;
use crate::lint::{Check, Code, Example, Rule};

pub(crate) static RULE: Rule = Rule {
    code: Code::new("AMB091"),
    name: "allow-without-reason",
    severity: Severity::Info,
    summary: "a comment or annotation allows something and does not say why",
    why: "An exception is a decision. Without its reason nobody can tell when it is over.",
    examples: &[Example::mapping(
        "prefix: cart/  # ambassador-lint: allow AMB201\nservice: cart\n",
        "prefix: cart/  # ambassador-lint: allow AMB201 because the gateway is tested with it\nservice: cart\n",
    )],
    check: Check::Allow,
    ..Rule::BASE
};
