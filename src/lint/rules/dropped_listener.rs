//! A Listener that Emissary drops.

use crate::diagnostic::Severity;
use crate::lint::{Check, Code, Editions, Example, Rule, pass_on};

pub(crate) static RULE: Rule = Rule {
    code: Code::new("AMB435"),
    name: "dropped-listener",
    severity: Severity::Error,
    summary: "the Listener does not hold together",
    why: "A Listener needs a `protocol` or a `protocolStack` that ends in TCP, or in UDP with HTTP above it, and a \
          `hostBinding` that chooses Hosts, by namespace or by `matchLabels`. Emissary drops any other with an \
          error.",
    facts: &["H27", "H29", "H32"],
    editions: Editions::LATER,
    examples: &[
        Example::manifests(
            "apiVersion: getambassador.io/v3alpha1\nkind: Listener\nmetadata: {name: http}\nspec: {port: 8080, protocol: HTTP, securityModel: XFP, hostBinding: {namespace: {}}}\n",
            "apiVersion: getambassador.io/v3alpha1\nkind: Listener\nmetadata: {name: http}\nspec: {port: 8080, protocol: HTTP, securityModel: XFP, hostBinding: {namespace: {from: ALL}}}\n",
        ),
        Example::manifests(
            "apiVersion: getambassador.io/v3alpha1\nkind: Listener\nmetadata: {name: http}\nspec: {port: 8080, protocolStack: [TCP, HTTP], securityModel: XFP, hostBinding: {namespace: {from: ALL}}}\n",
            "apiVersion: getambassador.io/v3alpha1\nkind: Listener\nmetadata: {name: http}\nspec: {port: 8080, protocolStack: [HTTP, TCP], securityModel: XFP, hostBinding: {namespace: {from: ALL}}}\n",
        ),
    ],
    check: Check::Told(&["listener"], pass_on),
    ..Rule::BASE
};
