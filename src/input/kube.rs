//! The narrow door to Kubernetes: objects come out as texts, forwards as bytes. Nobody beyond it knows the API's types.

use std::fmt;
use std::future::Future;
use std::pin::Pin;

use futures_util::Stream;
use tokio::io::{AsyncRead, AsyncWrite};

use crate::source::ObjectRef;

/// An answer that is waited for; it belongs to the thread that asks.
pub type Reply<'a, T> = Pin<Box<dyn Future<Output = Result<T, KubeError>> + 'a>>;

/// Changes as they come, for ever: after a failure it goes on by itself.
pub type Changes = Pin<Box<dyn Stream<Item = Result<Change, KubeError>>>>;

/// What is asked of an API server. Nothing here writes.
pub trait KubeApi: Send + Sync {
    /// The namespace that requests are for where none is named.
    fn namespace(&self) -> &str;

    /// The kinds of an API group in all versions that are served, the newest version first.
    fn kinds<'a>(&'a self, group: &'a str) -> Reply<'a, Vec<ApiKind>>;

    /// All objects of a kind, by namespace and name.
    fn list<'a>(&'a self, kind: &'a ApiKind, scope: &'a Scope) -> Reply<'a, Vec<LiveObject>>;

    /// The objects of a kind, and then what happens to them.
    fn watch(&self, kind: &ApiKind, scope: &Scope) -> Changes;

    /// Opens a stream of bytes to a port of a pod.
    fn forward<'a>(&'a self, pod: &'a PodPort) -> Reply<'a, Box<dyn ByteStream>>;
}

/// Bytes both ways.
pub trait ByteStream: AsyncRead + AsyncWrite + Send + Unpin {}

impl<T: AsyncRead + AsyncWrite + Send + Unpin> ByteStream for T {}

/// A kind of objects in one of its versions.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ApiKind {
    /// Its API group; empty for Kubernetes' oldest.
    pub group: String,
    /// The version.
    pub version: String,
    /// The kind, as manifests write it.
    pub kind: String,
    /// The resource, as addresses and rules write it.
    pub plural: String,
}

impl ApiKind {
    /// A kind.
    pub fn new(group: &str, version: &str, kind: &str, plural: &str) -> Self {
        let [group, version, kind, plural] = [group, version, kind, plural].map(ToOwned::to_owned);
        Self { group, version, kind, plural }
    }

    /// The resource as people write it: `mappings.getambassador.io`.
    pub fn resource(&self) -> String {
        if self.group.is_empty() { self.plural.clone() } else { format!("{}.{}", self.plural, self.group) }
    }
}

/// Where objects are looked for.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Scope {
    /// Everywhere.
    All,
    /// In one namespace.
    Namespace(String),
    /// One object.
    Object {
        /// Its namespace.
        namespace: String,
        /// Its name.
        name: String,
    },
}

/// An object with its text, without what only the API server cares about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LiveObject {
    /// Which it is.
    pub object: ObjectRef,
    /// Written out.
    pub yaml: String,
    /// What kubectl applied last.
    pub last_applied: Option<String>,
}

/// What happens to objects of a kind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// These are all there are.
    All(Vec<LiveObject>),
    /// One came, or is another one now.
    Applied(LiveObject),
    /// One is gone.
    Deleted(ObjectRef),
}

/// A port of a pod.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct PodPort {
    /// The pod's namespace.
    pub namespace: String,
    /// Its name.
    pub pod: String,
    /// The port.
    pub port: u16,
}

impl fmt::Display for PodPort {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}:{}", self.namespace, self.pod, self.port)
    }
}

/// Why the API server gave no answer, or none that helps. Nothing in here is a secret.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum KubeError {
    /// There is no kubeconfig.
    #[error("there is no kubeconfig")]
    NoConfig,
    /// The kubeconfig cannot be used.
    #[error("{0}")]
    Config(String),
    /// The user cannot be told who he is: an exec plugin or an OIDC provider failed.
    #[error("{0}")]
    Login(String),
    /// The API server cannot be reached.
    #[error("the API server {server} cannot be reached: {why}")]
    Unreachable {
        /// Its address.
        server: String,
        /// What failed.
        why: String,
    },
    /// The API server does not know the user.
    #[error("the API server does not know you: the token or certificate of the context is wrong or has expired")]
    Unauthorized,
    /// The user may not.
    #[error("{message}")]
    Forbidden {
        /// What the API server says.
        message: String,
    },
    /// There is no such kind, or no such object.
    #[error("{message}")]
    NotFound {
        /// What the API server says.
        message: String,
    },
    /// Objects are stored in a version that the webhook of their CRD cannot convert.
    #[error("{message}")]
    Conversion {
        /// What the API server says.
        message: String,
    },
    /// The API server answered too late.
    #[error("the API server did not answer within {0}")]
    TimedOut(String),
    /// Something else.
    #[error("{0}")]
    Other(String),
}
