//! What the gateway is given: a table, where its clusters are, and the certificates it may use.

use std::net::SocketAddr;
use std::sync::Arc;

use crate::model::TlsContext;
use crate::routing::RouteTable;

/// Everything that a configuration is to the gateway.
#[derive(Clone, Debug)]
pub struct Installation {
    /// Where requests go.
    pub table: Arc<RouteTable>,
    /// `name.namespace` of every Mapping, by its id.
    pub mappings: Vec<Arc<str>>,
    /// TLS settings with their certificates, by id.
    pub tls: Vec<TlsMaterial>,
    /// Where clusters are, by id.
    pub places: Vec<Place>,
    /// The gateway's own service cluster, as descriptors tell it.
    pub source_cluster: Arc<str>,
}

/// TLS settings with what they need. Contents of Secrets stay in here.
#[derive(Clone)]
pub struct TlsMaterial {
    /// The settings.
    pub context: TlsContext,
    /// The certificate to show.
    pub certificate: Option<KeyPair>,
    /// Authorities of the other side, in PEM.
    pub authorities: Option<Arc<[u8]>>,
    /// Revoked certificates of the other side, in PEM.
    pub revocations: Option<Arc<[u8]>>,
}

impl std::fmt::Debug for TlsMaterial {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("TlsMaterial").field("context", &self.context).finish_non_exhaustive()
    }
}

/// A certificate chain and its key, in PEM.
#[derive(Clone)]
pub struct KeyPair {
    /// The chain, the own certificate first.
    pub chain: Arc<[u8]>,
    /// The key.
    pub key: Arc<[u8]>,
}

/// Where a cluster is.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Place {
    /// Its endpoints.
    pub endpoints: Endpoints,
    /// Whether TLS is started towards it, if that is not as the Mapping says.
    pub tls: Option<bool>,
    /// Requests with such a header go elsewhere: name, value, where.
    pub detours: Vec<(http::HeaderName, Arc<str>, Endpoints)>,
}

/// How endpoints are found.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Endpoints {
    /// A name or an address.
    Name {
        /// The name.
        host: Arc<str>,
        /// The port.
        port: u16,
    },
    /// These addresses.
    Fixed(Arc<[SocketAddr]>),
}
