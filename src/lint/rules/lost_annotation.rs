//! An annotation of which nothing is read, because of one document in it.

use crate::diagnostic::Severity;
use crate::lint::{Check, Code, Context, Example, Findings, FixKind, Rule, Told};
use crate::source::Edit;

pub(crate) static RULE: Rule = Rule {
    code: Code::new("AMB010"),
    name: "lost-annotation",
    severity: Severity::Error,
    summary: "nothing in this annotation is read",
    why: "Emissary cuts the annotation into documents before it looks at any of them. One that is no YAML, no map, or \
          has no kind loses them all, with nothing but a line in the log: every Mapping of the Service is gone.",
    facts: &["B01", "B29", "B32"],
    fix: FixKind::Unsafe("put what follows the dashes on a line of its own"),
    examples: &[
        Example::annotation(
            "--- # the cart\napiVersion: getambassador.io/v3alpha1\nkind: Mapping\nname: cart\nhostname: '*'\nprefix: /cart/\nservice: cart\n--- {apiVersion: getambassador.io/v3alpha1, kind: Mapping, name: basket, hostname: '*', prefix: /basket/, service: cart}\n",
            "--- # the cart\napiVersion: getambassador.io/v3alpha1\nkind: Mapping\nname: cart\nhostname: '*'\nprefix: /cart/\nservice: cart\n",
        ),
        Example::annotation(
            "apiVersion: getambassador.io/v3alpha1\nname: cart\nhostname: '*'\nprefix: /cart/\nservice: cart\n",
            "apiVersion: getambassador.io/v3alpha1\nkind: Mapping\nname: cart\nhostname: '*'\nprefix: /cart/\nservice: cart\n",
        ),
    ],
    check: Check::Told(&["annotation-lost"], check),
    ..Rule::BASE
};

fn check(told: &Told<'_>, cx: &Context<'_>, out: &mut Findings) {
    let written = cx.sources().text(told.span);
    let behind = written.strip_prefix("---").filter(|behind| !written.contains('\n') && !behind.starts_with('-'));
    let mend = behind.map(|behind| vec![Edit::new(told.span, format!("---\n{}", behind.trim_start()))]);
    out.pass_on(told).mend(mend);
}
