//! Weights of TCPMappings.

use crate::lint::{Check, Code, Context, Example, Findings, Rule};
use crate::model::Serves;
use crate::model::Snapshot;

pub(crate) static RULE: Rule = Rule {
    code: Code::new("AMB462"),
    name: "tcp-weights",
    summary: "TCPMappings of one port do not share as their weights say",
    why: "Emissary hands Envoy running totals as if they were weights: two TCPMappings without weights get a third \
          and two thirds.",
    facts: &["S17"],
    examples: &[Example::manifests(
        "apiVersion: getambassador.io/v3alpha1\nkind: TCPMapping\nmetadata: {name: queue}\nspec: {port: 5672, service: 'queue:5672'}\n---\napiVersion: getambassador.io/v3alpha1\nkind: TCPMapping\nmetadata: {name: queue-next}\nspec: {port: 5672, service: 'queue-next:5672'}\n",
        "apiVersion: getambassador.io/v3alpha1\nkind: TCPMapping\nmetadata: {name: queue}\nspec: {port: 5672, service: 'queue:5672'}\n---\napiVersion: getambassador.io/v3alpha1\nkind: TCPMapping\nmetadata: {name: queue-next}\nspec: {port: 5673, service: 'queue-next:5672'}\n",
    )],
    check: Check::Snapshot(check),
    ..Rule::BASE
};

fn check(snapshot: &Snapshot, cx: &Context<'_>, out: &mut Findings) {
    for listener in &snapshot.listeners {
        for chain in &listener.chains {
            let Serves::Tcp(shares) = &chain.serves else { continue };
            if shares.len() < 2 {
                continue;
            }
            let total: u32 = shares.iter().map(|(_, share)| *share).sum();
            let names = |host: Option<&str>| host.map(str::to_ascii_lowercase).into_iter().collect::<Vec<_>>();
            let mut members = snapshot.tcp_mappings.values().filter(|mapping| {
                mapping.port == listener.port && names(mapping.host.as_deref()) == chain.server_names
            });
            let percent = |share: u32| u64::from(share) * 100 / u64::from(total.max(1));
            let said: Vec<String> = shares.iter().map(|(_, share)| format!("{} %", percent(*share))).collect();
            if let Some(view) = members.next().and_then(|mapping| cx.resource(mapping.from)) {
                out.report(
                    view.name_span(),
                    format!("the TCPMappings of port {} share {}", listener.port, said.join(" : ")),
                )
                .note("Running totals of the weights count as weights here.");
            }
        }
    }
}
