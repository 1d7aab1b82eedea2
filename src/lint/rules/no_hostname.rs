//! A Mapping without a hostname.

use crate::lint::unattached::Unattached;
use crate::lint::{Check, Code, Context, Editions, Example, Findings, FixKind, GroupView, Rule};

pub(crate) static RULE: Rule = Rule {
    code: Code::new("AMB401"),
    name: "no-hostname",
    summary: "a Mapping without `hostname` stands under no Host",
    why: "Since Emissary 2 a Mapping stands under the Hosts whose hostname its own overlaps, or that select its \
          labels. One without `hostname` that no Host selects is never reached; its status says `Running` all the \
          same. Ambassador 1 put every Mapping under every name.",
    facts: &["H01"],
    editions: Editions::LATER,
    fix: FixKind::Unsafe("put it under every name"),
    examples: &[Example::manifests(
        "apiVersion: getambassador.io/v3alpha1\nkind: Mapping\nmetadata: {name: cart}\nspec:\n  prefix: /cart/\n  service: cart\n",
        "apiVersion: getambassador.io/v3alpha1\nkind: Mapping\nmetadata: {name: cart}\nspec:\n  hostname: '*'\n  prefix: /cart/\n  service: cart\n",
    )],
    check: Check::Group(check),
    ..Rule::BASE
};

fn check(group: &GroupView<'_>, cx: &Context<'_>, out: &mut Findings) {
    // A shadow alone has a rule of its own.
    if group.group.hostname.is_some() || group.members.is_empty() || Unattached::of(group, cx).is_none() {
        return;
    }
    for member in group.members.iter().chain(&group.shadow) {
        // A condition on the authority has a rule of its own.
        if member.fields.map("regex_headers").has(":authority") {
            continue;
        }
        out.report(
            member.name_span(),
            "no Host takes this Mapping: it has no `hostname`, and no Host selects its labels",
        )
        .mend(member.mend(cx).set("hostname", "*"));
    }
}
