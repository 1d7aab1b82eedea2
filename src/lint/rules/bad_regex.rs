//! A regex that RE2 does not take.

use crate::diagnostic::Severity;
use crate::lint::{Check, Code, Example, Rule, pass_on};

pub(crate) static RULE: Rule = Rule {
    code: Code::new("AMB364"),
    name: "bad-regex",
    severity: Severity::Error,
    summary: "RE2 does not take this regex",
    why: "Envoy uses RE2, which has no look-around and no back-references. It refuses the whole configuration over \
          one regex that it cannot read; Emissary looks at none of them before.",
    facts: &["A13"],
    examples: &[Example::mapping(
        "prefix: '/cart/(?=next).*'\nprefix_regex: true\nrewrite: ''\nservice: cart\n",
        "prefix: '/cart/next.*'\nprefix_regex: true\nrewrite: ''\nservice: cart\n",
    )],
    check: Check::Told(&["bad-regex"], pass_on),
    ..Rule::BASE
};
