//! A Secret of a type that Emissary does not look at.

use crate::lint::{Check, Code, Context, Example, Findings, Rule, Told};
use crate::resource::KubernetesObject;
use crate::yaml::Node;

pub(crate) static RULE: Rule = Rule {
    code: Code::new("AMB422"),
    name: "secret-type",
    summary: "the Secret is of a type that Emissary does not look at",
    why: "Emissary reads certificates from Secrets of the types `kubernetes.io/tls`, `Opaque` and `istio.io/key- \
          and-cert`. Any other is passed over without a word, as if it were not there.",
    facts: &["H44"],
    examples: &[Example::manifests(
        "apiVersion: v1\nkind: Secret\nmetadata: {name: shop-tls}\ntype: example.com/tls\ndata: {tls.crt: YQ==, tls.key: YQ==}\n---\napiVersion: getambassador.io/v3alpha1\nkind: Host\nmetadata: {name: shop}\nspec:\n  hostname: shop.example.com\n  tlsSecret: {name: shop-tls}\n---\napiVersion: getambassador.io/v3alpha1\nkind: Listener\nmetadata: {name: https}\nspec: {port: 8443, protocol: HTTPS, securityModel: XFP, hostBinding: {namespace: {from: ALL}}}\n",
        "apiVersion: v1\nkind: Secret\nmetadata: {name: shop-tls}\ntype: kubernetes.io/tls\ndata: {tls.crt: YQ==, tls.key: YQ==}\n---\napiVersion: getambassador.io/v3alpha1\nkind: Host\nmetadata: {name: shop}\nspec:\n  hostname: shop.example.com\n  tlsSecret: {name: shop-tls}\n---\napiVersion: getambassador.io/v3alpha1\nkind: Listener\nmetadata: {name: https}\nspec: {port: 8443, protocol: HTTPS, securityModel: XFP, hostBinding: {namespace: {from: ALL}}}\n",
    )],
    check: Check::Told(&["host-secret-missing", "tls-context", "host-tls"], check),
    ..Rule::BASE
};

fn check(told: &Told<'_>, cx: &Context<'_>, out: &mut Findings) {
    if let Some(secret) = secret_of_other_type(told, cx) {
        let kind = secret.root.get("type");
        out.pass_on(told).also(kind.map(|kind| kind.span), "Emissary does not look at this type");
    }
}

/// The Secret that is missed and is there, but of a type that Emissary does not look at.
pub(super) fn secret_of_other_type<'c>(told: &Told<'_>, cx: &Context<'c>) -> Option<&'c KubernetesObject> {
    let entry = told.entry?;
    let fields = entry.fields();
    let (name, namespace) = match told.code {
        "host-secret-missing" => {
            let secret = fields.map("tlsSecret");
            (secret.filled("name")?.value, secret.filled("namespace").map(|namespace| namespace.value))
        }
        _ => {
            let name = fields.filled(told.name()).or_else(|| fields.map("tls").filled(told.name()))?.value;
            name.rsplit_once('.').map_or((name, None), |(name, namespace)| (name, Some(namespace)))
        }
    };
    let secret = cx.object("Secret", name, namespace.unwrap_or(entry.namespace()))?;
    let kind = secret.root.get("type").and_then(Node::text).unwrap_or("Opaque");
    (!["Opaque", "kubernetes.io/tls", "istio.io/key-and-cert"].contains(&kind)).then_some(secret)
}
