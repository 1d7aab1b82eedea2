//! A Host that selects by matchExpressions.

use crate::lint::{Check, Code, Context, Editions, Example, Findings, ResourceView, Rule};
use crate::resource::Kind;

pub(crate) static RULE: Rule = Rule {
    code: Code::new("AMB405"),
    name: "selector-by-expression",
    summary: "a Host looks at `matchLabels` alone",
    why: "`matchExpressions` is in the schema and nobody reads it. With nothing else, the Host selects by nothing: \
          it takes every Mapping whose hostname fits.",
    facts: &["H04"],
    editions: Editions::LATER,
    examples: &[Example::spec(
        "Host",
        "hostname: shop.example.com\nmappingSelector:\n  matchExpressions:\n  - {key: team, operator: In, values: [shop]}\nrequestPolicy: {insecure: {action: Route}}\n",
        "hostname: shop.example.com\nmappingSelector:\n  matchLabels: {team: shop}\nrequestPolicy: {insecure: {action: Route}}\n",
    )],
    check: Check::Resource(Kind::Host, check),
    ..Rule::BASE
};

fn check(host: &ResourceView<'_>, _: &Context<'_>, out: &mut Findings) {
    for name in ["mappingSelector", "selector"] {
        let selector = host.entry.fields().map(name);
        let Some(expressions) = selector.entry("matchExpressions").filter(|entry| entry.value.as_list().is_some())
        else {
            continue;
        };
        let what = match selector.entries("matchLabels") {
            [] => {
                "nobody reads `matchExpressions`: this Host takes every Mapping without a hostname, and those whose hostname fits"
            }
            _ => "nobody reads `matchExpressions`: `matchLabels` alone counts",
        };
        out.report(expressions.key.span, what);
    }
}
