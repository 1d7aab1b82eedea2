//! Text that Emissary may expand from its own environment.

use crate::lint::{Check, Code, Context, Editions, Example, FieldView, Findings, Rule};
use crate::source::Span;
use crate::yaml::Style;

pub(crate) static RULE: Rule = Rule {
    code: Code::new("AMB120"),
    name: "environment-variable",
    summary: "this may be expanded from the environment of Emissary's pod",
    why: "Emissary expands `$NAME` and `${NAME}` in the text of the whole configuration, if its own environment has such \
          a variable. A value with a quote in it breaks that text: nothing at all is then configured.",
    facts: &["A43"],
    editions: Editions::LATER,
    examples: &[Example::mapping(
        "prefix: /cart/\nservice: cart\nadd_request_headers:\n  x-zone: {value: '$ZONE'}\n",
        "prefix: /cart/\nservice: cart\nadd_request_headers:\n  x-zone: {value: eu}\n",
    )],
    check: Check::Field(check),
    ..Rule::BASE
};

fn check(field: &FieldView<'_>, _: &Context<'_>, out: &mut Findings) {
    let Some((text, (start, end))) = field.value.text().and_then(|text| Some((text, variable(text)?))) else { return };
    let is_plain = matches!(&field.value.value, crate::yaml::Value::Scalar(scalar) if scalar.style == Style::Plain);
    let whole = field.value.span;
    let span = match is_plain && whole.range().len() == text.len() {
        true => Span::new(whole.source, whole.start + start as u32, whole.start + end as u32),
        false => whole,
    };
    let name = text.get(start..end).unwrap_or_default();
    out.report(span, format!("`{name}` is replaced if Emissary's pod has such an environment variable"));
}

/// Where a text names a variable. A digit names none that a pod has: `$1` is a group of a regex.
fn variable(text: &str) -> Option<(usize, usize)> {
    let is_first = |c: char| c.is_ascii_alphabetic() || c == '_';
    let is_name = |c: char| c.is_ascii_alphanumeric() || c == '_';
    text.match_indices('$').find_map(|(at, _)| {
        let rest = text.get(at + 1..)?;
        let braced = rest.strip_prefix('{');
        let name = braced.unwrap_or(rest);
        let length = name.find(|c: char| !is_name(c)).unwrap_or(name.len());
        let closes = braced.is_none() || name[length..].starts_with('}');
        let end = at + 1 + length + if braced.is_some() { 2 } else { 0 };
        (name.starts_with(is_first) && closes).then_some((at, end))
    })
}

#[cfg(test)]
mod tests {
    use super::variable;

    #[test]
    fn names_are_found() {
        assert_eq!(variable("a$B_1-"), Some((1, 5)));
        assert_eq!(variable("${HOME}/x"), Some((0, 7)));
    }

    #[test]
    fn regexes_and_groups_are_left_alone() {
        for text in ["^/a$", "$1", "a$|b", "${a", "$", "é$"] {
            assert_eq!(variable(text), None, "{text}");
        }
    }
}
