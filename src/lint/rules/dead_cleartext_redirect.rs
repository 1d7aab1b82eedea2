//! redirect_cleartext_from, which redirects nothing any more.

use crate::lint::{Check, Code, Context, Editions, Example, FieldView, Findings, FixKind, Rule};

pub(crate) static RULE: Rule = Rule {
    code: Code::new("AMB418"),
    name: "dead-cleartext-redirect",
    summary: "`redirect_cleartext_from` has no effect",
    why: "Before Listeners, it opened a port that sent clients to https. Since Emissary 2 the Host's \
          `requestPolicy` says what happens to cleartext.",
    facts: &["H23"],
    editions: Editions::LATER,
    fix: FixKind::Safe("remove it"),
    examples: &[Example::manifests(
        "apiVersion: v1\nkind: Secret\nmetadata: {name: tls}\ntype: kubernetes.io/tls\ndata: {tls.crt: YQ==, tls.key: YQ==}\n---\napiVersion: getambassador.io/v3alpha1\nkind: TLSContext\nmetadata: {name: upstream}\nspec:\n  secret: tls\n  redirect_cleartext_from: 8080\n",
        "apiVersion: v1\nkind: Secret\nmetadata: {name: tls}\ntype: kubernetes.io/tls\ndata: {tls.crt: YQ==, tls.key: YQ==}\n---\napiVersion: getambassador.io/v3alpha1\nkind: TLSContext\nmetadata: {name: upstream}\nspec:\n  secret: tls\n",
    )],
    check: Check::Field(check),
    ..Rule::BASE
};

fn check(field: &FieldView<'_>, cx: &Context<'_>, out: &mut Findings) {
    if field.field().is_some_and(|known| known.name == "redirect_cleartext_from") {
        out.report(
            field.key.span,
            "`redirect_cleartext_from` has no effect: a Host's `requestPolicy` says what happens",
        )
        .mend(field.entry.mend(cx).remove_at(field.parent.span, field.name()));
    }
}
