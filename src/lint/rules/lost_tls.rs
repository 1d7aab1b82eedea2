//! A Host that loses TLS to another or to a TCPMapping.

use crate::diagnostic::Severity;
use crate::lint::{Check, Code, Editions, Example, Rule, pass_on};

pub(crate) static RULE: Rule = Rule {
    code: Code::new("AMB461"),
    name: "lost-tls",
    severity: Severity::Error,
    summary: "a Host is not served with TLS, because its server name is taken",
    why: "On one Listener a TLS server name leads to one place. A TCPMapping of that name takes it from the Host; \
          of two Hosts with different TLS settings the first keeps it.",
    facts: &["S16"],
    editions: Editions::LATER,
    examples: &[Example::manifests(
        "apiVersion: v1\nkind: Secret\nmetadata: {name: tls}\ntype: kubernetes.io/tls\ndata: {tls.crt: YQ==, tls.key: YQ==}\n---\napiVersion: getambassador.io/v3alpha1\nkind: Host\nmetadata: {name: shop}\nspec: {hostname: shop.example.com, tlsSecret: {name: tls}}\n---\napiVersion: getambassador.io/v3alpha1\nkind: Listener\nmetadata: {name: https}\nspec: {port: 8443, protocol: HTTPS, securityModel: XFP, hostBinding: {namespace: {from: ALL}}}\n---\napiVersion: getambassador.io/v3alpha1\nkind: TCPMapping\nmetadata: {name: queue}\nspec: {port: 8443, host: shop.example.com, service: 'queue:5672'}\n",
        "apiVersion: v1\nkind: Secret\nmetadata: {name: tls}\ntype: kubernetes.io/tls\ndata: {tls.crt: YQ==, tls.key: YQ==}\n---\napiVersion: getambassador.io/v3alpha1\nkind: Host\nmetadata: {name: shop}\nspec: {hostname: shop.example.com, tlsSecret: {name: tls}}\n---\napiVersion: getambassador.io/v3alpha1\nkind: Listener\nmetadata: {name: https}\nspec: {port: 8443, protocol: HTTPS, securityModel: XFP, hostBinding: {namespace: {from: ALL}}}\n---\napiVersion: getambassador.io/v3alpha1\nkind: TCPMapping\nmetadata: {name: queue}\nspec: {port: 5672, service: 'queue:5672'}\n",
    )],
    check: Check::Told(&["host-tls-conflict"], pass_on),
    ..Rule::BASE
};
