//! A retry policy that Emissary does not take.

use crate::diagnostic::Severity;
use crate::lint::{Check, Code, Example, Rule, pass_on};

pub(crate) static RULE: Rule = Rule {
    code: Code::new("AMB341"),
    name: "odd-retry-policy",
    severity: Severity::Error,
    summary: "the retry policy does not say when to retry",
    why: "`retry_on` is required, and is one of `5xx`, `gateway-error`, `connect-failure`, `retriable-4xx`, \
          `refused-stream` and `retriable-status-codes`. Without it the whole Mapping is dropped.",
    facts: &["U21"],
    examples: &[Example::mapping(
        "prefix: /cart/\nservice: cart\nretry_policy: {num_retries: 3}\n",
        "prefix: /cart/\nservice: cart\nretry_policy: {retry_on: 5xx, num_retries: 3}\n",
    )],
    check: Check::Told(&["retry-policy"], pass_on),
    ..Rule::BASE
};
