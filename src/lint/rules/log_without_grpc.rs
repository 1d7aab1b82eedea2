//! A LogService that does not speak gRPC.

use crate::lint::{Check, Code, Context, Example, Findings, FixKind, ResourceView, Rule};
use crate::resource::Kind;

pub(crate) static RULE: Rule = Rule {
    code: Code::new("AMB634"),
    name: "log-without-grpc",
    summary: "a LogService without `grpc: true` logs nothing",
    why: "Entries are sent by gRPC. Where `grpc` is not `true`, Emissary makes an upstream of HTTP/1.1, over which \
          they do not go.",
    facts: &["S06"],
    fix: FixKind::Unsafe("say `grpc: true`"),
    examples: &[Example::spec(
        "LogService",
        "service: logs\ndriver: http\ndriver_config: {}\nprotocol_version: v3\n",
        "service: logs\ndriver: http\ndriver_config: {}\nprotocol_version: v3\ngrpc: true\n",
    )],
    check: Check::Resource(Kind::LogService, check),
    ..Rule::BASE
};

fn check(service: &ResourceView<'_>, cx: &Context<'_>, out: &mut Findings) {
    if !service.fields.is_true("grpc") {
        out.report(
            service.at("grpc"),
            format!("LogService {} logs nothing without `grpc: true`", service.resource.name),
        )
        .mend(service.mend(cx).set("grpc", true));
    }
}
