//! A TLSContext for names that no Host has.

use crate::lint::{Check, Code, Context, Editions, Example, Findings, ResourceView, Rule};
use crate::resource::Kind;
use crate::routing::pattern::HostGlob;

pub(crate) static RULE: Rule = Rule {
    code: Code::new("AMB444"),
    name: "context-without-host",
    summary: "a TLSContext ends TLS for no one without a Host of that name",
    why: "Since Emissary 2 a TLSContext lends its settings to a Host; by itself it ends TLS for TCPMappings only. \
          Names in `hosts` that neither has are never served.",
    facts: &["H38"],
    editions: Editions::LATER,
    examples: &[Example::manifests(
        "apiVersion: v1\nkind: Secret\nmetadata: {name: tls}\ntype: kubernetes.io/tls\ndata: {tls.crt: YQ==, tls.key: YQ==}\n---\napiVersion: getambassador.io/v3alpha1\nkind: TLSContext\nmetadata: {name: cart}\nspec: {secret: tls, hosts: [cart.example.com]}\n---\napiVersion: getambassador.io/v3alpha1\nkind: Host\nmetadata: {name: shop}\nspec: {hostname: shop.example.com, tlsSecret: {name: tls}}\n---\napiVersion: getambassador.io/v3alpha1\nkind: Listener\nmetadata: {name: https}\nspec: {port: 8443, protocol: HTTPS, securityModel: XFP, hostBinding: {namespace: {from: ALL}}}\n",
        "apiVersion: v1\nkind: Secret\nmetadata: {name: tls}\ntype: kubernetes.io/tls\ndata: {tls.crt: YQ==, tls.key: YQ==}\n---\napiVersion: getambassador.io/v3alpha1\nkind: TLSContext\nmetadata: {name: cart}\nspec: {secret: tls, hosts: [shop.example.com]}\n---\napiVersion: getambassador.io/v3alpha1\nkind: Host\nmetadata: {name: shop}\nspec: {hostname: shop.example.com, tlsSecret: {name: tls}}\n---\napiVersion: getambassador.io/v3alpha1\nkind: Listener\nmetadata: {name: https}\nspec: {port: 8443, protocol: HTTPS, securityModel: XFP, hostBinding: {namespace: {from: ALL}}}\n",
    )],
    check: Check::Resource(Kind::TLSContext, check),
    ..Rule::BASE
};

fn check(context: &ResourceView<'_>, cx: &Context<'_>, out: &mut Findings) {
    let snapshot = cx.snapshot();
    // Without any Host of the user's, Emissary itself complains.
    if snapshot.hosts.values().all(|host| host.from.is_none()) {
        return;
    }
    for name in context.fields.texts("hosts") {
        let glob = HostGlob::parse(name.value);
        let has_host = snapshot.hosts.values().any(|host| HostGlob::parse(&host.hostname).overlaps(&glob));
        let has_tcp = snapshot.tcp_mappings.values().any(|mapping| mapping.host.as_deref() == Some(name.value));
        if !has_host && !has_tcp {
            out.report(
                name.span,
                format!("no Host and no TCPMapping has the name `{}`: nobody ends TLS for it", name.value),
            );
        }
    }
}
