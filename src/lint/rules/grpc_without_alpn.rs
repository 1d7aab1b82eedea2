//! gRPC under a Host that offers no HTTP/2.

use crate::lint::{Check, Code, Context, Editions, Example, Findings, Rule};
use crate::model::Snapshot;
use crate::model::attaches;

pub(crate) static RULE: Rule = Rule {
    code: Code::new("AMB446"),
    name: "grpc-without-alpn",
    summary: "gRPC needs HTTP/2, which this Host does not offer",
    why: "A Host that ends TLS offers HTTP/2 only where its `alpn_protocols` has `h2`. Nothing is said there, so \
          that clients speak HTTP/1.1, and gRPC clients fail.",
    facts: &["H40"],
    editions: Editions::LATER,
    examples: &[Example::manifests(
        "apiVersion: v1\nkind: Secret\nmetadata: {name: tls}\ntype: kubernetes.io/tls\ndata: {tls.crt: YQ==, tls.key: YQ==}\n---\napiVersion: getambassador.io/v3alpha1\nkind: Host\nmetadata: {name: shop}\nspec:\n  hostname: shop.example.com\n  tlsSecret: {name: tls}\n---\napiVersion: getambassador.io/v3alpha1\nkind: Listener\nmetadata: {name: https}\nspec: {port: 8443, protocol: HTTPS, securityModel: XFP, hostBinding: {namespace: {from: ALL}}}\n---\napiVersion: getambassador.io/v3alpha1\nkind: Mapping\nmetadata: {name: cart}\nspec: {hostname: shop.example.com, prefix: /shop.Cart/, rewrite: /shop.Cart/, service: cart, grpc: true, timeout_ms: 0}\n",
        "apiVersion: v1\nkind: Secret\nmetadata: {name: tls}\ntype: kubernetes.io/tls\ndata: {tls.crt: YQ==, tls.key: YQ==}\n---\napiVersion: getambassador.io/v3alpha1\nkind: Host\nmetadata: {name: shop}\nspec:\n  hostname: shop.example.com\n  tlsSecret: {name: tls}\n  tls: {alpn_protocols: 'h2,http/1.1'}\n---\napiVersion: getambassador.io/v3alpha1\nkind: Listener\nmetadata: {name: https}\nspec: {port: 8443, protocol: HTTPS, securityModel: XFP, hostBinding: {namespace: {from: ALL}}}\n---\napiVersion: getambassador.io/v3alpha1\nkind: Mapping\nmetadata: {name: cart}\nspec: {hostname: shop.example.com, prefix: /shop.Cart/, rewrite: /shop.Cart/, service: cart, grpc: true, timeout_ms: 0}\n",
    )],
    check: Check::Snapshot(check),
    ..Rule::BASE
};

fn check(snapshot: &Snapshot, cx: &Context<'_>, out: &mut Findings) {
    for (_, host) in snapshot.hosts.iter() {
        let Some(tls) = host.tls.map(|id| &snapshot.tls[id]) else { continue };
        let Some(view) = host.from.and_then(|from| cx.resource(from)) else { continue };
        if tls.alpn_protocols.iter().any(|protocol| protocol == "h2") {
            continue;
        }
        let grpc = cx.groups().find_map(|group| {
            let speaks =
                group.members.iter().find(|member| member.mapping.is_some_and(|mapping| mapping.cluster.grpc))?;
            attaches(host, group.group, cx.edition()).is_ok().then_some(speaks.name_span())
        });
        if let Some(grpc) = grpc {
            out.report(view.name_span(), format!("Host {} offers no HTTP/2, which gRPC clients need", host.name))
                .also(grpc, "this Mapping speaks gRPC")
                .note("`tls: {alpn_protocols: \"h2,http/1.1\"}` offers both.");
        }
    }
}
