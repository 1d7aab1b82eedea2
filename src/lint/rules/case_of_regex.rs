//! `case_sensitive: false` beside a regex.

use crate::lint::{Check, Code, Context, Example, Findings, FixKind, MappingView, Rule};

pub(crate) static RULE: Rule = Rule {
    code: Code::new("AMB251"),
    name: "case-of-regex",
    summary: "`case_sensitive: false` does nothing for a regex",
    why: "Letter case is ignored for prefixes and exact paths only. A regex says it itself, with `(?i)` at its beginning.",
    facts: &["M43"],
    fix: FixKind::Unsafe("begin the regex with `(?i)`"),
    examples: &[Example::mapping(
        "prefix: /cart/.*\nprefix_regex: true\nrewrite: ''\nservice: cart\ncase_sensitive: false\n",
        "prefix: (?i)/cart/.*\nprefix_regex: true\nrewrite: ''\nservice: cart\n",
    )],
    check: Check::Mapping(check),
    ..Rule::BASE
};

fn check(mapping: &MappingView<'_>, cx: &Context<'_>, out: &mut Findings) {
    let fields = mapping.fields;
    let Some(flag) = fields.bool("case_sensitive").filter(|flag| !flag.value) else { return };
    let Some(prefix) = fields.filled("prefix").filter(|_| fields.is_true("prefix_regex")) else { return };
    if prefix.value.starts_with("(?i") {
        return;
    }
    let mend = mapping.mend(cx);
    let edits = mend.set("prefix", format!("(?i){}", prefix.value)).zip(mend.remove("case_sensitive"));
    out.report(flag.span, "letter case still counts: this does nothing for a regex")
        .mend(edits.map(|(set, remove)| [set, remove].concat()));
}
