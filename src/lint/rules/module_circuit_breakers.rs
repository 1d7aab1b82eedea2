//! Circuit breakers of the Module that are no list.

use crate::diagnostic::Severity;
use crate::lint::told::dropped_with_module;
use crate::lint::{Check, Code, Context, Example, Findings, FixKind, Rule, Told};
use crate::source::Edit;

pub(crate) static RULE: Rule = Rule {
    code: Code::new("AMB615"),
    name: "module-circuit-breakers",
    severity: Severity::Error,
    summary: "`circuit_breakers` must be a list: every Mapping is dropped",
    why: "With a single map, Emissary posts an error for the Module and for each Mapping, and drops them all, its \
          own too.",
    facts: &["A37"],
    fix: FixKind::Unsafe("make it a list"),
    examples: &[Example::spec(
        "Module",
        "circuit_breakers: {max_connections: 64}\n",
        "circuit_breakers: [{max_connections: 64}]\n",
    )],
    check: Check::Told(&["module-circuit-breakers"], check),
    ..Rule::BASE
};

fn check(told: &Told<'_>, cx: &Context<'_>, out: &mut Findings) {
    let written = cx.sources().text(told.span);
    let is_on_one_line = written.starts_with('{') && !written.contains('\n');
    let mend = is_on_one_line.then(|| vec![Edit::new(told.span, format!("[{written}]"))]);
    let finding = out.pass_on(told).as_bad_as(Severity::Error).mend(mend);
    dropped_with_module("circuit-breakers-of-module", cx, finding);
}
