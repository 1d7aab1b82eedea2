//! TLS settings that make Emissary drop a Host.

use super::secret_type::secret_of_other_type;
use crate::diagnostic::Severity;
use crate::lint::{Check, Code, Context, Example, Findings, Rule, Told};

pub(crate) static RULE: Rule = Rule {
    code: Code::new("AMB427"),
    name: "host-tls-settings",
    severity: Severity::Error,
    summary: "a Host's TLS settings cannot be used",
    why: "A Host whose `tlsContext` does not exist, or whose `tls` names a Secret that is not there, is dropped \
          with an error on Emissary's diagnostics page.",
    examples: &[Example::manifests(
        "apiVersion: v1\nkind: Secret\nmetadata: {name: tls}\ntype: kubernetes.io/tls\ndata: {tls.crt: YQ==, tls.key: YQ==}\n---\napiVersion: getambassador.io/v3alpha1\nkind: Host\nmetadata: {name: shop}\nspec:\n  hostname: shop.example.com\n  tlsSecret: {name: tls}\n  tlsContext: {name: modern}\n---\napiVersion: getambassador.io/v3alpha1\nkind: Listener\nmetadata: {name: https}\nspec: {port: 8443, protocol: HTTPS, securityModel: XFP, hostBinding: {namespace: {from: ALL}}}\n",
        "apiVersion: v1\nkind: Secret\nmetadata: {name: tls}\ntype: kubernetes.io/tls\ndata: {tls.crt: YQ==, tls.key: YQ==}\n---\napiVersion: getambassador.io/v3alpha1\nkind: Host\nmetadata: {name: shop}\nspec:\n  hostname: shop.example.com\n  tlsSecret: {name: tls}\n---\napiVersion: getambassador.io/v3alpha1\nkind: Listener\nmetadata: {name: https}\nspec: {port: 8443, protocol: HTTPS, securityModel: XFP, hostBinding: {namespace: {from: ALL}}}\n",
    )],
    check: Check::Told(&["host-tls"], check),
    ..Rule::BASE
};

fn check(told: &Told<'_>, cx: &Context<'_>, out: &mut Findings) {
    let has_own_rule = matches!(told.field(), "tls" | "min_tls_version" | "max_tls_version");
    if !has_own_rule && secret_of_other_type(told, cx).is_none() {
        out.pass_on(told);
    }
}
