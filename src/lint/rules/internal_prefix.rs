//! A Mapping that joins a group of Emissary's own.

use super::hidden_probes::is_own;
use crate::lint::{Check, Code, Context, Editions, Example, Findings, MappingView, Rule};

pub(crate) static RULE: Rule = Rule {
    code: Code::new("AMB213"),
    name: "internal-prefix",
    summary: "has the match of one of Emissary's own Mappings",
    why: "Emissary's own Mappings for probes and diagnostics are Mappings like others, for every hostname. One with the \
          same match joins their group, and probes and users then share out between the two.",
    facts: &["M13"],
    editions: Editions::LATER,
    examples: &[Example::mapping(
        "prefix: /ambassador/v0/check_ready\nrewrite: ''\nservice: probes\n",
        "prefix: /probes/check_ready/\nservice: probes\n",
    )],
    check: Check::Mapping(check),
    ..Rule::BASE
};

fn check(mapping: &MappingView<'_>, _: &Context<'_>, out: &mut Findings) {
    let Some(meaning) = mapping.mapping else { return };
    let is_for_all = meaning.matches.hostname.as_ref().is_some_and(|hostname| &*hostname.text == "*");
    if is_own(&meaning.matches.prefix) && is_for_all && meaning.matches.headers.len() == 1 {
        out.report(
            mapping.at("prefix"),
            "this joins the group of Emissary's own Mapping, and gets half of its requests",
        );
    }
}
