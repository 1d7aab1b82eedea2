//! TLS towards a service whose certificate nobody looks at.

use crate::diagnostic::Severity;
use crate::lint::{Check, Code, Context, Example, Findings, MappingView, Rule};

pub(crate) static RULE: Rule = Rule {
    code: Code::new("AMB512"),
    name: "unverified-upstream",
    severity: Severity::Info,
    summary: "the certificate of the service is not verified, and no server name is sent",
    why: "`https://` alone encrypts: the certificate is not looked at, and no SNI is sent. A TLSContext with `ca_secret` \
          and `sni`, named in `tls`, does both.",
    facts: &["U12"],
    examples: &[Example::mapping(
        "prefix: /cart/\nservice: https://cart.example.com\n",
        "prefix: /cart/\nservice: cart\n",
    )],
    check: Check::Mapping(check),
    ..Rule::BASE
};

fn check(mapping: &MappingView<'_>, _: &Context<'_>, out: &mut Findings) {
    let Some(service) = mapping.fields.filled("service") else { return };
    let is_https = service.value.get(..8).is_some_and(|scheme| scheme.eq_ignore_ascii_case("https://"));
    if is_https && !mapping.fields.has("tls") && !mapping.fields.is_true("host_redirect") {
        out.report(service.span, "anybody can answer for this service: its certificate is not verified");
    }
}
