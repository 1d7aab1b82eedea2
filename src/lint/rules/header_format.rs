//! A percent sign in an added header.

use crate::diagnostic::Severity;
use crate::lint::{Check, Code, Context, Example, Findings, FixKind, Rule, Told};
use crate::source::Edit;

pub(crate) static RULE: Rule = Rule {
    code: Code::new("AMB368"),
    name: "header-format",
    severity: Severity::Error,
    summary: "a percent sign in an added header begins something that Envoy does not know",
    why: "Between percent signs Envoy looks for what it may put there, such as `%PROTOCOL%`. It refuses the whole \
          configuration over a single sign and over a name that it does not know.",
    facts: &["A17"],
    fix: FixKind::Unsafe("write the percent sign twice"),
    examples: &[Example::mapping(
        "prefix: /cart/\nservice: cart\nadd_response_headers:\n  x-share: {value: 50%}\n",
        "prefix: /cart/\nservice: cart\nadd_response_headers:\n  x-share: {value: 50%%}\n",
    )],
    check: Check::Told(&["header-format"], check),
    ..Rule::BASE
};

fn check(told: &Told<'_>, cx: &Context<'_>, out: &mut Findings) {
    let written = cx.sources().text(told.span);
    let is_single = written.matches('%').count() == 1;
    let mend = is_single.then(|| vec![Edit::new(told.span, written.replace('%', "%%"))]);
    out.pass_on(told).note("`%%` is a percent sign.").mend(mend);
}
