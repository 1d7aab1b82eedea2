//! An added header without a value.

use crate::diagnostic::Severity;
use crate::lint::{Check, Code, Example, Rule, pass_on};

pub(crate) static RULE: Rule = Rule {
    code: Code::new("AMB362"),
    name: "header-without-value",
    severity: Severity::Error,
    summary: "a header to add has no value",
    why: "An empty value is left out when the object is handed on. Emissary's compiler raises an exception over a \
          header without one, and gives the whole configuration up.",
    facts: &["A04"],
    examples: &[Example::mapping(
        "prefix: /cart/\nservice: cart\nadd_request_headers:\n  x-zone: {append: false}\n",
        "prefix: /cart/\nservice: cart\nadd_request_headers:\n  x-zone: {append: false, value: eu}\n",
    )],
    check: Check::Told(&["header-without-value"], pass_on),
    ..Rule::BASE
};
