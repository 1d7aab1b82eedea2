//! A TLS version that is not written as Emissary wants it.

use crate::diagnostic::Severity;
use crate::lint::{Check, Code, Context, Example, Findings, FixKind, Rule, Told};
use crate::source::Edit;

pub(crate) static RULE: Rule = Rule {
    code: Code::new("AMB426"),
    name: "tls-version",
    severity: Severity::Error,
    summary: "TLS versions are written `v1.0`, `v1.1`, `v1.2` and `v1.3`",
    why: "Emissary drops a Host over any other spelling, with an error on its diagnostics page; a TLSContext does \
          not fit its schema.",
    facts: &["H20"],
    fix: FixKind::Unsafe("write the `v`"),
    examples: &[Example::manifests(
        "apiVersion: v1\nkind: Secret\nmetadata: {name: tls}\ntype: kubernetes.io/tls\ndata: {tls.crt: YQ==, tls.key: YQ==}\n---\napiVersion: getambassador.io/v3alpha1\nkind: Host\nmetadata: {name: shop}\nspec:\n  hostname: shop.example.com\n  tlsSecret: {name: tls}\n  tls: {min_tls_version: '1.2'}\n---\napiVersion: getambassador.io/v3alpha1\nkind: Listener\nmetadata: {name: https}\nspec: {port: 8443, protocol: HTTPS, securityModel: XFP, hostBinding: {namespace: {from: ALL}}}\n",
        "apiVersion: v1\nkind: Secret\nmetadata: {name: tls}\ntype: kubernetes.io/tls\ndata: {tls.crt: YQ==, tls.key: YQ==}\n---\napiVersion: getambassador.io/v3alpha1\nkind: Host\nmetadata: {name: shop}\nspec:\n  hostname: shop.example.com\n  tlsSecret: {name: tls}\n  tls: {min_tls_version: v1.2}\n---\napiVersion: getambassador.io/v3alpha1\nkind: Listener\nmetadata: {name: https}\nspec: {port: 8443, protocol: HTTPS, securityModel: XFP, hostBinding: {namespace: {from: ALL}}}\n",
    )],
    check: Check::Told(&["host-tls", "tls-context", "unknown-value", "wrong-type"], check),
    ..Rule::BASE
};

fn check(told: &Told<'_>, cx: &Context<'_>, out: &mut Findings) {
    if !matches!(told.name(), "min_tls_version" | "max_tls_version") {
        return;
    }
    let written = cx.sources().text(told.span).trim_matches(['"', '\'']);
    let is_number = ["1.0", "1.1", "1.2", "1.3"].contains(&written);
    out.pass_on(told).mend(is_number.then(|| vec![Edit::new(told.span, format!("v{written}"))]));
}
