//! Members of a group with different `regex_rewrite`.

use crate::lint::{Check, Code, Context, Example, Findings, GroupView, MappingView, Rule};

pub(crate) static RULE: Rule = Rule {
    code: Code::new("AMB236"),
    name: "other-regex-rewrite",
    summary: "the Mappings of a group rewrite the path by different regexes",
    why: "`regex_rewrite` belongs to the whole group, and the last member decides: its own is imposed on all, and if it \
          has none, none of them rewrites.",
    facts: &["M26"],
    examples: &[Example::mapping(
        "prefix: /cart/\nservice: cart\nregex_rewrite: {pattern: '^/cart/', substitution: /}\n---\nprefix: /cart/\nservice: cart-next\nweight: 10\n",
        "prefix: /cart/\nservice: cart\n---\nprefix: /cart/\nservice: cart-next\nweight: 10\n",
    )],
    check: Check::Group(check),
    ..Rule::BASE
};

fn check(group: &GroupView<'_>, _: &Context<'_>, out: &mut Findings) {
    let Some((last, others)) = group.members.split_last() else { return };
    let imposed = rewrite(last);
    for other in others.iter().filter(|other| rewrite(other) != imposed) {
        let message = match imposed {
            None => {
                format!("this rewrites nothing: Mapping {}, the last of its group, has no regex_rewrite", last.name())
            }
            Some(_) => format!("the regex_rewrite of Mapping {}, the last of its group, is used here", last.name()),
        };
        out.report(other.key("regex_rewrite"), message).also(last.key("regex_rewrite"), "the last of the group");
    }
}

fn rewrite(member: &MappingView<'_>) -> Option<(String, String)> {
    let (regex, substitution) = member.mapping?.group.regex_rewrite.as_ref()?;
    let pattern = member.fields.map("regex_rewrite").text("pattern").map(|text| text.value.to_owned());
    Some((pattern.unwrap_or_else(|| format!("{regex:?}")), substitution.to_string()))
}
