//! A path_prefix without a slash.

use crate::diagnostic::Severity;
use crate::lint::{Check, Code, Context, Example, Findings, FixKind, Rule, Told};

pub(crate) static RULE: Rule = Rule {
    code: Code::new("AMB620"),
    name: "auth-path-prefix",
    severity: Severity::Error,
    summary: "`path_prefix` of an AuthService must begin with a slash",
    why: "It is put before the path of the request. Envoy refuses the whole configuration over one that is no \
          path.",
    facts: &["A34"],
    fix: FixKind::Unsafe("begin it with a slash"),
    examples: &[Example::spec(
        "AuthService",
        "auth_service: auth\npath_prefix: check\n",
        "auth_service: auth\npath_prefix: /check\n",
    )],
    check: Check::Told(&["auth-path-prefix"], check),
    ..Rule::BASE
};

fn check(told: &Told<'_>, cx: &Context<'_>, out: &mut Findings) {
    let finding = out.pass_on(told);
    let Some(entry) = told.entry else { return };
    if let Some(prefix) = entry.fields().text("path_prefix") {
        finding.mend(entry.mend(cx).set("path_prefix", format!("/{}", prefix.value)));
    }
}
