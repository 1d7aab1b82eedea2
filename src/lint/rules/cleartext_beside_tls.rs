//! A Host that serves the same in cleartext as with TLS.

use crate::diagnostic::Severity;
use crate::lint::{Check, Code, Context, Editions, Example, Findings, Rule};
use crate::model::Cleartext;
use crate::model::SecurityModel;
use crate::model::Snapshot;

pub(crate) static RULE: Rule = Rule {
    code: Code::new("AMB804"),
    name: "cleartext-beside-tls",
    severity: Severity::Info,
    summary: "the Host serves with TLS and in cleartext alike",
    why: "With `insecure: {action: Route}`, cookies and tokens go over the wire in cleartext for whoever types \
          `http://`. `Redirect` sends clients to https.",
    editions: Editions::LATER,
    examples: &[Example::manifests(
        "apiVersion: v1\nkind: Secret\nmetadata: {name: tls}\ntype: kubernetes.io/tls\ndata: {tls.crt: YQ==, tls.key: YQ==}\n---\napiVersion: getambassador.io/v3alpha1\nkind: Host\nmetadata: {name: shop}\nspec: {hostname: shop.example.com, tlsSecret: {name: tls}, requestPolicy: {insecure: {action: Route}}}\n---\napiVersion: getambassador.io/v3alpha1\nkind: Listener\nmetadata: {name: https}\nspec: {port: 8443, protocol: HTTPS, securityModel: XFP, hostBinding: {namespace: {from: ALL}}}\n",
        "apiVersion: v1\nkind: Secret\nmetadata: {name: tls}\ntype: kubernetes.io/tls\ndata: {tls.crt: YQ==, tls.key: YQ==}\n---\napiVersion: getambassador.io/v3alpha1\nkind: Host\nmetadata: {name: shop}\nspec: {hostname: shop.example.com, tlsSecret: {name: tls}, requestPolicy: {insecure: {action: Redirect}}}\n---\napiVersion: getambassador.io/v3alpha1\nkind: Listener\nmetadata: {name: https}\nspec: {port: 8443, protocol: HTTPS, securityModel: XFP, hostBinding: {namespace: {from: ALL}}}\n",
    )],
    check: Check::Snapshot(check),
    ..Rule::BASE
};

fn check(snapshot: &Snapshot, cx: &Context<'_>, out: &mut Findings) {
    for (id, host) in snapshot.hosts.iter() {
        let is_both = host.tls.is_some() && host.cleartext == Cleartext::Route;
        let is_served =
            cx.listeners_of(id).any(|listener| listener.security != SecurityModel::Secure && listener.l7_depth == 0);
        let view = host.from.and_then(|from| cx.resource(from)).filter(|_| is_both && is_served);
        if let Some(view) = view {
            let action = view.fields.map("requestPolicy").map("insecure").span("action");
            out.report(
                action.unwrap_or(view.name_span()),
                format!("Host {} is served in cleartext as with TLS", host.name),
            );
        }
    }
}
