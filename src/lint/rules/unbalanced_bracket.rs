//! A bracket in a service that is not closed.

use crate::diagnostic::Severity;
use crate::lint::{Check, Code, Example, Rule, pass_on};

pub(crate) static RULE: Rule = Rule {
    code: Code::new("AMB361"),
    name: "unbalanced-bracket",
    severity: Severity::Error,
    summary: "a bracket in the service is not closed",
    why: "Emissary's compiler raises an exception when it reads such an address, and gives the whole configuration \
          up.",
    facts: &["A07"],
    examples: &[Example::mapping(
        "prefix: /cart/\nservice: '[2001:db8::1'\n",
        "prefix: /cart/\nservice: '[2001:db8::1]'\n",
    )],
    check: Check::Told(&["unbalanced-bracket"], pass_on),
    ..Rule::BASE
};
