//! A redirecting Mapping for a Host that selects by labels.

use super::redirect_loses_query::redirects;
use crate::lint::{Check, Code, Context, Editions, Example, Findings, MappingView, Rule};
use crate::routing::pattern::HostGlob;

pub(crate) static RULE: Rule = Rule {
    code: Code::new("AMB322"),
    name: "redirect-under-selector",
    summary: "a Host that selects by labels takes no redirecting Mapping",
    why: "The labels of a redirecting Mapping are lost to its group. A Host with a `mappingSelector` sees none, and does \
          not take it.",
    facts: &["M33"],
    editions: Editions::LATER,
    examples: &[Example::manifests(
        "apiVersion: getambassador.io/v3alpha1\nkind: Listener\nmetadata: {name: http}\nspec: {port: 8080, protocol: HTTP, securityModel: XFP, hostBinding: {namespace: {from: ALL}}}\n---\napiVersion: getambassador.io/v3alpha1\nkind: Host\nmetadata: {name: shop}\nspec:\n  hostname: shop.example.com\n  requestPolicy: {insecure: {action: Route}}\n  mappingSelector: {matchLabels: {team: shop}}\n---\napiVersion: getambassador.io/v3alpha1\nkind: Mapping\nmetadata: {name: old, labels: {team: shop}}\nspec: {hostname: shop.example.com, prefix: /old/, service: example.com, host_redirect: true}\n",
        "apiVersion: getambassador.io/v3alpha1\nkind: Listener\nmetadata: {name: http}\nspec: {port: 8080, protocol: HTTP, securityModel: XFP, hostBinding: {namespace: {from: ALL}}}\n---\napiVersion: getambassador.io/v3alpha1\nkind: Host\nmetadata: {name: shop}\nspec:\n  hostname: shop.example.com\n  requestPolicy: {insecure: {action: Route}}\n---\napiVersion: getambassador.io/v3alpha1\nkind: Mapping\nmetadata: {name: old, labels: {team: shop}}\nspec: {hostname: shop.example.com, prefix: /old/, service: example.com, host_redirect: true}\n",
    )],
    check: Check::Mapping(check),
    ..Rule::BASE
};

fn check(mapping: &MappingView<'_>, cx: &Context<'_>, out: &mut Findings) {
    let Some(meaning) = mapping.mapping.filter(|_| redirects(mapping)) else { return };
    let Some(hostname) = &meaning.matches.hostname else { return };
    let glob = HostGlob::parse(&hostname.text);
    for (_, host) in cx.snapshot().hosts.iter() {
        let selects = !host.selector.is_empty() && host.selector.iter().all(|pair| meaning.labels.contains(pair));
        if selects && glob.overlaps(&HostGlob::parse(&host.hostname)) {
            let message =
                format!("Host {} does not take this redirect: its mappingSelector sees no labels of it", host.name);
            out.report(mapping.key("host_redirect"), message);
        }
    }
}
