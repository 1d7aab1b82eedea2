//! A condition that is false, and falls away.

use crate::edition::Version;
use crate::lint::{Check, Code, Context, Editions, Example, FieldView, Findings, FixKind, Role, Rule};
use crate::yaml::Dialect;
use crate::yaml::Meaning;

pub(crate) static RULE: Rule = Rule {
    code: Code::new("AMB117"),
    name: "false-condition",
    summary: "a condition of `false` is no condition",
    why: "In `v1` and `v2` a header or query parameter of `true` must be there. `false` does not mean that it must \
          not: the condition falls away, and the Mapping takes every request. To Ambassador 1 it was fatal.",
    facts: &["B18"],
    editions: Editions::LATER,
    fix: FixKind::Safe("remove it"),
    examples: &[Example::annotation(
        "apiVersion: getambassador.io/v2\nkind: Mapping\nname: cart\nhost: a.com\nprefix: /cart/\nservice: cart\nheaders:\n  x-debug: false\n  x-zone: eu\n",
        "apiVersion: getambassador.io/v3alpha1\nkind: Mapping\nname: cart\nhostname: a.com\nprefix: /cart/\nservice: cart\nheaders:\n  x-zone: eu\n",
    )],
    check: Check::Field(check),
    ..Rule::BASE
};

fn check(field: &FieldView<'_>, cx: &Context<'_>, out: &mut Findings) {
    let path = field.path();
    let is_condition = matches!(field.role, Role::Key)
        && (path.starts_with("headers.") || path.starts_with("query_parameters."))
        && matches!(field.entry.version, Some(Version::V1 | Version::V2));
    if is_condition && field.value.meaning(Dialect::Kubernetes) == Some(Meaning::Bool(false)) {
        out.report(field.value.span, format!("`{}` of `false` is no condition: it falls away", field.name()))
            .mend(field.entry.mend(cx).remove_at(field.parent.span, field.name()));
    }
}
