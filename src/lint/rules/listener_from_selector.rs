//! A hostBinding that would select namespaces.

use crate::lint::{Check, Code, Editions, Example, Rule, pass_on};

pub(crate) static RULE: Rule = Rule {
    code: Code::new("AMB436"),
    name: "listener-from-selector",
    summary: "namespaces cannot be selected by label",
    why: "`from: SELECTOR` is in the schema and was never built: Emissary posts an error and takes Hosts of the \
          Listener's own namespace.",
    facts: &["H28"],
    editions: Editions::LATER,
    examples: &[Example::spec(
        "Listener",
        "port: 8080\nprotocol: HTTP\nsecurityModel: XFP\nhostBinding: {namespace: {from: SELECTOR}}\n",
        "port: 8080\nprotocol: HTTP\nsecurityModel: XFP\nhostBinding: {namespace: {from: SELF}}\n",
    )],
    check: Check::Told(&["listener-from-selector"], pass_on),
    ..Rule::BASE
};
