//! `outlier_detection`, for which Emissary drops a Mapping.

use crate::diagnostic::Severity;
use crate::lint::{Check, Code, Context, Example, Findings, FixKind, Rule, Told};

pub(crate) static RULE: Rule = Rule {
    code: Code::new("AMB344"),
    name: "refused-outlier-detection",
    severity: Severity::Error,
    summary: "a Mapping with `outlier_detection` is dropped",
    why: "The field is in the schema, and Emissary does not support it: the whole Mapping is dropped.",
    facts: &["U24"],
    fix: FixKind::Unsafe("remove it"),
    examples: &[Example::mapping(
        "prefix: /cart/\nservice: cart\noutlier_detection: '5'\n",
        "prefix: /cart/\nservice: cart\n",
    )],
    check: Check::Told(&["outlier-detection"], check),
    ..Rule::BASE
};

fn check(told: &Told<'_>, cx: &Context<'_>, out: &mut Findings) {
    out.pass_on(told).mend(told.entry.and_then(|entry| entry.mend(cx).remove("outlier_detection")));
}
