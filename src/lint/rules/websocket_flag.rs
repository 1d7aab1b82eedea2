//! `use_websocket`, which `allow_upgrade` has replaced.

use serde_yaml::Value;

use crate::diagnostic::Severity;
use crate::lint::{Check, Code, Context, Editions, Example, Findings, FixKind, MappingView, Rule};

pub(crate) static RULE: Rule = Rule {
    code: Code::new("AMB310"),
    name: "websocket-flag",
    severity: Severity::Info,
    summary: "`use_websocket` is deprecated",
    why: "It says the same as `allow_upgrade: [websocket]`, and is ignored where both stand.",
    facts: &["U28"],
    editions: Editions::LATER,
    fix: FixKind::Safe("write `allow_upgrade`"),
    examples: &[Example::mapping(
        "prefix: /chat/\nservice: chat\nuse_websocket: true  # for the browser\n",
        "prefix: /chat/\nservice: chat\nallow_upgrade: [websocket]  # for the browser\n",
    )],
    check: Check::Mapping(check),
    ..Rule::BASE
};

fn check(mapping: &MappingView<'_>, cx: &Context<'_>, out: &mut Findings) {
    if !mapping.fields.is_true("use_websocket") {
        return;
    }
    let mend = mapping.mend(cx);
    let edits = match mapping.fields.has("allow_upgrade") {
        true => mend.remove("use_websocket"),
        false => mend.replace_field("use_websocket", "allow_upgrade", Value::from(vec!["websocket"])),
    };
    out.report(mapping.key("use_websocket"), "`use_websocket` is deprecated for `allow_upgrade`").mend(edits);
}
