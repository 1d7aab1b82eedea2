//! Rate-limit labels that nobody asks about.

use crate::lint::{Check, Code, Context, Example, Findings, MappingView, Rule};
use crate::resource::Kind;

pub(crate) static RULE: Rule = Rule {
    code: Code::new("AMB352"),
    name: "idle-labels",
    severity: crate::diagnostic::Severity::Info,
    summary: "these labels limit nothing",
    why: "Labels are what a RateLimitService is asked about, and only those of its domain. Without such a service in the \
          configuration they do nothing.",
    facts: &["U33"],
    examples: &[Example::mapping(
        "prefix: /cart/\nservice: cart\nlabels:\n  ambassador:\n  - all: [{generic_key: {value: cart}}]\n",
        "prefix: /cart/\nservice: cart\n",
    )],
    check: Check::Mapping(check),
    ..Rule::BASE
};

fn check(mapping: &MappingView<'_>, cx: &Context<'_>, out: &mut Findings) {
    let domains = mapping.fields.entries("labels");
    if domains.is_empty() {
        return;
    }
    let mut services = cx.resources(Kind::RateLimitService).peekable();
    if services.peek().is_none() {
        out.report(mapping.key("labels"), "these labels limit nothing: there is no RateLimitService");
        return;
    }
    let asked: Vec<String> = services
        .map(|service| service.fields.filled("domain").map_or("ambassador", |domain| domain.value).to_owned())
        .collect();
    for domain in domains {
        let Some(name) = domain.key.text().filter(|name| !asked.iter().any(|asked| asked == name)) else { continue };
        out.report(
            domain.key.span,
            format!("these labels limit nothing: the RateLimitService asks about domain {}", asked.join(" and ")),
        )
        .note(format!("Domain {name} is nobody's."));
    }
}
