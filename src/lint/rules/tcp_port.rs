//! A TCPMapping on a port that is none.

use crate::diagnostic::Severity;
use crate::lint::{Check, Code, Example, Rule, pass_on};

pub(crate) static RULE: Rule = Rule {
    code: Code::new("AMB378"),
    name: "tcp-port",
    severity: Severity::Error,
    summary: "the port of a TCPMapping is not 1 to 65535",
    why: "Emissary makes a listener of it, and Envoy refuses the whole configuration over a port that no address has.",
    examples: &[Example::spec("TCPMapping", "port: 70000\nservice: cart\n", "port: 9000\nservice: cart\n")],
    check: Check::Told(&["port-range"], pass_on),
    ..Rule::BASE
};
