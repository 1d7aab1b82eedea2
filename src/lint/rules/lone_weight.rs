//! A weight on the only member of a group.

use super::nothing_left::weight;
use crate::lint::{Check, Code, Context, Editions, Example, Findings, FixKind, GroupView, Rule};

pub(crate) static RULE: Rule = Rule {
    code: Code::new("AMB234"),
    name: "lone-weight",
    summary: "a weight on the only Mapping with its match has no effect",
    why: "A Mapping that shares its match with no other takes all requests, whatever its weight; 0 does not switch it \
          off. Often the Mapping that it was to share with has another match by mistake.",
    facts: &["M24", "M25"],
    editions: Editions::LATER,
    fix: FixKind::Safe("remove the weight"),
    examples: &[
        Example::mapping("prefix: /cart/\nservice: cart\nweight: 10\n", "prefix: /cart/\nservice: cart\n"),
        Example::mapping("prefix: /cart/\nservice: cart\nweight: 0\n", "prefix: /cart/\nservice: cart\n"),
    ],
    check: Check::Group(check),
    ..Rule::BASE
};

fn check(group: &GroupView<'_>, cx: &Context<'_>, out: &mut Findings) {
    let [only] = &group.members[..] else { return };
    let Some(weight) = weight(only).filter(|weight| *weight >= 0 && *weight != 100) else { return };
    if !only.fields.has("weight") || cx.snapshot().mappings[group.group.founder].redirect.is_some() {
        return;
    }
    let message = match weight {
        0 => "weight 0 does not switch a Mapping off that is alone with its match: it takes all requests".to_owned(),
        _ => format!("no other Mapping has this match: it takes all requests, not {weight} % of them"),
    };
    out.report(only.at("weight"), message).mend(only.mend(cx).remove("weight"));
}
