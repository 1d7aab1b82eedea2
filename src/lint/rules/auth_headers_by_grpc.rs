//! Lists of headers of a gRPC AuthService.

use crate::lint::{Check, Code, Context, Example, Findings, FixKind, ResourceView, Rule};
use crate::resource::Kind;

pub(crate) static RULE: Rule = Rule {
    code: Code::new("AMB638"),
    name: "auth-headers-by-grpc",
    summary: "a gRPC AuthService gets all headers: these settings have no effect",
    why: "`path_prefix`, `allowed_request_headers`, `allowed_authorization_headers` and `add_auth_headers` are for \
          an AuthService of HTTP. By gRPC all headers go to it, and its answer says what to set.",
    facts: &["S11"],
    fix: FixKind::Safe("remove it"),
    examples: &[Example::spec(
        "AuthService",
        "auth_service: auth\nproto: grpc\nprotocol_version: v3\nallowed_request_headers: [x-shop]\n",
        "auth_service: auth\nproto: grpc\nprotocol_version: v3\n",
    )],
    check: Check::Resource(Kind::AuthService, check),
    ..Rule::BASE
};

const BY_HTTP: [&str; 4] =
    ["path_prefix", "allowed_request_headers", "allowed_authorization_headers", "add_auth_headers"];

fn check(service: &ResourceView<'_>, cx: &Context<'_>, out: &mut Findings) {
    if service.fields.text("proto").is_none_or(|proto| proto.value != "grpc") {
        return;
    }
    for name in BY_HTTP {
        if let Some(entry) = service.entry.fields().entry(name) {
            out.report(entry.key.span, format!("`{name}` has no effect with `proto: grpc`"))
                .mend(service.mend(cx).remove(name));
        }
    }
}
