//! A second Module called ambassador.

use crate::lint::{Check, Code, Context, Example, Findings, ResourceView, Rule};
use crate::resource::Kind;

pub(crate) static RULE: Rule = Rule {
    code: Code::new("AMB601"),
    name: "second-module",
    summary: "only one Module called `ambassador` counts",
    why: "Of Modules called `ambassador` in several namespaces, the first in Emissary's order counts. The others \
          are passed over without a word.",
    facts: &["B10"],
    examples: &[Example::manifests(
        "apiVersion: getambassador.io/v3alpha1\nkind: Module\nmetadata: {name: ambassador}\nspec: {config: {diagnostics: {enabled: false}}}\n---\napiVersion: getambassador.io/v3alpha1\nkind: Module\nmetadata: {name: ambassador, namespace: shop}\nspec: {config: {diagnostics: {enabled: false}}}\n",
        "apiVersion: getambassador.io/v3alpha1\nkind: Module\nmetadata: {name: ambassador}\nspec: {config: {diagnostics: {enabled: false}}}\n",
    )],
    check: Check::Resource(Kind::Module, check),
    ..Rule::BASE
};

fn check(module: &ResourceView<'_>, cx: &Context<'_>, out: &mut Findings) {
    let mut all = cx.resources(Kind::Module).filter(|module| module.resource.name == "ambassador");
    let Some(first) = all.next().filter(|_| module.resource.name == "ambassador") else { return };
    if first.resource.span != module.resource.span {
        let namespace = &first.resource.namespace;
        out.report(module.name_span(), format!("this Module is ignored: the one in namespace `{namespace}` counts"))
            .also(first.name_span(), "this one counts");
    }
}
