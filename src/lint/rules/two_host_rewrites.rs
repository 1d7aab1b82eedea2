//! host_rewrite beside auto_host_rewrite.

use crate::diagnostic::Severity;
use crate::lint::{Check, Code, Example, Rule, pass_on};

pub(crate) static RULE: Rule = Rule {
    code: Code::new("AMB372"),
    name: "two-host-rewrites",
    severity: Severity::Error,
    summary: "`host_rewrite` and `auto_host_rewrite` exclude each other",
    why: "Envoy knows one way to set the Host header of a route. It refuses the whole configuration over both, \
          also where `auto_host_rewrite` is `false`.",
    facts: &["A21"],
    examples: &[Example::mapping(
        "prefix: /cart/\nservice: cart\nhost_rewrite: cart.example.com\nauto_host_rewrite: true\n",
        "prefix: /cart/\nservice: cart\nhost_rewrite: cart.example.com\n",
    )],
    check: Check::Told(&["host-rewrites"], pass_on),
    ..Rule::BASE
};
