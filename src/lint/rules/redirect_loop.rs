//! A balancer that ends TLS before a gateway that redirects to https.

use crate::lint::{Check, Code, Context, Editions, Example, Findings, Rule};
use crate::model::Cleartext;
use crate::model::SecurityModel;
use crate::model::Snapshot;
use crate::yaml::Node;

pub(crate) static RULE: Rule = Rule {
    code: Code::new("AMB441"),
    name: "redirect-loop",
    summary: "behind a balancer that ends TLS, a redirect to https never ends",
    why: "The balancer's Service says that it ends TLS. With `l7Depth: 0` Emissary goes by its own connection, \
          which is cleartext, and sends every client to https, for ever.",
    facts: &["H35"],
    editions: Editions::LATER,
    examples: &[Example::manifests(
        "apiVersion: v1\nkind: Service\nmetadata:\n  name: emissary-ingress\n  annotations:\n    service.beta.kubernetes.io/aws-load-balancer-ssl-cert: arn:aws:acm:eu-west-1:1:certificate/1\n    service.beta.kubernetes.io/aws-load-balancer-backend-protocol: http\nspec: {type: LoadBalancer, ports: [{port: 443, targetPort: 8080}]}\n---\napiVersion: v1\nkind: Secret\nmetadata: {name: tls}\ntype: kubernetes.io/tls\ndata: {tls.crt: YQ==, tls.key: YQ==}\n---\napiVersion: getambassador.io/v3alpha1\nkind: Host\nmetadata: {name: shop}\nspec: {hostname: shop.example.com, tlsSecret: {name: tls}}\n---\napiVersion: getambassador.io/v3alpha1\nkind: Listener\nmetadata: {name: http}\nspec: {port: 8080, protocol: HTTPS, securityModel: XFP, hostBinding: {namespace: {from: ALL}}}\n",
        "apiVersion: v1\nkind: Service\nmetadata:\n  name: emissary-ingress\n  annotations:\n    service.beta.kubernetes.io/aws-load-balancer-ssl-cert: arn:aws:acm:eu-west-1:1:certificate/1\n    service.beta.kubernetes.io/aws-load-balancer-backend-protocol: http\nspec: {type: LoadBalancer, ports: [{port: 443, targetPort: 8080}]}\n---\napiVersion: v1\nkind: Secret\nmetadata: {name: tls}\ntype: kubernetes.io/tls\ndata: {tls.crt: YQ==, tls.key: YQ==}\n---\napiVersion: getambassador.io/v3alpha1\nkind: Host\nmetadata: {name: shop}\nspec: {hostname: shop.example.com, tlsSecret: {name: tls}}\n---\napiVersion: getambassador.io/v3alpha1\nkind: Listener\nmetadata: {name: http}\nspec: {port: 8080, protocol: HTTPS, securityModel: XFP, l7Depth: 1, hostBinding: {namespace: {from: ALL}}}\n",
    )],
    check: Check::Snapshot(check),
    ..Rule::BASE
};

/// What a Service says to a balancer that shall end TLS and speak HTTP behind it.
const ENDS_TLS: &str = "service.beta.kubernetes.io/aws-load-balancer-ssl-cert";
const SPEAKS: &str = "service.beta.kubernetes.io/aws-load-balancer-backend-protocol";

fn check(snapshot: &Snapshot, cx: &Context<'_>, out: &mut Findings) {
    let balancer = cx.objects().iter().filter(|object| object.object.kind == "Service").find_map(|service| {
        let annotations = service.root.path(&["metadata", "annotations"])?;
        let protocol = annotations.get(SPEAKS).and_then(Node::text)?;
        protocol.starts_with("http").then(|| annotations.get(ENDS_TLS)).flatten()
    });
    let Some(balancer) = balancer.filter(|_| snapshot.settings.use_remote_address) else { return };
    for listener in &snapshot.listeners {
        let redirects = snapshot.hosts.iter().any(|(id, host)| {
            host.cleartext == Cleartext::Redirect
                && host.from.is_some()
                && cx.listeners_of(id).any(|one| std::ptr::eq(one, listener))
        });
        let goes_by_itself = listener.security == SecurityModel::Xfp && listener.l7_depth == 0;
        let view = listener.from.and_then(|from| cx.resource(from)).filter(|_| redirects && goes_by_itself);
        if let Some(view) = view {
            out.report(view.name_span(), "clients of a balancer that ends TLS are sent to https for ever")
                .also(balancer.span, "this balancer ends TLS")
                .note("`l7Depth: 1` makes the Listener go by the balancer's `x-forwarded-proto`.");
        }
    }
}
