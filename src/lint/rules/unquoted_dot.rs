//! A dot in a regex of names that stands for any character.

use crate::lint::{Check, Code, Context, Example, Findings, FixKind, MappingView, Rule};

pub(crate) static RULE: Rule = Rule {
    code: Code::new("AMB805"),
    name: "unquoted-dot",
    summary: "a dot in a regex of host names stands for any character",
    why: "`shop.example.com` as a regex also matches `shop-example.com`, which somebody else may own, and whose \
          pages then count as one's own. Write `[.]` or `\\.`.",
    fix: FixKind::Unsafe("quote the dots"),
    examples: &[Example::mapping(
        "host: shop.example.com\nhost_regex: true\nprefix: /cart/\nservice: cart\n",
        "host: shop[.]example[.]com\nhost_regex: true\nprefix: /cart/\nservice: cart\n",
    )],
    check: Check::Mapping(check),
    ..Rule::BASE
};

fn check(mapping: &MappingView<'_>, cx: &Context<'_>, out: &mut Findings) {
    let fields = mapping.fields;
    let Some(host) = fields.filled("host").filter(|_| fields.is_true("host_regex")) else { return };
    if let Some(quoted) = with_quoted_dots(host.value) {
        out.report(host.span, "a dot here stands for any character: other names match as well")
            .mend(mapping.mend(cx).set("host", quoted));
    }
}

/// The regex with its bare dots quoted: those between letters, with nothing that repeats them.
fn with_quoted_dots(regex: &str) -> Option<String> {
    let characters: Vec<char> = regex.chars().collect();
    let mut quoted = String::with_capacity(regex.len() + 8);
    let mut in_class = false;
    for (at, c) in characters.iter().enumerate() {
        let before = at.checked_sub(1).and_then(|at| characters.get(at));
        let after = characters.get(at + 1);
        let is_quoted = before == Some(&'\\');
        match c {
            '[' if !is_quoted => in_class = true,
            ']' if !is_quoted => in_class = false,
            _ => {}
        }
        let is_letter = |c: Option<&char>| c.is_some_and(|c| c.is_ascii_alphanumeric());
        match *c == '.' && !in_class && !is_quoted && is_letter(before) && is_letter(after) {
            true => quoted.push_str("[.]"),
            false => quoted.push(*c),
        }
    }
    (quoted != regex).then_some(quoted)
}

#[cfg(test)]
mod tests {
    use super::with_quoted_dots;

    #[test]
    fn only_bare_dots_between_letters_are_meant() {
        assert_eq!(with_quoted_dots("a.example.com").as_deref(), Some("a[.]example[.]com"));
        for good in ["a\\.com", "a[.]com", ".*[.]com", "(a|b).+", "[a.b]c"] {
            assert_eq!(with_quoted_dots(good), None, "{good}");
        }
    }
}
