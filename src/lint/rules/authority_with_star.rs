//! A star in a condition on the authority.

use crate::diagnostic::Severity;
use crate::lint::{Check, Code, Context, Editions, Entry, Example, Findings, FixKind, Rule, Told};
use crate::source::Edit;

pub(crate) static RULE: Rule = Rule {
    code: Code::new("AMB413"),
    name: "authority-with-star",
    severity: Severity::Error,
    summary: "a star in the condition on `:authority` makes Emissary drop the Mapping",
    why: "A condition on `:authority` is an exact name. Patterns are `hostname`'s.",
    facts: &["H09"],
    editions: Editions::LATER,
    fix: FixKind::Unsafe("write it as `hostname`"),
    examples: &[Example::manifests(
        "apiVersion: getambassador.io/v3alpha1\nkind: Mapping\nmetadata: {name: cart}\nspec:\n  prefix: /cart/\n  service: cart\n  headers:\n    ':authority': '*.example.com'\n",
        "apiVersion: getambassador.io/v3alpha1\nkind: Mapping\nmetadata: {name: cart}\nspec:\n  prefix: /cart/\n  service: cart\n  hostname: '*.example.com'\n",
    )],
    check: Check::Told(&["authority-glob"], check),
    ..Rule::BASE
};

fn check(told: &Told<'_>, cx: &Context<'_>, out: &mut Findings) {
    out.pass_on(told).mend(told.entry.and_then(|entry| as_hostname(entry, cx)));
}

fn as_hostname<'c>(entry: &Entry<'c>, cx: &Context<'c>) -> Option<Vec<Edit>> {
    let fields = entry.fields();
    let glob = fields.map("headers").filled(":authority")?.value;
    if fields.has("host") || fields.has("hostname") {
        return None;
    }
    let mend = entry.mend(cx);
    if fields.entries("headers").len() == 1 {
        return mend.replace_field("headers", "hostname", glob);
    }
    Some([mend.remove_in(&["headers"], ":authority")?, mend.set("hostname", glob)?].concat())
}
