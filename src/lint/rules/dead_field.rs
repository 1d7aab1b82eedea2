//! Fields of a Mapping that have no effect at all.

use crate::diagnostic::Severity;
use crate::lint::{Check, Code, Context, Editions, Example, FieldView, Findings, FixKind, Rule};
use crate::resource::Kind;

const DEAD: [&str; 4] = ["envoy_override", "modules", "bypass_error_response_overrides", "docs"];

pub(crate) static RULE: Rule = Rule {
    code: Code::new("AMB346"),
    name: "dead-field",
    severity: Severity::Info,
    summary: "this field does nothing",
    why: "`envoy_override`, `modules` and `bypass_error_response_overrides` are remains of other versions; `docs` is read by \
          the developer portal of the paid edition only.",
    facts: &["U26"],
    editions: Editions::LATER,
    fix: FixKind::Safe("remove it"),
    examples: &[Example::mapping(
        "prefix: /cart/\nservice: cart\nbypass_error_response_overrides: true\n",
        "prefix: /cart/\nservice: cart\n",
    )],
    check: Check::Field(check),
    ..Rule::BASE
};

fn check(field: &FieldView<'_>, cx: &Context<'_>, out: &mut Findings) {
    let is_dead = field.is_top() && field.entry.kind == Some(Kind::Mapping) && DEAD.contains(&field.name());
    if is_dead && field.field().is_some() {
        out.report(field.key.span, format!("{} does nothing", field.name()))
            .mend(field.entry.mend(cx).remove(field.name()));
    }
}
