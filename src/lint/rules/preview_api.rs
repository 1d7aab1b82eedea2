//! The preview of the API, which is gone.

use crate::diagnostic::Severity;
use crate::lint::{Check, Code, Context, Editions, Entry, Example, Findings, FixKind, Rule, Told};
use crate::resource::Kind;
use crate::source::Edit;

pub(crate) static RULE: Rule = Rule {
    code: Code::new("AMB104"),
    name: "preview-api",
    severity: Severity::Error,
    summary: "the preview of the API is gone",
    why: "Before 2.0 was released, its kinds were called `AmbassadorMapping` and the like, in the group \
          `x.getambassador.io`. Nothing reads them any more.",
    facts: &["B05"],
    editions: Editions::LATER,
    fix: FixKind::Unsafe("write the version and kind of today"),
    examples: &[Example::manifests(
        "apiVersion: x.getambassador.io/v3alpha1\nkind: AmbassadorMapping\nmetadata: {name: cart}\nspec: {hostname: '*', prefix: /cart/, service: cart}\n",
        "apiVersion: getambassador.io/v3alpha1\nkind: Mapping\nmetadata: {name: cart}\nspec: {hostname: '*', prefix: /cart/, service: cart}\n",
    )],
    check: Check::Told(&["unknown-version", "version-not-served"], check),
    ..Rule::BASE
};

fn check(told: &Told<'_>, cx: &Context<'_>, out: &mut Findings) {
    let Some(entry) = told.entry.filter(|entry| is_preview(entry)) else { return };
    let kind = entry.result.kind.strip_prefix("Ambassador").unwrap_or(&entry.result.kind);
    let version = Edit::new(entry.version_span(), "getambassador.io/v3alpha1");
    let is_known = Kind::from_name(kind).is_some() && entry.version_span() != entry.head();
    let mend = is_known.then(|| match cx.sources().text(entry.head()) == kind {
        true => vec![version],
        false => vec![version, Edit::new(entry.head(), kind)],
    });
    out.pass_on(told).note("Write the kind without `Ambassador`, in `getambassador.io/v3alpha1`.").mend(mend);
}

/// Whether a document is of the preview of the API.
pub(super) fn is_preview(entry: &Entry<'_>) -> bool {
    let kind = entry.result.kind.strip_prefix("Ambassador").and_then(Kind::from_name);
    entry.result.api_version.starts_with("x.getambassador.io/") || kind.is_some()
}
