//! A gRPC service that is spoken to in HTTP/1.1.

use crate::lint::{Check, Code, Context, Example, Findings, FixKind, MappingView, Rule};

pub(crate) static RULE: Rule = Rule {
    code: Code::new("AMB349"),
    name: "grpc-over-http1",
    summary: "this reads like gRPC, and HTTP/1.1 is spoken to the service",
    why: "gRPC needs HTTP/2 on both sides. Without `grpc: true` the service is spoken to in HTTP/1.1, and every call fails.",
    facts: &["U30"],
    fix: FixKind::Unsafe("set `grpc: true`"),
    examples: &[Example::mapping(
        "prefix: /shop.Cart/\nrewrite: ''\nservice: cart:50051\ntimeout_ms: 0\n",
        "prefix: /shop.Cart/\nrewrite: ''\nservice: cart:50051\ngrpc: true\ntimeout_ms: 0\n",
    )],
    check: Check::Mapping(check),
    ..Rule::BASE
};

fn check(mapping: &MappingView<'_>, cx: &Context<'_>, out: &mut Findings) {
    let fields = mapping.fields;
    let (Some(prefix), Some(service)) = (fields.filled("prefix"), fields.filled("service")) else { return };
    let reads_so = is_grpc_path(prefix.value) && fields.text("rewrite").is_some_and(|rewrite| rewrite.value.is_empty())
        || service.value.ends_with(":50051");
    let is_foreign = service.value.contains("://") && !service.value.starts_with("http");
    if reads_so && !is_foreign && !fields.has("grpc") && !fields.is_true("host_redirect") {
        out.report(service.span, "gRPC calls fail here: HTTP/1.1 is spoken to this service")
            .mend(mapping.mend(cx).set("grpc", true));
    }
}

/// Whether a path is that of a gRPC service: `/package.Service/`.
fn is_grpc_path(path: &str) -> bool {
    let Some(service) = path.strip_prefix('/').map(|rest| rest.split('/').next().unwrap_or_default()) else {
        return false;
    };
    let mut parts = service.split('.').rev();
    let is_name = |part: &str| !part.is_empty() && part.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    let begins_large =
        parts.next().is_some_and(|last| last.starts_with(|c: char| c.is_ascii_uppercase()) && is_name(last));
    begins_large && service.contains('.') && parts.all(is_name)
}
