//! Labels of v2 in the Module.

use super::unknown_module_key::config;
use crate::lint::{Check, Code, Context, Editions, Example, Fields, Findings, ResourceView, Rule};
use crate::resource::Kind;

pub(crate) static RULE: Rule = Rule {
    code: Code::new("AMB609"),
    name: "default-labels-of-v2",
    summary: "labels in the Module are not converted",
    why: "Nothing in a Module is converted. A text among `default_labels`, as `v2` writes them, has no effect; and \
          as soon as there is a RateLimitService, Emissary's compiler gives up over it.",
    facts: &["S30"],
    editions: Editions::LATER,
    examples: &[Example::spec(
        "Module",
        "default_labels: {ambassador: {defaults: [remote_address]}}\n",
        "default_labels: {ambassador: {defaults: [{remote_address: {key: remote_address}}]}}\n",
    )],
    check: Check::Resource(Kind::Module, check),
    ..Rule::BASE
};

fn check(module: &ResourceView<'_>, cx: &Context<'_>, out: &mut Findings) {
    // With a RateLimitService it is worse, and another rule says so.
    let is_told = cx.snapshot().problems.iter().any(|problem| problem.code == "default-labels");
    for domain in config(module).entries("default_labels").iter().filter(|_| !is_told) {
        for label in Fields::of(&domain.value).list("defaults").iter().filter(|label| label.as_map().is_none()) {
            let written = label.text().unwrap_or_default();
            out.report(label.span, format!("`{written}` is a label of `v2`: nobody converts it here"))
                .note("`v3alpha1` writes a map such as `{generic_key: {value: TEXT}}`.");
        }
    }
}
