//! Cleartext to the port of HTTPS.

use crate::lint::{Check, Code, Context, Example, Findings, MappingView, Rule};
use crate::model::Address;

pub(crate) static RULE: Rule = Rule {
    code: Code::new("AMB504"),
    name: "cleartext-to-443",
    summary: "cleartext is spoken to port 443",
    why: "The port says nothing of TLS: without `https://` and without a TLSContext, cleartext goes to port 443, and most \
          services answer that with an error.",
    facts: &["U04"],
    examples: &[Example::mapping("prefix: /cart/\nservice: cart:443\n", "prefix: /cart/\nservice: cart\n")],
    check: Check::Mapping(check),
    ..Rule::BASE
};

fn check(mapping: &MappingView<'_>, _: &Context<'_>, out: &mut Findings) {
    let Some(service) = mapping.fields.filled("service") else { return };
    let Ok(address) = Address::of(service.value) else { return };
    let is_cleartext = address.scheme.as_deref().is_none_or(|scheme| scheme == "http") && !mapping.fields.has("tls");
    if address.port != Some(443) || !is_cleartext || mapping.fields.is_true("host_redirect") {
        return;
    }
    let host = service.value.trim_start_matches("http://");
    out.report(service.span, "cleartext is sent to port 443: this service is not reached over TLS")
        .note(format!("`https://{host}` speaks TLS to it."));
}
