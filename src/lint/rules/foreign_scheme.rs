//! A service with a scheme that Emissary does not know.

use crate::lint::{Check, Code, Context, Example, Findings, FixKind, Rule, Told};

pub(crate) static RULE: Rule = Rule {
    code: Code::new("AMB503"),
    name: "foreign-scheme",
    summary: "the scheme of the service is none that Emissary knows",
    why: "Only `http` and `https` count; any other scheme is complained of, and HTTP/1.1 in cleartext is spoken. gRPC is \
          asked for with `grpc: true`.",
    facts: &["U03"],
    fix: FixKind::Unsafe("say it with `grpc: true`"),
    examples: &[Example::mapping(
        "prefix: /cart.Cart/\nrewrite: ''\nservice: grpc://cart\ntimeout_ms: 0\n",
        "prefix: /cart.Cart/\nrewrite: ''\nservice: cart\ngrpc: true\ntimeout_ms: 0\n",
    )],
    check: Check::Told(&["service-scheme"], check),
    ..Rule::BASE
};

fn check(told: &Told<'_>, cx: &Context<'_>, out: &mut Findings) {
    let finding = out.pass_on(told);
    let Some(entry) = told.entry else { return };
    let Some(host) = entry.fields().filled("service").and_then(|service| service.value.strip_prefix("grpc://")) else {
        return;
    };
    let mend = entry.mend(cx);
    let edits = mend.set("service", host).zip(mend.set("grpc", true)).filter(|_| !entry.fields().has("grpc"));
    finding.mend(edits.map(|(service, grpc)| [service, grpc].concat()));
}
