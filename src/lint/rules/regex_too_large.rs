//! A regex that is larger than Envoy is told to take.

use crate::diagnostic::Severity;
use crate::lint::{Check, Code, Example, Rule, pass_on};

pub(crate) static RULE: Rule = Rule {
    code: Code::new("AMB365"),
    name: "regex-too-large",
    severity: Severity::Error,
    summary: "the regex is larger than `regex_max_size`",
    why: "Envoy measures what RE2 makes of a regex, and refuses the whole configuration over one above \
          `regex_max_size` of the Module, which is 200 where nothing is said. Counted repetition multiplies.",
    facts: &["A14"],
    examples: &[Example::mapping(
        "prefix: '/cart/[a-z]{400}.*'\nprefix_regex: true\nrewrite: ''\nservice: cart\n",
        "prefix: '/cart/[a-z]+.*'\nprefix_regex: true\nrewrite: ''\nservice: cart\n",
    )],
    check: Check::Told(&["regex-too-large"], pass_on),
    ..Rule::BASE
};
