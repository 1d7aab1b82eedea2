//! A word that YAML reads as a boolean, where a text is wanted.

use crate::diagnostic::Severity;
use crate::lint::{Check, Code, Context, Editions, Example, Findings, FixKind, Rule, Told};
use crate::source::Edit;

pub(crate) static RULE: Rule = Rule {
    code: Code::new("AMB003"),
    name: "boolean-word",
    severity: Severity::Error,
    summary: "a word without quotes is a boolean",
    why: "kubectl and Emissary read YAML 1.1, in which `yes`, `no`, `on`, `off`, `y` and `n` without quotes are \
          booleans. Where a text is wanted, the document is refused.",
    facts: &["B27"],
    editions: Editions::LATER,
    fix: FixKind::Unsafe("quote it"),
    examples: &[Example::annotation(
        "apiVersion: getambassador.io/v3alpha1\nkind: Mapping\nname: cart\nhostname: '*'\nprefix: /cart/\nservice: cart\nheaders:\n  x-debug: on\n",
        "apiVersion: getambassador.io/v3alpha1\nkind: Mapping\nname: cart\nhostname: '*'\nprefix: /cart/\nservice: cart\nheaders:\n  x-debug: 'on'\n",
    )],
    check: Check::Told(&["wrong-type", "unreadable"], check),
    ..Rule::BASE
};

fn check(told: &Told<'_>, cx: &Context<'_>, out: &mut Findings) {
    let written = cx.sources().text(told.span);
    if is_word(written) {
        out.pass_on(told)
            .note(format!("Without quotes, `{written}` is a boolean."))
            .mend(vec![Edit::new(told.span, format!("\"{written}\""))]);
    }
}

/// Whether YAML 1.1 takes a plain word for a boolean that nobody would take for one.
pub(super) fn is_word(text: &str) -> bool {
    matches!(
        text,
        "y" | "Y" | "n" | "N" | "yes" | "Yes" | "YES" | "no" | "No" | "NO" | "on" | "On" | "ON" | "off" | "Off" | "OFF"
    )
}

#[cfg(test)]
mod tests {
    use crate::lint::testing;

    #[test]
    fn a_name_is_a_text_too() {
        let found = testing::annotation(
            "apiVersion: getambassador.io/v3alpha1\nkind: Mapping\nname: on\nhostname: '*'\nprefix: /on/\nservice: cart\n",
        );
        assert_eq!(found, ["AMB003 on"]);
    }
}
