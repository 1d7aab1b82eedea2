//! Mappings to one service that ask different things of its cluster.

use rustc_hash::FxHashMap;

use crate::lint::{Check, Code, Context, Example, Findings, FixKind, MappingView, Rule};
use crate::model::{ClusterWish, Snapshot};

pub(crate) static RULE: Rule = Rule {
    code: Code::new("AMB519"),
    name: "shared-cluster",
    summary: "another Mapping to the same service decides how it is spoken to",
    why: "Mappings of one namespace to one service share a cluster, and the first of them decides about `grpc`, resolver, \
          timeouts, DNS, keepalive and health checks for all, without a word. A `cluster_tag` keeps them apart.",
    facts: &["U19"],
    fix: FixKind::Unsafe("give it a `cluster_tag`"),
    examples: &[Example::mapping(
        "prefix: /cart/\nservice: cart\n---\nprefix: /cart.Cart/\nrewrite: ''\nservice: cart\ngrpc: true\ntimeout_ms: 0\n",
        "prefix: /cart/\nservice: cart\n---\nprefix: /cart.Cart/\nrewrite: ''\nservice: cart\ngrpc: true\ntimeout_ms: 0\ncluster_tag: grpc\n",
    )],
    check: Check::Snapshot(check),
    ..Rule::BASE
};

fn check(_: &Snapshot, cx: &Context<'_>, out: &mut Findings) {
    let mut first: FxHashMap<String, MappingView<'_>> = FxHashMap::default();
    for mapping in cx.groups().flat_map(|group| group.members) {
        let Some(meaning) = mapping.mapping.filter(|meaning| meaning.redirect.is_none()) else { continue };
        let wish = &meaning.cluster;
        let tls = wish.tls.as_deref().unwrap_or_default();
        let tag = wish.tag.as_deref().unwrap_or_default();
        let breakers = format!("{:?}{:?}", wish.circuit_breakers, wish.load_balancer);
        let key = format!(
            "{tag}\0{}\0{tls}\0{}\0{breakers}\0{:?}",
            meaning.normal_service, meaning.namespace, meaning.own.host
        );
        let Some(decider) = first.get(&key).copied() else {
            first.insert(key, mapping);
            continue;
        };
        let Some(field) = decider.mapping.and_then(|other| differs(&other.cluster, wish)) else { continue };
        let message = format!(
            "Mapping {} decides about {field} here: they share the cluster of `{}`",
            decider.name(),
            meaning.service
        );
        out.report(mapping.key(field), message)
            .also(decider.key(field), "comes first")
            .mend(mapping.mend(cx).set("cluster_tag", mapping.name()).filter(|_| tag.is_empty()));
    }
}

/// The first field in which two wishes differ that their shared cluster takes from the first.
fn differs(a: &ClusterWish, b: &ClusterWish) -> Option<&'static str> {
    let checks = [
        ("grpc", a.grpc != b.grpc),
        ("resolver", a.resolver != b.resolver),
        ("connect_timeout_ms", a.connect_timeout != b.connect_timeout),
        ("cluster_idle_timeout_ms", a.idle_timeout != b.idle_timeout),
        ("cluster_max_connection_lifetime_ms", a.max_connection_lifetime != b.max_connection_lifetime),
        ("dns_type", a.logical_dns != b.logical_dns),
        ("respect_dns_ttl", a.respect_dns_ttl != b.respect_dns_ttl),
        ("enable_ipv4", a.enable_ipv4 != b.enable_ipv4),
        ("enable_ipv6", a.enable_ipv6 != b.enable_ipv6),
        ("keepalive", a.keepalive != b.keepalive),
        ("health_checks", a.health_checks != b.health_checks),
        ("stats_name", a.stats_name != b.stats_name),
    ];
    checks.into_iter().find_map(|(field, differs)| differs.then_some(field))
}
