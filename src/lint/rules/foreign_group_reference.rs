//! A substitution that refers to a group in another dialect, or to one that is not there.

use crate::lint::{Check, Code, Context, Example, Fields, Findings, FixKind, MappingView, Rule};

pub(crate) static RULE: Rule = Rule {
    code: Code::new("AMB329"),
    name: "foreign-group-reference",
    summary: "the substitution refers to a group that does not exist, or in another dialect",
    why: "In a substitution groups are called `\\1` to `\\9`. `$1` is those two characters; and where a number has no \
          group in the pattern, nothing at all is rewritten.",
    facts: &["M40"],
    fix: FixKind::Unsafe("write `\\N` for `$N`"),
    examples: &[
        Example::mapping(
            "prefix: /cart/\nservice: cart\nregex_rewrite: {pattern: '^/cart/(.*)', substitution: /v2/$1}\n",
            "prefix: /cart/\nservice: cart\nregex_rewrite: {pattern: '^/cart/(.*)', substitution: '/v2/\\1'}\n",
        ),
        Example::mapping(
            "prefix: /cart/\nservice: cart\nregex_rewrite: {pattern: '^/cart/(.*)', substitution: '/v2/\\2'}\n",
            "prefix: /cart/\nservice: cart\nregex_rewrite: {pattern: '^/cart/(.*)', substitution: '/v2/\\1'}\n",
        ),
    ],
    check: Check::Mapping(check),
    ..Rule::BASE
};

fn check(mapping: &MappingView<'_>, cx: &Context<'_>, out: &mut Findings) {
    for field in ["regex_rewrite", "regex_redirect"] {
        let rewrite: Fields<'_> = mapping.fields.map(field);
        let (Some(pattern), Some(substitution)) = (rewrite.filled("pattern"), rewrite.filled("substitution")) else {
            continue;
        };
        let text = substitution.value;
        if let Some(number) = references(text, '$').next() {
            let mended = (0..=9).fold(text.to_owned(), |text, n| text.replace(&format!("${n}"), &format!("\\{n}")));
            out.report(substitution.span, format!("`${number}` is no group here, but two characters of the path"))
                .mend(mapping.mend(cx).set_in(&[field], "substitution", mended));
            continue;
        }
        let groups = groups(pattern.value);
        if let Some(number) = references(text, '\\').find(|number| *number > groups) {
            let what = format!("nothing is rewritten: the pattern has {groups} groups, and no group {number}");
            out.report(substitution.span, what).also(pattern.span, "the pattern");
        }
    }
}

/// The numbers that stand behind a sign.
fn references(text: &str, sign: char) -> impl Iterator<Item = u32> {
    let behind = text.split(sign).skip(1);
    behind.filter_map(|rest| rest.chars().next()?.to_digit(10))
}

/// How many groups a pattern has.
fn groups(pattern: &str) -> u32 {
    let (mut count, mut in_class) = (0, false);
    let mut chars = pattern.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '\\' => drop(chars.next()),
            '[' => in_class = true,
            ']' => in_class = false,
            '(' if !in_class => {
                let rest: String = chars.clone().take(3).collect();
                count += u32::from(!rest.starts_with('?') || rest.starts_with("?P<") || rest.starts_with("?<"));
            }
            _ => {}
        }
    }
    count
}

#[cfg(test)]
mod tests {
    use super::groups;

    #[test]
    fn groups_are_counted_as_re2_does() {
        assert_eq!(groups(r"^/(a)(?:b)(?P<c>d)[(]\((?i)"), 2);
    }
}
