//! A star in a hostname that stands for nothing.

use crate::lint::{Check, Code, Context, Editions, Entry, Example, Findings, Rule};
use crate::resource::Kind;

pub(crate) static RULE: Rule = Rule {
    code: Code::new("AMB417"),
    name: "literal-star",
    summary: "a star counts only at one end of a hostname",
    why: "`*.example.com` and `shop.*` are patterns. A star in the middle, or one at each end, is taken as it \
          reads, and no client sends a star.",
    facts: &["H13"],
    editions: Editions::LATER,
    examples: &[Example::mapping(
        "hostname: shop.*.com\nprefix: /cart/\nservice: cart\n",
        "hostname: shop.*\nprefix: /cart/\nservice: cart\n",
    )],
    check: Check::Entry(check),
    ..Rule::BASE
};

fn check(entry: &Entry<'_>, _: &Context<'_>, out: &mut Findings) {
    let hostname = entry.fields().filled("hostname").filter(|_| entry.is_converted());
    let Some(hostname) = hostname.filter(|_| matches!(entry.kind, Some(Kind::Mapping | Kind::Host))) else { return };
    let stars = hostname.value.matches('*').count();
    let is_at_one_end = stars == 1 && (hostname.value.starts_with('*') || hostname.value.ends_with('*'));
    if stars > 0 && !is_at_one_end {
        out.report(hostname.span, format!("`{}` is no pattern: a star counts only at one end", hostname.value));
    }
}
