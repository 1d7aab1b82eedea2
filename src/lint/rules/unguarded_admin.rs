//! A path for administrators past the AuthService.

use crate::lint::{Check, Code, Context, Example, Findings, MappingView, Rule};
use crate::resource::Kind;

pub(crate) static RULE: Rule = Rule {
    code: Code::new("AMB803"),
    name: "unguarded-admin",
    summary: "a path that looks like administration is past the AuthService",
    why: "There is an AuthService, and this Mapping says `bypass_auth`. Prefixes such as `/admin/`, `/metrics`, \
          `/actuator/` or `/debug/` mostly lead to what strangers should not see.",
    examples: &[Example::manifests(
        "apiVersion: getambassador.io/v3alpha1\nkind: AuthService\nmetadata: {name: auth}\nspec: {auth_service: auth}\n---\napiVersion: getambassador.io/v3alpha1\nkind: Mapping\nmetadata: {name: admin}\nspec: {hostname: '*', prefix: /admin/, service: shop, bypass_auth: true}\n",
        "apiVersion: getambassador.io/v3alpha1\nkind: AuthService\nmetadata: {name: auth}\nspec: {auth_service: auth}\n---\napiVersion: getambassador.io/v3alpha1\nkind: Mapping\nmetadata: {name: admin}\nspec: {hostname: '*', prefix: /admin/, service: shop}\n",
    )],
    check: Check::Mapping(check),
    ..Rule::BASE
};

const FOR_FEW: [&str; 11] = [
    "actuator",
    "admin",
    "console",
    "dashboard",
    "debug",
    "env",
    "heapdump",
    "internal",
    "management",
    "metrics",
    "phpmyadmin",
];

fn check(mapping: &MappingView<'_>, cx: &Context<'_>, out: &mut Findings) {
    let Some(prefix) = mapping.fields.filled("prefix").filter(|_| mapping.fields.is_true("bypass_auth")) else {
        return;
    };
    let mut segments = prefix.value.split('/').map(str::to_ascii_lowercase);
    let is_for_few = segments.any(|segment| FOR_FEW.contains(&segment.as_str()));
    if is_for_few && cx.resources(Kind::AuthService).next().is_some() {
        out.report(mapping.key("bypass_auth"), format!("nobody is asked about `{}`", prefix.value))
            .also(prefix.span, "looks like administration");
    }
}
