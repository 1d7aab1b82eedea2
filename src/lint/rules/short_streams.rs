//! gRPC with the timeout that nobody wrote.

use crate::diagnostic::Severity;
use crate::lint::{Check, Code, Context, Example, Findings, MappingView, Rule};
use crate::resource::Kind;

pub(crate) static RULE: Rule = Rule {
    code: Code::new("AMB348"),
    name: "short-streams",
    severity: Severity::Info,
    summary: "gRPC streams of this Mapping end after 3 seconds",
    why: "Where no `timeout_ms` is written, an answer must have ended 3 s after the request; that cuts off streams, which \
          gRPC often has. `timeout_ms: 0` sets no limit.",
    facts: &["U29"],
    examples: &[Example::mapping(
        "prefix: /cart.Cart/\nrewrite: ''\nservice: cart\ngrpc: true\n",
        "prefix: /cart.Cart/\nrewrite: ''\nservice: cart\ngrpc: true\ntimeout_ms: 0\n",
    )],
    check: Check::Mapping(check),
    ..Rule::BASE
};

fn check(mapping: &MappingView<'_>, cx: &Context<'_>, out: &mut Findings) {
    let has_default =
        || cx.resources(Kind::Module).any(|module| module.fields.map("config").has("cluster_request_timeout_ms"));
    if mapping.fields.is_true("grpc") && !mapping.fields.has("timeout_ms") && !has_default() {
        out.report(mapping.key("grpc"), "streams end after 3 s: this Mapping has no timeout_ms");
    }
}
