//! A label for rate limits without a header name.

use crate::diagnostic::Severity;
use crate::edition::Version;
use crate::lint::{Check, Code, Context, Editions, Example, Findings, Rule, Told};

pub(crate) static RULE: Rule = Rule {
    code: Code::new("AMB377"),
    name: "rate-limit-label",
    severity: Severity::Error,
    summary: "a label for rate limits names no header",
    why: "A label in the style of `v3alpha1` in a document of `v2` is taken for a header's, with an empty name. As \
          soon as there is a RateLimitService, Envoy refuses the whole configuration over it.",
    facts: &["A28", "A29"],
    editions: Editions::LATER,
    examples: &[Example::manifests(
        "apiVersion: v1\nkind: Service\nmetadata:\n  name: cart\n  annotations:\n    getambassador.io/config: |\n      apiVersion: getambassador.io/v2\n      kind: Mapping\n      name: cart\n      host: a.com\n      prefix: /cart/\n      service: cart\n      labels: {ambassador: [{all: [{generic_key: {value: cart}}]}]}\n---\napiVersion: getambassador.io/v3alpha1\nkind: RateLimitService\nmetadata: {name: limits}\nspec: {service: limits, protocol_version: v3}\n",
        "apiVersion: v1\nkind: Service\nmetadata:\n  name: cart\n  annotations:\n    getambassador.io/config: |\n      apiVersion: getambassador.io/v3alpha1\n      kind: Mapping\n      name: cart\n      hostname: a.com\n      prefix: /cart/\n      service: cart\n      labels: {ambassador: [{all: [{generic_key: {value: cart}}]}]}\n---\napiVersion: getambassador.io/v3alpha1\nkind: RateLimitService\nmetadata: {name: limits}\nspec: {service: limits, protocol_version: v3}\n",
    )],
    check: Check::Told(&["rate-limit-label"], check),
    ..Rule::BASE
};

fn check(told: &Told<'_>, _: &Context<'_>, out: &mut Findings) {
    let finding = out.pass_on(told);
    if told.entry.is_some_and(|entry| matches!(entry.version, Some(Version::V1 | Version::V2))) {
        finding.note(
            "In `v2` a fixed text is `{generic_key: TEXT}`, or the text alone; this is how `v3alpha1` writes it.",
        );
    }
}
