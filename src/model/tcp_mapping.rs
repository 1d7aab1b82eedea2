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
}
