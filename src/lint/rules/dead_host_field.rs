//! Fields of a Host that Emissary does nothing with.

use crate::diagnostic::Severity;
use crate::lint::{Check, Code, Context, Editions, Example, Findings, FixKind, ResourceView, Rule};
use crate::resource::Kind;

pub(crate) static RULE: Rule = Rule {
    code: Code::new("AMB431"),
    name: "dead-host-field",
    severity: Severity::Info,
    summary: "Emissary does nothing with this field of a Host",
    why: "`acmeProvider` and `previewUrl` belong to Ambassador 1 and to Edge Stack. Certificates come from \
          Secrets, which cert-manager for one can fill.",
    facts: &["H24"],
    editions: Editions::LATER,
    fix: FixKind::Safe("remove it"),
    examples: &[Example::spec(
        "Host",
        "hostname: shop.example.com\nacmeProvider: {authority: none}\nrequestPolicy: {insecure: {action: Route}}\n",
        "hostname: shop.example.com\nrequestPolicy: {insecure: {action: Route}}\n",
    )],
    check: Check::Resource(Kind::Host, check),
    ..Rule::BASE
};

fn check(host: &ResourceView<'_>, cx: &Context<'_>, out: &mut Findings) {
    for name in ["acmeProvider", "previewUrl"] {
        if let Some(entry) = host.entry.fields().entry(name) {
            out.report(entry.key.span, format!("Emissary does nothing with `{name}`")).mend(host.mend(cx).remove(name));
        }
    }
}
