//! An AuthService that speaks gRPC without saying v3.

use crate::diagnostic::Severity;
use crate::lint::{Check, Code, Context, Example, Findings, FixKind, Rule, Told};

pub(crate) static RULE: Rule = Rule {
    code: Code::new("AMB622"),
    name: "auth-protocol",
    severity: Severity::Error,
    summary: "a gRPC AuthService must say `protocol_version: v3`",
    why: "The default is `v2`, which Envoy has not spoken since Emissary 3. Emissary posts an error and answers \
          every request with 500, those too that ask nobody.",
    facts: &["A39"],
    fix: FixKind::Unsafe("say it"),
    examples: &[Example::spec(
        "AuthService",
        "auth_service: auth\nproto: grpc\n",
        "auth_service: auth\nproto: grpc\nprotocol_version: v3\n",
    )],
    check: Check::Told(&["auth-protocol"], check),
    ..Rule::BASE
};

fn check(told: &Told<'_>, cx: &Context<'_>, out: &mut Findings) {
    let finding = out.pass_on(told);
    if let Some(entry) = told.entry {
        finding.mend(entry.mend(cx).set("protocol_version", "v3"));
    }
}
