//! Two Hosts of one hostname.

use crate::lint::{Check, Code, Context, Editions, Example, Findings, Rule};
use crate::model::HostId;
use crate::model::Serves;
use crate::model::Snapshot;

pub(crate) static RULE: Rule = Rule {
    code: Code::new("AMB428"),
    name: "twin-host",
    summary: "two Hosts have one hostname",
    why: "On cleartext the later one in Emissary's order takes the place of the earlier without a word, with what \
          it says about cleartext; with TLS the earlier one stays.",
    facts: &["H21"],
    editions: Editions::LATER,
    examples: &[Example::manifests(
        "apiVersion: getambassador.io/v3alpha1\nkind: Host\nmetadata: {name: first}\nspec: {hostname: shop.example.com, requestPolicy: {insecure: {action: Route}}}\n---\napiVersion: getambassador.io/v3alpha1\nkind: Host\nmetadata: {name: second}\nspec: {hostname: shop.example.com, requestPolicy: {insecure: {action: Route}}}\n---\napiVersion: getambassador.io/v3alpha1\nkind: Listener\nmetadata: {name: http}\nspec: {port: 8080, protocol: HTTP, securityModel: XFP, hostBinding: {namespace: {from: ALL}}}\n",
        "apiVersion: getambassador.io/v3alpha1\nkind: Host\nmetadata: {name: first}\nspec: {hostname: shop.example.com, requestPolicy: {insecure: {action: Route}}}\n---\napiVersion: getambassador.io/v3alpha1\nkind: Listener\nmetadata: {name: http}\nspec: {port: 8080, protocol: HTTP, securityModel: XFP, hostBinding: {namespace: {from: ALL}}}\n",
    )],
    check: Check::Snapshot(check),
    ..Rule::BASE
};

fn check(snapshot: &Snapshot, cx: &Context<'_>, out: &mut Findings) {
    let is_served = |id| cx.listeners_of(id).next().is_some();
    for (earlier, host) in snapshot.hosts.iter() {
        if is_served(earlier) && host.tls.is_none() {
            continue;
        }
        let later = replacement(snapshot, earlier);
        let views = later.and_then(|later| Some((cx.resource(host.from?)?, cx.resource(snapshot.hosts[later].from?)?)));
        if let Some((own, other)) = views {
            let what = format!("Host {} has the same hostname and takes its place on cleartext", other.resource.name);
            out.report(own.name_span(), what).also(other.name_span(), "this one");
        }
    }
}

/// The later Host of the same hostname that is served in its place.
pub(super) fn replacement(snapshot: &Snapshot, earlier: HostId) -> Option<HostId> {
    let host = &snapshot.hosts[earlier];
    let mut later = snapshot.hosts.iter().filter(|(id, other)| *id > earlier && other.hostname == host.hostname);
    let shares_cleartext = |id: HostId| {
        snapshot.listeners.iter().any(|listener| {
            let cleartext = listener.chains.iter().filter(|chain| chain.tls.is_none());
            let mut served = cleartext.filter_map(|chain| match &chain.serves {
                Serves::Http(hosts) => Some(hosts.iter().filter_map(|host| host.host).collect::<Vec<_>>()),
                Serves::Tcp(_) => None,
            });
            served.any(|served| served.contains(&id) && !served.contains(&earlier))
        })
    };
    later.find(|(id, _)| shares_cleartext(*id)).map(|(id, _)| id)
}
