//! A number that YAML reads in base eight.

use crate::lint::{Check, Code, Context, Example, FieldView, Findings, FixKind, Rule};
use crate::source::Edit;
use crate::yaml::Dialect;
use crate::yaml::Meaning;

pub(crate) static RULE: Rule = Rule {
    code: Code::new("AMB005"),
    name: "leading-zero",
    summary: "a number that begins with a zero is read in base eight",
    why: "YAML 1.1 takes a number with a zero before it for one in base eight: `0100` is sixty-four.",
    facts: &["B27"],
    fix: FixKind::Unsafe("leave the zeros out"),
    examples: &[Example::mapping(
        "prefix: /cart/\nservice: cart\ntimeout_ms: 010000\n",
        "prefix: /cart/\nservice: cart\ntimeout_ms: 10000\n",
    )],
    check: Check::Field(check),
    ..Rule::BASE
};

fn check(field: &FieldView<'_>, cx: &Context<'_>, out: &mut Findings) {
    let written = cx.sources().text(field.value.span);
    let digits =
        written.strip_prefix('0').filter(|rest| rest.bytes().all(|byte| byte.is_ascii_digit() || byte == b'_'));
    let Some(Meaning::Int(number)) = field.value.meaning(Dialect::Kubernetes) else { return };
    let Some(digits) = digits.map(|rest| rest.trim_start_matches('0')).filter(|rest| !rest.is_empty()) else { return };
    if digits != number.to_string() {
        out.report(field.value.span, format!("`{written}` is {number}: a zero in front means base eight"))
            .mend(vec![Edit::new(field.value.span, digits)]);
    }
}
