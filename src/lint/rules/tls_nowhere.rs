//! A Host with a certificate on Listeners that speak no TLS.

use crate::lint::{Check, Code, Context, Editions, Example, Findings, Rule};
use crate::model::Listener;
use crate::model::Snapshot;

pub(crate) static RULE: Rule = Rule {
    code: Code::new("AMB440"),
    name: "tls-nowhere",
    summary: "no Listener serves this Host with TLS",
    why: "A Listener ends TLS where its stack has TLS: `protocol: HTTPS`, not `HTTP`. The certificate of a Host on \
          none such is never shown.",
    facts: &["H34"],
    editions: Editions::LATER,
    examples: &[Example::manifests(
        "apiVersion: v1\nkind: Secret\nmetadata: {name: tls}\ntype: kubernetes.io/tls\ndata: {tls.crt: YQ==, tls.key: YQ==}\n---\napiVersion: getambassador.io/v3alpha1\nkind: Host\nmetadata: {name: shop}\nspec: {hostname: shop.example.com, tlsSecret: {name: tls}}\n---\napiVersion: getambassador.io/v3alpha1\nkind: Listener\nmetadata: {name: http}\nspec: {port: 8443, protocol: HTTP, securityModel: XFP, hostBinding: {namespace: {from: ALL}}}\n",
        "apiVersion: v1\nkind: Secret\nmetadata: {name: tls}\ntype: kubernetes.io/tls\ndata: {tls.crt: YQ==, tls.key: YQ==}\n---\napiVersion: getambassador.io/v3alpha1\nkind: Host\nmetadata: {name: shop}\nspec: {hostname: shop.example.com, tlsSecret: {name: tls}}\n---\napiVersion: getambassador.io/v3alpha1\nkind: Listener\nmetadata: {name: http}\nspec: {port: 8443, protocol: HTTPS, securityModel: XFP, hostBinding: {namespace: {from: ALL}}}\n",
    )],
    check: Check::Snapshot(check),
    ..Rule::BASE
};

fn check(snapshot: &Snapshot, cx: &Context<'_>, out: &mut Findings) {
    for (id, host) in snapshot.hosts.iter().filter(|(_, host)| host.tls.is_some()) {
        let on: Vec<&Listener> = cx.listeners_of(id).collect();
        let Some(view) = host.from.and_then(|from| cx.resource(from)) else { continue };
        if !on.is_empty() && on.iter().all(|listener| !listener.stack.tls) {
            let finding = out.report(view.name_span(), format!("no Listener serves Host {} with TLS", host.name));
            for listener in on.iter().filter_map(|listener| cx.resource(listener.from?)).take(3) {
                finding.also(listener.name_span(), "speaks no TLS");
            }
        }
    }
}
