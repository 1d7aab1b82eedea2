//! An AuthService that lets requests pass when it fails.

use crate::diagnostic::Severity;
use crate::lint::{Check, Code, Context, Example, Findings, ResourceView, Rule};
use crate::resource::Kind;

pub(crate) static RULE: Rule = Rule {
    code: Code::new("AMB802"),
    name: "open-on-failure",
    severity: Severity::Info,
    summary: "requests pass unasked when the AuthService fails",
    why: "With `failure_mode_allow`, a timeout, a lost connection or a status of 5xx counts as consent: whoever \
          can overload the AuthService gets past it.",
    facts: &["S14"],
    examples: &[Example::spec("AuthService", "auth_service: auth\nfailure_mode_allow: true\n", "auth_service: auth\n")],
    check: Check::Resource(Kind::AuthService, check),
    ..Rule::BASE
};

fn check(service: &ResourceView<'_>, _: &Context<'_>, out: &mut Findings) {
    if service.fields.is_true("failure_mode_allow") {
        out.report(service.at("failure_mode_allow"), "whoever makes the AuthService fail gets past it");
    }
}
