//! A TLSContext whose Secret is looked for under two names.

use crate::lint::{Check, Code, Context, Editions, Example, Findings, FixKind, ResourceView, Rule};
use crate::resource::Kind;

pub(crate) static RULE: Rule = Rule {
    code: Code::new("AMB447"),
    name: "unsplit-secret-name",
    summary: "two parts of Emissary look for this Secret in different places",
    why: "`secret: NAME.NAMESPACE` names a Secret of another namespace, unless `secret_namespacing` is off. Where \
          nothing is said and there is a Module `ambassador`, the part of Emissary that fetches Secrets takes it \
          for off, and the part that compiles for on.",
    facts: &["H41"],
    editions: Editions::LATER,
    fix: FixKind::Unsafe("say `secret_namespacing: true`"),
    examples: &[Example::manifests(
        "apiVersion: v1\nkind: Secret\nmetadata: {name: tls, namespace: certs}\ntype: kubernetes.io/tls\ndata: {tls.crt: YQ==, tls.key: YQ==}\n---\napiVersion: getambassador.io/v3alpha1\nkind: Module\nmetadata: {name: ambassador}\nspec: {config: {diagnostics: {enabled: false}}}\n---\napiVersion: getambassador.io/v3alpha1\nkind: TLSContext\nmetadata: {name: upstream}\nspec:\n  secret: tls.certs\n",
        "apiVersion: v1\nkind: Secret\nmetadata: {name: tls, namespace: certs}\ntype: kubernetes.io/tls\ndata: {tls.crt: YQ==, tls.key: YQ==}\n---\napiVersion: getambassador.io/v3alpha1\nkind: Module\nmetadata: {name: ambassador}\nspec: {config: {diagnostics: {enabled: false}}}\n---\napiVersion: getambassador.io/v3alpha1\nkind: TLSContext\nmetadata: {name: upstream}\nspec:\n  secret: tls.certs\n  secret_namespacing: true\n",
    )],
    check: Check::Resource(Kind::TLSContext, check),
    ..Rule::BASE
};

fn check(context: &ResourceView<'_>, cx: &Context<'_>, out: &mut Findings) {
    let module = cx.resources(Kind::Module).find(|module| module.resource.name == "ambassador");
    let says_nothing =
        module.is_some_and(|module| !module.fields.map("config").map("defaults").has("tls_secret_namespacing"));
    if !says_nothing || context.fields.has("secret_namespacing") {
        return;
    }
    let secret = context.fields.filled("secret").filter(|secret| secret.value.contains('.'));
    if let Some(secret) = secret {
        out.report(secret.span, format!("Emissary fetches a Secret called `{}` and uses another one", secret.value))
            .note("`secret_namespacing: true` makes both parts of it look in the same place.")
            .mend(context.mend(cx).set("secret_namespacing", true));
    }
}
