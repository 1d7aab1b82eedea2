//! A selector of a Host that selects nothing in particular.

use crate::lint::{Check, Code, Context, Editions, Example, Findings, FixKind, ResourceView, Rule};
use crate::resource::Kind;

pub(crate) static RULE: Rule = Rule {
    code: Code::new("AMB406"),
    name: "empty-selector",
    summary: "an empty selector is none",
    why: "An empty `mappingSelector` means neither all Mappings nor none: the Host goes by hostnames alone, as if \
          it were not there.",
    facts: &["H05"],
    editions: Editions::LATER,
    fix: FixKind::Safe("remove it"),
    examples: &[Example::spec(
        "Host",
        "hostname: shop.example.com\nmappingSelector: {}\nrequestPolicy: {insecure: {action: Route}}\n",
        "hostname: shop.example.com\nrequestPolicy: {insecure: {action: Route}}\n",
    )],
    check: Check::Resource(Kind::Host, check),
    ..Rule::BASE
};

fn check(host: &ResourceView<'_>, cx: &Context<'_>, out: &mut Findings) {
    for name in ["mappingSelector", "selector"] {
        let Some(selector) = host.entry.fields().entry(name).filter(|entry| entry.value.as_map().is_some()) else {
            continue;
        };
        let is_empty = host.entry.fields().map(name).all().iter().all(|part| {
            part.key.text() == Some("matchLabels") && part.value.as_map().is_some_and(crate::yaml::Map::is_empty)
        });
        if is_empty {
            out.report(selector.key.span, format!("an empty `{name}` selects nothing in particular"))
                .mend(host.mend(cx).remove(name));
        }
    }
}
