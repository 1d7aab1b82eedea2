//! CORS on a Mapping that no preflight comes to.

use crate::lint::{Check, Code, Context, Example, Findings, MappingView, Rule};

pub(crate) static RULE: Rule = Rule {
    code: Code::new("AMB351"),
    name: "cors-without-options",
    summary: "no preflight comes to a Mapping with another method",
    why: "Before they send such a request, browsers ask with OPTIONS, and that must find the Mapping too. With `method: \
          POST` it does not: the preflight ends in a 404 or at another Mapping.",
    facts: &["U32"],
    examples: &[Example::mapping(
        "prefix: /cart/\nservice: cart\nmethod: POST\ncors: {origins: ['https://shop.example.com']}\n",
        "prefix: /cart/\nservice: cart\nmethod: POST|OPTIONS\nmethod_regex: true\ncors: {origins: ['https://shop.example.com']}\n",
    )],
    check: Check::Mapping(check),
    ..Rule::BASE
};

fn check(mapping: &MappingView<'_>, _: &Context<'_>, out: &mut Findings) {
    let fields = mapping.fields;
    let Some(method) = fields.filled("method").filter(|_| fields.has("cors")) else { return };
    let takes_options = match fields.is_true("method_regex") {
        true => method.value.contains("OPTIONS") || method.value.contains('.') || method.value.contains('['),
        false => method.value == "OPTIONS",
    };
    if !takes_options {
        out.report(method.span, "no preflight comes here: browsers ask with OPTIONS first")
            .also(mapping.key("cors"), "for this");
    }
}
