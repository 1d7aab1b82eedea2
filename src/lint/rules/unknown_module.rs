//! A Module that nobody looks at.

use crate::lint::{Check, Code, Context, Editions, Example, Findings, ResourceView, Rule};
use crate::resource::Kind;

pub(crate) static RULE: Rule = Rule {
    code: Code::new("AMB602"),
    name: "unknown-module",
    summary: "only the Module called `ambassador` counts",
    why: "A Module of another name is kept and never looked at. The one called `tls` ended TLS for Ambassador 1; \
          since Emissary 2 a Host with a `tlsSecret` does it.",
    facts: &["B11", "S27"],
    editions: Editions::LATER,
    examples: &[Example::manifests(
        "apiVersion: getambassador.io/v3alpha1\nkind: Module\nmetadata: {name: settings}\nspec: {config: {diagnostics: {enabled: false}}}\n",
        "apiVersion: getambassador.io/v3alpha1\nkind: Module\nmetadata: {name: ambassador}\nspec: {config: {diagnostics: {enabled: false}}}\n",
    )],
    check: Check::Resource(Kind::Module, check),
    ..Rule::BASE
};

fn check(module: &ResourceView<'_>, _: &Context<'_>, out: &mut Findings) {
    match module.resource.name.as_str() {
        "ambassador" | "authentication" => return,
        "tls" => out.report(module.name_span(), "this Module ends no TLS: a Host with a `tlsSecret` does"),
        _ => out.report(module.name_span(), "nobody looks at this Module: the one that counts is called `ambassador`"),
    };
}
