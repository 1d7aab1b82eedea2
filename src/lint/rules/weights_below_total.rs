//! All members of a group have weights, and something is left over.

use crate::lint::{Check, Code, Context, Example, Findings, GroupView, Rule};

pub(crate) static RULE: Rule = Rule {
    code: Code::new("AMB230"),
    name: "weights-below-total",
    summary: "the weights of a group do not add up to 100",
    why: "Where every Mapping of a group has a weight, what is missing to 100 is not distributed: those requests go on \
          to the next route that matches, or end in a 404.",
    facts: &["M22"],
    examples: &[Example::mapping(
        "prefix: /cart/\nservice: cart\nweight: 60\n---\nprefix: /cart/\nservice: cart-next\nweight: 10\n",
        "prefix: /cart/\nservice: cart\n---\nprefix: /cart/\nservice: cart-next\nweight: 10\n",
    )],
    check: Check::Group(check),
    ..Rule::BASE
};

fn check(group: &GroupView<'_>, _: &Context<'_>, out: &mut Findings) {
    let [first, others @ ..] = &group.members[..] else { return };
    let weights: Option<Vec<i64>> =
        group.members.iter().map(|member| member.mapping.and_then(|mapping| mapping.weight)).collect();
    let Some(sum) = weights.map(|weights| weights.iter().sum::<i64>()) else { return };
    if others.is_empty() || !(0..100).contains(&sum) {
        return;
    }
    let message = format!("the weights of this group add up to {sum}: {} % of its requests find no member", 100 - sum);
    let finding = out.report(first.at("weight"), message);
    for other in others {
        finding.also(other.at("weight"), "and this");
    }
    finding.note("Leave the weight of one of them out: it then takes the rest.");
}
