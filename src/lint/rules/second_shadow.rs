//! Two shadows in a group.

use crate::diagnostic::Severity;
use crate::lint::{Check, Code, Example, Rule, pass_on};

pub(crate) static RULE: Rule = Rule {
    code: Code::new("AMB239"),
    name: "second-shadow",
    severity: Severity::Error,
    summary: "a group has one shadow only",
    why: "Copies of the requests of a group go to one shadow. A second one with the same match is refused.",
    facts: &["M29"],
    examples: &[Example::mapping(
        "prefix: /cart/\nservice: cart\n---\nprefix: /cart/\nservice: one\nshadow: true\n---\nprefix: /cart/\nservice: two\nshadow: true\n",
        "prefix: /cart/\nservice: cart\n---\nprefix: /cart/\nservice: one\nshadow: true\n",
    )],
    check: Check::Told(&["second-shadow"], pass_on),
    ..Rule::BASE
};
