//! A star in host, where it means nothing.

use crate::diagnostic::Severity;
use crate::lint::{Check, Code, Context, Editions, Example, Findings, FixKind, Rule, Told};

pub(crate) static RULE: Rule = Rule {
    code: Code::new("AMB412"),
    name: "host-with-star",
    severity: Severity::Error,
    summary: "`host` with a star makes Emissary drop the Mapping",
    why: "`host` is an exact name or, with `host_regex`, a regex. Patterns are `hostname`'s.",
    facts: &["H08"],
    editions: Editions::LATER,
    fix: FixKind::Unsafe("write `hostname`"),
    examples: &[Example::mapping(
        "host: '*.example.com'\nprefix: /cart/\nservice: cart\n",
        "hostname: '*.example.com'\nprefix: /cart/\nservice: cart\n",
    )],
    check: Check::Told(&["host-glob"], check),
    ..Rule::BASE
};

fn check(told: &Told<'_>, cx: &Context<'_>, out: &mut Findings) {
    let finding = out.pass_on(told);
    if let Some(entry) = told.entry {
        finding.mend(entry.mend(cx).rename("host", "hostname"));
    }
}
