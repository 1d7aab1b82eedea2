//! A condition on a header that the AuthService may add.

use crate::lint::{Check, Code, Context, Example, Findings, MappingView, Rule};
use crate::resource::Kind;

pub(crate) static RULE: Rule = Rule {
    code: Code::new("AMB253"),
    name: "auth-header-condition",
    severity: crate::diagnostic::Severity::Info,
    summary: "a condition on a header that the AuthService may set",
    why: "After the AuthService has answered, the route is chosen anew with the headers that it allowed: the request may \
          then go to another Mapping than the one whose settings the AuthService was asked with.",
    facts: &["M46"],
    examples: &[Example::manifests(
        "apiVersion: getambassador.io/v3alpha1\nkind: AuthService\nmetadata: {name: login}\nspec:\n  auth_service: login.edge\n  proto: http\n  allowed_authorization_headers: [x-tier]\n---\napiVersion: getambassador.io/v3alpha1\nkind: Mapping\nmetadata: {name: cart}\nspec: {hostname: '*', prefix: /cart/, service: cart, headers: {x-tier: gold}}\n",
        "apiVersion: getambassador.io/v3alpha1\nkind: AuthService\nmetadata: {name: login}\nspec:\n  auth_service: login.edge\n  proto: http\n  allowed_authorization_headers: [x-tier]\n---\napiVersion: getambassador.io/v3alpha1\nkind: Mapping\nmetadata: {name: cart}\nspec: {hostname: '*', prefix: /cart/, service: cart, headers: {x-shop: gold}}\n",
    )],
    check: Check::Mapping(check),
    ..Rule::BASE
};

fn check(mapping: &MappingView<'_>, cx: &Context<'_>, out: &mut Findings) {
    let entries = || ["headers", "regex_headers"].into_iter().flat_map(|key| mapping.fields.entries(key));
    if entries().next().is_none() || mapping.fields.is_true("bypass_auth") {
        return;
    }
    for auth in cx.resources(Kind::AuthService) {
        for entry in entries() {
            let Some(name) = entry.key.text() else { continue };
            let allowed =
                auth.fields.texts("allowed_authorization_headers").find(|one| one.value.eq_ignore_ascii_case(name));
            if let Some(allowed) = allowed {
                out.report(entry.key.span, format!("the AuthService may set `{name}`: the route is then chosen anew"))
                    .also(allowed.span, "allowed here");
            }
        }
    }
}
