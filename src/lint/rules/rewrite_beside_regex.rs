//! `rewrite` beside `regex_rewrite`.

use crate::lint::{Check, Code, Context, Example, Findings, FixKind, MappingView, Rule};

pub(crate) static RULE: Rule = Rule {
    code: Code::new("AMB328"),
    name: "rewrite-beside-regex",
    summary: "`rewrite` does nothing beside `regex_rewrite`",
    why: "Where both stand, `regex_rewrite` alone makes the path.",
    facts: &["M39"],
    fix: FixKind::Safe("remove `rewrite`"),
    examples: &[Example::mapping(
        "prefix: /cart/\nservice: cart\nrewrite: /shop/\nregex_rewrite: {pattern: '^/cart/', substitution: /v2/}\n",
        "prefix: /cart/\nservice: cart\nregex_rewrite: {pattern: '^/cart/', substitution: /v2/}\n",
    )],
    check: Check::Mapping(check),
    ..Rule::BASE
};

fn check(mapping: &MappingView<'_>, cx: &Context<'_>, out: &mut Findings) {
    let is_rewritten = mapping.fields.map("regex_rewrite").filled("pattern").is_some();
    let Some(rewrite) = mapping.fields.text("rewrite").filter(|_| is_rewritten) else { return };
    // An empty one reads as if the path were kept otherwise, and misleads nobody.
    if rewrite.value.is_empty() || mapping.fields.is_true("host_redirect") {
        return;
    }
    out.report(mapping.key("rewrite"), "this rewrite does nothing: regex_rewrite makes the path")
        .mend(mapping.mend(cx).remove("rewrite"));
}
