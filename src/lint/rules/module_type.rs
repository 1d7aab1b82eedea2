//! A setting of the Module that is not of its type.

use crate::diagnostic::Severity;
use crate::lint::{Check, Code, Context, Example, Findings, FixKind, Rule, Told};
use crate::source::Edit;

pub(crate) static RULE: Rule = Rule {
    code: Code::new("AMB610"),
    name: "module-type",
    severity: Severity::Error,
    summary: "a setting of the Module is of a type that Emissary's compiler cannot do with",
    why: "Nobody checks a Module. A text where a number is wanted, or a mere `false` where settings are, raises an \
          exception in Emissary's compiler, and the whole configuration is given up.",
    facts: &["A08", "A09", "A11"],
    fix: FixKind::Unsafe("write what is meant"),
    examples: &[
        Example::spec("Module", "diagnostics: false\n", "diagnostics: {enabled: false}\n"),
        Example::spec("Module", "cluster_request_timeout_ms: '10000'\n", "cluster_request_timeout_ms: 10000\n"),
        Example::spec(
            "Module",
            "set_current_client_cert_details: SANITIZE\n",
            "set_current_client_cert_details: {subject: true}\n",
        ),
    ],
    check: Check::Told(&["module-type"], check),
    ..Rule::BASE
};

fn check(told: &Told<'_>, cx: &Context<'_>, out: &mut Findings) {
    let written = cx.sources().text(told.span);
    let bare = written.trim_matches(['"', '\'']);
    let is_number = !bare.is_empty() && bare.bytes().all(|byte| byte.is_ascii_digit());
    let has_switch =
        ["diagnostics", "liveness_probe", "readiness_probe"].iter().any(|name| told.message.starts_with(name));
    let finding = out.pass_on(told);
    if told.message.starts_with("set_current_client_cert_details") {
        finding.note("`SANITIZE` and the like belong to `forward_client_cert_details`.");
    } else if is_number && bare != written {
        finding.mend(vec![Edit::new(told.span, bare)]);
    } else if has_switch && matches!(written, "true" | "false") {
        finding.mend(vec![Edit::new(told.span, format!("{{enabled: {written}}}"))]);
    }
}
