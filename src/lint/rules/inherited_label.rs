//! A Mapping in an annotation that a Host selects by labels of the Service.

use crate::diagnostic::Severity;
use crate::lint::{Check, Code, Context, Example, Findings, MappingView, Rule};
use crate::resource::Carrier;

pub(crate) static RULE: Rule = Rule {
    code: Code::new("AMB019"),
    name: "inherited-label",
    severity: Severity::Info,
    summary: "a Host selects this Mapping by the labels of its Service",
    why: "A document in an annotation that has no labels of its own gets those of the object that carries it. A \
          Host that selects by one of them takes the Mapping, whoever set the label for whatever reason.",
    facts: &["B25"],
    examples: &[Example::manifests(
        "apiVersion: v1\nkind: Service\nmetadata:\n  name: cart\n  labels: {team: shop}\n  annotations:\n    getambassador.io/config: |\n      apiVersion: getambassador.io/v3alpha1\n      kind: Mapping\n      name: cart\n      hostname: '*'\n      prefix: /cart/\n      service: cart\n---\napiVersion: getambassador.io/v3alpha1\nkind: Host\nmetadata: {name: shop}\nspec:\n  hostname: shop.example.com\n  mappingSelector: {matchLabels: {team: shop}}\n  requestPolicy: {insecure: {action: Route}}\n---\napiVersion: getambassador.io/v3alpha1\nkind: Listener\nmetadata: {name: http}\nspec: {port: 8080, protocol: HTTP, securityModel: XFP, hostBinding: {namespace: {from: ALL}}}\n",
        "apiVersion: v1\nkind: Service\nmetadata:\n  name: cart\n  labels: {team: shop}\n  annotations:\n    getambassador.io/config: |\n      apiVersion: getambassador.io/v3alpha1\n      kind: Mapping\n      name: cart\n      metadata_labels: {team: shop}\n      hostname: '*'\n      prefix: /cart/\n      service: cart\n---\napiVersion: getambassador.io/v3alpha1\nkind: Host\nmetadata: {name: shop}\nspec:\n  hostname: shop.example.com\n  mappingSelector: {matchLabels: {team: shop}}\n  requestPolicy: {insecure: {action: Route}}\n---\napiVersion: getambassador.io/v3alpha1\nkind: Listener\nmetadata: {name: http}\nspec: {port: 8080, protocol: HTTP, securityModel: XFP, hostBinding: {namespace: {from: ALL}}}\n",
    )],
    check: Check::Mapping(check),
    ..Rule::BASE
};

fn check(mapping: &MappingView<'_>, cx: &Context<'_>, out: &mut Findings) {
    let (Carrier::Annotation { on, .. }, Some(root)) = (&mapping.resource.carrier, mapping.entry.root) else { return };
    if root.get("metadata_labels").or_else(|| root.path(&["metadata", "labels"])).is_some() {
        return;
    }
    let labels = &mapping.resource.labels;
    let hosts = cx.snapshot().hosts.values().filter(|host| !host.selector.is_empty());
    for host in hosts.filter(|host| cx.edition().selects(&host.selector, labels)) {
        out.report(
            mapping.name_span(),
            format!("Host {} selects this Mapping by the labels of {} {}", host.name, on.kind, on.name),
        )
        .note("Give it `metadata_labels` of its own to say what is meant.");
    }
}
