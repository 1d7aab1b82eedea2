//! A hostname that no Host has.

use super::other_port::differs_in_port;
use crate::lint::unattached::Unattached;
use crate::lint::{Check, Code, Context, Editions, Example, Findings, GroupView, Rule};
use crate::model::NotAttached;

pub(crate) static RULE: Rule = Rule {
    code: Code::new("AMB402"),
    name: "no-host-of-name",
    summary: "no Host has a name that the Mapping's `hostname` overlaps",
    why: "A Mapping stands under the Hosts whose hostname its own overlaps. Without one it is never reached; its \
          status says `Running` all the same.",
    facts: &["H02"],
    editions: Editions::LATER,
    examples: &[Example::manifests(
        "apiVersion: getambassador.io/v3alpha1\nkind: Host\nmetadata: {name: shop}\nspec: {hostname: shop.example.com, requestPolicy: {insecure: {action: Route}}}\n---\napiVersion: getambassador.io/v3alpha1\nkind: Listener\nmetadata: {name: http}\nspec: {port: 8080, protocol: HTTP, securityModel: XFP, hostBinding: {namespace: {from: ALL}}}\n---\napiVersion: getambassador.io/v3alpha1\nkind: Mapping\nmetadata: {name: cart}\nspec: {hostname: cart.example.com, prefix: /cart/, service: cart}\n",
        "apiVersion: getambassador.io/v3alpha1\nkind: Host\nmetadata: {name: shop}\nspec: {hostname: shop.example.com, requestPolicy: {insecure: {action: Route}}}\n---\napiVersion: getambassador.io/v3alpha1\nkind: Listener\nmetadata: {name: http}\nspec: {port: 8080, protocol: HTTP, securityModel: XFP, hostBinding: {namespace: {from: ALL}}}\n---\napiVersion: getambassador.io/v3alpha1\nkind: Mapping\nmetadata: {name: cart}\nspec: {hostname: '*.example.com', prefix: /cart/, service: cart}\n",
    )],
    check: Check::Group(check),
    ..Rule::BASE
};

fn check(group: &GroupView<'_>, cx: &Context<'_>, out: &mut Findings) {
    let Some(hostname) = &group.group.hostname else { return };
    let unattached = Unattached::of(group, cx).filter(|one| one.all(|reason| *reason == NotAttached::Hostname));
    if unattached.is_none() || differs_in_port(&hostname.text, cx).is_some() {
        return;
    }
    for member in group.members.iter().chain(&group.shadow) {
        let name = &hostname.text;
        let span = if member.fields.has("hostname") { member.at("hostname") } else { member.at("host") };
        out.report(span, format!("no Host has a name that `{name}` overlaps: this Mapping is never reached"));
    }
}
