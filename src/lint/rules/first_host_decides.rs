//! Hosts of Ambassador 1 that want different things of cleartext.

use crate::edition::Edition;
use crate::lint::{Check, Code, Context, Editions, Example, Findings, Rule};
use crate::model::Host;
use crate::model::Snapshot;

pub(crate) static RULE: Rule = Rule {
    code: Code::new("AMB454"),
    name: "first-host-decides",
    summary: "to Ambassador 1 the first Host decides about all cleartext",
    why: "Cleartext has no server name, so that Ambassador 1 treats all of it as its first Host by name says. \
          Since Emissary 2 each Host's own `requestPolicy` counts.",
    editions: Editions::only(Edition::One),
    examples: &[Example::manifests("apiVersion: getambassador.io/v2\nkind: Host\nmetadata: {name: blog}\nspec: {hostname: blog.example.com, acmeProvider: {authority: none}, requestPolicy: {insecure: {action: Route}}}\n---\napiVersion: getambassador.io/v2\nkind: Host\nmetadata: {name: shop}\nspec: {hostname: shop.example.com, acmeProvider: {authority: none}, requestPolicy: {insecure: {action: Redirect}}}\n", "apiVersion: getambassador.io/v2\nkind: Host\nmetadata: {name: blog}\nspec: {hostname: blog.example.com, acmeProvider: {authority: none}, requestPolicy: {insecure: {action: Route}}}\n---\napiVersion: getambassador.io/v2\nkind: Host\nmetadata: {name: shop}\nspec: {hostname: shop.example.com, acmeProvider: {authority: none}, requestPolicy: {insecure: {action: Route}}}\n").under(Edition::One)],
    check: Check::Snapshot(check),
    ..Rule::BASE
};

fn check(snapshot: &Snapshot, cx: &Context<'_>, out: &mut Findings) {
    let mut hosts: Vec<&Host> = snapshot.hosts.values().filter(|host| host.from.is_some()).collect();
    hosts.sort_by(|a, b| a.name.cmp(&b.name));
    let Some((first, others)) = hosts.split_first() else { return };
    for other in others.iter().filter(|other| other.cleartext != first.cleartext) {
        let (Some(own), Some(view)) = (other.from, first.from.and_then(|id| cx.resource(id))) else { continue };
        if let Some(other) = cx.resource(own) {
            out.report(other.name_span(), format!("cleartext for this Host is treated as Host {} says", first.name))
                .also(view.name_span(), "the first by name");
        }
    }
}
