//! `use_websocket: false`, which allows WebSockets.

use crate::lint::{Check, Code, Context, Editions, Example, Findings, FixKind, MappingView, Rule};

pub(crate) static RULE: Rule = Rule {
    code: Code::new("AMB347"),
    name: "websocket-false",
    summary: "`use_websocket: false` allows WebSockets",
    why: "Emissary asks whether the field is there, not what it says. Leave it out, and upgrades are refused.",
    facts: &["U27"],
    editions: Editions::LATER,
    fix: FixKind::Unsafe("leave it out"),
    examples: &[Example::mapping(
        "prefix: /cart/\nservice: cart\nuse_websocket: false\n",
        "prefix: /cart/\nservice: cart\n",
    )],
    check: Check::Mapping(check),
    ..Rule::BASE
};

fn check(mapping: &MappingView<'_>, cx: &Context<'_>, out: &mut Findings) {
    let Some(flag) = mapping.fields.bool("use_websocket").filter(|flag| !flag.value) else { return };
    out.report(flag.span, "WebSockets are allowed by this: the field counts, not what it says")
        .mend(mapping.mend(cx).remove("use_websocket"));
}
