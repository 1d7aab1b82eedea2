//! How a cluster is talked to, and how often and how long.

use std::sync::Arc;
use std::time::Duration;

/// Retries of a route.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct RetryPolicy {
    /// When, in Envoy's word: `5xx`, `gateway-error`, `connect-failure`, `retriable-4xx`, `refused-stream`,
    /// `retriable-status-codes`.
    pub retry_on: Arc<str>,
    /// How many more tries; Envoy's own default is 1.
    pub num_retries: Option<u32>,
    /// The limit of each try.
    pub per_try_timeout: Option<Duration>,
}

/// Envoy's routing priority: each has circuit breakers of its own.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Priority {
    /// `default`
    #[default]
    Default,
    /// `high`
    High,
}

/// Circuit breakers of a cluster for one priority; what is absent is Envoy's default (1024, 1024, 1024, 3).
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct CircuitBreaker {
    /// Which requests it counts.
    pub priority: Priority,
    /// Connections at once.
    pub max_connections: Option<u32>,
    /// Requests waiting for a connection.
    pub max_pending_requests: Option<u32>,
    /// Requests at once.
    pub max_requests: Option<u32>,
    /// Retries at once.
    pub max_retries: Option<u32>,
}

/// How an endpoint is chosen.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct LoadBalancer {
    /// The algorithm.
    pub policy: LbPolicy,
    /// What a hash is taken of; only with the two hashing algorithms.
    pub hash: Option<HashPolicy>,
}

/// The algorithm that chooses an endpoint.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum LbPolicy {
    /// In turns.
    #[default]
    RoundRobin,
    /// The less busy of two.
    LeastRequest,
    /// A ring of hashes.
    RingHash,
    /// Maglev's table.
    Maglev,
}

/// What a sticky choice hangs on.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum HashPolicy {
    /// A cookie; with a lifetime, it is set where the client has none.
    Cookie {
        /// Its name.
        name: Arc<str>,
        /// Its path.
        path: Option<Arc<str>>,
        /// Its lifetime; zero makes a session cookie.
        ttl: Option<Duration>,
    },
    /// A header's value.
    Header(Arc<str>),
    /// The client's address.
    SourceIp,
}

/// TCP keep-alive towards endpoints; what is absent is the system's.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Keepalive {
    /// Probes without an answer before the connection counts as dead.
    pub probes: Option<u32>,
    /// Seconds of silence before the first probe.
    pub time: Option<u32>,
    /// Seconds between probes.
    pub interval: Option<u32>,
}

/// An active health check of a cluster's endpoints.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HealthCheck {
    /// What is asked.
    pub probe: HealthProbe,
    /// The limit of one check.
    pub timeout: Duration,
    /// The time between checks.
    pub interval: Duration,
    /// Passed checks until an endpoint is healthy.
    pub healthy_threshold: u32,
    /// Failed checks until it is not.
    pub unhealthy_threshold: u32,
}

/// What a health check asks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum HealthProbe {
    /// An HTTP request.
    Http {
        /// Its path.
        path: Arc<str>,
        /// Its authority; the cluster's name where absent.
        hostname: Option<Arc<str>>,
        /// Headers to add.
        add: Box<[HeaderValue]>,
        /// Headers to remove.
        remove: Box<[Arc<str>]>,
        /// Statuses that pass, both ends included; 200 where empty.
        expected: Box<[(u16, u16)]>,
    },
    /// The gRPC health protocol.
    Grpc {
        /// The service that is asked about.
        upstream_name: Arc<str>,
        /// The authority.
        authority: Option<Arc<str>>,
    },
}

/// A header to add.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct HeaderValue {
    /// Its name as written.
    pub name: Arc<str>,
    /// Its value: an Envoy format string.
    pub value: Arc<str>,
    /// Whether it is added beside values that are there; else it replaces them.
    pub append: bool,
}

/// Headers removed, then added.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct HeaderEdits {
    /// Names as written.
    pub remove: Arc<[Arc<str>]>,
    /// What is added, by rising name.
    pub add: Arc<[HeaderValue]>,
}

impl HeaderEdits {
    /// Whether it changes nothing.
    pub fn is_empty(&self) -> bool {
        self.remove.is_empty() && self.add.is_empty()
    }
}
