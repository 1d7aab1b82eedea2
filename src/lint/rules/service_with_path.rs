//! A service with a path, a query or credentials.

use crate::lint::{Check, Code, Context, Example, Findings, FixKind, MappingView, Rule};

pub(crate) static RULE: Rule = Rule {
    code: Code::new("AMB502"),
    name: "service-with-path",
    summary: "of a service only scheme, host and port count",
    why: "A path, a query or credentials in `service` are dropped without a word; `rewrite` sets the path.",
    facts: &["U02"],
    fix: FixKind::Safe("leave only scheme, host and port"),
    examples: &[Example::mapping(
        "prefix: /cart/\nservice: http://cart/v2\n",
        "prefix: /cart/\nservice: http://cart\n",
    )],
    check: Check::Mapping(check),
    ..Rule::BASE
};

fn check(mapping: &MappingView<'_>, cx: &Context<'_>, out: &mut Findings) {
    let Some(service) = mapping.fields.filled("service") else { return };
    let (scheme, rest) = match service.value.split_once("://") {
        Some((scheme, rest)) => (Some(scheme), rest),
        None => (None, service.value.strip_prefix("//").unwrap_or(service.value)),
    };
    let (authority, path) = rest.split_at(rest.find(['/', '?', '#']).unwrap_or(rest.len()));
    let (credentials, host) = authority.rsplit_once('@').map_or(("", authority), |(who, host)| (who, host));
    let lost = match (path.trim_matches('/'), credentials) {
        ("", "") => return,
        ("", _) => "the credentials",
        (_, "") => "the path",
        _ => "path and credentials",
    };
    let mended = scheme.map_or_else(|| host.to_owned(), |scheme| format!("{scheme}://{host}"));
    out.report(service.span, format!("{lost} of this service are dropped without a word"))
        .mend(mapping.mend(cx).set("service", mended));
}
