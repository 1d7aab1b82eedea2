//! A configuration that orders all its Mappings by hand.

use crate::diagnostic::Severity;
use crate::lint::{Check, Code, Context, Example, Findings, Rule};
use crate::model::Snapshot;

/// With fewer Mappings, ordering by hand is no burden.
const FEWEST: usize = 3;

pub(crate) static RULE: Rule = Rule {
    code: Code::new("AMB902"),
    name: "precedence-everywhere",
    severity: Severity::Info,
    summary: "every Mapping has a precedence",
    why: "Precedence comes before all else in the order of routes. Where every Mapping has one, each new Mapping must be \
          numbered among all others, and a longer prefix does not count any more.",
    facts: &["M45"],
    examples: &[Example::mapping(
        "prefix: /a/\nservice: a\nprecedence: 1\n---\nprefix: /b/\nservice: b\nprecedence: 2\n---\nprefix: /c/\nservice: c\nprecedence: 3\n",
        "prefix: /a/\nservice: a\n---\nprefix: /b/\nservice: b\n---\nprefix: /c/\nservice: c\nprecedence: 3\n",
    )],
    check: Check::Snapshot(check),
    ..Rule::BASE
};

fn check(_: &Snapshot, cx: &Context<'_>, out: &mut Findings) {
    let has_precedence =
        |mapping: &crate::lint::MappingView<'_>| mapping.mapping.is_some_and(|it| it.matches.precedence != 0);
    let mut count = 0;
    let mut first = None;
    for mapping in cx.mappings() {
        if !has_precedence(&mapping) {
            return;
        }
        count += 1;
        first = first.or(Some(mapping.at("precedence")));
    }
    if let Some(span) = first.filter(|_| count >= FEWEST) {
        out.report(span, format!("all {count} Mappings have a precedence: the length of a prefix counts for nothing"));
    }
}
