//! A method that no request has.

use crate::lint::{Check, Code, Context, Example, Findings, FixKind, MappingView, Rule};

pub(crate) static RULE: Rule = Rule {
    code: Code::new("AMB252"),
    name: "lower-case-method",
    summary: "methods are written in upper case",
    why: "Methods are compared letter by letter, and Envoy refuses a request whose method is in lower case: such a \
          Mapping matches nothing. `GET` does not stand for HEAD either.",
    facts: &["M44"],
    fix: FixKind::Unsafe("write it in upper case"),
    examples: &[Example::mapping(
        "prefix: /cart/\nservice: cart\nmethod: post\n",
        "prefix: /cart/\nservice: cart\nmethod: POST\n",
    )],
    check: Check::Mapping(check),
    ..Rule::BASE
};

fn check(mapping: &MappingView<'_>, cx: &Context<'_>, out: &mut Findings) {
    let Some(method) = mapping.fields.filled("method") else { return };
    let has_lower = method.value.chars().any(|c| c.is_ascii_lowercase());
    if mapping.fields.is_true("method_regex") || !has_lower {
        return;
    }
    out.report(method.span, format!("no request has the method `{}`: this Mapping matches nothing", method.value))
        .mend(mapping.mend(cx).set("method", method.value.to_ascii_uppercase()));
}
