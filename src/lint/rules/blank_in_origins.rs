//! Blanks in a text of origins.

use crate::edition::Version;
use crate::lint::{Check, Code, Context, Example, FieldView, Findings, FixKind, Rule};

pub(crate) static RULE: Rule = Rule {
    code: Code::new("AMB118"),
    name: "blank-in-origins",
    summary: "blanks after the commas of `cors.origins` stay",
    why: "A text of origins is cut at its commas and nothing is trimmed: the second origin begins with a blank, \
          and no browser sends such a one. Write a list in `v3alpha1`.",
    facts: &["B19"],
    fix: FixKind::Unsafe("leave the blanks out"),
    examples: &[Example::annotation(
        "apiVersion: getambassador.io/v2\nkind: Mapping\nname: cart\nhost: a.com\nprefix: /cart/\nservice: cart\ncors:\n  origins: https://a.com, https://b.com\n",
        "apiVersion: getambassador.io/v3alpha1\nkind: Mapping\nname: cart\nhostname: a.com\nprefix: /cart/\nservice: cart\ncors:\n  origins: [https://a.com, https://b.com]\n",
    )],
    check: Check::Field(check),
    ..Rule::BASE
};

fn check(field: &FieldView<'_>, cx: &Context<'_>, out: &mut Findings) {
    let is_old = matches!(field.entry.version, Some(Version::V1 | Version::V2));
    let Some(text) = field.value.text().filter(|_| is_old && field.path() == "cors.origins") else { return };
    let trimmed: Vec<&str> = text.split(',').map(str::trim).collect();
    let trimmed = trimmed.join(",");
    if trimmed != text {
        out.report(field.value.span, "an origin with a blank before or after it matches nothing that a browser sends")
            .mend(field.entry.mend(cx).set_at(field.parent.span, "origins", trimmed));
    }
}
