//! Two services of a kind of which there may be one.

use crate::diagnostic::Severity;
use crate::lint::{Check, Code, Example, Rule, pass_on};

pub(crate) static RULE: Rule = Rule {
    code: Code::new("AMB631"),
    name: "one-at-most",
    severity: Severity::Error,
    summary: "with two RateLimitServices or TracingServices, none works",
    why: "Emissary posts an error where there is more than one, and uses none of them.",
    facts: &["S02", "S03"],
    examples: &[Example::manifests(
        "apiVersion: getambassador.io/v3alpha1\nkind: RateLimitService\nmetadata: {name: limits}\nspec: {service: limits, protocol_version: v3}\n---\napiVersion: getambassador.io/v3alpha1\nkind: RateLimitService\nmetadata: {name: limits-next}\nspec: {service: limits-next, protocol_version: v3}\n",
        "apiVersion: getambassador.io/v3alpha1\nkind: RateLimitService\nmetadata: {name: limits}\nspec: {service: limits, protocol_version: v3}\n",
    )],
    check: Check::Told(&["one-at-most"], pass_on),
    ..Rule::BASE
};
