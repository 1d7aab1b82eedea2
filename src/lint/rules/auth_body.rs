//! include_body beside allow_request_body.

use crate::diagnostic::Severity;
use crate::lint::{Check, Code, Context, Example, Findings, FixKind, Rule, Told};

pub(crate) static RULE: Rule = Rule {
    code: Code::new("AMB623"),
    name: "auth-body",
    severity: Severity::Error,
    summary: "`include_body` and `allow_request_body` exclude each other",
    why: "Emissary posts an error over both, and any error of an AuthService makes it answer every request with \
          500.",
    facts: &["A40"],
    fix: FixKind::Unsafe("remove `allow_request_body`"),
    examples: &[Example::spec(
        "AuthService",
        "auth_service: auth\ninclude_body: {max_bytes: 4096, allow_partial: true}\nallow_request_body: true\n",
        "auth_service: auth\ninclude_body: {max_bytes: 4096, allow_partial: true}\n",
    )],
    check: Check::Told(&["auth-body"], check),
    ..Rule::BASE
};

fn check(told: &Told<'_>, cx: &Context<'_>, out: &mut Findings) {
    let finding = out.pass_on(told);
    if let Some(entry) = told.entry {
        finding.mend(entry.mend(cx).remove("allow_request_body"));
    }
}
