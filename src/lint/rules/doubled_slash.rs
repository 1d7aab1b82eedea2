//! A prefix without a slash at its end, rewritten to a text that ends in one.

use crate::lint::{Check, Code, Context, Example, Findings, FixKind, MappingView, Rule};

pub(crate) static RULE: Rule = Rule {
    code: Code::new("AMB203"),
    name: "doubled-slash",
    summary: "the prefix ends without a slash, and what replaces it ends with one",
    why: "A prefix is text, not a folder: `/cart` also takes `/cartoon`. And as the prefix is replaced by the rewrite, \
          which is `/` where none is written, `/cart/7` goes to the service as `//7`.",
    facts: &["M03"],
    fix: FixKind::Unsafe("end the prefix with a slash"),
    examples: &[Example::mapping("prefix: /cart\nservice: cart\n", "prefix: /cart/\nservice: cart\n")],
    check: Check::Mapping(check),
    ..Rule::BASE
};

fn check(mapping: &MappingView<'_>, cx: &Context<'_>, out: &mut Findings) {
    let fields = mapping.fields;
    let Some(prefix) = fields.filled("prefix").filter(|prefix| prefix.value.starts_with('/')) else { return };
    let replaces_all = fields.is_true("prefix_regex") || fields.is_true("prefix_exact");
    if replaces_all || prefix.value.ends_with('/') || fields.is_true("host_redirect") || fields.has("regex_rewrite") {
        return;
    }
    let rewrite = fields.text("rewrite").map_or("/", |rewrite| rewrite.value);
    if !rewrite.ends_with('/') {
        return;
    }
    let text = prefix.value;
    out.report(prefix.span, format!("`{text}/x` goes to the service as `{rewrite}/x`, and `{text}x` is taken too"))
        .mend(mapping.mend(cx).set("prefix", format!("{text}/")));
}

#[cfg(test)]
mod tests {
    use crate::lint::testing;

    #[test]
    fn what_is_not_rewritten_so_is_left_alone() {
        for more in
            ["rewrite: ''", "rewrite: /a", "prefix_exact: true", "regex_rewrite: {pattern: ^/a, substitution: /b}"]
        {
            let found = testing::mapping(&format!("prefix: /cart\nservice: cart\n{more}\n"));
            assert!(!found.iter().any(|one| one.starts_with("AMB203")), "{more}: {found:?}");
        }
    }
}
