//! A redirect to a service with a scheme.

use super::redirect_loses_query::redirects;
use crate::lint::{Check, Code, Context, Example, Findings, FixKind, MappingView, Rule};

pub(crate) static RULE: Rule = Rule {
    code: Code::new("AMB324"),
    name: "redirect-to-scheme",
    summary: "a redirect to a service with a scheme leads to a broken address",
    why: "The text of the service is put behind the scheme of the request as it is: `https://shop.example.com` becomes \
          `Location: http://https://shop.example.com/`.",
    facts: &["M35"],
    fix: FixKind::Unsafe("leave the scheme out"),
    examples: &[Example::mapping(
        "prefix: /old/\nservice: https://shop.example.com\nhost_redirect: true\n",
        "prefix: /old/\nservice: shop.example.com\nhost_redirect: true\n",
    )],
    check: Check::Mapping(check),
    ..Rule::BASE
};

fn check(mapping: &MappingView<'_>, cx: &Context<'_>, out: &mut Findings) {
    let Some(service) = mapping.fields.filled("service").filter(|_| redirects(mapping)) else { return };
    let Some((_, host)) = service.value.split_once("://") else { return };
    out.report(service.span, format!("clients are sent to `http://{}/…`, which is no address", service.value))
        .mend(mapping.mend(cx).set("service", host));
}
