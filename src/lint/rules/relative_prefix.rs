//! A prefix without a slash at its beginning matches nothing.

use crate::diagnostic::Severity;
use crate::lint::{Check, Code, Context, Example, Findings, FixKind, MappingView, Rule};

pub(crate) static RULE: Rule = Rule {
    code: Code::new("AMB201"),
    name: "relative-prefix",
    severity: Severity::Warning,
    summary: "the prefix does not begin with a slash",
    why: "The path of every request begins with a slash, so a prefix that does not can never match. Emissary takes it \
          without a word.",
    facts: &["M01"],
    fix: FixKind::Unsafe("begin the prefix with a slash"),
    examples: &[Example::mapping("prefix: cart/\nservice: cart\n", "prefix: /cart/\nservice: cart\n")],
    check: Check::Mapping(check),
    ..Rule::BASE
};

fn check(mapping: &MappingView<'_>, cx: &Context<'_>, out: &mut Findings) {
    let Some(prefix) = mapping.fields.filled("prefix") else { return };
    if mapping.fields.is_true("prefix_regex") || prefix.value.starts_with('/') {
        return;
    }
    out.report(prefix.span, format!("no path begins with `{}`: this Mapping matches nothing", prefix.value))
        .label("begins without a slash")
        .mend(mapping.mend(cx).set("prefix", format!("/{}", prefix.value)));
}

#[cfg(test)]
mod tests {
    use crate::lint::testing;

    #[test]
    fn a_regex_may_begin_as_it_likes() {
        let found = testing::mapping("prefix: .*/cart/.*\nprefix_regex: true\nrewrite: ''\nservice: cart\n");
        assert!(!found.iter().any(|one| one.starts_with("AMB201")), "{found:?}");
    }
}
