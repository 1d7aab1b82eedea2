//! A Host that no Listener takes.

use super::rejecting_host::is_left_out;
use super::twin_host::replacement;
use crate::lint::{Check, Code, Context, Editions, Example, Findings, Rule};
use crate::model::Snapshot;

pub(crate) static RULE: Rule = Rule {
    code: Code::new("AMB433"),
    name: "host-without-listener",
    summary: "no Listener takes this Host",
    why: "A Host is served on the Listeners whose `hostBinding` takes it, by namespace and labels. One that none \
          takes is not served at all, and nobody says so.",
    facts: &["H26"],
    editions: Editions::LATER,
    examples: &[Example::manifests(
        "apiVersion: getambassador.io/v3alpha1\nkind: Listener\nmetadata: {name: http, namespace: edge}\nspec: {port: 8080, protocol: HTTP, securityModel: XFP, hostBinding: {namespace: {from: SELF}}}\n---\napiVersion: getambassador.io/v3alpha1\nkind: Host\nmetadata: {name: any, namespace: edge}\nspec: {hostname: '*', requestPolicy: {insecure: {action: Route}}}\n---\napiVersion: getambassador.io/v3alpha1\nkind: Host\nmetadata: {name: shop}\nspec: {hostname: shop.example.com, requestPolicy: {insecure: {action: Route}}}\n",
        "apiVersion: getambassador.io/v3alpha1\nkind: Listener\nmetadata: {name: http, namespace: edge}\nspec: {port: 8080, protocol: HTTP, securityModel: XFP, hostBinding: {namespace: {from: SELF}}}\n---\napiVersion: getambassador.io/v3alpha1\nkind: Host\nmetadata: {name: any, namespace: edge}\nspec: {hostname: '*', requestPolicy: {insecure: {action: Route}}}\n---\napiVersion: getambassador.io/v3alpha1\nkind: Host\nmetadata: {name: shop, namespace: edge}\nspec: {hostname: shop.example.com, requestPolicy: {insecure: {action: Route}}}\n",
    )],
    check: Check::Snapshot(check),
    ..Rule::BASE
};

fn check(snapshot: &Snapshot, cx: &Context<'_>, out: &mut Findings) {
    for (id, host) in snapshot.hosts.iter() {
        let is_on = cx.listeners_of(id).next().is_some();
        let Some(view) = host.from.and_then(|from| cx.resource(from)).filter(|_| !is_on) else { continue };
        if snapshot.listeners.is_empty() || is_left_out(snapshot, host) || replacement(snapshot, id).is_some() {
            continue;
        }
        out.report(view.name_span(), format!("no Listener takes Host {}: it is not served", host.name))
            .note("A Listener takes Hosts of other namespaces with `hostBinding: {namespace: {from: ALL}}`.");
    }
}
