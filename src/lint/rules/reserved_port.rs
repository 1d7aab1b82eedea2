//! A Listener on a port of Emissary's own.

use crate::lint::{Check, Code, Context, Editions, Example, Findings, ResourceView, Rule};
use crate::resource::Kind;

pub(crate) static RULE: Rule = Rule {
    code: Code::new("AMB442"),
    name: "reserved-port",
    summary: "Emissary uses this port itself",
    why: "8001 is Envoy's administration, 8003 and 8004 are Emissary's configuration, 8006 its readiness and 8877 \
          its diagnostics. Two servers cannot open one port.",
    facts: &["H36"],
    editions: Editions::LATER,
    examples: &[Example::spec(
        "Listener",
        "port: 8877\nprotocol: HTTP\nsecurityModel: XFP\nhostBinding: {namespace: {from: ALL}}\n",
        "port: 8080\nprotocol: HTTP\nsecurityModel: XFP\nhostBinding: {namespace: {from: ALL}}\n",
    )],
    check: Check::Resource(Kind::Listener, check),
    ..Rule::BASE
};

fn check(listener: &ResourceView<'_>, _: &Context<'_>, out: &mut Findings) {
    if let Some(port) = listener.fields.int("port").filter(|port| [8001, 8003, 8004, 8006, 8877].contains(&port.value))
    {
        out.report(port.span, format!("Emissary's pod uses port {} itself", port.value));
    }
}
