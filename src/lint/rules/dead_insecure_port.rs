//! `requestPolicy.insecure.additionalPort`, which nobody opens.

use crate::lint::{Check, Code, Context, Editions, Example, Findings, FixKind, ResourceView, Rule};
use crate::resource::Kind;

pub(crate) static RULE: Rule = Rule {
    code: Code::new("AMB410"),
    name: "dead-insecure-port",
    summary: "`additionalPort` opens no port",
    why: "Before Listeners, this opened another port for cleartext. Since Emissary 2 only a Listener opens ports, and \
          this field does nothing.",
    facts: &["H23"],
    editions: Editions::LATER,
    fix: FixKind::Safe("remove it"),
    examples: &[Example::spec(
        "Host",
        "hostname: shop.example.com\nrequestPolicy:\n  insecure:\n    action: Route\n    additionalPort: 8080\n",
        "hostname: shop.example.com\nrequestPolicy:\n  insecure:\n    action: Route\n",
    )],
    check: Check::Resource(Kind::Host, check),
    ..Rule::BASE
};

fn check(host: &ResourceView<'_>, cx: &Context<'_>, out: &mut Findings) {
    let insecure = host.fields.map("requestPolicy").map("insecure");
    let Some(port) = insecure.entry("additionalPort") else { return };
    out.report(port.value.span, "`additionalPort` opens no port: that is a Listener's to do")
        .mend(host.mend(cx).remove_in(&["requestPolicy", "insecure"], "additionalPort"));
}

#[cfg(test)]
mod tests {
    use crate::lint::testing;

    #[test]
    fn a_port_of_a_listener_is_none_of_these() {
        let fields = "port: 8081\nprotocol: HTTP\nsecurityModel: XFP\nhostBinding:\n  namespace:\n    from: ALL\n";
        assert!(testing::spec("Listener", fields).is_empty());
    }
}
