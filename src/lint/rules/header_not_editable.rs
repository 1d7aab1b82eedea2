//! A header that cannot be added or removed.

use crate::diagnostic::Severity;
use crate::lint::{Check, Code, Example, Rule, pass_on};

pub(crate) static RULE: Rule = Rule {
    code: Code::new("AMB367"),
    name: "header-not-editable",
    severity: Severity::Error,
    summary: "`Host` and headers with a colon cannot be added or removed",
    why: "Envoy refuses the whole configuration over such a header. `host_rewrite` sets the Host header, `rewrite` \
          the path.",
    facts: &["A16"],
    examples: &[Example::mapping(
        "prefix: /cart/\nservice: cart\nadd_request_headers:\n  Host: {value: cart.example.com}\n",
        "prefix: /cart/\nservice: cart\nhost_rewrite: cart.example.com\n",
    )],
    check: Check::Told(&["header-not-editable"], pass_on),
    ..Rule::BASE
};
