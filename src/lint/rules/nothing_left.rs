//! Members without a weight in a group whose weights leave nothing.

use crate::lint::{Check, Code, Context, Example, Findings, GroupView, MappingView, Rule};

pub(crate) static RULE: Rule = Rule {
    code: Code::new("AMB233"),
    name: "nothing-left",
    summary: "the weights of a group take everything, and this Mapping has none",
    why: "Mappings without a weight share what the weights of their group leave of 100. Where they leave nothing, such a \
          Mapping gets no request.",
    facts: &["M23"],
    examples: &[Example::mapping(
        "prefix: /cart/\nservice: cart\nweight: 90\n---\nprefix: /cart/\nservice: next\nweight: 10\n---\nprefix: /cart/\nservice: last\n",
        "prefix: /cart/\nservice: cart\nweight: 80\n---\nprefix: /cart/\nservice: next\nweight: 10\n---\nprefix: /cart/\nservice: last\n",
    )],
    check: Check::Group(check),
    ..Rule::BASE
};

/// The weight that a member has by itself.
pub(super) fn weight(member: &MappingView<'_>) -> Option<i64> {
    member.mapping.and_then(|mapping| mapping.weight)
}

fn check(group: &GroupView<'_>, _: &Context<'_>, out: &mut Findings) {
    let sum: i64 = group.members.iter().filter_map(weight).sum();
    if group.members.len() < 2 || sum != 100 {
        return;
    }
    for member in group.members.iter().filter(|member| weight(member).is_none()) {
        let finding = out.report(
            member.name_span(),
            format!("Mapping {} gets no request: the weights of its group sum to 100", member.name()),
        );
        for other in group.members.iter().filter(|other| weight(other).is_some()) {
            finding.also(other.at("weight"), "takes its part of all");
        }
    }
}
