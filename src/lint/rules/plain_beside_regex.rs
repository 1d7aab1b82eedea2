//! A plain prefix in a group that a regex founded.

use crate::lint::{Check, Code, Context, Example, Findings, GroupView, Rule};

pub(crate) static RULE: Rule = Rule {
    code: Code::new("AMB214"),
    name: "plain-beside-regex",
    summary: "a plain prefix has the text of a regex, and becomes one",
    why: "Mappings with the same prefix text are one group, and the first of them says how the text is meant. A later \
          Mapping without `prefix_regex` is taken into the group of a regex, shares its traffic, and is a regex too.",
    facts: &["M16"],
    examples: &[Example::mapping(
        "prefix: /cart/.*\nprefix_regex: true\nrewrite: ''\nservice: cart\n---\nprefix: /cart/.*\nrewrite: ''\nservice: dots\n",
        "prefix: /cart/.*\nprefix_regex: true\nrewrite: ''\nservice: cart\n---\nprefix: /cart/.*\nprefix_regex: true\nrewrite: ''\nservice: dots\n",
    )],
    check: Check::Group(check),
    ..Rule::BASE
};

fn check(group: &GroupView<'_>, cx: &Context<'_>, out: &mut Findings) {
    let founder = &cx.snapshot().mappings[group.group.founder];
    if founder.matches.regex != Some(true) {
        return;
    }
    let plain = |member: &&crate::lint::MappingView<'_>| member.mapping.is_some_and(|it| it.matches.regex.is_none());
    for member in group.members.iter().filter(plain) {
        let what = format!("this is a regex here, and shares the traffic of Mapping {}", founder.name);
        let finding = out.report(member.at("prefix"), what);
        finding.also(cx.mapping(group.group.founder).map(|founder| founder.at("prefix_regex")), "it says so");
        finding.note("Give one of the two a precedence, or another text.");
    }
}
