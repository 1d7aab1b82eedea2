//! A timeout that Envoy does not take.

use crate::diagnostic::Severity;
use crate::lint::{Check, Code, Example, Rule, pass_on};

pub(crate) static RULE: Rule = Rule {
    code: Code::new("AMB366"),
    name: "timeout-range",
    severity: Severity::Error,
    summary: "a timeout is negative, or 0 where it must not be",
    why: "Envoy refuses the whole configuration over a negative time, and over a `connect_timeout_ms` of 0.",
    facts: &["A15"],
    examples: &[
        Example::mapping(
            "prefix: /cart/\nservice: cart\ntimeout_ms: -1\n",
            "prefix: /cart/\nservice: cart\ntimeout_ms: 4000\n",
        ),
        Example::spec("Module", "cluster_request_timeout_ms: -1\n", "cluster_request_timeout_ms: 4000\n"),
    ],
    check: Check::Told(&["timeout-range", "negative-timeout"], pass_on),
    ..Rule::BASE
};
