//! A service of the gateway with a bare name, outside the gateway's namespace.

use crate::lint::{Check, Code, Context, Entry, Example, Findings, FixKind, Rule};
use crate::resource::Kind;

pub(crate) static RULE: Rule = Rule {
    code: Code::new("AMB637"),
    name: "service-of-another-namespace",
    summary: "a bare service name of this kind is looked for in Emissary's namespace",
    why: "Bare names in a Mapping are those of the Mapping's namespace. In an AuthService, RateLimitService, \
          LogService or TracingService nothing is added, so that the name is Emissary's own namespace's.",
    facts: &["S09"],
    fix: FixKind::Unsafe("add the namespace"),
    examples: &[Example::manifests(
        "apiVersion: getambassador.io/v3alpha1\nkind: AuthService\nmetadata: {name: auth, namespace: shop}\nspec:\n  auth_service: auth:3000\n",
        "apiVersion: getambassador.io/v3alpha1\nkind: AuthService\nmetadata: {name: auth, namespace: shop}\nspec:\n  auth_service: auth.shop:3000\n",
    )],
    check: Check::Entry(check),
    ..Rule::BASE
};

fn check(entry: &Entry<'_>, cx: &Context<'_>, out: &mut Findings) {
    let key = match entry.kind {
        Some(Kind::AuthService) => "auth_service",
        Some(Kind::RateLimitService | Kind::LogService | Kind::TracingService) => "service",
        _ => return,
    };
    let own = cx.compilation().options.ambassador_namespace.as_str();
    let namespace = entry.namespace();
    let Some(service) = entry.fields().filled(key).filter(|_| entry.resource.is_some() && namespace != own) else {
        return;
    };
    let start = service.value.find("://").map_or(0, |at| at + 3);
    let (scheme, rest) = service.value.split_at(start);
    let end = rest.find([':', '/']).unwrap_or(rest.len());
    let (host, rest) = rest.split_at(end);
    if host.is_empty() || host == "localhost" || host.contains(['.', '[']) {
        return;
    }
    out.report(service.span, format!("`{host}` is looked for in namespace `{own}`, not in `{namespace}`"))
        .mend(entry.mend(cx).set(key, format!("{scheme}{host}.{namespace}{rest}")));
}
