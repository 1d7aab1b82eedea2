//! An object whose fields do not stand under spec.

use crate::diagnostic::Severity;
use crate::lint::{Check, Code, Context, Editions, Entry, Example, Findings, Rule, Told};

pub(crate) static RULE: Rule = Rule {
    code: Code::new("AMB111"),
    name: "nothing-under-spec",
    severity: Severity::Error,
    summary: "there is nothing under `spec`",
    why: "No schema asks for `spec`, so such an object is applied, and Emissary's compiler gives the whole \
          configuration up over it. Fields beside `spec` are cut off by the cluster.",
    facts: &["A48"],
    editions: Editions::LATER,
    examples: &[Example::manifests(
        "apiVersion: getambassador.io/v3alpha1\nkind: Mapping\nmetadata: {name: cart}\n",
        "apiVersion: getambassador.io/v3alpha1\nkind: Mapping\nmetadata: {name: cart}\nspec: {hostname: '*', prefix: /cart/, service: cart}\n",
    )],
    check: Check::Told(&["empty-field", "compiler-aborts", "missing-field"], check),
    ..Rule::BASE
};

fn check(told: &Told<'_>, _: &Context<'_>, out: &mut Findings) {
    if told.entry.is_some_and(has_no_spec) {
        out.pass_on(told).note("The fields of an object belong under `spec`.");
    }
}

/// Whether an object of its own has no `spec`.
pub(super) fn has_no_spec(entry: &Entry<'_>) -> bool {
    !entry.is_annotation() && entry.kind.is_some() && entry.body.is_none()
}
