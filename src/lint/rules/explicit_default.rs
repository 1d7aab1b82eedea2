//! A field that says what holds anyway.

use crate::diagnostic::Severity;
use crate::lint::{Check, Code, Context, Example, FieldView, Findings, FixKind, Rule};
use crate::resource::Kind;

pub(crate) static RULE: Rule = Rule {
    code: Code::new("AMB901"),
    name: "explicit-default",
    severity: Severity::Info,
    summary: "this is so anyway",
    why: "The field has the value that it has where it is left out.",
    facts: &["U39"],
    fix: FixKind::Safe("leave it out"),
    examples: &[Example::mapping("prefix: /cart/\nservice: cart\nrewrite: /\n", "prefix: /cart/\nservice: cart\n")],
    check: Check::Field(check),
    ..Rule::BASE
};

/// Defaults that neither a Module nor a group changes. What a group compares is not among them: there an explicit
/// value differs from none.
const DEFAULTS: [(&str, &str); 6] = [
    ("rewrite", "/"),
    ("enable_ipv6", "false"),
    ("host_redirect", "false"),
    ("shadow", "false"),
    ("precedence", "0"),
    ("redirect_response_code", "301"),
];

fn check(field: &FieldView<'_>, cx: &Context<'_>, out: &mut Findings) {
    if !field.is_top() || field.entry.kind != Some(Kind::Mapping) || field.entry.fields().has("regex_rewrite") {
        return;
    }
    let Some(text) = field.value.text() else { return };
    let is_default = DEFAULTS.contains(&(field.name(), text));
    let is_changed_by_module = field.name() == "enable_ipv6" && cx.resources(Kind::Module).next().is_some();
    // A regex that is replaced whole is another rule's matter, and a defaults section may hold another rewrite.
    let is_meant = field.name() == "rewrite" && (field.entry.fields().is_true("prefix_regex") || has_defaults(cx));
    if is_default && !is_changed_by_module && !is_meant {
        out.report(field.key.span, format!("{} is `{text}` anyway", field.name()))
            .mend(field.entry.mend(cx).remove(field.name()));
    }
}

fn has_defaults(cx: &Context<'_>) -> bool {
    cx.resources(Kind::Module).any(|module| module.fields.map("config").has("defaults"))
}
