//! A regex_rewrite without a pattern.

use crate::diagnostic::Severity;
use crate::lint::{Check, Code, Example, Rule, pass_on};

pub(crate) static RULE: Rule = Rule {
    code: Code::new("AMB373"),
    name: "rewrite-without-pattern",
    severity: Severity::Error,
    summary: "`regex_rewrite` has no pattern",
    why: "Envoy refuses the whole configuration over a rewrite that does not say what it replaces.",
    facts: &["A22"],
    examples: &[Example::mapping(
        "prefix: /cart/\nservice: cart\nregex_rewrite: {substitution: /basket/}\n",
        "prefix: /cart/\nservice: cart\nregex_rewrite: {pattern: ^/cart/, substitution: /basket/}\n",
    )],
    check: Check::Told(&["regex-rewrite-pattern"], pass_on),
    ..Rule::BASE
};
