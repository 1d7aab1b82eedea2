//! WHAT IT MEANS
//!
//! - *takes*: resources in `v3alpha1`, Kubernetes' own objects, an edition
//! - *gives*: one [`Snapshot`] in which defaults are applied and references resolved; and all that Emissary or Envoy
//!   would say to it
//! - *never*: fails, reads YAML text, or holds the contents of a Secret
//! - *start*: [`normalise()`]

mod action;
mod actions;
mod attach;
mod chains;
mod cluster;
mod clusters;
mod contexts;
mod fields;
mod filter;
pub mod format;
mod group;
mod headers;
mod health;
mod host;
mod hosts;
mod internal;
mod known;
mod labels;
mod listener;
mod listeners;
mod mapping;
mod mapping_action;
mod mapping_cluster;
mod mapping_match;
mod mappings;
mod module;
mod module_checks;
mod module_log;
mod normalise;
mod objection;
mod policies;
mod policy;
mod problem;
mod resolver;
mod secret;
mod service;
mod services;
mod settings;
mod share;
mod table;
mod tcp;
mod tcp_mapping;
mod tls;

use std::collections::HashMap;
use std::sync::Arc;

pub use action::{Action, AuthUse, Forward, HostRewrite, Mirror, Redirect, RedirectPath, Rewrite};
pub use attach::{NotAttached, attaches};
pub use cluster::{Cluster, Discovery, DnsFamily, Origination, Role};
pub use filter::{
    Auth, AuthBody, AuthProtocol, Cors, Descriptor, DescriptorEntry, Filter, Filters, GrpcStats, Gzip, IpRange,
    IpRules, LogSink, RateLimit, TraceTag, Tracing,
};
pub use group::{Group, GroupKind, Member};
pub use host::Host;
pub use known::Known;
pub use listener::{Chain, Cleartext, Listener, ProxyPlace, SecurityModel, Serves, Stack, VirtualHost};
pub use mapping::{ClusterWish, Condition, ConditionValue, GroupWish, Hostname, Mapping, Match, OwnWish, RedirectWish};
pub use normalise::normalise;
pub use objection::{Objection, Part};
pub use policy::{
    CircuitBreaker, HashPolicy, HeaderEdits, HeaderValue, HealthCheck, HealthProbe, Keepalive, LbPolicy, LoadBalancer,
    Priority, RetryPolicy,
};
pub use problem::{Effect, Problem};
pub use resolver::ResolverKind;
pub use service::{Address, Qualifier, Service, UnbalancedBracket};
pub use settings::{LogSettings, LogShape, Settings, Underscores};
pub use table::{ClusterId, GroupId, HostId, Id, MappingId, ResourceId, Table, TcpMappingId, TlsId};
pub use tcp_mapping::TcpMapping;
pub use tls::{CertificateSource, SecretRef, TlsContext, TlsVersion};

use crate::edition::Edition;
use crate::resource::Resource;

/// Everything that a configuration means, by typed id.
#[derive(Clone, Debug)]
pub struct Snapshot {
    /// Whose rules were applied.
    pub edition: Edition,
    /// The Module's settings.
    pub settings: Arc<Settings>,
    /// The filters of all HTTP listeners.
    pub filters: Arc<Filters>,
    /// Where access logs go beside the standard output.
    pub log: Option<LogSink>,
    /// Where spans go.
    pub tracing: Option<Tracing>,
    /// Where traffic goes.
    pub clusters: Table<ClusterId, Cluster>,
    /// TLS settings.
    pub tls: Table<TlsId, TlsContext>,
    /// Mappings in force, in Emissary's order; the gateway's own last.
    pub mappings: Table<MappingId, Arc<Mapping>>,
    /// TCPMappings in force.
    pub tcp_mappings: Table<TcpMappingId, TcpMapping>,
    /// Groups, in the order of their creation.
    pub groups: Table<GroupId, Group>,
    /// The routes of each group, in order.
    pub routes: Table<GroupId, Vec<RouteDraft>>,
    /// Hosts in force.
    pub hosts: Table<HostId, Host>,
    /// Bound ports.
    pub listeners: Vec<Listener>,
    /// What Envoy refuses in Mappings, if it comes to see it.
    pub objections: HashMap<MappingId, Vec<Objection>>,
    /// What Emissary and Envoy say to all this.
    pub problems: Vec<Problem>,
    /// The resources that it was made from, in Emissary's order, duplicates judged.
    pub resources: Vec<Arc<Resource>>,
}

/// A member of a group with what it does.
#[derive(Clone, Debug)]
pub struct RouteDraft {
    /// The Mapping and its share.
    pub member: Member,
    /// What it does.
    pub action: Action,
}

impl Snapshot {
    /// The resource that a Mapping comes from; `None` for the gateway's own.
    pub fn resource_of(&self, mapping: MappingId) -> Option<&Resource> {
        self.mappings[mapping].from.and_then(|id| self.resources.get(id.index())).map(|resource| &**resource)
    }

    /// Why nothing at all is served, if something makes it so.
    pub fn refusals(&self) -> impl Iterator<Item = &Problem> {
        self.problems.iter().filter(|problem| problem.effect.refuses_all())
    }
}
