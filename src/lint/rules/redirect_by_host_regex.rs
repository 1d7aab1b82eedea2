//! A redirecting Mapping with a regex for its host.

use super::redirect_loses_query::redirects;
use crate::lint::{Check, Code, Context, Editions, Example, Findings, MappingView, Rule};

pub(crate) static RULE: Rule = Rule {
    code: Code::new("AMB321"),
    name: "redirect-by-host-regex",
    summary: "a redirecting Mapping with `host_regex` is under no Host",
    why: "`host_regex` is no core attribute, so the group of a redirecting Mapping does not know of it, takes the regex \
          for a hostname, and fits no Host.",
    facts: &["M32"],
    editions: Editions::LATER,
    examples: &[Example::mapping(
        "host: .*[.]example[.]com\nhost_regex: true\nprefix: /old/\nservice: shop.example.com\nhost_redirect: true\n",
        "hostname: '*.example.com'\nprefix: /old/\nservice: shop.example.com\nhost_redirect: true\n",
    )],
    check: Check::Mapping(check),
    ..Rule::BASE
};

fn check(mapping: &MappingView<'_>, _: &Context<'_>, out: &mut Findings) {
    if redirects(mapping) && mapping.fields.is_true("host_regex") {
        out.report(mapping.key("host_regex"), "no Host takes this redirect: `host_regex` is lost")
            .note("`hostname` with a `*` at its beginning says the same where the regex is a suffix.");
    }
}
