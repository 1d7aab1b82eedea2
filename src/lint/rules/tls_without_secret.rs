//! TLS settings of a Host without a certificate.

use crate::lint::{Check, Code, Context, Editions, Example, Findings, ResourceView, Rule};
use crate::resource::Kind;

pub(crate) static RULE: Rule = Rule {
    code: Code::new("AMB424"),
    name: "tls-without-secret",
    summary: "a Host's TLS settings count only beside `tlsSecret`",
    why: "`tls` and `tlsContext` refine how a Host ends TLS; the certificate comes from its `tlsSecret`. Without \
          that the Host serves cleartext only.",
    facts: &["H18"],
    editions: Editions::LATER,
    examples: &[Example::spec(
        "Host",
        "hostname: shop.example.com\ntls: {min_tls_version: v1.2}\nrequestPolicy: {insecure: {action: Route}}\n",
        "hostname: shop.example.com\nrequestPolicy: {insecure: {action: Route}}\n",
    )],
    check: Check::Resource(Kind::Host, check),
    ..Rule::BASE
};

fn check(host: &ResourceView<'_>, _: &Context<'_>, out: &mut Findings) {
    if host.fields.map("tlsSecret").filled("name").is_some() {
        return;
    }
    for key in ["tls", "tlsContext"] {
        let entry = host.fields.entry(key);
        if let Some(entry) = entry.filter(|entry| entry.value.as_map().is_some_and(|map| !map.is_empty())) {
            out.report(entry.key.span, format!("`{key}` has no effect without `tlsSecret`: this Host ends no TLS"));
        }
    }
}
