//! A service that is not among the Services of its namespace.

use super::service_port::{Target, target};
use crate::lint::{Check, Code, Context, Example, Findings, MappingView, Rule};

pub(crate) static RULE: Rule = Rule {
    code: Code::new("AMB505"),
    name: "unknown-service",
    summary: "no such Service is in the input, which has others of that namespace",
    why: "A Mapping to a Service that does not exist is served, and every request is answered with 503. A name without a \
          namespace is looked for in the namespace of the Mapping.",
    facts: &["U06", "U07"],
    examples: &[Example::manifests(
        "apiVersion: v1\nkind: Service\nmetadata: {name: cart}\nspec: {ports: [{port: 80}]}\n---\napiVersion: getambassador.io/v3alpha1\nkind: Mapping\nmetadata: {name: cart}\nspec: {hostname: '*', prefix: /cart/, service: card}\n",
        "apiVersion: v1\nkind: Service\nmetadata: {name: cart}\nspec: {ports: [{port: 80}]}\n---\napiVersion: getambassador.io/v3alpha1\nkind: Mapping\nmetadata: {name: cart}\nspec: {hostname: '*', prefix: /cart/, service: cart}\n",
    )],
    check: Check::Mapping(check),
    ..Rule::BASE
};

fn check(mapping: &MappingView<'_>, cx: &Context<'_>, out: &mut Findings) {
    let Some((Target { name, namespace, .. }, span)) = target(mapping, cx) else { return };
    if cx.object("Service", &name, &namespace).is_some() {
        return;
    }
    // Of an application that brings its own annotated Service, the others are elsewhere.
    if !cx.services().has_others_in(&namespace) {
        return;
    }
    let finding =
        out.report(span, format!("there is no Service {name} in namespace {namespace}: requests end in a 503"));
    if let Some(other) = cx.services().named(&name) {
        finding.note(format!(
            "There is one in namespace {}: write `{name}.{}`.",
            other.object.namespace, other.object.namespace
        ));
    }
}
