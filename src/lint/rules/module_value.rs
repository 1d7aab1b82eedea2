//! A setting of the Module that Envoy does not take.

use crate::diagnostic::Severity;
use crate::lint::{Check, Code, Context, Example, Findings, Rule, Told};

pub(crate) static RULE: Rule = Rule {
    code: Code::new("AMB613"),
    name: "module-value",
    severity: Severity::Error,
    summary: "a setting of the Module has a value that Envoy does not know",
    why: "Nobody checks a Module before Envoy does, which refuses the whole configuration over one value.",
    facts: &["A31", "A33"],
    examples: &[
        Example::spec("Module", "forward_client_cert_details: true\n", "forward_client_cert_details: SANITIZE_SET\n"),
        Example::spec("Module", "gzip: {compression_level: BEST}\n", "gzip: {compression_level: BEST_COMPRESSION}\n"),
        Example::spec("Module", "max_request_headers_kb: 10000\n", "max_request_headers_kb: 100\n"),
        Example::spec("Module", "envoy_log_format: '%NO_SUCH_THING%'\n", "envoy_log_format: '%PROTOCOL%'\n"),
    ],
    check: Check::Told(&["module-enum", "module-range", "module-log-format", "module-check"], check),
    ..Rule::BASE
};

fn check(told: &Told<'_>, cx: &Context<'_>, out: &mut Findings) {
    // Of what Envoy refuses, Emissary posts an error first.
    if told.code != "module-check" || is_refused(told, cx) {
        out.pass_on(told);
    }
}

/// Whether Envoy refuses everything over the same place.
pub(super) fn is_refused(told: &Told<'_>, cx: &Context<'_>) -> bool {
    cx.snapshot().refusals().any(|problem| problem.span == Some(told.span))
}
