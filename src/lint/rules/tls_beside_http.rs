//! `tls` beside a service that says `http://`.

use crate::lint::{Check, Code, Context, Example, Findings, FixKind, Rule, Told};

pub(crate) static RULE: Rule = Rule {
    code: Code::new("AMB511"),
    name: "tls-beside-http",
    summary: "`tls` beside a service that says `http://`",
    why: "TLS is used all the same, and Emissary complains: write what is meant.",
    facts: &["U11"],
    fix: FixKind::Unsafe("write `https://`"),
    examples: &[Example::manifests(
        "apiVersion: getambassador.io/v3alpha1\nkind: TLSContext\nmetadata: {name: out}\nspec: {cert_chain_file: /certs/tls.crt, private_key_file: /certs/tls.key}\n---\napiVersion: getambassador.io/v3alpha1\nkind: Mapping\nmetadata: {name: cart}\nspec: {hostname: '*', prefix: /cart/, service: 'http://cart', tls: out}\n",
        "apiVersion: getambassador.io/v3alpha1\nkind: TLSContext\nmetadata: {name: out}\nspec: {cert_chain_file: /certs/tls.crt, private_key_file: /certs/tls.key}\n---\napiVersion: getambassador.io/v3alpha1\nkind: Mapping\nmetadata: {name: cart}\nspec: {hostname: '*', prefix: /cart/, service: 'https://cart', tls: out}\n",
    )],
    check: Check::Told(&["tls-with-http"], check),
    ..Rule::BASE
};

fn check(told: &Told<'_>, cx: &Context<'_>, out: &mut Findings) {
    let finding = out.pass_on(told);
    let Some(entry) = told.entry else { return };
    let host = entry.fields().filled("service").and_then(|service| service.value.strip_prefix("http://"));
    finding.mend(host.and_then(|host| entry.mend(cx).set("service", format!("https://{host}"))));
}
