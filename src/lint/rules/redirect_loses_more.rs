//! A redirecting Mapping with settings that do nothing to a redirect.

use super::redirect_loses_query::redirects;
use crate::lint::{Check, Code, Context, Example, Findings, FixKind, MappingView, Rule};

const LOST: [&str; 6] = [
    "add_response_headers",
    "remove_response_headers",
    "add_request_headers",
    "remove_request_headers",
    "cors",
    "retry_policy",
];

pub(crate) static RULE: Rule = Rule {
    code: Code::new("AMB323"),
    name: "redirect-loses-more",
    summary: "a redirecting Mapping loses its headers, CORS and retries",
    why: "Of a redirecting Mapping only the core attributes reach the group; the answer is the redirect, without what the \
          Mapping says of headers and CORS.",
    facts: &["M34"],
    fix: FixKind::Safe("remove it"),
    examples: &[Example::mapping(
        "prefix: /old/\nservice: shop.example.com\nhost_redirect: true\nadd_response_headers:\n  x-shop: {value: old}\n",
        "prefix: /old/\nservice: shop.example.com\nhost_redirect: true\n",
    )],
    check: Check::Mapping(check),
    ..Rule::BASE
};

fn check(mapping: &MappingView<'_>, cx: &Context<'_>, out: &mut Findings) {
    if !redirects(mapping) {
        return;
    }
    for field in LOST.into_iter().filter(|field| mapping.fields.has(field)) {
        out.report(mapping.key(field), format!("{field} does nothing here: this Mapping redirects"))
            .mend(mapping.mend(cx).remove(field));
    }
}
