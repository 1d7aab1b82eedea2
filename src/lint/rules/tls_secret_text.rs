//! A tlsSecret that is a text.

use crate::diagnostic::Severity;
use crate::lint::{Check, Code, Context, Editions, Example, Findings, FixKind, Rule, Told};
use serde_yaml::Value;

pub(crate) static RULE: Rule = Rule {
    code: Code::new("AMB452"),
    name: "tls-secret-text",
    severity: Severity::Error,
    summary: "`tlsSecret` is a map with `name`",
    why: "Examples in Emissary's documentation write `tlsSecret: NAME`, which does not fit the schema.",
    editions: Editions::LATER,
    fix: FixKind::Unsafe("write `{name: …}`"),
    examples: &[Example::manifests(
        "apiVersion: v1\nkind: Secret\nmetadata: {name: tls}\ntype: kubernetes.io/tls\ndata: {tls.crt: YQ==, tls.key: YQ==}\n---\napiVersion: getambassador.io/v3alpha1\nkind: Listener\nmetadata: {name: https}\nspec: {port: 8443, protocol: HTTPS, securityModel: XFP, hostBinding: {namespace: {from: ALL}}}\n---\napiVersion: getambassador.io/v3alpha1\nkind: Host\nmetadata: {name: shop}\nspec:\n  hostname: shop.example.com\n  tlsSecret: tls\n",
        "apiVersion: v1\nkind: Secret\nmetadata: {name: tls}\ntype: kubernetes.io/tls\ndata: {tls.crt: YQ==, tls.key: YQ==}\n---\napiVersion: getambassador.io/v3alpha1\nkind: Listener\nmetadata: {name: https}\nspec: {port: 8443, protocol: HTTPS, securityModel: XFP, hostBinding: {namespace: {from: ALL}}}\n---\napiVersion: getambassador.io/v3alpha1\nkind: Host\nmetadata: {name: shop}\nspec:\n  hostname: shop.example.com\n  tlsSecret: {name: tls}\n",
    )],
    check: Check::Told(&["wrong-type"], check),
    ..Rule::BASE
};

fn check(told: &Told<'_>, cx: &Context<'_>, out: &mut Findings) {
    let Some(entry) = told.entry.filter(|_| told.field() == "spec.tlsSecret") else { return };
    let finding = out.pass_on(told);
    if let Some(name) = entry.fields().text("tlsSecret") {
        let value = Value::Mapping([(Value::from("name"), Value::from(name.value))].into_iter().collect());
        finding.mend(entry.mend(cx).set("tlsSecret", value));
    }
}
