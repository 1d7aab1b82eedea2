//! A default that Mappings do not look at.

use super::unknown_module_key::config;
use crate::lint::{Check, Code, Context, Example, Findings, ResourceView, Rule};
use crate::resource::Kind;

pub(crate) static RULE: Rule = Rule {
    code: Code::new("AMB608"),
    name: "useless-default",
    summary: "Mappings do not take this default from the Module",
    why: "Of `defaults` Emissary reads `add_request_headers`, `add_response_headers`, `remove_request_headers`, \
          `remove_response_headers`, `stats_name` and `tls_secret_namespacing`, and nothing else.",
    facts: &["S29"],
    examples: &[Example::spec(
        "Module",
        "defaults: {httpmapping: {timeout_ms: 10000}}\n",
        "defaults: {httpmapping: {stats_name: shop}}\n",
    )],
    check: Check::Resource(Kind::Module, check),
    ..Rule::BASE
};

const READ: [&str; 7] = [
    "add_request_headers",
    "add_response_headers",
    "httpmapping",
    "remove_request_headers",
    "remove_response_headers",
    "stats_name",
    "tls_secret_namespacing",
];

fn check(module: &ResourceView<'_>, _: &Context<'_>, out: &mut Findings) {
    let defaults = config(module).map("defaults");
    for entry in defaults.all().iter().chain(defaults.entries("httpmapping")) {
        let name = entry.key.text().unwrap_or_default();
        if !READ.contains(&name) {
            out.report(entry.key.span, format!("Mappings do not take `{name}` from the Module's defaults"));
        }
    }
}
