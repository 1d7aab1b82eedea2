//! What is done with a request, in a form that two tables can be compared by: nothing in it is an id.

use std::fmt;
use std::hash::{Hash, Hasher};
use std::time::Duration;

use super::gateway::Gateway;
use crate::model::{
    Action, AuthUse, Cluster, ClusterId, Cors, Descriptor, DescriptorEntry, Discovery, DnsFamily, Filter, Forward,
    HashPolicy, HeaderEdits, HealthCheck, HealthProbe, HostRewrite, LbPolicy, Priority, Redirect, RedirectPath,
    RetryPolicy, Rewrite,
};
use crate::routing::Route;
use crate::routing::predicate::PathTest;

/// One side of what is done with a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Facet {
    /// Where it goes.
    Service,
    /// TLS and HTTP/2 on the way there.
    Protocol,
    /// The status of a redirect.
    Status,
    /// The host of a redirect.
    Location,
    /// What becomes of the path.
    Path,
    /// What becomes of the authority.
    Host,
    /// The limit of the exchange.
    Timeout,
    /// The limit of silence.
    IdleTimeout,
    /// Tries after the first.
    Retries,
    /// Who gets a copy.
    Mirror,
    /// Edits of the request.
    RequestHeaders,
    /// Edits of the response.
    ResponseHeaders,
    /// Cross-origin rules.
    Cors,
    /// Whether the AuthService is asked.
    Auth,
    /// What the RateLimitService is asked.
    RateLimits,
    /// Protocols that a client may upgrade to.
    Upgrades,
    /// How an endpoint is chosen.
    LoadBalancing,
    /// Limits of the cluster.
    CircuitBreakers,
    /// Connections to the cluster.
    Connections,
    /// Checks of the cluster's endpoints.
    HealthChecks,
}

impl Facet {
    /// In words.
    pub fn name(self) -> &'static str {
        match self {
            Self::Service => "service",
            Self::Protocol => "protocol",
            Self::Status => "status",
            Self::Location => "redirect to",
            Self::Path => "path",
            Self::Host => "host",
            Self::Timeout => "timeout",
            Self::IdleTimeout => "idle timeout",
            Self::Retries => "retries",
            Self::Mirror => "mirror",
            Self::RequestHeaders => "request headers",
            Self::ResponseHeaders => "response headers",
            Self::Cors => "cors",
            Self::Auth => "auth",
            Self::RateLimits => "rate limits",
            Self::Upgrades => "upgrades",
            Self::LoadBalancing => "load balancing",
            Self::CircuitBreakers => "circuit breakers",
            Self::Connections => "connections",
            Self::HealthChecks => "health checks",
        }
    }

    /// Whether the outcome for one request shows it; the others show under load, over time or in responses.
    pub fn is_shown_by_outcome(self) -> bool {
        matches!(self, Self::Status | Self::Location | Self::Path | Self::Host | Self::RequestHeaders)
    }
}

impl fmt::Display for Facet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// What a facet is.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Value {
    /// Equal exactly when nothing differs.
    key: String,
    /// For readers, where that is another text.
    shown: Option<String>,
}

impl Value {
    fn text(&self) -> &str {
        self.shown.as_deref().unwrap_or(&self.key)
    }
}

/// What is done with a request; facets that are at their defaults are left out.
#[derive(Clone, Debug, Default)]
pub struct ActionFingerprint {
    facets: Vec<(Facet, Value)>,
}

/// A facet that differs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// Which.
    pub facet: Facet,
    /// What it was; `None` is its default, or nothing.
    pub before: Option<String>,
    /// What it is.
    pub after: Option<String>,
}

/// Which services are there in both gateways, so that asking them can be compared route by route.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Parties {
    /// The AuthService.
    pub auth: bool,
    /// The RateLimitService.
    pub rate_limit: bool,
}

impl Parties {
    /// Those that both gateways have.
    pub fn of_both(before: &Gateway<'_>, after: &Gateway<'_>) -> Self {
        let both = |is: fn(&Filter) -> bool| [before, after].iter().all(|g| g.table.filters.chain.iter().any(is));
        Self {
            auth: both(|filter| matches!(filter, Filter::Auth(_) | Filter::AuthBroken(_))),
            rate_limit: both(|filter| matches!(filter, Filter::RateLimit(_))),
        }
    }
}

impl PartialEq for ActionFingerprint {
    fn eq(&self, other: &Self) -> bool {
        self.keys().eq(other.keys())
    }
}

impl Eq for ActionFingerprint {}

impl Hash for ActionFingerprint {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.keys().for_each(|key| key.hash(state));
    }
}

impl ActionFingerprint {
    /// What a route does with requests that it serves.
    pub fn of(gateway: &Gateway<'_>, route: &Route, parties: Parties) -> Self {
        let mut found = Self::default();
        match &route.action {
            Action::Forward(forward) => found.forward(gateway, forward, &route.tests.path, parties),
            Action::Redirect(redirect) => found.redirect(redirect, &route.tests.path, parties),
        }
        found.facets.sort_by_key(|(facet, _)| *facet);
        found
    }

    /// What a route does with requests whose path its regex does not touch.
    pub fn untouched(gateway: &Gateway<'_>, route: &Route, parties: Parties) -> Self {
        let mut found = Self::of(gateway, route, parties);
        let (forward, redirect) = match &route.action {
            Action::Forward(forward) => (matches!(forward.rewrite, Rewrite::Regex { .. }), false),
            Action::Redirect(redirect) => (false, matches!(redirect.path, RedirectPath::Regex { .. })),
        };
        if forward || redirect {
            found.facets.retain(|(facet, _)| *facet != Facet::Path);
        }
        if forward {
            // The upstream is told that its path was looked at.
            found.show(Facet::Path, cut_and_put(0, ""), "rewritten".to_owned());
            found.facets.sort_by_key(|(facet, _)| *facet);
        }
        found
    }

    /// What a route does with requests that are sent to https: only its response headers count.
    pub fn to_https(route: &Route) -> Self {
        let mut found = Self::default();
        found.set(Facet::Status, "301");
        found.set(Facet::Location, "https, the same host");
        if let Action::Forward(forward) = &route.action {
            found.set(Facet::ResponseHeaders, edits(&forward.response_headers));
        }
        found
    }

    /// What is done where there is no route.
    pub fn not_found() -> Self {
        let mut found = Self::default();
        found.set(Facet::Status, "404");
        found
    }

    /// What bytes of a connection come to.
    pub fn tcp(gateway: &Gateway<'_>, clusters: &[(ClusterId, u32)]) -> Self {
        let weighed = clusters.iter().filter_map(|(id, weight)| Some((gateway.cluster(*id)?, *weight)));
        let key = |(cluster, weight): (&Cluster, u32)| format!("{} ({weight})", whereabouts(cluster));
        let shown = |(cluster, _): (&Cluster, u32)| cluster.service.to_string();
        let mut found = Self::default();
        found.show(
            Facet::Service,
            weighed.clone().map(key).collect::<Vec<_>>().join(", "),
            weighed.map(shown).collect::<Vec<_>>().join(", "),
        );
        found
    }

    /// What a facet is, for readers.
    pub fn get(&self, facet: Facet) -> Option<&str> {
        self.facets.iter().find(|(known, _)| *known == facet).map(|(_, value)| value.text())
    }

    /// All facets that are not at their defaults.
    pub fn iter(&self) -> impl Iterator<Item = (Facet, &str)> {
        self.facets.iter().map(|(facet, value)| (*facet, value.text()))
    }

    fn keys(&self) -> impl Iterator<Item = (Facet, &str)> {
        self.facets.iter().map(|(facet, value)| (*facet, value.key.as_str()))
    }

    /// The facets that differ.
    pub fn differences(&self, after: &Self) -> Vec<Difference> {
        let mut facets: Vec<Facet> = self.facets.iter().chain(&after.facets).map(|(facet, _)| *facet).collect();
        facets.sort_unstable();
        facets.dedup();
        let find =
            |of: &Self, facet| of.facets.iter().find(|(known, _)| *known == facet).map(|(_, value)| value.clone());
        let mut found = Vec::new();
        for facet in facets {
            let (before, after) = (find(self, facet), find(after, facet));
            let key = |value: &Option<Value>| value.as_ref().map(|value| value.key.clone());
            if key(&before) == key(&after) {
                continue;
            }
            let text = |value: &Option<Value>| value.as_ref().map(|value| value.text().to_owned());
            let told_apart = text(&before) != text(&after);
            let shown = |value: Option<Value>| if told_apart { text(&value) } else { key(&value) };
            found.push(Difference { facet, before: shown(before), after: shown(after) });
        }
        found
    }

    fn set(&mut self, facet: Facet, key: impl Into<String>) {
        let key = key.into();
        if !key.is_empty() {
            self.facets.push((facet, Value { key, shown: None }));
        }
    }

    fn show(&mut self, facet: Facet, key: String, shown: String) {
        self.facets.push((facet, Value { key, shown: Some(shown) }));
    }

    fn redirect(&mut self, redirect: &Redirect, path: &PathTest, parties: Parties) {
        self.set(Facet::Status, redirect.code.to_string());
        self.set(Facet::Location, &*redirect.host);
        match &redirect.path {
            RedirectPath::Keep => {}
            RedirectPath::Path(text) => {
                let slash = if text.starts_with('/') { "" } else { "/" };
                let query = if text.contains('?') { " without the query" } else { "" };
                self.show(Facet::Path, format!("all becomes {slash}{text}{query}"), format!("becomes {text}"));
            }
            // Unlike an upstream, a client is not told that its path was looked at.
            RedirectPath::Prefix(text) if matches!(path, PathTest::Prefix { text: same, case_sensitive: true } if same == text) =>
                {}
            RedirectPath::Prefix(text) => self.replaced(path, text),
            RedirectPath::Regex { pattern, substitution } => {
                self.set(Facet::Path, format!("regex {pattern} becomes {substitution}"));
            }
        }
        self.auth(&redirect.auth, parties);
    }

    fn forward(&mut self, gateway: &Gateway<'_>, forward: &Forward, path: &PathTest, parties: Parties) {
        if let Some(cluster) = gateway.cluster(forward.cluster) {
            self.show(Facet::Service, whereabouts(cluster), cluster.service.to_string());
            self.set(Facet::Protocol, protocol(gateway, cluster));
            self.set(Facet::LoadBalancing, balancing(cluster.lb, forward.hash.as_ref()));
            self.set(Facet::CircuitBreakers, breakers(cluster, forward.priority));
            self.set(Facet::Connections, connections(cluster));
            if !cluster.health_checks.is_empty() {
                let shown: Vec<String> = cluster.health_checks.iter().map(health_check).collect();
                self.show(Facet::HealthChecks, format!("{:?}", cluster.health_checks), shown.join(", "));
            }
        }
        match &forward.rewrite {
            Rewrite::Keep => {}
            Rewrite::Prefix(text) => self.replaced(path, text),
            Rewrite::Regex { pattern, substitution } => {
                self.set(Facet::Path, format!("regex {pattern} becomes {substitution}"));
            }
        }
        match &forward.host {
            HostRewrite::Keep => {}
            HostRewrite::Literal(text) => self.set(Facet::Host, &**text),
            HostRewrite::Auto => self.set(Facet::Host, "the endpoint's name"),
        }
        self.set(Facet::Timeout, forward.timeout.map_or_else(|| "none".to_owned(), duration));
        self.set(Facet::IdleTimeout, forward.idle_timeout.map(duration).unwrap_or_default());
        self.set(Facet::Retries, forward.retry.as_ref().map(retries).unwrap_or_default());
        if let Some(mirror) = &forward.mirror
            && let Some(cluster) = gateway.cluster(mirror.cluster)
        {
            let key = format!("{} {} {} %", whereabouts(cluster), protocol(gateway, cluster), mirror.percent);
            self.show(Facet::Mirror, key, format!("{} {} %", cluster.service, mirror.percent));
        }
        self.set(Facet::RequestHeaders, edits(&forward.request_headers));
        self.set(Facet::ResponseHeaders, edits(&forward.response_headers));
        self.set(Facet::Cors, forward.cors.as_deref().map(cors).unwrap_or_default());
        self.auth(&forward.auth, parties);
        if parties.rate_limit {
            let asked: Vec<String> = forward.rate_limits.iter().map(descriptor).collect();
            self.set(Facet::RateLimits, asked.join("; "));
        }
        self.set(Facet::Upgrades, forward.upgrades.join(", "));
    }

    /// A text in place of the matched part. Two of these do the same exactly when, without what both texts end with,
    /// they cut as much and put as much.
    fn replaced(&mut self, path: &PathTest, with: &str) {
        let PathTest::Prefix { text, case_sensitive } = path else {
            return self.show(Facet::Path, format!("all becomes {with}"), format!("becomes {with}"));
        };
        let same = text.bytes().rev().zip(with.bytes().rev()).take_while(|(a, b)| a == b && *case_sensitive).count();
        let put = with.get(..with.len() - same).unwrap_or(with);
        self.show(Facet::Path, cut_and_put(text.len() - same, put), format!("{text} becomes {with}"));
    }

    fn auth(&mut self, auth: &AuthUse, parties: Parties) {
        if !parties.auth {
            return;
        }
        match auth {
            AuthUse::Bypassed => self.set(Facet::Auth, "bypassed"),
            AuthUse::Asked { extensions } => {
                let told: Vec<String> = extensions.iter().map(|(key, value)| format!("{key}={value}")).collect();
                self.set(Facet::Auth, told.join(", "));
            }
        }
    }
}

fn cut_and_put(cut: usize, put: &str) -> String {
    format!("{cut} bytes become {put}")
}

/// What is found at a cluster's address.
fn whereabouts(cluster: &Cluster) -> String {
    let by = match &cluster.discovery {
        Discovery::Dns => String::new(),
        Discovery::Kubernetes { namespace, service } => format!(" by the endpoints of {service}.{namespace}"),
        Discovery::Consul { datacenter } => format!(" by Consul in {datacenter}"),
    };
    format!("{}{by}", cluster.endpoint())
}

fn protocol(gateway: &Gateway<'_>, cluster: &Cluster) -> String {
    let mut words = Vec::new();
    if let Some(origination) = &cluster.tls {
        words.push("TLS".to_owned());
        let context = origination.context.and_then(|id| gateway.tls_context(id));
        words.extend(context.map(super::gateway::tls_text).filter(|text| !text.is_empty()));
    }
    words.extend(cluster.http2.then(|| "HTTP/2".to_owned()));
    words.join(", ")
}

fn balancing(policy: LbPolicy, hash: Option<&HashPolicy>) -> String {
    let mut words = match policy {
        LbPolicy::RoundRobin => String::new(),
        LbPolicy::LeastRequest => "least_request".to_owned(),
        LbPolicy::RingHash => "ring_hash".to_owned(),
        LbPolicy::Maglev => "maglev".to_owned(),
    };
    match hash {
        None => {}
        Some(HashPolicy::SourceIp) => words.push_str(" by source address"),
        Some(HashPolicy::Header(name)) => words.push_str(&format!(" by header {name}")),
        Some(HashPolicy::Cookie { name, path, ttl }) => {
            words.push_str(&format!(" by cookie {name}"));
            words.extend(path.iter().map(|path| format!(" at {path}")));
            words.extend(ttl.map(|ttl| format!(" for {}", duration(ttl))));
        }
    }
    words.trim_start().to_owned()
}

fn breakers(cluster: &Cluster, priority: Priority) -> String {
    let mut words: Vec<String> = (priority == Priority::High).then(|| "high priority".to_owned()).into_iter().collect();
    for breaker in &cluster.circuit_breakers {
        let mut limits = vec![if breaker.priority == Priority::High { "high:" } else { "default:" }.to_owned()];
        let named = [
            ("max_connections", breaker.max_connections),
            ("max_pending_requests", breaker.max_pending_requests),
            ("max_requests", breaker.max_requests),
            ("max_retries", breaker.max_retries),
        ];
        limits.extend(named.into_iter().filter_map(|(name, limit)| limit.map(|limit| format!("{name} {limit}"))));
        words.push(limits.join(" "));
    }
    words.join(", ")
}

fn connections(cluster: &Cluster) -> String {
    let mut words = Vec::new();
    if cluster.connect_timeout != Duration::from_secs(3) {
        words.push(format!("connect in {}", duration(cluster.connect_timeout)));
    }
    words.extend(cluster.idle_timeout.map(|limit| format!("idle for {}", duration(limit))));
    words.extend(cluster.max_connection_lifetime.map(|limit| format!("kept for {}", duration(limit))));
    if let Some(keepalive) = &cluster.keepalive {
        let named = [("probes", keepalive.probes), ("time", keepalive.time), ("interval", keepalive.interval)];
        let parts = named.into_iter().filter_map(|(name, number)| number.map(|number| format!(" {name} {number}")));
        words.push(format!("keepalive{}", parts.collect::<String>()));
    }
    match cluster.family {
        DnsFamily::V4 => {}
        DnsFamily::Auto => words.push("IPv6 or IPv4".to_owned()),
        DnsFamily::V6 => words.push("IPv6".to_owned()),
    }
    words.extend(cluster.logical_dns.then(|| "logical DNS".to_owned()));
    words.extend(cluster.respect_dns_ttl.then(|| "DNS answers kept as long as they say".to_owned()));
    words.join(", ")
}

fn health_check(check: &HealthCheck) -> String {
    let probe = match &check.probe {
        HealthProbe::Http { path, .. } => format!("HTTP {path}"),
        HealthProbe::Grpc { upstream_name, .. } => format!("gRPC {upstream_name}"),
    };
    format!("{probe} every {}", duration(check.interval))
}

fn retries(policy: &RetryPolicy) -> String {
    let times = policy.num_retries.map(|times| format!(" {times} times")).unwrap_or_default();
    let limit = policy.per_try_timeout.map(|limit| format!(" of {} each", duration(limit))).unwrap_or_default();
    format!("{}{times}{limit}", policy.retry_on)
}

fn edits(edits: &HeaderEdits) -> String {
    let removed = edits.remove.iter().map(|name| format!("without {name}"));
    let added = edits.add.iter().map(|header| {
        format!("{} {}: {}", if header.append { "add" } else { "set" }, header.name.to_ascii_lowercase(), header.value)
    });
    removed.chain(added).collect::<Vec<_>>().join(", ")
}

fn cors(cors: &Cors) -> String {
    let named = [
        ("methods", &cors.methods),
        ("headers", &cors.headers),
        ("exposed", &cors.exposed_headers),
        ("max age", &cors.max_age),
    ];
    let mut words = vec![format!("origins {}", cors.origins.join(" "))];
    words.extend(named.into_iter().filter_map(|(name, text)| text.as_ref().map(|text| format!("{name} {text}"))));
    words.extend((cors.credentials == Some(true)).then(|| "with credentials".to_owned()));
    words.join(", ")
}

fn descriptor(descriptor: &Descriptor) -> String {
    let entries: Vec<String> = descriptor
        .entries
        .iter()
        .map(|entry| match entry {
            DescriptorEntry::SourceCluster => "source_cluster".to_owned(),
            DescriptorEntry::DestinationCluster => "destination_cluster".to_owned(),
            DescriptorEntry::RemoteAddress => "remote_address".to_owned(),
            DescriptorEntry::GenericKey { key, value } => format!("{key}={value}"),
            DescriptorEntry::RequestHeader { key, header } => format!("{key} from {header}"),
        })
        .collect();
    entries.join(" ")
}

/// A length of time as people write it.
pub(super) fn duration(length: Duration) -> String {
    match length.as_millis() {
        millis if millis % 1000 == 0 => format!("{} s", millis / 1000),
        millis => format!("{millis} ms"),
    }
}
