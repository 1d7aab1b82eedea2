//! A TCPMapping for a server name without a certificate.

use crate::diagnostic::Severity;
use crate::lint::{Check, Code, Editions, Example, Rule, pass_on};

pub(crate) static RULE: Rule = Rule {
    code: Code::new("AMB460"),
    name: "tcp-without-certificate",
    severity: Severity::Error,
    summary: "a TCPMapping with `host` needs a certificate",
    why: "With `host` it takes the connections of a TLS server name, and Emissary must end TLS for it: with a Host \
          whose name fits, or a TLSContext that lists exactly this name. Without one it is dropped with an error.",
    facts: &["S15"],
    editions: Editions::LATER,
    examples: &[Example::manifests(
        "apiVersion: getambassador.io/v3alpha1\nkind: TCPMapping\nmetadata: {name: queue}\nspec: {port: 5671, host: queue.example.com, service: 'queue:5672'}\n",
        "apiVersion: getambassador.io/v3alpha1\nkind: TCPMapping\nmetadata: {name: queue}\nspec: {port: 5672, service: 'queue:5672'}\n",
    )],
    check: Check::Told(&["tcp-without-certificate"], pass_on),
    ..Rule::BASE
};
