//! A Host that sends cleartext to https, which nobody serves.

use crate::lint::{Check, Code, Context, Editions, Example, Findings, FixKind, ResourceView, Rule};
use crate::model::Cleartext;
use crate::model::Listener;
use crate::model::SecurityModel;
use crate::model::Snapshot;
use crate::source::Edit;
use serde_yaml::Value;

pub(crate) static RULE: Rule = Rule {
    code: Code::new("AMB420"),
    name: "redirect-to-no-tls",
    summary: "the Host sends clients to https, and has no certificate",
    why: "A Host's `requestPolicy.insecure.action` is Redirect where nothing is said. Without `tlsSecret` no one \
          answers at https, so that every client ends there. Behind a proxy that ends TLS, the Listener's \
          `l7Depth` must say so.",
    facts: &["H16"],
    editions: Editions::LATER,
    fix: FixKind::Unsafe("serve cleartext"),
    examples: &[Example::spec(
        "Host",
        "hostname: shop.example.com\n",
        "hostname: shop.example.com\nrequestPolicy:\n  insecure:\n    action: Route\n",
    )],
    check: Check::Snapshot(check),
    ..Rule::BASE
};

fn check(snapshot: &Snapshot, cx: &Context<'_>, out: &mut Findings) {
    for (id, host) in snapshot.hosts.iter() {
        let Some(view) = host.from.and_then(|from| cx.resource(from)) else { continue };
        let redirects = host.tls.is_none() && host.cleartext == Cleartext::Redirect;
        if !redirects || view.fields.has("tls") || view.fields.has("tlsContext") {
            continue;
        }
        // Where a proxy says what is secure, it may be the one that ends TLS.
        let is_alone = |listener: &Listener| listener.security == SecurityModel::Insecure || listener.l7_depth == 0;
        if cx.listeners_of(id).any(|listener| listener.security != SecurityModel::Secure && is_alone(listener))
            && snapshot.settings.use_remote_address
        {
            out.report(
                view.name_span(),
                format!("clients of Host {} are sent to https, where nobody answers", host.name),
            )
            .note("Give it a `tlsSecret`, or serve cleartext with `requestPolicy: {insecure: {action: Route}}`.")
            .mend(route(&view, cx));
        }
    }
}

fn route(host: &ResourceView<'_>, cx: &Context<'_>) -> Option<Vec<Edit>> {
    let one = |key: &str, value: Value| Value::Mapping([(Value::from(key), value)].into_iter().collect());
    let action = one("action", Value::from("Route"));
    let policy = host.entry.fields().map("requestPolicy");
    let mend = host.mend(cx);
    if policy.map("insecure").as_node().is_some() {
        mend.set_in(&["requestPolicy", "insecure"], "action", "Route")
    } else if policy.as_node().is_some() {
        mend.set_in(&["requestPolicy"], "insecure", action)
    } else {
        mend.set("requestPolicy", one("insecure", action))
    }
}
