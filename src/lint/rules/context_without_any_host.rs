//! TLSContexts where there is no Host at all.

use crate::lint::{Check, Code, Editions, Example, Rule, pass_on};

pub(crate) static RULE: Rule = Rule {
    code: Code::new("AMB443"),
    name: "context-without-any-host",
    summary: "a TLSContext ends TLS for no one without a Host",
    why: "Since Emissary 2 only a Host ends TLS. Emissary posts an error where there are TLSContexts with `hosts` \
          and no Host; cleartext is served in their place. Ambassador 1 ended TLS with the TLSContext alone.",
    facts: &["H38"],
    editions: Editions::LATER,
    examples: &[Example::manifests(
        "apiVersion: v1\nkind: Secret\nmetadata: {name: tls}\ntype: kubernetes.io/tls\ndata: {tls.crt: YQ==, tls.key: YQ==}\n---\napiVersion: getambassador.io/v3alpha1\nkind: TLSContext\nmetadata: {name: shop}\nspec: {secret: tls, hosts: [shop.example.com]}\n---\napiVersion: getambassador.io/v3alpha1\nkind: Listener\nmetadata: {name: https}\nspec: {port: 8443, protocol: HTTPS, securityModel: XFP, hostBinding: {namespace: {from: ALL}}}\n",
        "apiVersion: v1\nkind: Secret\nmetadata: {name: tls}\ntype: kubernetes.io/tls\ndata: {tls.crt: YQ==, tls.key: YQ==}\n---\napiVersion: getambassador.io/v3alpha1\nkind: Host\nmetadata: {name: shop}\nspec: {hostname: shop.example.com, tlsSecret: {name: tls}}\n---\napiVersion: getambassador.io/v3alpha1\nkind: Listener\nmetadata: {name: https}\nspec: {port: 8443, protocol: HTTPS, securityModel: XFP, hostBinding: {namespace: {from: ALL}}}\n",
    )],
    check: Check::Told(&["tls-context-without-host"], pass_on),
    ..Rule::BASE
};
