//! A Mapping whose hostname fits, and whose labels do not.

use crate::edition::Edition;
use crate::lint::unattached::Unattached;
use crate::lint::{Check, Code, Context, Editions, Example, Findings, GroupView, Rule};
use crate::model::GroupKind;
use crate::model::NotAttached;

pub(crate) static RULE: Rule = Rule {
    code: Code::new("AMB404"),
    name: "missing-label",
    summary: "the Host of this name selects by labels that the Mapping lacks",
    why: "A Host with a `mappingSelector` takes Mappings whose hostname fits and that have all its `matchLabels`. \
          A Mapping that lacks one is not reached under this name.",
    facts: &["H03"],
    editions: Editions::since(Edition::Three),
    examples: &[Example::manifests(
        "apiVersion: getambassador.io/v3alpha1\nkind: Host\nmetadata: {name: shop}\nspec:\n  hostname: shop.example.com\n  mappingSelector: {matchLabels: {team: shop}}\n  requestPolicy: {insecure: {action: Route}}\n---\napiVersion: getambassador.io/v3alpha1\nkind: Listener\nmetadata: {name: http}\nspec: {port: 8080, protocol: HTTP, securityModel: XFP, hostBinding: {namespace: {from: ALL}}}\n---\napiVersion: getambassador.io/v3alpha1\nkind: Mapping\nmetadata: {name: cart}\nspec: {hostname: shop.example.com, prefix: /cart/, service: cart}\n",
        "apiVersion: getambassador.io/v3alpha1\nkind: Host\nmetadata: {name: shop}\nspec:\n  hostname: shop.example.com\n  mappingSelector: {matchLabels: {team: shop}}\n  requestPolicy: {insecure: {action: Route}}\n---\napiVersion: getambassador.io/v3alpha1\nkind: Listener\nmetadata: {name: http}\nspec: {port: 8080, protocol: HTTP, securityModel: XFP, hostBinding: {namespace: {from: ALL}}}\n---\napiVersion: getambassador.io/v3alpha1\nkind: Mapping\nmetadata: {name: cart, labels: {team: shop}}\nspec: {hostname: shop.example.com, prefix: /cart/, service: cart}\n",
    )],
    check: Check::Group(check),
    ..Rule::BASE
};

fn check(group: &GroupView<'_>, cx: &Context<'_>, out: &mut Findings) {
    if group.group.hostname.is_none() || matches!(group.group.kind, GroupKind::Redirect(_)) {
        return;
    }
    let labels = |reason: &NotAttached| match reason {
        NotAttached::Labels(labels) => Some(labels.clone()),
        _ => None,
    };
    let Some((host, labels)) = Unattached::of(group, cx).and_then(|one| one.first(labels)) else { return };
    let host = &cx.snapshot().hosts[host];
    let missing: Vec<String> = labels.iter().map(|(key, value)| format!("`{key}: {value}`")).collect();
    for member in group.members.iter().chain(&group.shadow) {
        let what = format!("Host {} selects by labels that this Mapping lacks: {}", host.name, missing.join(", "));
        let selector = host.from.and_then(|id| cx.resource(id)).map(|host| host.name_span());
        out.report(member.name_span(), what).also(selector, "this Host").note("It is never reached.");
    }
}
