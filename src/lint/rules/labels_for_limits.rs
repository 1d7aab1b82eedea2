//! Labels of metadata in the place of labels for rate limits.

use crate::diagnostic::Severity;
use crate::lint::{Check, Code, Context, Editions, Entry, Example, Findings, FixKind, Rule, Told};

pub(crate) static RULE: Rule = Rule {
    code: Code::new("AMB021"),
    name: "labels-for-limits",
    severity: Severity::Error,
    summary: "`labels` of a document in an annotation are for rate limits",
    why: "At the top of a document in an annotation `labels` are the labels for rate limits. Those of the metadata \
          are called `metadata_labels` there.",
    facts: &["B24"],
    editions: Editions::LATER,
    fix: FixKind::Unsafe("call them `metadata_labels`"),
    examples: &[Example::annotation(
        "apiVersion: getambassador.io/v3alpha1\nkind: Mapping\nname: cart\nlabels: {team: shop}\nhostname: '*'\nprefix: /cart/\nservice: cart\n",
        "apiVersion: getambassador.io/v3alpha1\nkind: Mapping\nname: cart\nmetadata_labels: {team: shop}\nhostname: '*'\nprefix: /cart/\nservice: cart\n",
    )],
    check: Check::Told(&["wrong-type"], check),
    ..Rule::BASE
};

fn check(told: &Told<'_>, cx: &Context<'_>, out: &mut Findings) {
    let Some(entry) = told.entry.filter(|entry| is_meant_for_metadata(entry, told)) else { return };
    out.pass_on(told)
        .note("Labels of the metadata are `metadata_labels` in an annotation.")
        .mend(entry.mend(cx).rename("labels", "metadata_labels"));
}

/// Whether a document in an annotation has `labels` of which one is a mere text.
pub(super) fn is_meant_for_metadata(entry: &Entry<'_>, told: &Told<'_>) -> bool {
    let is_text = entry.fields().entries("labels").iter().any(|label| label.value.text().is_some());
    entry.is_annotation() && is_text && told.field().starts_with("spec.labels.")
}
