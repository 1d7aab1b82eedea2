//! A Host whose certificate is not there.

use super::secret_type::secret_of_other_type;
use crate::diagnostic::Severity;
use crate::lint::{Check, Code, Context, Example, Findings, Rule, Told};

pub(crate) static RULE: Rule = Rule {
    code: Code::new("AMB421"),
    name: "missing-secret",
    summary: "the Secret of a Host or TLSContext is not there, or has no certificate",
    why: "Emissary leaves such a Host out, with nothing but a line in its log. If no Host is left, it makes one of \
          its own for every name, which serves cleartext.",
    facts: &["H17", "A42"],
    examples: &[Example::manifests(
        "apiVersion: v1\nkind: Secret\nmetadata: {name: other}\ntype: kubernetes.io/tls\ndata: {tls.crt: YQ==, tls.key: YQ==}\n---\napiVersion: getambassador.io/v3alpha1\nkind: Host\nmetadata: {name: shop}\nspec:\n  hostname: shop.example.com\n  tlsSecret: {name: shop-tls}\n---\napiVersion: getambassador.io/v3alpha1\nkind: Listener\nmetadata: {name: https}\nspec: {port: 8443, protocol: HTTPS, securityModel: XFP, hostBinding: {namespace: {from: ALL}}}\n",
        "apiVersion: v1\nkind: Secret\nmetadata: {name: shop-tls}\ntype: kubernetes.io/tls\ndata: {tls.crt: YQ==, tls.key: YQ==}\n---\napiVersion: getambassador.io/v3alpha1\nkind: Host\nmetadata: {name: shop}\nspec:\n  hostname: shop.example.com\n  tlsSecret: {name: shop-tls}\n---\napiVersion: getambassador.io/v3alpha1\nkind: Listener\nmetadata: {name: https}\nspec: {port: 8443, protocol: HTTPS, securityModel: XFP, hostBinding: {namespace: {from: ALL}}}\n",
    )],
    check: Check::Told(&["host-secret-missing"], check),
    ..Rule::BASE
};

fn check(told: &Told<'_>, cx: &Context<'_>, out: &mut Findings) {
    if secret_of_other_type(told, cx).is_some() {
        return;
    }
    let finding = out.pass_on(told);
    if !cx.objects().iter().any(|object| object.object.kind == "Secret") {
        // Secrets seldom lie beside manifests: what was read does not say that this one is missing.
        finding.as_bad_as(Severity::Warning);
        finding.note("There is no Secret at all in what was read: this one may be kept elsewhere.");
    }
    if cx.snapshot().hosts.values().all(|host| host.from.is_none()) {
        finding.note("No Host is left then: Emissary makes one for every name, which serves cleartext.");
    }
}
