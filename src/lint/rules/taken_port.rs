//! Two Listeners on one port.

use crate::diagnostic::Severity;
use crate::lint::{Check, Code, Editions, Example, Rule, pass_on};

pub(crate) static RULE: Rule = Rule {
    code: Code::new("AMB437"),
    name: "taken-port",
    severity: Severity::Error,
    summary: "two Listeners have one port",
    why: "The first in Emissary's order opens the port; the other is dropped with an error, with the Hosts that \
          only it would take.",
    facts: &["H30"],
    editions: Editions::LATER,
    examples: &[Example::manifests(
        "apiVersion: getambassador.io/v3alpha1\nkind: Listener\nmetadata: {name: http}\nspec: {port: 8080, protocol: HTTP, securityModel: XFP, hostBinding: {namespace: {from: ALL}}}\n---\napiVersion: getambassador.io/v3alpha1\nkind: Listener\nmetadata: {name: https}\nspec: {port: 8080, protocol: HTTPS, securityModel: XFP, hostBinding: {namespace: {from: ALL}}}\n",
        "apiVersion: getambassador.io/v3alpha1\nkind: Listener\nmetadata: {name: http}\nspec: {port: 8080, protocol: HTTP, securityModel: XFP, hostBinding: {namespace: {from: ALL}}}\n---\napiVersion: getambassador.io/v3alpha1\nkind: Listener\nmetadata: {name: https}\nspec: {port: 8443, protocol: HTTPS, securityModel: XFP, hostBinding: {namespace: {from: ALL}}}\n",
    )],
    check: Check::Told(&["listener-port-taken"], pass_on),
    ..Rule::BASE
};
