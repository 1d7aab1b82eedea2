//! TCPMappings: which are in force, on which port, to which clusters.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::cluster::Role;
use super::clusters::{ClusterMaker, Wanted};
use super::contexts::Contexts;
use super::fields::Fields;
use super::group::differs;
use super::host::Host;
use super::listener::{Chain, Listener, SecurityModel, Serves, Stack};
use super::listeners::{Binding, BoundListener};
use super::mapping::ClusterWish;
use super::policies;
use super::problem::{Effect, Problems};
use super::resolver::Resolvers;
use super::service::{Qualifier, Service};
use super::settings::Settings;
use super::share;
use super::table::{ClusterId, HostId, ResourceId, Table, TcpMappingId, TlsId};
use super::tcp_mapping::{Own, TcpMapping};
use crate::resource::{Kind, Resource};
use crate::routing::pattern::HostGlob;
use crate::source::Span;

/// The address that Listeners bind unless told otherwise.
const ANY_ADDRESS: &str = "0.0.0.0";

/// TCPMappings that share an address, a port and a server name.
#[derive(Debug)]
pub(crate) struct TcpGroup {
    port: u16,
    address: Arc<str>,
    host: Option<Arc<str>>,
    members: Vec<TcpMappingId>,
}

/// Reads all TCPMappings, in order.
pub(crate) fn read(
    resources: &[(ResourceId, &Resource)],
    settings: &Settings,
    resolvers: &Resolvers,
    ambassador_namespace: &str,
    problems: &mut Problems,
) -> Table<TcpMappingId, TcpMapping> {
    let mut found = Table::default();
    for (id, resource) in resources.iter().filter(|(_, resource)| resource.kind == Kind::TCPMapping) {
        if let Some(mapping) = tcp_mapping(*id, resource, settings, resolvers, ambassador_namespace, problems) {
            found.push(mapping);
        }
    }
    found
}

fn tcp_mapping(
    id: ResourceId,
    resource: &Resource,
    settings: &Settings,
    resolvers: &Resolvers,
    ambassador_namespace: &str,
    problems: &mut Problems,
) -> Option<TcpMapping> {
    let fields = Fields::of(&resource.spec);
    let mut abort = |code: &'static str, field: &str, what: &str| {
        let message = format!("{what}: Emissary's compiler aborts over TCPMapping {}", resource.name);
        problems.post(Effect::Abort, code, resource.key.clone(), fields.span_of(field), message);
        None
    };
    let Some(port) = fields.int("port").filter(|port| *port != 0) else {
        return abort("empty-field", "port", "port is missing or 0");
    };
    let Some(service) = fields.text("service") else {
        return abort("empty-field", "service", "service is missing or empty");
    };
    let Ok(port) = u16::try_from(port) else {
        let message = format!("port {port} is none: Envoy refuses the whole configuration");
        problems.post(Effect::Reject, "port-range", resource.key.clone(), fields.span_of("port"), message);
        return None;
    };
    let qualifier = Qualifier {
        namespace: &resource.namespace,
        ambassador_namespace,
        completes: !settings.use_ambassador_namespace,
    };
    let at_home = Qualifier { completes: false, ..qualifier };
    let (Ok(normal), Ok(plain)) = (Service::normalise(service, qualifier), Service::normalise(service, at_home)) else {
        return abort("unbalanced-bracket", "service", "service has an unbalanced bracket");
    };
    let dropped = |problems: &mut Problems, code: &'static str, field: &str, why: &str| {
        let message = format!("{why}: Emissary drops TCPMapping {}", resource.name);
        problems.post(Effect::Dropped, code, resource.key.clone(), fields.span_of(field), message);
        None
    };
    let mut reject = |code: &'static str, field: &str, why: &str| {
        let message = format!("{why}: Envoy refuses the whole configuration");
        problems.post(Effect::Reject, code, resource.key.clone(), fields.span_of(field), message);
    };
    if fields.int("weight").is_some_and(|weight| weight < 0) {
        reject("negative-weight", "weight", "weight is negative");
    }
    let circuit_breakers = match fields.node("circuit_breakers").map(policies::circuit_breakers) {
        Some(Ok((breakers, rejected))) => {
            rejected.iter().for_each(|why| reject(why.code, "circuit_breakers", &why.what));
            breakers
        }
        Some(Err(why)) => return dropped(problems, "circuit-breakers", "circuit_breakers", &why.0),
        None if settings.circuit_breakers_broken => {
            let why = "the Module's circuit_breakers are no list";
            return dropped(problems, "circuit-breakers", "circuit_breakers", why);
        }
        None => settings.circuit_breakers.clone(),
    };
    let resolver = fields.filled("resolver").unwrap_or(&settings.resolver);
    if resolvers.find(resolver).is_none() {
        return dropped(problems, "unknown-resolver", "resolver", &format!("there is no resolver {resolver}"));
    }
    let text = |key: &str| fields.filled(key).map(Arc::from);
    Some(TcpMapping {
        from: id,
        name: resource.name.as_str().into(),
        namespace: resource.namespace.as_str().into(),
        key: resource.key.as_str().into(),
        port,
        address: text("address"),
        host: text("host"),
        weight: fields.int("weight"),
        service: super::mappings::shown(service, &plain, &normal),
        normal_service: normal.text,
        cluster: ClusterWish {
            resolver: resolver.into(),
            tls: text("tls"),
            forces_tls: fields.is_true("tls"),
            tag: text("cluster_tag"),
            grpc: false,
            logical_dns: false,
            respect_dns_ttl: false,
            enable_ipv4: fields.bool("enable_ipv4").unwrap_or(settings.enable_ipv4),
            enable_ipv6: fields.bool("enable_ipv6").unwrap_or(settings.enable_ipv6),
            stats_name: None,
            health_checks: Vec::new(),
            connect_timeout: None,
            idle_timeout: None,
            max_connection_lifetime: None,
            circuit_breakers,
            load_balancer: None,
            own_load_balancer: false,
            keepalive: None,
        },
        own: Own {
            enable_ipv4: fields.bool("enable_ipv4"),
            enable_ipv6: fields.bool("enable_ipv6"),
            idle_timeout_ms: text("idle_timeout_ms"),
        },
    })
}

/// Groups TCPMappings by address, port and server name, in the order of their founders.
pub(crate) fn group(
    mappings: &Table<TcpMappingId, TcpMapping>,
    resources: &[(ResourceId, &Resource)],
    problems: &mut Problems,
) -> Vec<TcpGroup> {
    let mut groups: Vec<TcpGroup> = Vec::new();
    for (id, mapping) in mappings.iter() {
        let address: Arc<str> = mapping.address.clone().unwrap_or_else(|| ANY_ADDRESS.into());
        let fits =
            |group: &TcpGroup| group.port == mapping.port && group.address == address && group.host == mapping.host;
        match groups.iter_mut().find(|group| fits(group)) {
            None => {
                groups.push(TcpGroup { port: mapping.port, address, host: mapping.host.clone(), members: vec![id] })
            }
            Some(group) => {
                let founder = &mappings[group.members[0]];
                if let Some(what) = mismatch(mapping, founder) {
                    let span =
                        resources.iter().find(|(id, _)| *id == mapping.from).map(|(_, resource)| resource.name_span);
                    let message = format!(
                        "TCPMapping {} has the port of {} and another {what}: it is refused",
                        mapping.name, founder.name
                    );
                    problems
                        .post(Effect::Dropped, "group-mismatch", founder.key.to_string(), span, message)
                        .in_field(what);
                } else {
                    group.members.push(id);
                }
            }
        }
    }
    groups
}

/// In what a later TCPMapping differs from the founder of its group; what it does not set is not compared.
fn mismatch(later: &TcpMapping, founder: &TcpMapping) -> Option<&'static str> {
    let (own, theirs) = (&later.own, &founder.own);
    let checks = [
        ("circuit_breakers", later.cluster.circuit_breakers != founder.cluster.circuit_breakers),
        ("enable_ipv4", differs(own.enable_ipv4, theirs.enable_ipv4)),
        ("enable_ipv6", differs(own.enable_ipv6, theirs.enable_ipv6)),
        ("idle_timeout_ms", differs(own.idle_timeout_ms.as_ref(), theirs.idle_timeout_ms.as_ref())),
        ("tls", differs(later.cluster.tls.as_ref(), founder.cluster.tls.as_ref())),
    ];
    checks.into_iter().find_map(|(what, differs)| differs.then_some(what))
}

/// What TCP groups are put on listeners with.
pub(crate) struct TcpPlacer<'a, 'm> {
    pub(crate) mappings: &'a Table<TcpMappingId, TcpMapping>,
    pub(crate) hosts: &'a Table<HostId, Host>,
    pub(crate) contexts: &'a Contexts,
    pub(crate) maker: &'m mut ClusterMaker<'a>,
    pub(crate) span_of: &'m dyn Fn(ResourceId) -> Option<Span>,
    pub(crate) problems: &'m mut Problems,
}

impl TcpPlacer<'_, '_> {
    /// Puts groups on the listeners of their ports, or on new ones; gives the server names that they take.
    pub(crate) fn place(&mut self, groups: &[TcpGroup], listeners: &mut Vec<BoundListener>) -> BTreeSet<(u16, String)> {
        let mut taken = BTreeSet::new();
        for group in groups {
            let Some(chain) = self.chain(group) else { continue };
            if let Some(name) = &group.host {
                taken.insert((group.port, name.to_string()));
            }
            let own = |bound: &BoundListener| {
                let address = bound.listener.address.as_deref().unwrap_or(ANY_ADDRESS);
                bound.listener.port == group.port && *address == *group.address && !bound.listener.stack.udp
            };
            match listeners.iter_mut().find(|bound| own(bound)) {
                Some(bound) => bound.listener.chains.push(chain),
                None => listeners.push(home(group, chain)),
            }
        }
        taken
    }

    fn chain(&mut self, group: &TcpGroup) -> Option<Chain> {
        let tls = match &group.host {
            None => None,
            Some(name) => match self.certificate(name) {
                Some(tls) => Some(tls),
                None => {
                    let first = &self.mappings[group.members[0]];
                    let message = format!(
                        "no Host and no TLSContext has a certificate for {name}: Emissary drops TCPMapping {}",
                        first.name
                    );
                    self.problems.post(
                        Effect::Dropped,
                        "tcp-without-certificate",
                        first.key.to_string(),
                        (self.span_of)(first.from),
                        message,
                    );
                    return None;
                }
            },
        };
        let mut clusters = Vec::new();
        for (mapping, weight) in self.weights(&group.members) {
            clusters.push((self.cluster(mapping)?, weight));
        }
        let server_names = group.host.iter().map(|name| name.to_ascii_lowercase()).collect();
        Some(Chain { tls, server_names, serves: Serves::Tcp(clusters) })
    }

    /// A certificate for a server name: first a Host whose name fits, then a TLSContext that lists it.
    fn certificate(&self, name: &str) -> Option<TlsId> {
        let glob = HostGlob::parse(name);
        let by_host =
            self.hosts.values().find(|host| host.tls.is_some() && HostGlob::parse(&host.hostname).overlaps(&glob));
        by_host.and_then(|host| host.tls).or_else(|| {
            self.contexts
                .terminating()
                .find(|(_, context)| context.hosts.iter().any(|host| host == name))
                .map(|(id, _)| id)
        })
    }

    /// Running totals of the weights, which Emissary hands to Envoy as if they were weights.
    fn weights(&self, members: &[TcpMappingId]) -> Vec<(TcpMappingId, u32)> {
        let weights: Vec<Option<i64>> = members.iter().map(|id| self.mappings[*id].weight).collect();
        share::portions(&weights).0.into_iter().map(|portion| (members[portion.member], portion.below)).collect()
    }

    fn cluster(&mut self, id: TcpMappingId) -> Option<ClusterId> {
        let mapping = &self.mappings[id];
        self.maker.make(
            Wanted {
                role: Role::Upstream,
                marker: None,
                service: &mapping.service,
                normal_service: &mapping.normal_service,
                namespace: &mapping.namespace,
                wish: &mapping.cluster,
                host_rewrite: None,
                span: (self.span_of)(mapping.from),
                owner: &format_args!("TCPMapping {}", mapping.name),
            },
            self.problems,
        )
    }
}

/// The listener that Emissary makes for a group whose port has none.
fn home(group: &TcpGroup, chain: Chain) -> BoundListener {
    let tls = group.host.is_some();
    let port = group.port;
    BoundListener {
        listener: Listener {
            from: None,
            name: format!("tcp-{}-{port}", group.address),
            port,
            address: (*group.address != *ANY_ADDRESS).then(|| group.address.to_string()),
            stack: Stack { http: false, tls, proxy: None, udp: false },
            security: SecurityModel::Secure,
            l7_depth: 0,
            http2_max_concurrent_streams: None,
            stats_prefix: if tls { format!("ingress_tls_{port}") } else { format!("ingress_tcp_{port}") },
            announces_http3: false,
            chains: vec![chain],
        },
        binding: Binding { namespace: Some(String::new()), labels: Vec::new() },
        key: None,
    }
}

/// Refuses chains that Envoy takes for the same: a TCPMapping for everything beside cleartext HTTP.
pub(crate) fn refuse_twins(
    listener: &Listener,
    mappings: &Table<TcpMappingId, TcpMapping>,
    span_of: &dyn Fn(ResourceId) -> Option<Span>,
    problems: &mut Problems,
) {
    let mut everything: BTreeMap<bool, u32> = BTreeMap::new();
    for chain in listener.chains.iter().filter(|chain| chain.tls.is_none() && chain.server_names.is_empty()) {
        *everything.entry(matches!(chain.serves, Serves::Tcp(_))).or_default() += 1;
    }
    if everything.contains_key(&true) && everything.values().sum::<u32>() > 1 {
        let message = format!(
            "port {} has a TCPMapping without a host beside cleartext HTTP: Envoy refuses the whole configuration",
            listener.port
        );
        let takes_all = mappings.values().find(|mapping| mapping.port == listener.port && mapping.host.is_none());
        let span = takes_all.and_then(|mapping| span_of(mapping.from));
        problems.post(Effect::Reject, "tcp-beside-http", None, span, message).beside(listener.from.and_then(span_of));
    }
}
