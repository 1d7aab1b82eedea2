//! Preflights that Ambassador 1 asks the AuthService about.

use crate::diagnostic::Severity;
use crate::edition::Edition;
use crate::lint::{Check, Code, Context, Editions, Example, Findings, MappingView, Rule};
use crate::resource::Kind;

pub(crate) static RULE: Rule = Rule {
    code: Code::new("AMB626"),
    name: "preflight-asks-auth",
    severity: Severity::Info,
    summary: "Ambassador 1 asks the AuthService about preflights",
    why: "Up to 2.2 the AuthService comes before CORS: it must let OPTIONS pass, and what it denies lacks the \
          headers that let a page read the answer. Since 2.3 CORS comes first.",
    editions: Editions::only(Edition::One),
    examples: &[Example::manifests("apiVersion: getambassador.io/v2\nkind: AuthService\nmetadata: {name: auth}\nspec: {auth_service: auth}\n---\napiVersion: getambassador.io/v2\nkind: Mapping\nmetadata: {name: cart}\nspec: {prefix: /cart/, service: cart, cors: {origins: 'https://shop.example.com'}}\n", "apiVersion: getambassador.io/v2\nkind: AuthService\nmetadata: {name: auth}\nspec: {auth_service: auth}\n---\napiVersion: getambassador.io/v2\nkind: Mapping\nmetadata: {name: cart}\nspec: {prefix: /cart/, service: cart}\n").under(Edition::One)],
    check: Check::Mapping(check),
    ..Rule::BASE
};

fn check(mapping: &MappingView<'_>, cx: &Context<'_>, out: &mut Findings) {
    let is_asked = !mapping.fields.is_true("bypass_auth") && cx.resources(Kind::AuthService).next().is_some();
    if is_asked && mapping.fields.map("cors").has("origins") {
        out.report(mapping.key("cors"), "the AuthService is asked about preflights: it must let OPTIONS pass");
    }
}
