//! What the gateway is given: a table, where its clusters are, and the certificates it may use.

use std::future::Future;
use std::hash::{Hash, Hasher};
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;

use tokio::io::{AsyncRead, AsyncWrite};

use crate::model::{LogSink, TlsContext, Tracing};
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
    /// The LogService.
    pub log: Option<LogSink>,
    /// The TracingService.
    pub tracing: Option<Tracing>,
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
    /// Told by somebody who follows them.
    Followed(Followed),
}

/// Endpoints that somebody follows.
#[derive(Clone)]
pub struct Followed {
    /// Whose endpoints, in the words of who follows them.
    pub of: Arc<str>,
    /// Who follows them.
    pub by: Arc<dyn Follow>,
}

impl PartialEq for Followed {
    fn eq(&self, other: &Self) -> bool {
        self.of == other.of && Arc::ptr_eq(&self.by, &other.by)
    }
}

impl Eq for Followed {}

impl Hash for Followed {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.of.hash(state);
    }
}

impl std::fmt::Debug for Followed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Followed").field(&self.of).finish()
    }
}

/// One that follows endpoints, and knows a way to them.
pub trait Follow: Send + Sync {
    /// A number that is another one after endpoints have changed, and never 0.
    fn generation(&self) -> u64;

    /// The endpoints of now.
    fn spots(&self, of: &str) -> Vec<Spot>;

    /// What is told of an endpoint.
    fn presence(&self, of: &str, spot: &Spot) -> Presence;

    /// Opens a tunnel to an endpoint. It belongs to the thread that asks.
    fn open(&self, spot: &Spot) -> Opening;
}

/// What is told of an endpoint.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Presence {
    /// It answers: it is one of now, or on its way out and still at the last of its requests.
    Serves,
    /// It is said not to serve.
    Falters,
    /// Nobody tells of it any more.
    Gone,
}

/// A tunnel that is being opened.
pub type Opening = Pin<Box<dyn Future<Output = Result<Box<dyn Tunnel>, Unopened>>>>;

/// Why a tunnel was not opened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unopened {
    /// In one sentence.
    pub why: String,
    /// Whether another try may go better.
    pub may_pass: bool,
}

/// Bytes both ways.
pub trait Tunnel: AsyncRead + AsyncWrite + Send + Unpin {}

impl<T: AsyncRead + AsyncWrite + Send + Unpin> Tunnel for T {}

/// Where an endpoint is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Spot {
    /// Its address.
    pub address: SocketAddr,
    /// It is reached by a tunnel of this name, not by TCP.
    pub tunnel: Option<Arc<str>>,
}

impl From<SocketAddr> for Spot {
    fn from(address: SocketAddr) -> Self {
        Self { address, tunnel: None }
    }
}
