//! TCPMappings.

use std::sync::Arc;

use super::mapping::ClusterWish;
use super::table::ResourceId;

/// A TCPMapping that is in force.
#[derive(Clone, Debug)]
pub struct TcpMapping {
    /// The resource that it comes from.
    pub from: ResourceId,
    /// Its name.
    pub name: Arc<str>,
    /// Its namespace.
    pub namespace: Arc<str>,
    /// The key under which Emissary reports it.
    pub key: Arc<str>,
    /// The port.
    pub port: u16,
    /// The address that it binds, where given.
    pub address: Option<Arc<str>>,
    /// The TLS server name that it wants.
    pub host: Option<Arc<str>>,
    /// Its weight.
    pub weight: Option<i64>,
    /// The service as shown to users.
    pub service: Arc<str>,
    /// The service as Emissary normalised it.
    pub normal_service: Arc<str>,
    /// What the cluster is made with.
    pub cluster: ClusterWish,
    /// What it says itself of that in which those of a group must agree.
    pub(crate) own: Own,
}

/// What a TCPMapping says itself: what it leaves out is not compared.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Own {
    pub(crate) enable_ipv4: Option<bool>,
    pub(crate) enable_ipv6: Option<bool>,
    /// As written: nobody reads it as a time.
    pub(crate) idle_timeout_ms: Option<Arc<str>>,
}
