//! A selector of several labels, of which Emissary 2 wants only one.

use crate::diagnostic::Severity;
use crate::edition::Edition;
use crate::lint::{Check, Code, Context, Editions, Example, Findings, ResourceView, Rule};
use crate::resource::Kind;

pub(crate) static RULE: Rule = Rule {
    code: Code::new("AMB453"),
    name: "any-label-selects",
    severity: Severity::Info,
    summary: "to Emissary 2 one label of a selector is enough",
    why: "Emissary 2.5.1 takes what has any of the `matchLabels`; since 3 all must be there, and the hostname must \
          fit as well. What attaches by one label today is left out after the upgrade.",
    editions: Editions::only(Edition::Two),
    examples: &[Example::spec("Host", "hostname: shop.example.com\nmappingSelector: {matchLabels: {team: shop, tier: public}}\nrequestPolicy: {insecure: {action: Route}}\n", "hostname: shop.example.com\nmappingSelector: {matchLabels: {team: shop}}\nrequestPolicy: {insecure: {action: Route}}\n").under(Edition::Two)],
    check: Check::Resource(Kind::Host, check),
    ..Rule::BASE
};

fn check(host: &ResourceView<'_>, _: &Context<'_>, out: &mut Findings) {
    let fields = host.entry.fields();
    for name in ["mappingSelector", "selector"] {
        let labels = fields.map(name).entries("matchLabels");
        if let [first, _, ..] = labels {
            out.report(first.key.span, "one of these labels is enough to Emissary 2: since 3 all must be there");
        }
    }
}
