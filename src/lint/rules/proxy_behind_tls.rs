//! A Listener that looks for TLS before the PROXY header.

use crate::lint::{Check, Code, Context, Editions, Example, Findings, FixKind, ResourceView, Rule};
use crate::resource::Kind;

pub(crate) static RULE: Rule = Rule {
    code: Code::new("AMB438"),
    name: "proxy-behind-tls",
    summary: "with PROXY behind TLS in the stack, TLS clients fail",
    why: "`HTTPSPROXY` looks for TLS first. A balancer sends the PROXY header first, so that no TLS is seen, and \
          the connection is taken for cleartext.",
    facts: &["H31"],
    editions: Editions::LATER,
    fix: FixKind::Unsafe("put PROXY before TLS"),
    examples: &[Example::spec(
        "Listener",
        "port: 8443\nprotocol: HTTPSPROXY\nsecurityModel: XFP\nhostBinding: {namespace: {from: ALL}}\n",
        "port: 8443\nprotocolStack: [PROXY, TLS, HTTP, TCP]\nsecurityModel: XFP\nhostBinding: {namespace: {from: ALL}}\n",
    )],
    check: Check::Resource(Kind::Listener, check),
    ..Rule::BASE
};

fn check(listener: &ResourceView<'_>, cx: &Context<'_>, out: &mut Findings) {
    let stack: Vec<&str> = listener.fields.texts("protocolStack").map(|layer| layer.value).collect();
    let place = |layer: &str| stack.iter().position(|found| *found == layer);
    let is_late = place("TLS").zip(place("PROXY")).is_some_and(|(tls, proxy)| tls < proxy);
    let protocol =
        listener.fields.text("protocol").filter(|protocol| stack.is_empty() && protocol.value == "HTTPSPROXY");
    let mend = listener.mend(cx);
    let good = vec!["PROXY", "TLS", "HTTP", "TCP"];
    let (span, edits) = match protocol {
        Some(protocol) => (protocol.span, mend.replace_field("protocol", "protocolStack", good)),
        None if is_late => (listener.at("protocolStack"), mend.set("protocolStack", good)),
        None => return,
    };
    out.report(span, "the PROXY header comes before TLS, and is looked for behind it here: TLS clients fail")
        .mend(edits);
}
