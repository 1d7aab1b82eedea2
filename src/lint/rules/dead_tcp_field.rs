//! Fields of a TCPMapping that do nothing.

use crate::lint::{Check, Code, Context, Example, Findings, FixKind, ResourceView, Rule};
use crate::resource::Kind;

pub(crate) static RULE: Rule = Rule {
    code: Code::new("AMB463"),
    name: "dead-tcp-field",
    summary: "this field of a TCPMapping has no effect",
    why: "`idle_timeout_ms` is in the schema and nobody sets it: Envoy closes an idle connection after an hour. \
          `stats_name` names no statistics of TCP.",
    facts: &["S18"],
    fix: FixKind::Safe("remove it"),
    examples: &[Example::spec(
        "TCPMapping",
        "port: 5672\nservice: queue:5672\nidle_timeout_ms: '60000'\n",
        "port: 5672\nservice: queue:5672\n",
    )],
    check: Check::Resource(Kind::TCPMapping, check),
    ..Rule::BASE
};

fn check(mapping: &ResourceView<'_>, cx: &Context<'_>, out: &mut Findings) {
    for name in ["idle_timeout_ms", "stats_name", "v3StatsName"] {
        if let Some(entry) = mapping.entry.fields().entry(name) {
            out.report(entry.key.span, format!("`{name}` of a TCPMapping has no effect"))
                .mend(mapping.mend(cx).remove(name));
        }
    }
}
