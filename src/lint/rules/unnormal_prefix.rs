//! A prefix that no normalised path begins with.

use crate::lint::{Check, Code, Context, Example, Findings, FixKind, MappingView, Rule};

pub(crate) static RULE: Rule = Rule {
    code: Code::new("AMB202"),
    name: "unnormal-prefix",
    summary: "the prefix is none that a normalised path can have",
    why: "Envoy normalises the path of a request before it is matched: escapes of plain characters are decoded, dot \
          segments resolved, the query cut off. The prefix is compared as it is written, so one with `?`, `#`, `/../`, \
          `%41` or a letter outside ASCII never matches.",
    facts: &["M02"],
    fix: FixKind::Unsafe("write the characters themselves"),
    examples: &[
        Example::mapping("prefix: /%63art/\nservice: cart\n", "prefix: /cart/\nservice: cart\n"),
        Example::mapping("prefix: /cart/?debug=1\nrewrite: ''\nservice: cart\n", "prefix: /cart/\nservice: cart\n"),
    ],
    check: Check::Mapping(check),
    ..Rule::BASE
};

fn check(mapping: &MappingView<'_>, cx: &Context<'_>, out: &mut Findings) {
    let Some(prefix) = mapping.fields.filled("prefix") else { return };
    if mapping.fields.is_true("prefix_regex") {
        return;
    }
    let text = prefix.value;
    let why = if text.contains('?') {
        "a query is no part of the path; `query_parameters` test it"
    } else if text.contains('#') {
        "a request with a `#` in its path is refused"
    } else if !text.is_ascii() {
        "in a path such letters are percent-encoded"
    } else if has_dot_segment(text) {
        "dot segments are resolved before the path is matched"
    } else if let Some(plain) = decoded(text) {
        out.report(prefix.span, format!("no path begins with `{text}`: escapes of plain characters are decoded first"))
            .note(format!("It reads `{plain}` to Envoy when a request comes in, but not when it is configured."))
            .mend(mapping.mend(cx).set("prefix", plain));
        return;
    } else {
        return;
    };
    out.report(prefix.span, format!("no path begins with `{text}`: {why}"));
}

fn has_dot_segment(path: &str) -> bool {
    let mut segments: Vec<&str> = path.split('/').collect();
    // The last one may go on.
    segments.pop();
    segments.iter().any(|segment| matches!(*segment, "." | ".."))
}

/// The text with escapes of unreserved characters decoded, if it has any.
fn decoded(text: &str) -> Option<String> {
    let mut plain = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('%') {
        let (before, escape) = rest.split_at(at);
        plain.push_str(before);
        let byte = escape.get(1..3).and_then(|digits| u8::from_str_radix(digits, 16).ok()).map(char::from);
        match byte.filter(|c| c.is_ascii_alphanumeric() || "-._~".contains(*c)) {
            Some(c) => {
                plain.push(c);
                rest = escape.get(3..).unwrap_or_default();
            }
            None => {
                plain.push('%');
                rest = escape.get(1..).unwrap_or_default();
            }
        }
    }
    plain.push_str(rest);
    (plain != text).then_some(plain)
}

#[cfg(test)]
mod tests {
    use super::decoded;
    use crate::lint::testing;

    #[test]
    fn escapes_that_stay_are_left_alone() {
        assert_eq!(decoded("/a%2Fb%zz%"), None);
        assert_eq!(decoded("/%41%2f%7e").as_deref(), Some("/A%2f~"));
    }

    #[test]
    fn each_oddity_is_found() {
        for prefix in ["/a/#b/", "/ä/", "/a/../b/", "/./b/"] {
            let found = testing::mapping(&format!("prefix: '{prefix}'\nservice: a\n"));
            assert_eq!(found, [format!("AMB202 '{prefix}'")]);
        }
    }
}
