//! `retriable-status-codes`, to which no codes can be given.

use crate::lint::{Check, Code, Context, Example, Findings, MappingView, Rule};

pub(crate) static RULE: Rule = Rule {
    code: Code::new("AMB342"),
    name: "retriable-status-codes",
    summary: "`retriable-status-codes` retries nothing",
    why: "There is no field for the codes, and the headers by which a client could name them are taken off: nothing is \
          ever retried.",
    facts: &["U22"],
    examples: &[Example::mapping(
        "prefix: /cart/\nservice: cart\nretry_policy: {retry_on: retriable-status-codes}\n",
        "prefix: /cart/\nservice: cart\nretry_policy: {retry_on: gateway-error}\n",
    )],
    check: Check::Mapping(check),
    ..Rule::BASE
};

fn check(mapping: &MappingView<'_>, _: &Context<'_>, out: &mut Findings) {
    let Some(on) = mapping.fields.map("retry_policy").filled("retry_on") else { return };
    if on.value == "retriable-status-codes" {
        out.report(on.span, "nothing is retried: the status codes cannot be named")
            .note("`gateway-error` is 502, 503 and 504.");
    }
}
