//! A core attribute that is set to `false`, where the group has none.

use crate::diagnostic::Severity;
use crate::lint::{Check, Code, Context, Example, Findings, FixKind, Rule, Told};

pub(crate) static RULE: Rule = Rule {
    code: Code::new("AMB211"),
    name: "explicit-false",
    severity: Severity::Error,
    summary: "an explicit `false` differs from a core attribute that the group leaves out",
    why: "Mappings with the same match form a group. A later one is refused where it sets a core attribute otherwise than \
          the first, and to Emissary `false` is not the same as nothing.",
    facts: &["M15"],
    fix: FixKind::Unsafe("leave it out"),
    examples: &[Example::mapping(
        "prefix: /cart/\nservice: cart\n---\nprefix: /cart/\nservice: cart-next\nbypass_auth: false\n",
        "prefix: /cart/\nservice: cart\n---\nprefix: /cart/\nservice: cart-next\n",
    )],
    check: Check::Told(&["group-mismatch"], check),
    ..Rule::BASE
};

/// Whether what was told is about a `false` that somebody wrote.
pub(super) fn is_false(told: &Told<'_>) -> bool {
    told.entry.is_some_and(|entry| entry.fields().bool(told.field()).is_some_and(|flag| !flag.value))
}

fn check(told: &Told<'_>, cx: &Context<'_>, out: &mut Findings) {
    let Some(entry) = told.entry.filter(|_| is_false(told)) else { return };
    out.pass_on(told)
        .note(format!("`{}: false` is not the same as leaving it out.", told.field()))
        .mend(entry.mend(cx).remove(told.field()));
}
