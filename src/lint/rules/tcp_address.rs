//! A TCPMapping with an address of its own.

use crate::diagnostic::Severity;
use crate::lint::{Check, Code, Context, Editions, Example, Findings, ResourceView, Rule};
use crate::resource::Kind;

pub(crate) static RULE: Rule = Rule {
    code: Code::new("AMB464"),
    name: "tcp-address",
    severity: Severity::Info,
    summary: "a TCPMapping with `address` opens a listener of its own",
    why: "It belongs to the Listener of its port only where the addresses are the same. With another one Emissary \
          makes a listener for it, beside the one on all addresses.",
    facts: &["S19"],
    editions: Editions::LATER,
    examples: &[Example::manifests(
        "apiVersion: getambassador.io/v3alpha1\nkind: TCPMapping\nmetadata: {name: queue}\nspec: {port: 5672, address: 127.0.0.1, service: 'queue:5672'}\n---\napiVersion: getambassador.io/v3alpha1\nkind: Listener\nmetadata: {name: queue}\nspec: {port: 5672, protocol: TCP, securityModel: XFP, hostBinding: {namespace: {from: ALL}}}\n---\napiVersion: getambassador.io/v3alpha1\nkind: TCPMapping\nmetadata: {name: other-queue}\nspec: {port: 5672, service: 'other-queue:5672'}\n",
        "apiVersion: getambassador.io/v3alpha1\nkind: TCPMapping\nmetadata: {name: queue}\nspec: {port: 5672, service: 'queue:5672'}\n---\napiVersion: getambassador.io/v3alpha1\nkind: Listener\nmetadata: {name: queue}\nspec: {port: 5672, protocol: TCP, securityModel: XFP, hostBinding: {namespace: {from: ALL}}}\n",
    )],
    check: Check::Resource(Kind::TCPMapping, check),
    ..Rule::BASE
};

fn check(mapping: &ResourceView<'_>, cx: &Context<'_>, out: &mut Findings) {
    let Some(address) = mapping.fields.filled("address").filter(|address| address.value != "0.0.0.0") else { return };
    let port = mapping.fields.int("port").map(|port| port.value);
    let listener =
        cx.resources(Kind::Listener).find(|listener| listener.fields.int("port").map(|port| port.value) == port);
    if let Some(listener) = listener {
        out.report(
            address.span,
            "this TCPMapping does not belong to the Listener of its port: Emissary makes one for it",
        )
        .also(listener.at("port"), "this Listener has another address");
    }
}
