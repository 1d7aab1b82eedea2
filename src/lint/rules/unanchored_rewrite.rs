//! A `regex_rewrite` that may match in the middle of a path.

use crate::diagnostic::Severity;
use crate::lint::{Check, Code, Context, Example, Findings, FixKind, MappingView, Rule};

pub(crate) static RULE: Rule = Rule {
    code: Code::new("AMB330"),
    name: "unanchored-rewrite",
    severity: Severity::Info,
    summary: "the pattern replaces every place of the path that it matches",
    why: "`regex_rewrite` replaces all matches, wherever they stand: `/cart/` also in `/cart/7/cart/`. Begin the pattern \
          with `^` if only the beginning of the path is meant.",
    facts: &["M41"],
    fix: FixKind::Unsafe("begin the pattern with `^`"),
    examples: &[Example::mapping(
        "prefix: /cart/\nservice: cart\nregex_rewrite: {pattern: /cart/, substitution: /}\n",
        "prefix: /cart/\nservice: cart\nregex_rewrite: {pattern: ^/cart/, substitution: /}\n",
    )],
    check: Check::Mapping(check),
    ..Rule::BASE
};

fn check(mapping: &MappingView<'_>, cx: &Context<'_>, out: &mut Findings) {
    let Some(pattern) = mapping.fields.map("regex_rewrite").filled("pattern") else { return };
    let text = pattern.value;
    // A pattern that takes all that follows, or only what ends the path, matches once.
    let matches_once = text.starts_with('^') || text.starts_with("(^") || text.starts_with(r"\A");
    let takes_the_rest = text.ends_with(".*") || text.ends_with(".*)") || text.ends_with('$');
    if matches_once || takes_the_rest || !text.starts_with('/') {
        return;
    }
    out.report(pattern.span, "this is replaced wherever it stands in the path").mend(mapping.mend(cx).set_in(
        &["regex_rewrite"],
        "pattern",
        format!("^{text}"),
    ));
}
