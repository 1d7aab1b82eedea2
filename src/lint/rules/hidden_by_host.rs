//! A Mapping under every name but the one of a Host that does not select it.

use crate::diagnostic::Severity;
use crate::edition::Edition;
use crate::lint::{Check, Code, Context, Editions, Example, Findings, GroupView, Rule};
use crate::model::Host;
use crate::model::NotAttached;
use crate::model::attaches;
use crate::routing::pattern::HostGlob;

pub(crate) static RULE: Rule = Rule {
    code: Code::new("AMB429"),
    name: "hidden-by-host",
    severity: Severity::Info,
    summary: "a more exact Host hides the Mapping under its name",
    why: "Envoy picks one virtual host by the name, the most exact, and never falls back on another. A Mapping \
          that a wildcard Host takes, and the exact one leaves because of its labels, is not reached under the \
          exact name.",
    facts: &["H22"],
    editions: Editions::since(Edition::Three),
    examples: &[Example::manifests(
        "apiVersion: getambassador.io/v3alpha1\nkind: Host\nmetadata: {name: any}\nspec: {hostname: '*', requestPolicy: {insecure: {action: Route}}}\n---\napiVersion: getambassador.io/v3alpha1\nkind: Host\nmetadata: {name: shop}\nspec: {hostname: shop.example.com, mappingSelector: {matchLabels: {team: shop}}, requestPolicy: {insecure: {action: Route}}}\n---\napiVersion: getambassador.io/v3alpha1\nkind: Listener\nmetadata: {name: http}\nspec: {port: 8080, protocol: HTTP, securityModel: XFP, hostBinding: {namespace: {from: ALL}}}\n---\napiVersion: getambassador.io/v3alpha1\nkind: Mapping\nmetadata: {name: cart}\nspec: {hostname: '*', prefix: /cart/, service: cart}\n",
        "apiVersion: getambassador.io/v3alpha1\nkind: Host\nmetadata: {name: any}\nspec: {hostname: '*', requestPolicy: {insecure: {action: Route}}}\n---\napiVersion: getambassador.io/v3alpha1\nkind: Host\nmetadata: {name: shop}\nspec: {hostname: shop.example.com, mappingSelector: {matchLabels: {team: shop}}, requestPolicy: {insecure: {action: Route}}}\n---\napiVersion: getambassador.io/v3alpha1\nkind: Listener\nmetadata: {name: http}\nspec: {port: 8080, protocol: HTTP, securityModel: XFP, hostBinding: {namespace: {from: ALL}}}\n---\napiVersion: getambassador.io/v3alpha1\nkind: Mapping\nmetadata: {name: cart, labels: {team: shop}}\nspec: {hostname: '*', prefix: /cart/, service: cart}\n",
    )],
    check: Check::Group(check),
    ..Rule::BASE
};

fn check(group: &GroupView<'_>, cx: &Context<'_>, out: &mut Findings) {
    let hosts = &cx.snapshot().hosts;
    if hosts.len() < 2 || group.group.hostname.is_none() {
        return;
    }
    let by_labels = |host: &&Host| matches!(attaches(host, group.group, cx.edition()), Err(NotAttached::Labels(_)));
    for exact in
        hosts.values().filter(|host| !host.selector.is_empty() && !host.hostname.contains('*')).filter(by_labels)
    {
        let wide = hosts.values().find(|host| {
            host.selector.is_empty()
                && host.hostname.contains('*')
                && HostGlob::parse(&host.hostname).matches(&exact.hostname)
                && attaches(host, group.group, cx.edition()).is_ok()
        });
        let Some(wide) = wide else { continue };
        for member in group.members.iter().chain(&group.shadow) {
            let at = exact.from.and_then(|id| cx.resource(id)).map(|host| host.name_span());
            let (exact, wide) = (&exact.hostname, &wide.hostname);
            out.report(
                member.name_span(),
                format!("under `{exact}` this Mapping is not reached, although `{wide}` takes it"),
            )
            .also(at, "this Host selects by labels that the Mapping lacks");
        }
    }
}
