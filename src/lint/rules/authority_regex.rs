//! A regex on the authority without a hostname.

use crate::lint::unattached::Unattached;
use crate::lint::{Check, Code, Context, Editions, Example, Findings, FixKind, GroupView, MappingView, Rule};
use crate::source::Edit;

pub(crate) static RULE: Rule = Rule {
    code: Code::new("AMB414"),
    name: "authority-regex",
    summary: "a regex on `:authority` puts the Mapping under no Host",
    why: "Emissary takes the hostname of a Mapping from `hostname`, `host` or an exact condition on `:authority`, \
          not from a regex on it. Without one no Host takes the Mapping.",
    facts: &["H10"],
    editions: Editions::LATER,
    fix: FixKind::Unsafe("write it as `host` with `host_regex`"),
    examples: &[Example::manifests(
        "apiVersion: getambassador.io/v3alpha1\nkind: Mapping\nmetadata: {name: cart}\nspec:\n  prefix: /cart/\n  service: cart\n  regex_headers:\n    ':authority': '(eu|us)[.]example[.]com'\n",
        "apiVersion: getambassador.io/v3alpha1\nkind: Mapping\nmetadata: {name: cart}\nspec:\n  prefix: /cart/\n  service: cart\n  host: '(eu|us)[.]example[.]com'\n  host_regex: true\n",
    )],
    check: Check::Group(check),
    ..Rule::BASE
};

fn check(group: &GroupView<'_>, cx: &Context<'_>, out: &mut Findings) {
    if group.group.hostname.is_some() || Unattached::of(group, cx).is_none() {
        return;
    }
    for member in group.members.iter().chain(&group.shadow) {
        let Some(regex) = member.fields.map("regex_headers").entry(":authority") else { continue };
        out.report(regex.value.span, "no Host takes this Mapping: a regex on `:authority` is no hostname")
            .note("Write it as `host` with `host_regex: true`.")
            .mend(as_host(member, cx));
    }
}

fn as_host(mapping: &MappingView<'_>, cx: &Context<'_>) -> Option<Vec<Edit>> {
    let written = mapping.entry.fields();
    let regex = written.map("regex_headers").filled(":authority")?.value;
    let mend = mapping.entry.mend(cx);
    let is_alone = written.entries("regex_headers").len() == 1;
    let mut edits = match is_alone {
        true => mend.replace_field("regex_headers", "host", regex)?,
        false => [mend.remove_in(&["regex_headers"], ":authority")?, mend.set("host", regex)?].concat(),
    };
    edits.extend(mend.set("host_regex", true)?);
    Some(edits)
}
