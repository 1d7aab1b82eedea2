//! A time of a health check that Envoy cannot read.

use crate::diagnostic::Severity;
use crate::edition::Edition;
use crate::lint::{Check, Code, Editions, Example, Rule, pass_on};

pub(crate) static RULE: Rule = Rule {
    code: Code::new("AMB370"),
    name: "health-check",
    severity: Severity::Error,
    summary: "times of a health check must be from 1s to 59.999s",
    why: "Go prints a minute as `1m0s` and half a second as `500ms`, and Envoy reads plain seconds only: it \
          refuses the whole configuration.",
    facts: &["A19"],
    editions: Editions::since(Edition::Three),
    examples: &[Example::mapping(
        "prefix: /cart/\nservice: cart.default:80\nresolver: kubernetes-endpoint\nhealth_checks: [{health_check: {http: {path: /health}}, interval: 60s}]\n",
        "prefix: /cart/\nservice: cart.default:80\nresolver: kubernetes-endpoint\nhealth_checks: [{health_check: {http: {path: /health}}, interval: 59s}]\n",
    )],
    check: Check::Told(&["health-check"], pass_on),
    ..Rule::BASE
};
