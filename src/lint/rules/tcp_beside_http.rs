//! A TCPMapping for everything on a port that serves HTTP.

use crate::diagnostic::Severity;
use crate::lint::{Check, Code, Editions, Example, Rule, pass_on};

pub(crate) static RULE: Rule = Rule {
    code: Code::new("AMB451"),
    name: "tcp-beside-http",
    severity: Severity::Error,
    summary: "a TCPMapping without `host` cannot share its port with HTTP",
    why: "Both would take every connection without TLS. Envoy sees two chains that match the same, and refuses the \
          whole configuration.",
    facts: &["A27"],
    editions: Editions::LATER,
    examples: &[Example::manifests(
        "apiVersion: getambassador.io/v3alpha1\nkind: Host\nmetadata: {name: shop}\nspec: {hostname: shop.example.com, requestPolicy: {insecure: {action: Route}}}\n---\napiVersion: getambassador.io/v3alpha1\nkind: Listener\nmetadata: {name: http}\nspec: {port: 8080, protocol: HTTP, securityModel: XFP, hostBinding: {namespace: {from: ALL}}}\n---\napiVersion: getambassador.io/v3alpha1\nkind: TCPMapping\nmetadata: {name: queue}\nspec: {port: 8080, service: 'queue:5672'}\n",
        "apiVersion: getambassador.io/v3alpha1\nkind: Host\nmetadata: {name: shop}\nspec: {hostname: shop.example.com, requestPolicy: {insecure: {action: Route}}}\n---\napiVersion: getambassador.io/v3alpha1\nkind: Listener\nmetadata: {name: http}\nspec: {port: 8080, protocol: HTTP, securityModel: XFP, hostBinding: {namespace: {from: ALL}}}\n---\napiVersion: getambassador.io/v3alpha1\nkind: TCPMapping\nmetadata: {name: queue}\nspec: {port: 5672, service: 'queue:5672'}\n",
    )],
    check: Check::Told(&["tcp-beside-http"], pass_on),
    ..Rule::BASE
};
