//! A Host that rejects all that its Listeners have.

use crate::lint::{Check, Code, Context, Editions, Example, Findings, Rule};
use crate::model::Cleartext;
use crate::model::Host;
use crate::model::SecurityModel;
use crate::model::Snapshot;

pub(crate) static RULE: Rule = Rule {
    code: Code::new("AMB434"),
    name: "rejecting-host",
    summary: "the Host rejects cleartext where there is nothing else",
    why: "To a Listener with `securityModel: INSECURE` every request is insecure. A Host whose action is Reject is \
          left out of it, so that nothing is served.",
    facts: &["H37"],
    editions: Editions::LATER,
    examples: &[Example::manifests(
        "apiVersion: getambassador.io/v3alpha1\nkind: Listener\nmetadata: {name: http}\nspec: {port: 8080, protocol: HTTP, securityModel: INSECURE, hostBinding: {namespace: {from: ALL}}}\n---\napiVersion: getambassador.io/v3alpha1\nkind: Host\nmetadata: {name: any}\nspec: {hostname: '*', requestPolicy: {insecure: {action: Route}}}\n---\napiVersion: getambassador.io/v3alpha1\nkind: Host\nmetadata: {name: shop}\nspec: {hostname: shop.example.com, requestPolicy: {insecure: {action: Reject}}}\n",
        "apiVersion: getambassador.io/v3alpha1\nkind: Listener\nmetadata: {name: http}\nspec: {port: 8080, protocol: HTTP, securityModel: INSECURE, hostBinding: {namespace: {from: ALL}}}\n---\napiVersion: getambassador.io/v3alpha1\nkind: Host\nmetadata: {name: any}\nspec: {hostname: '*', requestPolicy: {insecure: {action: Route}}}\n---\napiVersion: getambassador.io/v3alpha1\nkind: Host\nmetadata: {name: shop}\nspec: {hostname: shop.example.com, requestPolicy: {insecure: {action: Route}}}\n",
    )],
    check: Check::Snapshot(check),
    ..Rule::BASE
};

fn check(snapshot: &Snapshot, cx: &Context<'_>, out: &mut Findings) {
    for (id, host) in snapshot.hosts.iter() {
        let is_on = cx.listeners_of(id).next().is_some();
        let view = host.from.and_then(|from| cx.resource(from)).filter(|_| !is_on && is_left_out(snapshot, host));
        if let Some(view) = view {
            let span = view.fields.map("requestPolicy").map("insecure").span("action").unwrap_or(view.name_span());
            out.report(span, format!("to an INSECURE Listener all is insecure: Host {} is left out of it", host.name));
        }
    }
}

/// Whether a Host rejects what is insecure, and there are Listeners to which all is.
pub(super) fn is_left_out(snapshot: &Snapshot, host: &Host) -> bool {
    host.cleartext == Cleartext::Reject
        && snapshot.listeners.iter().any(|listener| listener.security == SecurityModel::Insecure)
}
