//! A `dns_type` that is neither of the two.

use crate::lint::{Check, Code, Context, Example, Findings, FixKind, MappingView, Rule};

pub(crate) static RULE: Rule = Rule {
    code: Code::new("AMB518"),
    name: "odd-dns-type",
    summary: "`dns_type` is neither `strict_dns` nor `logical_dns`",
    why: "Any other text is read as `strict_dns`, without a word.",
    facts: &["U18"],
    fix: FixKind::Unsafe("write `logical_dns`"),
    examples: &[Example::mapping(
        "prefix: /cart/\nservice: cart\ndns_type: logical-dns\n",
        "prefix: /cart/\nservice: cart\ndns_type: logical_dns\n",
    )],
    check: Check::Mapping(check),
    ..Rule::BASE
};

fn check(mapping: &MappingView<'_>, cx: &Context<'_>, out: &mut Findings) {
    let Some(kind) = mapping.fields.filled("dns_type") else { return };
    if matches!(kind.value.to_ascii_lowercase().as_str(), "strict_dns" | "logical_dns") {
        return;
    }
    let is_near = kind.value.to_ascii_lowercase().starts_with("logical");
    let mend = mapping.mend(cx).set("dns_type", "logical_dns").filter(|_| is_near);
    out.report(kind.span, format!("`{}` is read as strict_dns", kind.value)).mend(mend);
}
