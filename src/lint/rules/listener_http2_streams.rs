//! A number of streams that Envoy does not take.

use crate::diagnostic::Severity;
use crate::lint::{Check, Code, Editions, Example, Rule, pass_on};

pub(crate) static RULE: Rule = Rule {
    code: Code::new("AMB465"),
    name: "listener-http2-streams",
    severity: Severity::Error,
    summary: "`http2MaxConcurrentStreams` is out of range",
    why: "Envoy takes up to 2147483647, and refuses the whole configuration over more.",
    facts: &["A36"],
    editions: Editions::LATER,
    examples: &[Example::spec(
        "Listener",
        "port: 8080\nprotocol: HTTP\nsecurityModel: XFP\nhttp2MaxConcurrentStreams: 3000000000\nhostBinding: {namespace: {from: ALL}}\n",
        "port: 8080\nprotocol: HTTP\nsecurityModel: XFP\nhttp2MaxConcurrentStreams: 100\nhostBinding: {namespace: {from: ALL}}\n",
    )],
    check: Check::Told(&["listener-http2-streams"], pass_on),
    ..Rule::BASE
};
