//! Credentials that are taken off after the AuthService has seen them.

use crate::diagnostic::Severity;
use crate::lint::{Check, Code, Context, Example, Findings, MappingView, Rule};
use crate::resource::Kind;

pub(crate) static RULE: Rule = Rule {
    code: Code::new("AMB357"),
    name: "seen-by-auth",
    severity: Severity::Info,
    summary: "the AuthService sees headers that the Mapping removes",
    why: "Headers are removed when the request goes to its service. AuthService and RateLimitService are asked before, and \
          see them.",
    facts: &["U38"],
    examples: &[Example::manifests(
        "apiVersion: getambassador.io/v3alpha1\nkind: AuthService\nmetadata: {name: login}\nspec: {auth_service: login.edge, proto: http}\n---\napiVersion: getambassador.io/v3alpha1\nkind: Mapping\nmetadata: {name: cart}\nspec: {hostname: '*', prefix: /cart/, service: cart, remove_request_headers: [authorization]}\n",
        "apiVersion: getambassador.io/v3alpha1\nkind: AuthService\nmetadata: {name: login}\nspec: {auth_service: login.edge, proto: http}\n---\napiVersion: getambassador.io/v3alpha1\nkind: Mapping\nmetadata: {name: cart}\nspec: {hostname: '*', prefix: /cart/, service: cart, remove_request_headers: [x-debug]}\n",
    )],
    check: Check::Mapping(check),
    ..Rule::BASE
};

fn check(mapping: &MappingView<'_>, cx: &Context<'_>, out: &mut Findings) {
    let is_asked = !mapping.fields.is_true("bypass_auth") && cx.resources(Kind::AuthService).next().is_some();
    for header in mapping.fields.texts("remove_request_headers").filter(|_| is_asked) {
        if ["authorization", "cookie", "x-api-key"].iter().any(|name| header.value.eq_ignore_ascii_case(name)) {
            out.report(
                header.span,
                format!("the AuthService still sees `{}`: it is asked before headers are removed", header.value),
            );
        }
    }
}
