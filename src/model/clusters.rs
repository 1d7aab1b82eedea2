//! Clusters made for services: Mappings with the same name parts share one, and the first decides.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use rustc_hash::FxHashMap;

use super::cluster::{Cluster, Discovery, DnsFamily, Origination, Role};
use super::contexts::Contexts;
use super::mapping::ClusterWish;
use super::policy::{CircuitBreaker, LoadBalancer};
use super::problem::{Effect, Problems};
use super::resolver::{ResolverKind, Resolvers};
use super::service::Address;
use super::settings::Settings;
use super::table::{ClusterId, Table};
use crate::source::Span;

/// The default of `connect_timeout_ms`.
const CONNECT_TIMEOUT: Duration = Duration::from_millis(3000);

/// What clusters are made with.
pub(crate) struct ClusterMaker<'a> {
    pub(crate) settings: &'a Settings,
    pub(crate) contexts: &'a Contexts,
    pub(crate) resolvers: &'a Resolvers,
    pub(crate) ambassador_namespace: &'a str,
    made: Table<ClusterId, Cluster>,
    by_name: FxHashMap<Arc<str>, ClusterId>,
}

/// Who wants a cluster.
#[derive(Clone, Copy)]
pub(crate) struct Wanted<'w> {
    /// What it is for.
    pub(crate) role: Role,
    /// Put after `cluster` in its name, for shadows and services of the gateway.
    pub(crate) marker: Option<&'static str>,
    /// The service as shown to users.
    pub(crate) service: &'w Arc<str>,
    /// The service as Emissary normalised it.
    pub(crate) normal_service: &'w str,
    /// The namespace of who wants it.
    pub(crate) namespace: &'w str,
    /// What it wants.
    pub(crate) wish: &'w ClusterWish,
    /// The literal host rewrite, which is part of the name where TLS is used.
    pub(crate) host_rewrite: Option<&'w str>,
    /// The place for problems.
    pub(crate) span: Option<Span>,
    /// Its name, for problems.
    pub(crate) owner: &'w dyn fmt::Display,
}

impl<'a> ClusterMaker<'a> {
    pub(crate) fn new(
        settings: &'a Settings,
        contexts: &'a Contexts,
        resolvers: &'a Resolvers,
        ambassador_namespace: &'a str,
    ) -> Self {
        Self {
            settings,
            contexts,
            resolvers,
            ambassador_namespace,
            made: Table::default(),
            by_name: FxHashMap::default(),
        }
    }

    /// All clusters, in the order of their making.
    pub(crate) fn into_clusters(self) -> Table<ClusterId, Cluster> {
        self.made
    }

    /// A cluster that was made.
    pub(crate) fn get(&self, id: ClusterId) -> &Cluster {
        &self.made[id]
    }

    /// The cluster for a wish: an older one of the same name, or a new one. `None` where the compiler aborts.
    pub(crate) fn make(&mut self, wanted: Wanted<'_>, problems: &mut Problems) -> Option<ClusterId> {
        let wish = wanted.wish;
        let Ok(address) = Address::of(wanted.normal_service) else {
            let message = format!(
                "service `{}` has an unbalanced bracket: Emissary's compiler aborts over {}",
                wanted.service, wanted.owner
            );
            problems.post(Effect::Abort, "unbalanced-bracket", None, wanted.span, message);
            return None;
        };
        let context = wish.tls.as_ref().map(|name| (name, self.contexts.usable(name)));
        let is_https = address.scheme.as_deref() == Some("https");
        let usable = context.and_then(|(_, found)| found);
        let tls = (is_https || usable.is_some() || wish.forces_tls).then_some(Origination { context: usable });
        let name = self.name(&wanted, &address, tls.is_some());
        if let Some(known) = self.by_name.get(&*name) {
            return Some(*known);
        }
        let name: Arc<str> = name.into();
        self.complain(&wanted, &address, &name, context.is_some_and(|(_, found)| found.is_none()), problems);
        let port = address.port.unwrap_or(if tls.is_some() { 443 } else { 80 });
        let discovery = self.discovery(&wanted, &address);
        let stats_name = wish.stats_name.clone().unwrap_or_else(|| sanitise(wanted.normal_service).into());
        let or_module = |own: Option<Duration>, module: Option<Duration>| own.filter(|time| !time.is_zero()).or(module);
        let cluster = Cluster {
            name: Arc::clone(&name),
            service: Arc::clone(wanted.service),
            role: wanted.role,
            host: address.host.into(),
            port,
            discovery,
            tls,
            http2: wish.grpc,
            lb: wish.load_balancer.as_ref().map(|balancer| balancer.policy).unwrap_or_default(),
            circuit_breakers: wish.circuit_breakers.clone(),
            connect_timeout: wish.connect_timeout.unwrap_or(CONNECT_TIMEOUT),
            idle_timeout: or_module(wish.idle_timeout, self.settings.cluster_idle_timeout),
            max_connection_lifetime: or_module(
                wish.max_connection_lifetime,
                self.settings.cluster_max_connection_lifetime,
            ),
            health_checks: wish.health_checks.clone(),
            keepalive: wish.keepalive.clone().or_else(|| self.settings.keepalive.clone()),
            family: match (wish.enable_ipv4, wish.enable_ipv6) {
                (_, false) => DnsFamily::V4,
                (true, true) => DnsFamily::Auto,
                (false, true) => DnsFamily::V6,
            },
            logical_dns: wish.logical_dns,
            respect_dns_ttl: wish.respect_dns_ttl,
            stats_name,
        };
        let id = self.made.push(cluster);
        self.by_name.insert(name, id);
        Some(id)
    }

    fn name(&self, wanted: &Wanted<'_>, address: &Address, originates: bool) -> String {
        let wish = wanted.wish;
        let mut name = String::with_capacity(128);
        let mut part = |text: &str| {
            if !name.is_empty() {
                name.push('_');
            }
            name.extend(text.chars().map(sane));
        };
        part("cluster");
        wanted.marker.into_iter().for_each(&mut part);
        wish.tag.as_deref().into_iter().for_each(&mut part);
        part(wanted.normal_service);
        if originates {
            part("otls");
            if address.scheme.is_none() {
                wish.tls.as_deref().into_iter().for_each(&mut part);
            }
            wanted.host_rewrite.into_iter().for_each(|host| part(&format!("hr-{host}")));
        }
        part(wanted.namespace);
        if !wish.circuit_breakers.is_empty() {
            part(&breakers_text(&wish.circuit_breakers));
        }
        if let Some(balancer) = &wish.load_balancer {
            part(&balancer_text(balancer));
        }
        name
    }

    fn complain(
        &self,
        wanted: &Wanted<'_>,
        address: &Address,
        name: &str,
        context_is_missing: bool,
        problems: &mut Problems,
    ) {
        for (at, complaint) in address.complaints.iter().enumerate() {
            let key = (at == 0).then(|| name.to_owned());
            let message = format!("{}: {complaint}", wanted.owner);
            problems.post(Effect::Kept, "service-address", key, wanted.span, message);
        }
        let mut kept = |code, message: String| {
            problems.post(Effect::Kept, code, name.to_owned(), wanted.span, format!("{}: {message}", wanted.owner));
        };
        if let Some(scheme) = address.scheme.as_deref()
            && !matches!(scheme, "http" | "https")
        {
            kept("service-scheme", format!("scheme {scheme} is ignored: it is spoken to as http"));
        }
        if context_is_missing {
            let context = wanted.wish.tls.as_deref().unwrap_or_default();
            let how = if address.scheme.as_deref() == Some("https") { "without it" } else { "in cleartext" };
            kept(
                "tls-context-missing",
                format!("there is no usable TLSContext {context}: the service is reached {how}"),
            );
        }
        let has_context = wanted.wish.tls.is_some() && !context_is_missing || wanted.wish.forces_tls;
        if has_context && address.scheme.as_deref() == Some("http") {
            kept("tls-with-http", "http:// together with tls: TLS is used all the same".to_owned());
        }
    }

    fn discovery(&self, wanted: &Wanted<'_>, address: &Address) -> Discovery {
        let is_address = address.host.parse::<std::net::IpAddr>().is_ok();
        match self.resolvers.find(&wanted.wish.resolver) {
            Some(ResolverKind::Consul { datacenter }) => Discovery::Consul { datacenter: Arc::clone(datacenter) },
            Some(ResolverKind::Endpoint) if !is_address => {
                let mut parts = address.host.split('.');
                let service = parts.next().unwrap_or_default();
                let home =
                    if self.settings.use_ambassador_namespace { self.ambassador_namespace } else { wanted.namespace };
                Discovery::Kubernetes { namespace: parts.next().unwrap_or(home).into(), service: service.into() }
            }
            _ => Discovery::Dns,
        }
    }
}

/// A name in which only letters, digits and underscores are left.
fn sanitise(text: &str) -> String {
    text.chars().map(sane).collect()
}

fn sane(c: char) -> char {
    if c.is_ascii_alphanumeric() { c } else { '_' }
}

fn breakers_text(breakers: &[CircuitBreaker]) -> String {
    let one = |breaker: &CircuitBreaker| {
        let CircuitBreaker { priority, max_connections, max_pending_requests, max_requests, max_retries } = breaker;
        format!("cb{priority:?}{max_connections:?}{max_pending_requests:?}{max_requests:?}{max_retries:?}")
    };
    breakers.iter().map(one).collect()
}

fn balancer_text(balancer: &LoadBalancer) -> String {
    format!("lb{:?}{:?}", balancer.policy, balancer.hash)
}
