//! Hosts without any Listener.

use crate::lint::{Check, Code, Context, Editions, Example, Findings, Rule};
use crate::model::Snapshot;
use crate::resource::Kind;

pub(crate) static RULE: Rule = Rule {
    code: Code::new("AMB400"),
    name: "no-listener",
    summary: "there are Hosts, and no Listener at all",
    why: "Since Emissary 2 only a Listener opens a port. Without one nothing is served; Emissary says so in its \
          log alone. Ambassador 1 opened 8080 and 8443 by itself.",
    facts: &["A41"],
    editions: Editions::LATER,
    examples: &[Example::manifests(
        "apiVersion: getambassador.io/v3alpha1\nkind: Host\nmetadata: {name: shop}\nspec:\n  hostname: shop.example.com\n  requestPolicy: {insecure: {action: Route}}\n",
        "apiVersion: getambassador.io/v3alpha1\nkind: Host\nmetadata: {name: shop}\nspec:\n  hostname: shop.example.com\n  requestPolicy: {insecure: {action: Route}}\n---\napiVersion: getambassador.io/v3alpha1\nkind: Listener\nmetadata: {name: http}\nspec: {port: 8080, protocol: HTTP, securityModel: XFP, hostBinding: {namespace: {from: ALL}}}\n",
    )],
    check: Check::Snapshot(check),
    ..Rule::BASE
};

fn check(snapshot: &Snapshot, cx: &Context<'_>, out: &mut Findings) {
    if snapshot.resources.iter().any(|resource| resource.kind == Kind::Listener) {
        return;
    }
    if let Some(host) = cx.resources(Kind::Host).next() {
        out.report(host.name_span(), "there is no Listener for this Host: no port is opened")
            .note("Emissary's quick start has Listeners for 8080 and 8443 that take Hosts of all namespaces.");
    }
}
