//! Blanks in a list of ALPN protocols.

use crate::lint::{Check, Code, Context, Example, FieldView, Findings, FixKind, Rule};

pub(crate) static RULE: Rule = Rule {
    code: Code::new("AMB445"),
    name: "blank-in-alpn",
    summary: "blanks in `alpn_protocols` stay",
    why: "The text is cut at its commas and nothing is trimmed: ` http/1.1` with a blank before it is offered as \
          it is, and no client picks it.",
    facts: &["H39"],
    fix: FixKind::Unsafe("leave the blanks out"),
    examples: &[Example::manifests(
        "apiVersion: v1\nkind: Secret\nmetadata: {name: tls}\ntype: kubernetes.io/tls\ndata: {tls.crt: YQ==, tls.key: YQ==}\n---\napiVersion: getambassador.io/v3alpha1\nkind: TLSContext\nmetadata: {name: modern}\nspec:\n  secret: tls\n  alpn_protocols: h2, http/1.1\n",
        "apiVersion: v1\nkind: Secret\nmetadata: {name: tls}\ntype: kubernetes.io/tls\ndata: {tls.crt: YQ==, tls.key: YQ==}\n---\napiVersion: getambassador.io/v3alpha1\nkind: TLSContext\nmetadata: {name: modern}\nspec:\n  secret: tls\n  alpn_protocols: h2,http/1.1\n",
    )],
    check: Check::Field(check),
    ..Rule::BASE
};

fn check(field: &FieldView<'_>, cx: &Context<'_>, out: &mut Findings) {
    let is_alpn = field.field().is_some_and(|known| known.name == "alpn_protocols");
    let Some(text) = field.value.text().filter(|text| is_alpn && text.contains(char::is_whitespace)) else { return };
    let trimmed: String = text.split_whitespace().collect();
    out.report(field.value.span, "a protocol with a blank before it is never agreed on")
        .mend(field.entry.mend(cx).set_at(field.parent.span, field.name(), trimmed));
}
