//! A condition on `x-forwarded-proto`, which Emissary uses itself.

use crate::lint::{Check, Code, Context, Editions, Example, Findings, MappingView, Rule};

pub(crate) static RULE: Rule = Rule {
    code: Code::new("AMB250"),
    name: "proto-condition",
    summary: "`x-forwarded-proto` cannot be a condition",
    why: "Emissary makes a route for requests over TLS and one for cleartext, told apart by `x-forwarded-proto`: a \
          condition on that header is replaced in one and taken away in the other.",
    facts: &["M42"],
    editions: Editions::LATER,
    examples: &[Example::mapping(
        "prefix: /cart/\nservice: cart\nheaders: {x-forwarded-proto: https}\n",
        "prefix: /cart/\nservice: cart\n",
    )],
    check: Check::Mapping(check),
    ..Rule::BASE
};

fn check(mapping: &MappingView<'_>, _: &Context<'_>, out: &mut Findings) {
    let entries = ["headers", "regex_headers"].into_iter().flat_map(|key| mapping.fields.entries(key));
    for entry in entries {
        if entry.key.text().is_some_and(|name| name.eq_ignore_ascii_case("x-forwarded-proto")) {
            out.report(
                entry.key.span,
                "this condition is not kept: Emissary tells cleartext and TLS apart by this header",
            )
            .note("The Host's requestPolicy.insecure decides what becomes of cleartext.");
        }
    }
}
