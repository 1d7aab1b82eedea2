//! `auth_context_extensions` that no AuthService is told.

use crate::lint::{Check, Code, Context, Example, Findings, MappingView, Rule};
use crate::resource::Kind;

pub(crate) static RULE: Rule = Rule {
    code: Code::new("AMB354"),
    name: "idle-auth-extensions",
    summary: "no AuthService is told these extensions",
    why: "`auth_context_extensions` go to an AuthService that speaks gRPC. One that speaks HTTP is not told them, and with \
          `bypass_auth` none is asked.",
    facts: &["U35"],
    examples: &[Example::mapping(
        "prefix: /cart/\nservice: cart\nbypass_auth: true\nauth_context_extensions: {team: shop}\n",
        "prefix: /cart/\nservice: cart\nbypass_auth: true\n",
    )],
    check: Check::Mapping(check),
    ..Rule::BASE
};

fn check(mapping: &MappingView<'_>, cx: &Context<'_>, out: &mut Findings) {
    if mapping.fields.entries("auth_context_extensions").is_empty() {
        return;
    }
    let is_asked = || {
        cx.resources(Kind::AuthService)
            .any(|auth| auth.fields.filled("proto").is_some_and(|proto| proto.value == "grpc"))
    };
    let why = if mapping.fields.is_true("bypass_auth") {
        "this Mapping bypasses it"
    } else if cx.resources(Kind::AuthService).next().is_some() && !is_asked() {
        "it speaks HTTP, and only one that speaks gRPC is told them"
    } else {
        return;
    };
    out.report(mapping.key("auth_context_extensions"), format!("the AuthService is not told these: {why}"));
}
