//! `omit_if_not_present`, which changes nothing.

use crate::lint::{Check, Code, Context, Example, FieldView, Findings, FixKind, Rule};

pub(crate) static RULE: Rule = Rule {
    code: Code::new("AMB353"),
    name: "dead-omit-flag",
    severity: crate::diagnostic::Severity::Info,
    summary: "`omit_if_not_present` changes nothing",
    why: "Where a request has not the header of a label, the whole group of labels is left out, whatever this flag says.",
    facts: &["U34"],
    fix: FixKind::Safe("remove it"),
    examples: &[Example::manifests(
        "apiVersion: getambassador.io/v3alpha1\nkind: RateLimitService\nmetadata: {name: limits}\nspec: {service: 'limits:5000', protocol_version: v3}\n---\napiVersion: getambassador.io/v3alpha1\nkind: Mapping\nmetadata: {name: cart}\nspec:\n  hostname: '*'\n  prefix: /cart/\n  service: cart\n  labels:\n    ambassador:\n    - users:\n      - request_headers:\n          key: user\n          header_name: x-user\n          omit_if_not_present: true\n",
        "apiVersion: getambassador.io/v3alpha1\nkind: RateLimitService\nmetadata: {name: limits}\nspec: {service: 'limits:5000', protocol_version: v3}\n---\napiVersion: getambassador.io/v3alpha1\nkind: Mapping\nmetadata: {name: cart}\nspec:\n  hostname: '*'\n  prefix: /cart/\n  service: cart\n  labels:\n    ambassador:\n    - users:\n      - request_headers:\n          key: user\n          header_name: x-user\n",
    )],
    check: Check::Field(check),
    ..Rule::BASE
};

fn check(field: &FieldView<'_>, cx: &Context<'_>, out: &mut Findings) {
    if field.name() == "omit_if_not_present" && field.path().starts_with("labels") {
        out.report(field.key.span, "this changes nothing: without the header the whole group is left out")
            .mend(field.entry.mend(cx).remove_at(field.parent.span, "omit_if_not_present"));
    }
}
