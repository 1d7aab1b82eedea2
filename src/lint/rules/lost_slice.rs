//! Requests that a Mapping loses to another that is not simply the more special of the two.

use rustc_hash::FxHashSet;

use crate::analysis::reachability::Reachability;
use crate::analysis::{Budget, slices};
use crate::lint::{Check, Code, Context, Example, Findings, MappingView, Rule};
use crate::routing::RouteTable;

pub(crate) static RULE: Rule = Rule {
    code: Code::new("AMB702"),
    name: "lost-slice",
    summary: "another Mapping takes some of the requests, though it is not the more special one",
    why: "The order of routes is a matter of text: a longer prefix, be it a regex, comes before a shorter one; then the \
          names and values of header conditions count by their length, the hostname and the method among them. A canary \
          by header may thus come after the Mapping that it should come before. Only precedence says what is meant.",
    facts: &["M07", "M09", "M10", "M11"],
    examples: &[Example::mapping(
        "prefix: /a[0-9]+/.*/list\nprefix_regex: true\nrewrite: ''\nservice: lists\n---\nprefix: /a1/\nservice: one\n",
        "prefix: /a[0-9]+/.*/list\nprefix_regex: true\nrewrite: ''\nservice: lists\n---\nprefix: /b/\nservice: one\n",
    )],
    check: Check::Table(check),
    ..Rule::BASE
};

fn check(table: &RouteTable, cx: &Context<'_>, out: &mut Findings) {
    let mut told = FxHashSet::default();
    let reached: FxHashSet<_> = cx
        .reachabilities()
        .iter()
        .filter(|(_, one)| !matches!(one, Reachability::Unreachable(_)))
        .map(|(id, _)| table.route(id).mapping)
        .collect();
    // Of a Mapping to which no request comes, another rule tells.
    let covered = |mapping| !reached.contains(&mapping);
    for (id, lost) in slices(table, Budget::default()) {
        for slice in lost {
            let (loser, winner) = (table.route(id).mapping, table.route(slice.by).mapping);
            if loser == winner || covered(loser) || !told.insert((loser, winner)) {
                continue;
            }
            let (Some(loser), Some(winner)) = (cx.mapping(loser), cx.mapping(winner)) else { continue };
            let message = format!("some requests of Mapping {} go to Mapping {} instead", loser.name(), winner.name());
            out.report(loser.name_span(), message)
                .also(winner.name_span(), format!("comes first: {}", why(&winner, &loser)))
                .note(format!("For example {}.", slice.example))
                .note("Give the one that is meant to come first a `precedence`.");
        }
    }
}

/// Why one comes before another.
fn why(winner: &MappingView<'_>, loser: &MappingView<'_>) -> &'static str {
    let (Some(winner), Some(loser)) = (winner.mapping, loser.mapping) else { return "by its order" };
    let (first, second) = (&winner.matches, &loser.matches);
    let length = |text: &str| text.chars().count();
    if first.precedence != second.precedence {
        "a higher precedence"
    } else if length(&first.prefix) != length(&second.prefix) {
        if first.regex == Some(true) { "the text of its regex is longer" } else { "its prefix is longer" }
    } else {
        "the text of its conditions, hostname and method included, is longer"
    }
}
