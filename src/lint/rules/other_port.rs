//! A hostname that differs from a Host's in the port alone.

use crate::lint::unattached::Unattached;
use crate::lint::{Check, Code, Context, Editions, Example, Findings, GroupView, Rule};
use crate::model::Host;
use crate::model::NotAttached;
use crate::routing::pattern::HostGlob;

pub(crate) static RULE: Rule = Rule {
    code: Code::new("AMB403"),
    name: "other-port",
    summary: "the hostnames of Mapping and Host differ in the port",
    why: "The port belongs to the name: `shop.example.com:8443` and `shop.example.com` do not overlap, and neither \
          matches an authority that is written as the other.",
    facts: &["H14"],
    editions: Editions::LATER,
    examples: &[Example::manifests(
        "apiVersion: getambassador.io/v3alpha1\nkind: Host\nmetadata: {name: shop}\nspec: {hostname: shop.example.com, requestPolicy: {insecure: {action: Route}}}\n---\napiVersion: getambassador.io/v3alpha1\nkind: Listener\nmetadata: {name: http}\nspec: {port: 8080, protocol: HTTP, securityModel: XFP, hostBinding: {namespace: {from: ALL}}}\n---\napiVersion: getambassador.io/v3alpha1\nkind: Mapping\nmetadata: {name: cart}\nspec: {hostname: 'shop.example.com:8080', prefix: /cart/, service: cart}\n",
        "apiVersion: getambassador.io/v3alpha1\nkind: Host\nmetadata: {name: shop}\nspec: {hostname: 'shop.example.com:8080', requestPolicy: {insecure: {action: Route}}}\n---\napiVersion: getambassador.io/v3alpha1\nkind: Listener\nmetadata: {name: http}\nspec: {port: 8080, protocol: HTTP, securityModel: XFP, hostBinding: {namespace: {from: ALL}}}\n---\napiVersion: getambassador.io/v3alpha1\nkind: Mapping\nmetadata: {name: cart}\nspec: {hostname: 'shop.example.com:8080', prefix: /cart/, service: cart}\n",
    )],
    check: Check::Group(check),
    ..Rule::BASE
};

fn check(group: &GroupView<'_>, cx: &Context<'_>, out: &mut Findings) {
    let Some(hostname) = &group.group.hostname else { return };
    let unattached = Unattached::of(group, cx).filter(|one| one.all(|reason| *reason == NotAttached::Hostname));
    let Some(host) = unattached.and_then(|_| differs_in_port(&hostname.text, cx)) else { return };
    for member in group.members.iter().chain(&group.shadow) {
        let what =
            format!("`{}` is another name than `{}`: this Mapping is never reached", hostname.text, host.hostname);
        let at = host.from.and_then(|id| cx.resource(id)).map(|host| host.at("hostname"));
        out.report(member.at("hostname"), what).also(at, "the port belongs to the name");
    }
}

/// The Host that a hostname would overlap if ports did not count.
pub(super) fn differs_in_port<'c>(hostname: &str, cx: &Context<'c>) -> Option<&'c Host> {
    let own = without_port(hostname);
    cx.snapshot().hosts.values().find(|host| {
        let theirs = without_port(&host.hostname);
        (own.len() != hostname.len() || theirs.len() != host.hostname.len())
            && HostGlob::parse(theirs).overlaps(&HostGlob::parse(own))
    })
}

fn without_port(name: &str) -> &str {
    match name.rsplit_once(':') {
        Some((host, port)) if !port.is_empty() && port.bytes().all(|byte| byte.is_ascii_digit()) => host,
        _ => name,
    }
}
