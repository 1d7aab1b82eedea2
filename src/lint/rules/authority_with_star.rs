//! A star in a condition on the authority.

use crate::diagnostic::Severity;
use crate::lint::{Check, Code, Editions, Example, Rule, pass_on};

pub(crate) static RULE: Rule = Rule {
    code: Code::new("AMB413"),
    name: "authority-with-star",
    severity: Severity::Error,
    summary: "a star in the condition on `:authority` makes Emissary drop the Mapping",
    why: "A condition on `:authority` is an exact name. Patterns are `hostname`'s.",
    facts: &["H09"],
    editions: Editions::LATER,
    examples: &[Example::manifests(
        "apiVersion: getambassador.io/v3alpha1\nkind: Mapping\nmetadata: {name: cart}\nspec:\n  prefix: /cart/\n  service: cart\n  headers:\n    ':authority': '*.example.com'\n",
        "apiVersion: getambassador.io/v3alpha1\nkind: Mapping\nmetadata: {name: cart}\nspec:\n  prefix: /cart/\n  service: cart\n  hostname: '*.example.com'\n",
    )],
    check: Check::Told(&["authority-glob"], pass_on),
    ..Rule::BASE
};
