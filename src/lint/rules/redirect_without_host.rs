//! Fields of redirects in a Mapping that does not redirect.

use crate::lint::{Check, Code, Context, Example, Findings, FixKind, MappingView, Rule};

const FIELDS: [&str; 4] = ["path_redirect", "prefix_redirect", "regex_redirect", "redirect_response_code"];

pub(crate) static RULE: Rule = Rule {
    code: Code::new("AMB326"),
    name: "redirect-without-host",
    summary: "fields of redirects do nothing without `host_redirect`",
    why: "Only `host_redirect: true` makes a Mapping redirect; without it the requests go to the service, whatever else is \
          said of redirects.",
    facts: &["M37"],
    fix: FixKind::Unsafe("let it redirect: `host_redirect: true`"),
    examples: &[Example::mapping(
        "prefix: /old/\nservice: shop.example.com\npath_redirect: /new/\n",
        "prefix: /old/\nservice: shop.example.com\nhost_redirect: true\npath_redirect: /new/\n",
    )],
    check: Check::Mapping(check),
    ..Rule::BASE
};

fn check(mapping: &MappingView<'_>, cx: &Context<'_>, out: &mut Findings) {
    if mapping.fields.is_true("host_redirect") {
        return;
    }
    let Some(field) = FIELDS.into_iter().find(|field| mapping.fields.has(field)) else { return };
    let mend = mapping.mend(cx).set("host_redirect", true);
    out.report(mapping.key(field), format!("{field} does nothing: this Mapping forwards")).mend(mend);
}
