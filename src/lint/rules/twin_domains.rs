//! Hosts whose names differ in letter case alone.

use crate::diagnostic::Severity;
use crate::lint::{Check, Code, Editions, Example, Rule, pass_on};

pub(crate) static RULE: Rule = Rule {
    code: Code::new("AMB450"),
    name: "twin-domains",
    severity: Severity::Error,
    summary: "two Hosts have one name but for letter case",
    why: "To Envoy they are one domain, which stands twice: it refuses the whole configuration.",
    facts: &["A26"],
    editions: Editions::LATER,
    examples: &[Example::manifests(
        "apiVersion: getambassador.io/v3alpha1\nkind: Host\nmetadata: {name: first}\nspec: {hostname: shop.example.com, requestPolicy: {insecure: {action: Route}}}\n---\napiVersion: getambassador.io/v3alpha1\nkind: Host\nmetadata: {name: second}\nspec: {hostname: Shop.example.com, requestPolicy: {insecure: {action: Route}}}\n---\napiVersion: getambassador.io/v3alpha1\nkind: Listener\nmetadata: {name: http}\nspec: {port: 8080, protocol: HTTP, securityModel: XFP, hostBinding: {namespace: {from: ALL}}}\n",
        "apiVersion: getambassador.io/v3alpha1\nkind: Host\nmetadata: {name: first}\nspec: {hostname: shop.example.com, requestPolicy: {insecure: {action: Route}}}\n---\napiVersion: getambassador.io/v3alpha1\nkind: Listener\nmetadata: {name: http}\nspec: {port: 8080, protocol: HTTP, securityModel: XFP, hostBinding: {namespace: {from: ALL}}}\n",
    )],
    check: Check::Told(&["twin-domains"], pass_on),
    ..Rule::BASE
};
