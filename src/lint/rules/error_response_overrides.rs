//! `error_response_overrides` in a Mapping.

use crate::diagnostic::Severity;
use crate::lint::{Check, Code, Context, Example, Findings, FixKind, Rule, Told};
use crate::resource::Kind;

pub(crate) static RULE: Rule = Rule {
    code: Code::new("AMB345"),
    name: "error-response-overrides",
    severity: Severity::Error,
    summary: "`error_response_overrides` ends the configuration, or the Mapping",
    why: "In Emissary 4.1.0 Envoy refuses a configuration with it in a Mapping, and nothing that changes is served any \
          more. Versions before and after drop or ignore it.",
    facts: &["U25"],
    fix: FixKind::Unsafe("remove it"),
    examples: &[Example::mapping(
        "prefix: /cart/\nservice: cart\nerror_response_overrides:\n- on_status_code: 503\n  body: {text_format: sorry}\n",
        "prefix: /cart/\nservice: cart\n",
    )],
    check: Check::Told(&["error-response-overrides"], check),
    ..Rule::BASE
};

fn check(told: &Told<'_>, cx: &Context<'_>, out: &mut Findings) {
    // The Module's are a matter of another rule.
    if let Some(entry) = told.entry.filter(|entry| entry.kind == Some(Kind::Mapping)) {
        out.pass_on(told).mend(entry.mend(cx).remove("error_response_overrides"));
    }
}
