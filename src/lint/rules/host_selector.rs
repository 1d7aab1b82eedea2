//! The old name of a Host's mappingSelector.

use crate::diagnostic::Severity;
use crate::edition::Version;
use crate::lint::{Check, Code, Context, Editions, Example, Findings, FixKind, ResourceView, Rule};
use crate::resource::Kind;

pub(crate) static RULE: Rule = Rule {
    code: Code::new("AMB407"),
    name: "host-selector",
    severity: Severity::Info,
    summary: "`selector` of a Host is deprecated",
    why: "It is the old name of `mappingSelector`, and is looked at only where that one is not.",
    facts: &["H06"],
    editions: Editions::LATER,
    fix: FixKind::Safe("write `mappingSelector`"),
    examples: &[Example::manifests(
        "apiVersion: getambassador.io/v3alpha1\nkind: Host\nmetadata: {name: shop}\nspec:\n  hostname: shop.example.com\n  selector: {matchLabels: {team: shop}}\n  requestPolicy: {insecure: {action: Route}}\n---\napiVersion: getambassador.io/v3alpha1\nkind: Listener\nmetadata: {name: http}\nspec: {port: 8080, protocol: HTTP, securityModel: XFP, hostBinding: {namespace: {from: ALL}}}\n",
        "apiVersion: getambassador.io/v3alpha1\nkind: Host\nmetadata: {name: shop}\nspec:\n  hostname: shop.example.com\n  mappingSelector: {matchLabels: {team: shop}}\n  requestPolicy: {insecure: {action: Route}}\n---\napiVersion: getambassador.io/v3alpha1\nkind: Listener\nmetadata: {name: http}\nspec: {port: 8080, protocol: HTTP, securityModel: XFP, hostBinding: {namespace: {from: ALL}}}\n",
    )],
    check: Check::Resource(Kind::Host, check),
    ..Rule::BASE
};

fn check(host: &ResourceView<'_>, cx: &Context<'_>, out: &mut Findings) {
    let fields = host.entry.fields();
    let Some(selector) = fields.entry("selector").filter(|_| host.entry.version == Some(Version::V3alpha1)) else {
        return;
    };
    let finding = out.report(selector.key.span, "`selector` is the old name of `mappingSelector`");
    match fields.map("mappingSelector").all() {
        _ if !fields.has("mappingSelector") => finding.mend(host.mend(cx).rename("selector", "mappingSelector")),
        [] => finding,
        _ => finding.mend(host.mend(cx).remove("selector")),
    };
}
