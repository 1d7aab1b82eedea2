//! One upgrade that stands twice.

use crate::diagnostic::Severity;
use crate::lint::{Check, Code, Context, Example, Findings, FixKind, Rule, Told};

pub(crate) static RULE: Rule = Rule {
    code: Code::new("AMB374"),
    name: "repeated-upgrade",
    severity: Severity::Error,
    summary: "`allow_upgrade` names a protocol twice",
    why: "Names of protocols are compared without letter case, and Envoy refuses the whole configuration over one \
          that stands twice.",
    facts: &["A23"],
    fix: FixKind::Unsafe("name it once"),
    examples: &[Example::mapping(
        "prefix: /cart/\nservice: cart\nallow_upgrade: [websocket, WebSocket]\n",
        "prefix: /cart/\nservice: cart\nallow_upgrade: [websocket]\n",
    )],
    check: Check::Told(&["duplicate-upgrade"], check),
    ..Rule::BASE
};

fn check(told: &Told<'_>, cx: &Context<'_>, out: &mut Findings) {
    let finding = out.pass_on(told);
    let Some(entry) = told.entry else { return };
    let mut names: Vec<&str> = Vec::new();
    for name in entry.fields().texts("allow_upgrade") {
        if !names.iter().any(|known| known.eq_ignore_ascii_case(name.value)) {
            names.push(name.value);
        }
    }
    finding.mend(entry.mend(cx).set("allow_upgrade", names));
}
