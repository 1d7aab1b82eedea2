//! A label of v2 among the Module's, with a RateLimitService.

use crate::diagnostic::Severity;
use crate::lint::{Check, Code, Context, Editions, Example, Findings, Rule, Told};

pub(crate) static RULE: Rule = Rule {
    code: Code::new("AMB641"),
    name: "default-label",
    severity: Severity::Error,
    summary: "a label of `v2` in the Module makes Emissary's compiler give up",
    why: "Nothing in a Module is converted, and with a RateLimitService the compiler looks into each of the \
          `default_labels` as into a map. Ambassador 1 took texts there.",
    facts: &["S30"],
    editions: Editions::LATER,
    examples: &[Example::manifests(
        "apiVersion: getambassador.io/v3alpha1\nkind: Module\nmetadata: {name: ambassador}\nspec: {config: {default_labels: {ambassador: {defaults: [remote_address]}}}}\n---\napiVersion: getambassador.io/v3alpha1\nkind: RateLimitService\nmetadata: {name: limits}\nspec: {service: limits, protocol_version: v3}\n",
        "apiVersion: getambassador.io/v3alpha1\nkind: Module\nmetadata: {name: ambassador}\nspec: {config: {default_labels: {ambassador: {defaults: [{remote_address: {key: remote_address}}]}}}}\n---\napiVersion: getambassador.io/v3alpha1\nkind: RateLimitService\nmetadata: {name: limits}\nspec: {service: limits, protocol_version: v3}\n",
    )],
    check: Check::Told(&["default-labels"], check),
    ..Rule::BASE
};

fn check(told: &Told<'_>, _: &Context<'_>, out: &mut Findings) {
    out.pass_on(told).note("`v3alpha1` writes a map such as `{generic_key: {value: TEXT}}`.");
}
