//! `tls` names a TLSContext that is not there, or cannot be used.

use crate::lint::{Check, Code, Example, Rule, pass_on};

pub(crate) static RULE: Rule = Rule {
    code: Code::new("AMB510"),
    name: "missing-context",
    summary: "`tls` names no usable TLSContext",
    why: "Without a usable context, requests go to the service in cleartext, or over TLS without the certificate that was \
          meant where the service says `https://`.",
    facts: &["U10"],
    examples: &[Example::mapping("prefix: /cart/\nservice: cart\ntls: nowhere\n", "prefix: /cart/\nservice: cart\n")],
    check: Check::Told(&["tls-context-missing"], pass_on),
    ..Rule::BASE
};
