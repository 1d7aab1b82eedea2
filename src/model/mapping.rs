//! A Mapping in one shape: what it matches, what it asks for.

use std::sync::Arc;
use std::time::Duration;

use super::action::{HostRewrite, Rewrite};
use super::filter::{Cors, Descriptor};
use super::policy::{CircuitBreaker, HeaderValue, HealthCheck, Keepalive, LoadBalancer, Priority, RetryPolicy};
use super::table::ResourceId;
use crate::routing::regex::Regex;

/// A Mapping that is in force.
#[derive(Clone, Debug)]
pub struct Mapping {
    /// The resource that it comes from; `None` for the gateway's own.
    pub from: Option<ResourceId>,
    /// Its name.
    pub name: Arc<str>,
    /// Its namespace.
    pub namespace: Arc<str>,
    /// The key under which Emissary reports it.
    pub key: Arc<str>,
    /// Its metadata labels.
    pub labels: Vec<(String, String)>,
    /// What it matches.
    pub matches: Match,
    /// Its rate-limit labels as text, where given: members of a group must agree.
    pub label_text: Option<Arc<str>>,
    /// What it says of itself, where members of a group differ.
    pub weight: Option<i64>,
    /// Whether it only gets copies.
    pub shadow: bool,
    /// What it redirects to, if it does.
    pub redirect: Option<RedirectWish>,
    /// The service as shown to users: as written, unless Emissary completed its name.
    pub service: Arc<str>,
    /// The service as Emissary normalised it.
    pub normal_service: Arc<str>,
    /// What the cluster is made with.
    pub cluster: ClusterWish,
    /// What it does to a request by itself.
    pub own: OwnWish,
    /// What it wants for its whole group.
    pub group: GroupWish,
}

/// What a Mapping matches.
#[derive(Clone, Debug)]
pub struct Match {
    /// The prefix as written.
    pub prefix: Arc<str>,
    /// `prefix_exact`, where given.
    pub exact: Option<bool>,
    /// `prefix_regex`, where given.
    pub regex: Option<bool>,
    /// `case_sensitive`, where given.
    pub case_sensitive: Option<bool>,
    /// The hostname by which it attaches to Hosts.
    pub hostname: Option<Hostname>,
    /// Header conditions in Emissary's order, `:authority` and `:method` among them.
    pub headers: Vec<Condition>,
    /// Query conditions in Emissary's order.
    pub query: Vec<Condition>,
    /// `precedence`
    pub precedence: i64,
}

/// The hostname by which a Mapping attaches to Hosts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hostname {
    /// The text.
    pub text: Arc<str>,
    /// Whether `host_regex` was set: then it attaches to all Hosts.
    pub attaches_to_all: bool,
}

/// A header or query condition.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Condition {
    /// The name as written.
    pub name: Arc<str>,
    /// What the value must be.
    pub value: ConditionValue,
}

/// What the value of a condition must be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ConditionValue {
    /// Anything, if it is there (edition 1).
    Present,
    /// Exactly this.
    Exact(Arc<str>),
    /// A regex over all of it.
    Regex(Arc<str>),
    /// A DNS glob; only for `:authority`.
    Glob(Arc<str>),
}

/// What a redirecting Mapping asks for.
#[derive(Clone, Debug, PartialEq)]
pub struct RedirectWish {
    /// `path_redirect`
    pub path: Option<Arc<str>>,
    /// `prefix_redirect`
    pub prefix: Option<Arc<str>>,
    /// `regex_redirect`
    pub regex: Option<(Regex, Arc<str>)>,
    /// `redirect_response_code`
    pub code: u16,
}

/// What a Mapping wants of its cluster.
#[derive(Clone, Debug, PartialEq)]
pub struct ClusterWish {
    /// The resolver's name.
    pub resolver: Arc<str>,
    /// `tls`: the TLSContext.
    pub tls: Option<Arc<str>>,
    /// `tls: true` of edition 1.
    pub forces_tls: bool,
    /// `cluster_tag`
    pub tag: Option<Arc<str>>,
    /// `grpc`
    pub grpc: bool,
    /// `dns_type: logical_dns`
    pub logical_dns: bool,
    /// `respect_dns_ttl`
    pub respect_dns_ttl: bool,
    /// `enable_ipv4`
    pub enable_ipv4: bool,
    /// `enable_ipv6`
    pub enable_ipv6: bool,
    /// `stats_name`
    pub stats_name: Option<Arc<str>>,
    /// `health_checks`
    pub health_checks: Vec<HealthCheck>,
    /// `connect_timeout_ms`, where given.
    pub connect_timeout: Option<Duration>,
    /// `cluster_idle_timeout_ms`, where given.
    pub idle_timeout: Option<Duration>,
    /// `cluster_max_connection_lifetime_ms`, where given.
    pub max_connection_lifetime: Option<Duration>,
    /// `circuit_breakers`, or the Module's.
    pub circuit_breakers: Vec<CircuitBreaker>,
    /// `load_balancer`, or the Module's.
    pub load_balancer: Option<LoadBalancer>,
    /// Whether the load balancer is the Mapping's own.
    pub own_load_balancer: bool,
    /// `keepalive`, where given.
    pub keepalive: Option<Keepalive>,
}

/// What a Mapping says of itself alone.
#[derive(Clone, Debug, PartialEq)]
pub struct OwnWish {
    /// `rewrite`
    pub rewrite: Rewrite,
    /// `host_rewrite` and `auto_host_rewrite`
    pub host: HostRewrite,
    /// `timeout_ms`; `None` is no limit.
    pub timeout: Option<Duration>,
    /// `idle_timeout_ms`
    pub idle_timeout: Option<Duration>,
    /// `bypass_auth`, where given.
    pub bypass_auth: Option<bool>,
    /// `auth_context_extensions`, by rising key.
    pub auth_extensions: Arc<[(Arc<str>, Arc<str>)]>,
}

/// What a Mapping wants for its whole group.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct GroupWish {
    /// `regex_rewrite`
    pub regex_rewrite: Option<(Regex, Arc<str>)>,
    /// `cors`, or the Module's.
    pub cors: Option<Arc<Cors>>,
    /// `retry_policy`, or the Module's.
    pub retry: Option<RetryPolicy>,
    /// `allow_upgrade`, `use_websocket`
    pub upgrades: Option<Arc<[Arc<str>]>>,
    /// `priority`, where given.
    pub priority: Option<Priority>,
    /// `add_request_headers`, in their order.
    pub add_request_headers: Vec<HeaderValue>,
    /// `add_response_headers`, in their order.
    pub add_response_headers: Vec<HeaderValue>,
    /// `remove_request_headers`, where given.
    pub remove_request_headers: Option<Arc<[Arc<str>]>>,
    /// `remove_response_headers`, where given.
    pub remove_response_headers: Option<Arc<[Arc<str>]>>,
    /// `add_linkerd_headers`
    pub add_linkerd_headers: Option<bool>,
    /// What the RateLimitService is asked, by the labels of its domain.
    pub rate_limits: Arc<[Descriptor]>,
}

impl Condition {
    /// The text of the value that counts for order and grouping.
    pub fn text(&self) -> Option<&str> {
        match &self.value {
            ConditionValue::Present => None,
            ConditionValue::Exact(text) | ConditionValue::Regex(text) | ConditionValue::Glob(text) => Some(text),
        }
    }

    /// Its length in the sort key: name, value (1 where none), and 1 for a regex.
    pub fn length(&self) -> usize {
        let value = self.text().map_or(1, |text| text.chars().count());
        self.name.chars().count() + value + usize::from(matches!(self.value, ConditionValue::Regex(_)))
    }

    /// `name-value`, as the sort key has it.
    pub fn sort_text(&self) -> Arc<str> {
        format!("{}-{}", self.name, self.text().unwrap_or("*")).into()
    }
}
