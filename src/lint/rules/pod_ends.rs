//! An object that fits its schema and ends the pod.

use crate::diagnostic::Severity;
use crate::lint::{Check, Code, Context, Editions, Example, Findings, Rule, Told};
use crate::resource::Harm;

pub(crate) static RULE: Rule = Rule {
    code: Code::new("AMB110"),
    name: "pod-ends",
    severity: Severity::Error,
    summary: "the object fits the schema, and Emissary's pod ends over it",
    why: "All objects of a kind are read into Go's structures at once. One that fits the schema but not the \
          structure is an error of the whole watch, which ends the pod; it starts again and fails again.",
    facts: &["A46"],
    editions: Editions::LATER,
    examples: &[Example::manifests(
        "apiVersion: getambassador.io/v3alpha1\nkind: Mapping\nmetadata: {name: cart}\nspec:\n  hostname: '*'\n  prefix: /cart/\n  service: cart.default:80\n  resolver: kubernetes-endpoint\n  health_checks: [{health_check: {http: {path: /health}}, interval: soon}]\n",
        "apiVersion: getambassador.io/v3alpha1\nkind: Mapping\nmetadata: {name: cart}\nspec:\n  hostname: '*'\n  prefix: /cart/\n  service: cart.default:80\n  resolver: kubernetes-endpoint\n  health_checks: [{health_check: {http: {path: /health}}, interval: 5s}]\n",
    )],
    check: Check::Told(&["unreadable"], check),
    ..Rule::BASE
};

fn check(told: &Told<'_>, _: &Context<'_>, out: &mut Findings) {
    if told.entry.is_some_and(|entry| entry.result.harm == Harm::All && !entry.is_annotation()) {
        out.pass_on(told);
    }
}
