//! A shadow without a Mapping whose requests it could get copies of.

use crate::lint::{Check, Code, Context, Example, Findings, GroupView, Rule};

pub(crate) static RULE: Rule = Rule {
    code: Code::new("AMB238"),
    name: "lone-shadow",
    summary: "a shadow without a partner takes nothing",
    why: "A Mapping with `shadow: true` gets copies of what other Mappings with the same match take. Where there is no \
          other, there is no route: requests go elsewhere, or end in a 404.",
    facts: &["M28"],
    examples: &[Example::mapping(
        "prefix: /cart/\nservice: cart-next\nshadow: true\n",
        "prefix: /cart/\nservice: cart\n---\nprefix: /cart/\nservice: cart-next\nshadow: true\n",
    )],
    check: Check::Group(check),
    ..Rule::BASE
};

fn check(group: &GroupView<'_>, _: &Context<'_>, out: &mut Findings) {
    let Some(shadow) = group.shadow.filter(|_| group.members.is_empty()) else { return };
    let message =
        format!("no Mapping has the match of shadow {}: nothing is copied, and nothing served", shadow.name());
    out.report(shadow.at("shadow"), message);
}
