//! protocol beside protocolStack.

use crate::lint::{Check, Code, Context, Editions, Example, Findings, FixKind, Rule, Told};

pub(crate) static RULE: Rule = Rule {
    code: Code::new("AMB439"),
    name: "protocol-beside-stack",
    summary: "`protocol` is ignored beside `protocolStack`",
    why: "Emissary posts an error, and goes by the stack.",
    facts: &["H33"],
    editions: Editions::LATER,
    fix: FixKind::Safe("remove `protocol`"),
    examples: &[Example::spec(
        "Listener",
        "port: 8080\nprotocol: HTTPS\nprotocolStack: [HTTP, TCP]\nsecurityModel: XFP\nhostBinding: {namespace: {from: ALL}}\n",
        "port: 8080\nprotocolStack: [HTTP, TCP]\nsecurityModel: XFP\nhostBinding: {namespace: {from: ALL}}\n",
    )],
    check: Check::Told(&["listener-protocol-and-stack"], check),
    ..Rule::BASE
};

fn check(told: &Told<'_>, cx: &Context<'_>, out: &mut Findings) {
    let finding = out.pass_on(told);
    if let Some(entry) = told.entry {
        finding.mend(entry.mend(cx).remove("protocol"));
    }
}
