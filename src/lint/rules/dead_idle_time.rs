//! `keepalive.idle_time`, which does nothing in a Mapping.

use crate::lint::{Check, Code, Context, Example, Findings, FixKind, MappingView, Rule};

pub(crate) static RULE: Rule = Rule {
    code: Code::new("AMB340"),
    name: "dead-idle-time",
    summary: "`keepalive.idle_time` does nothing in a Mapping",
    why: "Of a Mapping's `keepalive`, `interval` and `probes` reach Envoy; `idle_time` does not.",
    facts: &["U20"],
    fix: FixKind::Safe("remove it"),
    examples: &[Example::mapping(
        "prefix: /cart/\nservice: cart\nkeepalive:\n  interval: 10\n  idle_time: 60\n",
        "prefix: /cart/\nservice: cart\nkeepalive:\n  interval: 10\n",
    )],
    check: Check::Mapping(check),
    ..Rule::BASE
};

fn check(mapping: &MappingView<'_>, cx: &Context<'_>, out: &mut Findings) {
    let Some(entry) = mapping.fields.map("keepalive").entry("idle_time") else { return };
    out.report(entry.key.span, "idle_time does nothing in a Mapping")
        .mend(mapping.mend(cx).remove_in(&["keepalive"], "idle_time"));
}
