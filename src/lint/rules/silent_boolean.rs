//! A word that YAML reads as a boolean, and nobody complains of.

use super::boolean_word::is_word;
use crate::lint::{Check, Code, Context, Editions, Example, FieldView, Findings, FixKind, Role, Rule};
use crate::resource::schema::Type;
use crate::source::Edit;
use crate::yaml::Node;

pub(crate) static RULE: Rule = Rule {
    code: Code::new("AMB004"),
    name: "silent-boolean",
    summary: "a word without quotes changes its meaning without a word",
    why: "In YAML 1.1 `yes`, `no`, `on`, `off`, `y` and `n` without quotes are booleans. As a key it becomes \
          `true` or `false`; in a condition of v1 or v2 it means that the header is there, or nothing.",
    facts: &["B27"],
    editions: Editions::LATER,
    fix: FixKind::Unsafe("quote it"),
    examples: &[
        Example::mapping(
            "prefix: /cart/\nservice: cart\nheaders:\n  on: blue\n",
            "prefix: /cart/\nservice: cart\nheaders:\n  'on': blue\n",
        ),
        Example::annotation(
            "apiVersion: getambassador.io/v2\nkind: Mapping\nname: cart\nhost: a.com\nprefix: /cart/\nservice: cart\nheaders:\n  x-debug: yes\n",
            "apiVersion: getambassador.io/v3alpha1\nkind: Mapping\nname: cart\nhostname: a.com\nprefix: /cart/\nservice: cart\nheaders:\n  x-debug: 'yes'\n",
        ),
    ],
    check: Check::Field(check),
    ..Rule::BASE
};

fn check(field: &FieldView<'_>, cx: &Context<'_>, out: &mut Findings) {
    let written = |node: &Node| cx.sources().text(node.span);
    let mut tell = |node: &Node, what: String| {
        let quoted = format!("\"{}\"", written(node));
        out.report(node.span, what).mend(vec![Edit::new(node.span, quoted)]);
    };
    if matches!(field.role, Role::Key) && is_word(written(field.key)) {
        let key = written(field.key);
        let means = key.starts_with(['y', 'Y']) || key.eq_ignore_ascii_case("on");
        tell(field.key, format!("without quotes the key `{key}` is `{means}`"));
    }
    if matches!(field.ty, Some(Type::BoolOrText)) && is_word(written(field.value)) {
        tell(field.value, format!("without quotes `{}` is a boolean, not this text", written(field.value)));
    }
}
