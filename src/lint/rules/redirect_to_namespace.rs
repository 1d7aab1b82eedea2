//! A redirect to a name without a dot.

use super::redirect_loses_query::redirects;
use crate::lint::{Check, Code, Context, Example, Findings, MappingView, Rule};

pub(crate) static RULE: Rule = Rule {
    code: Code::new("AMB325"),
    name: "redirect-to-namespace",
    summary: "a redirect to a short name gets the namespace of the Mapping",
    why: "A service without a dot is completed by the Mapping's namespace, also where it is the host that clients are \
          sent to.",
    facts: &["M36"],
    examples: &[Example::manifests(
        "apiVersion: getambassador.io/v3alpha1\nkind: Mapping\nmetadata: {name: old, namespace: shop}\nspec: {hostname: '*', prefix: /old/, service: intranet, host_redirect: true}\n",
        "apiVersion: getambassador.io/v3alpha1\nkind: Mapping\nmetadata: {name: old, namespace: shop}\nspec: {hostname: '*', prefix: /old/, service: intranet.example.com, host_redirect: true}\n",
    )],
    check: Check::Mapping(check),
    ..Rule::BASE
};

fn check(mapping: &MappingView<'_>, _: &Context<'_>, out: &mut Findings) {
    let Some(meaning) = mapping.mapping.filter(|_| redirects(mapping)) else { return };
    let Some(service) = mapping.fields.filled("service").filter(|service| !service.value.contains("://")) else {
        return;
    };
    if *meaning.normal_service != *service.value && meaning.normal_service.starts_with(&format!("{}.", service.value)) {
        out.report(service.span, format!("clients are sent to `{}`", meaning.normal_service))
            .note("Write the whole host name.");
    }
}
