//! An object in a version that the cluster does not serve.

use super::preview_api::is_preview;
use super::version_0::is_version_0;
use crate::diagnostic::Severity;
use crate::lint::{Check, Code, Context, Editions, Example, Findings, Rule, Told};

pub(crate) static RULE: Rule = Rule {
    code: Code::new("AMB107"),
    name: "version-not-served",
    severity: Severity::Error,
    summary: "the cluster does not serve this version",
    why: "Charts of Emissary 4 install `v3alpha1` only, and no conversion: an object in `v1` or `v2` cannot be \
          applied, whereas the same document in an annotation still works.",
    facts: &["B04"],
    editions: Editions::LATER,
    examples: &[Example::manifests("apiVersion: getambassador.io/v2\nkind: Mapping\nmetadata: {name: cart}\nspec: {host: cart.example.com, prefix: /cart/, service: cart}\n", "apiVersion: getambassador.io/v3alpha1\nkind: Mapping\nmetadata: {name: cart}\nspec: {hostname: cart.example.com, prefix: /cart/, service: cart}\n").legacy(false)],
    check: Check::Told(&["version-not-served"], check),
    ..Rule::BASE
};

fn check(told: &Told<'_>, _: &Context<'_>, out: &mut Findings) {
    if told.entry.is_none_or(|entry| !is_preview(entry) && !is_version_0(entry)) {
        out.pass_on(told).note("`kubectl ambassador convert` writes it in `v3alpha1`.");
    }
}
