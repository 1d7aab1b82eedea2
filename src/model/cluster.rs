//! Where traffic goes: a named set of endpoints with its policies.

use std::sync::Arc;
use std::time::Duration;

use super::policy::{CircuitBreaker, HealthCheck, Keepalive, LbPolicy};
use super::table::TlsId;

/// A named set of endpoints with its policies.
#[derive(Clone, Debug, PartialEq)]
pub struct Cluster {
    /// Emissary's name for it, before it is shortened.
    pub name: Arc<str>,
    /// The service text that it was first made for.
    pub service: Arc<str>,
    /// What it is for.
    pub role: Role,
    /// The host: a DNS name or an address.
    pub host: Arc<str>,
    /// The port.
    pub port: u16,
    /// How its endpoints are found.
    pub discovery: Discovery,
    /// TLS towards it.
    pub tls: Option<Origination>,
    /// HTTP/2 towards it.
    pub http2: bool,
    /// How an endpoint is chosen.
    pub lb: LbPolicy,
    /// Limits.
    pub circuit_breakers: Vec<CircuitBreaker>,
    /// The limit of connecting.
    pub connect_timeout: Duration,
    /// When an idle connection is closed; `None` is Envoy's hour.
    pub idle_timeout: Option<Duration>,
    /// When a connection is closed at the latest.
    pub max_connection_lifetime: Option<Duration>,
    /// Checks of its endpoints.
    pub health_checks: Vec<HealthCheck>,
    /// TCP keep-alive.
    pub keepalive: Option<Keepalive>,
    /// Which addresses are asked for.
    pub family: DnsFamily,
    /// Whether only one address at a time is used, looked up anew for new connections.
    pub logical_dns: bool,
    /// Whether DNS answers are kept as long as they say.
    pub respect_dns_ttl: bool,
    /// The name in statistics.
    pub stats_name: Arc<str>,
}

/// What a cluster is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Role {
    /// Traffic of Mappings.
    Upstream,
    /// The AuthService.
    Auth,
    /// The RateLimitService.
    RateLimit,
    /// The LogService.
    Log,
    /// The TracingService.
    Tracing,
}

/// How the endpoints of a cluster are found.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Discovery {
    /// By DNS, or the address itself.
    Dns,
    /// From the endpoints of a Kubernetes Service.
    Kubernetes {
        /// The namespace of the Service.
        namespace: Arc<str>,
        /// Its name.
        service: Arc<str>,
    },
    /// From Consul.
    Consul {
        /// The datacenter.
        datacenter: Arc<str>,
    },
}

/// TLS towards a cluster.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Origination {
    /// The TLSContext whose certificate, authorities and server name are used.
    pub context: Option<TlsId>,
}

/// Which addresses DNS is asked for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum DnsFamily {
    /// IPv4 only.
    #[default]
    V4,
    /// IPv6, else IPv4.
    Auto,
    /// IPv6 only.
    V6,
}

impl Cluster {
    /// Host and port as one text.
    pub fn endpoint(&self) -> String {
        if self.host.contains(':') {
            format!("[{}]:{}", self.host, self.port)
        } else {
            format!("{}:{}", self.host, self.port)
        }
    }
}
