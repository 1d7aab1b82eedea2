//! A status that is none.

use crate::diagnostic::Severity;
use crate::lint::{Check, Code, Example, Rule, pass_on};

pub(crate) static RULE: Rule = Rule {
    code: Code::new("AMB621"),
    name: "auth-status",
    severity: Severity::Error,
    summary: "`status_on_error` is no HTTP status",
    why: "Envoy refuses the whole configuration over a code that it has no name for.",
    facts: &["A35"],
    examples: &[Example::spec(
        "AuthService",
        "auth_service: auth\nstatus_on_error: {code: 299}\n",
        "auth_service: auth\nstatus_on_error: {code: 503}\n",
    )],
    check: Check::Told(&["auth-status"], pass_on),
    ..Rule::BASE
};
