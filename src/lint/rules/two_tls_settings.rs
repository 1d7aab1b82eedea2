//! A Host with TLS settings of its own and of a TLSContext.

use crate::diagnostic::Severity;
use crate::lint::{Check, Code, Context, Example, Findings, Rule, Told};

pub(crate) static RULE: Rule = Rule {
    code: Code::new("AMB425"),
    name: "two-tls-settings",
    severity: Severity::Error,
    summary: "a Host has `tls` or `tlsContext`, not both",
    why: "Emissary drops a Host that has both, with an error on its diagnostics page.",
    facts: &["H19"],
    examples: &[Example::manifests(
        "apiVersion: v1\nkind: Secret\nmetadata: {name: tls}\ntype: kubernetes.io/tls\ndata: {tls.crt: YQ==, tls.key: YQ==}\n---\napiVersion: getambassador.io/v3alpha1\nkind: TLSContext\nmetadata: {name: modern}\nspec: {secret: tls, min_tls_version: v1.2}\n---\napiVersion: getambassador.io/v3alpha1\nkind: Host\nmetadata: {name: shop}\nspec:\n  hostname: shop.example.com\n  tlsSecret: {name: tls}\n  tlsContext: {name: modern}\n  tls: {min_tls_version: v1.3}\n---\napiVersion: getambassador.io/v3alpha1\nkind: Listener\nmetadata: {name: https}\nspec: {port: 8443, protocol: HTTPS, securityModel: XFP, hostBinding: {namespace: {from: ALL}}}\n",
        "apiVersion: v1\nkind: Secret\nmetadata: {name: tls}\ntype: kubernetes.io/tls\ndata: {tls.crt: YQ==, tls.key: YQ==}\n---\napiVersion: getambassador.io/v3alpha1\nkind: TLSContext\nmetadata: {name: modern}\nspec: {secret: tls, min_tls_version: v1.2}\n---\napiVersion: getambassador.io/v3alpha1\nkind: Host\nmetadata: {name: shop}\nspec:\n  hostname: shop.example.com\n  tlsSecret: {name: tls}\n  tlsContext: {name: modern}\n---\napiVersion: getambassador.io/v3alpha1\nkind: Listener\nmetadata: {name: https}\nspec: {port: 8443, protocol: HTTPS, securityModel: XFP, hostBinding: {namespace: {from: ALL}}}\n",
    )],
    check: Check::Told(&["host-tls"], check),
    ..Rule::BASE
};

fn check(told: &Told<'_>, _: &Context<'_>, out: &mut Findings) {
    if told.field() == "tls" {
        out.pass_on(told);
    }
}
