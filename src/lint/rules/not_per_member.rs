//! Members of a group that set differently what a group has only one of.

use crate::lint::{Check, Code, Context, Example, Findings, GroupView, Rule};
use crate::yaml::Node;

/// What the last member that has it decides for all.
const LAST_WINS: [&str; 6] =
    ["cors", "retry_policy", "allow_upgrade", "priority", "remove_request_headers", "remove_response_headers"];

/// What is merged over all members.
const MERGED: [&str; 2] = ["add_request_headers", "add_response_headers"];

pub(crate) static RULE: Rule = Rule {
    code: Code::new("AMB237"),
    name: "not-per-member",
    summary: "the Mappings of a group differ in what holds for all of them",
    why: "Of `cors`, `retry_policy`, `allow_upgrade`, `priority` and removed headers the last Mapping of a group that has \
          them decides for all; added headers of all members are added to the requests of each. A canary cannot have \
          its own.",
    facts: &["M27"],
    examples: &[Example::mapping(
        "prefix: /cart/\nservice: cart\n---\nprefix: /cart/\nservice: cart-next\nweight: 10\nadd_request_headers:\n  x-canary: {value: 'on'}\n",
        "prefix: /cart/\nservice: cart\nadd_request_headers:\n  x-shop: {value: 'on'}\n---\nprefix: /cart/\nservice: cart-next\nweight: 10\nadd_request_headers:\n  x-shop: {value: 'on'}\n",
    )],
    check: Check::Group(check),
    ..Rule::BASE
};

fn check(group: &GroupView<'_>, _: &Context<'_>, out: &mut Findings) {
    let members = &group.members;
    for (field, effect) in
        LAST_WINS.map(|field| (field, "decides")).into_iter().chain(MERGED.map(|field| (field, "adds")))
    {
        let Some(last) = members.iter().rev().find(|member| member.fields.has(field)) else { continue };
        let differs = |node: Option<&Node>| !same(node, last.fields.get(field));
        if !members.iter().any(|member| differs(member.fields.get(field))) {
            continue;
        }
        let message = match effect {
            "adds" => format!("{field} is added to the requests of all {} Mappings with this match", members.len()),
            _ => format!("this {field} holds for all {} Mappings with this match", members.len()),
        };
        let finding = out.report(last.key(field), message);
        for other in members.iter().filter(|other| other.name_span() != last.name_span()) {
            finding.also(other.key(field), "here too");
        }
    }
}

/// Whether two values say the same, wherever they stand.
fn same(one: Option<&Node>, other: Option<&Node>) -> bool {
    let (Some(one), Some(other)) = (one, other) else { return one.is_none() == other.is_none() };
    match (one.as_map(), other.as_map()) {
        (Some(a), Some(b)) => {
            a.entries().len() == b.entries().len()
                && a.entries().iter().all(|entry| {
                    entry
                        .key
                        .text()
                        .is_some_and(|key| same(Some(&entry.value), other.get(key)) && one.get(key).is_some())
                })
        }
        (None, None) => match (one.as_list(), other.as_list()) {
            (Some(a), Some(b)) => a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same(Some(a), Some(b))),
            (None, None) => one.text() == other.text(),
            _ => false,
        },
        _ => false,
    }
}
