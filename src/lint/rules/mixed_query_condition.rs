//! Members of a group that read the same query condition in two ways.

use crate::lint::{Check, Code, Context, Example, Findings, GroupView, MappingView, Rule};
use crate::model::{Condition, ConditionValue};

pub(crate) static RULE: Rule = Rule {
    code: Code::new("AMB215"),
    name: "mixed-query-condition",
    summary: "the same query condition is exact in one Mapping and a regex in another",
    why: "Emissary groups Mappings by the text of their conditions, not by how it is meant. Query conditions of all \
          members are merged, and the last one decides for all of them.",
    facts: &["M17"],
    examples: &[Example::mapping(
        "prefix: /cart/\nservice: cart\nquery_parameters: {v: '2'}\n---\nprefix: /cart/\nservice: next\nregex_query_parameters: {v: '2'}\n",
        "prefix: /cart/\nservice: cart\nquery_parameters: {v: '2'}\n---\nprefix: /cart/\nservice: next\nquery_parameters: {v: '2'}\n",
    )],
    check: Check::Group(check),
    ..Rule::BASE
};

fn check(group: &GroupView<'_>, _: &Context<'_>, out: &mut Findings) {
    let [first, others @ ..] = &group.members[..] else { return };
    for other in others {
        if kinds(first) != kinds(other) {
            out.report(place(other), "this query condition is merged with one that reads the same text otherwise")
                .also(place(first), "the other one");
        }
    }
}

fn kinds(member: &MappingView<'_>) -> Vec<bool> {
    let is_regex = |condition: &Condition| matches!(condition.value, ConditionValue::Regex(_));
    member.mapping.map(|mapping| mapping.matches.query.iter().map(is_regex).collect()).unwrap_or_default()
}

fn place(member: &MappingView<'_>) -> crate::source::Span {
    let key = if member.fields.has("regex_query_parameters") { "regex_query_parameters" } else { "query_parameters" };
    member.key(key)
}
