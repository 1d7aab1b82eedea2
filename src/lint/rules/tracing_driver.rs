//! A tracing driver that is gone.

use crate::diagnostic::Severity;
use crate::lint::{Check, Code, Context, Example, Findings, Rule, Told};

pub(crate) static RULE: Rule = Rule {
    code: Code::new("AMB632"),
    name: "tracing-driver",
    severity: Severity::Error,
    summary: "this driver, or this version of it, is gone",
    why: "`lightstep` and Zipkin's `HTTP_JSON_V1` are still in the schema. Emissary posts an error, and nothing is \
          traced.",
    facts: &["S04"],
    examples: &[Example::spec(
        "TracingService",
        "service: zipkin:9411\ndriver: zipkin\nconfig: {collector_endpoint_version: HTTP_JSON_V1}\n",
        "service: zipkin:9411\ndriver: zipkin\nconfig: {collector_endpoint_version: HTTP_JSON}\n",
    )],
    check: Check::Told(&["tracing-driver"], check),
    ..Rule::BASE
};

fn check(told: &Told<'_>, _: &Context<'_>, out: &mut Findings) {
    let is_zipkin =
        told.entry.is_some_and(|entry| entry.fields().text("driver").is_some_and(|driver| driver.value == "zipkin"));
    let instead = if is_zipkin { "`HTTP_JSON` and `HTTP_PROTO` work." } else { "`opentelemetry` works." };
    out.pass_on(told).note(instead);
}
