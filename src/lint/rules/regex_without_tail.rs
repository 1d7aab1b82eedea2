//! A regex that reads like a prefix, and must match the whole path.

use crate::diagnostic::Severity;
use crate::lint::{Check, Code, Context, Example, Findings, FixKind, MappingView, Rule};

pub(crate) static RULE: Rule = Rule {
    code: Code::new("AMB206"),
    name: "regex-without-tail",
    severity: Severity::Info,
    summary: "a regex as prefix must match the whole path",
    why: "With `prefix_regex` the text is no prefix any more: the regex must match the path from its first character to \
          its last. One that ends in a slash takes nothing below it.",
    facts: &["M06"],
    fix: FixKind::Unsafe("let it go on: append `.*`"),
    examples: &[Example::mapping(
        "prefix: /v[0-9]+/\nprefix_regex: true\nrewrite: ''\nservice: api\n",
        "prefix: /v[0-9]+/.*\nprefix_regex: true\nrewrite: ''\nservice: api\n",
    )],
    check: Check::Mapping(check),
    ..Rule::BASE
};

fn check(mapping: &MappingView<'_>, cx: &Context<'_>, out: &mut Findings) {
    let Some(prefix) = mapping.fields.filled("prefix") else { return };
    if !mapping.fields.is_true("prefix_regex") || !prefix.value.ends_with('/') {
        return;
    }
    let text = prefix.value;
    out.report(prefix.span, "only a path that ends in this slash matches: the regex must match the whole path")
        .mend(mapping.mend(cx).set("prefix", format!("{text}.*")));
}
