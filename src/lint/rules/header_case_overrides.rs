//! Letter case of headers, which Envoy as it comes cannot set.

use crate::diagnostic::Severity;
use crate::edition::Edition;
use crate::lint::{Check, Code, Context, Editions, Example, Findings, FixKind, Rule, Told};

pub(crate) static RULE: Rule = Rule {
    code: Code::new("AMB612"),
    name: "header-case-overrides",
    severity: Severity::Error,
    summary: "`header_case_overrides` makes Envoy refuse everything",
    why: "Before 4.0, Emissary came with an Envoy of its own that knew it. The stock Envoy refuses the whole \
          configuration.",
    facts: &["A30"],
    editions: Editions::since(Edition::Four),
    fix: FixKind::Unsafe("remove it"),
    examples: &[Example::spec(
        "Module",
        "header_case_overrides: [X-Shop]\ndiagnostics: {enabled: false}\n",
        "diagnostics: {enabled: false}\n",
    )],
    check: Check::Told(&["header-case-overrides"], check),
    ..Rule::BASE
};

fn check(told: &Told<'_>, cx: &Context<'_>, out: &mut Findings) {
    let finding = out.pass_on(told);
    if let Some(entry) = told.entry {
        finding.mend(entry.mend(cx).remove_in(&["config"], "header_case_overrides"));
    }
}
