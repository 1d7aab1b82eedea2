//! A weight below 0.

use crate::diagnostic::Severity;
use crate::lint::{Check, Code, Example, Rule, pass_on};

pub(crate) static RULE: Rule = Rule {
    code: Code::new("AMB363"),
    name: "negative-weight",
    severity: Severity::Error,
    summary: "a weight is negative",
    why: "Envoy refuses the whole configuration over a share below 0, and goes on with what it had.",
    facts: &["A12"],
    examples: &[Example::mapping(
        "prefix: /cart/\nservice: cart\nweight: -1\n---\nprefix: /cart/\nservice: cart-next\n",
        "prefix: /cart/\nservice: cart\nweight: 10\n---\nprefix: /cart/\nservice: cart-next\n",
    )],
    check: Check::Told(&["negative-weight"], pass_on),
    ..Rule::BASE
};
