//! A RateLimitService that does not say v3.

use crate::diagnostic::Severity;
use crate::lint::{Check, Code, Context, Example, Findings, FixKind, Rule, Told};

pub(crate) static RULE: Rule = Rule {
    code: Code::new("AMB630"),
    name: "ratelimit-protocol",
    severity: Severity::Error,
    summary: "a RateLimitService must say `protocol_version: v3`",
    why: "The default is `v2`, which Envoy has not spoken since Emissary 3: Emissary posts an error, and nothing \
          is limited.",
    facts: &["S01"],
    fix: FixKind::Unsafe("say it"),
    examples: &[Example::spec("RateLimitService", "service: limits\n", "service: limits\nprotocol_version: v3\n")],
    check: Check::Told(&["ratelimit-protocol"], check),
    ..Rule::BASE
};

fn check(told: &Told<'_>, cx: &Context<'_>, out: &mut Findings) {
    let finding = out.pass_on(told);
    if let Some(entry) = told.entry {
        finding.mend(entry.mend(cx).set("protocol_version", "v3"));
    }
}
