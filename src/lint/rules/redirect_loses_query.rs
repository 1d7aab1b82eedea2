//! A redirecting Mapping with query conditions.

use crate::lint::{Check, Code, Context, Example, Findings, MappingView, Rule};

pub(crate) static RULE: Rule = Rule {
    code: Code::new("AMB320"),
    name: "redirect-loses-query",
    summary: "a redirecting Mapping loses its query conditions",
    why: "Of a redirecting Mapping only the core attributes reach the group, and query conditions are none of them: it \
          redirects whatever the query is.",
    facts: &["M31"],
    examples: &[Example::mapping(
        "prefix: /old/\nservice: shop.example.com\nhost_redirect: true\nquery_parameters: {v: '1'}\n",
        "prefix: /old/\nservice: shop.example.com\nhost_redirect: true\n",
    )],
    check: Check::Mapping(check),
    ..Rule::BASE
};

fn check(mapping: &MappingView<'_>, _: &Context<'_>, out: &mut Findings) {
    if !redirects(mapping) {
        return;
    }
    for field in ["query_parameters", "regex_query_parameters"] {
        if !mapping.fields.entries(field).is_empty() {
            out.report(mapping.key(field), "this redirects every query: the condition is lost");
        }
    }
}

/// Whether a Mapping redirects.
pub(super) fn redirects(mapping: &MappingView<'_>) -> bool {
    mapping.fields.is_true("host_redirect") && !mapping.fields.is_true("shadow")
}
