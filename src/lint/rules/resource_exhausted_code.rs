//! A setting of the RateLimitService that nobody reads.

use crate::lint::{Check, Code, Context, Example, Findings, ResourceView, Rule};
use crate::resource::Kind;

pub(crate) static RULE: Rule = Rule {
    code: Code::new("AMB639"),
    name: "resource-exhausted-code",
    summary: "`use_resource_exhausted_code` has no effect",
    why: "It is in the schema, and Emissary's compiler reads another name. gRPC clients over a limit get \
          UNAVAILABLE all the same.",
    facts: &["S13"],
    examples: &[Example::spec(
        "RateLimitService",
        "service: limits\nprotocol_version: v3\ngrpc: {use_resource_exhausted_code: true}\n",
        "service: limits\nprotocol_version: v3\n",
    )],
    check: Check::Resource(Kind::RateLimitService, check),
    ..Rule::BASE
};

fn check(service: &ResourceView<'_>, _: &Context<'_>, out: &mut Findings) {
    for name in ["grpc", "v3GRPC"] {
        if let Some(entry) = service.entry.fields().map(name).entry("use_resource_exhausted_code") {
            out.report(
                entry.key.span,
                "nobody reads `use_resource_exhausted_code`: clients get UNAVAILABLE all the same",
            );
        }
    }
}
