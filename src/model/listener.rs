//! Bound ports: what is served on each, to whom.

use std::sync::Arc;

use super::table::{ClusterId, GroupId, HostId, ResourceId, TlsId};

/// A bound port.
#[derive(Clone, Debug)]
pub struct Listener {
    /// The Listener that it comes from; `None` where Emissary makes one of its own.
    pub from: Option<ResourceId>,
    /// Its name.
    pub name: String,
    /// The port.
    pub port: u16,
    /// The address it binds, where one was configured.
    pub address: Option<String>,
    /// What is unwrapped from a connection.
    pub stack: Stack,
    /// What counts as secure.
    pub security: SecurityModel,
    /// Trusted proxies in front of it.
    pub l7_depth: u32,
    /// Streams at once on an HTTP/2 connection; `None` is Envoy's default.
    pub http2_max_concurrent_streams: Option<u32>,
    /// The prefix of its statistics.
    pub stats_prefix: String,
    /// Whether HTTP/3 is announced for it.
    pub announces_http3: bool,
    /// The chains, cleartext and TLS; a connection takes one of them.
    pub chains: Vec<Chain>,
}

/// The layers of a protocol stack that matter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stack {
    /// HTTP on top.
    pub http: bool,
    /// TLS possible.
    pub tls: bool,
    /// A PROXY header required, and whether it is looked for before TLS.
    pub proxy: Option<ProxyPlace>,
    /// UDP at the bottom: HTTP/3.
    pub udp: bool,
}

/// Where in the stack the PROXY header stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ProxyPlace {
    /// Before TLS is recognised: TLS behind it works.
    BeforeTls,
    /// After: TLS behind a PROXY header is not recognised.
    AfterTls,
}

/// What counts as a secure request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum SecurityModel {
    /// `x-forwarded-proto` is `https`, as judged by the gateway.
    Xfp,
    /// All.
    Secure,
    /// None.
    Insecure,
}

impl SecurityModel {
    /// Whether a request with this `x-forwarded-proto` counts as secure.
    pub fn is_secure(self, forwarded_proto: Option<&[u8]>) -> bool {
        match self {
            Self::Xfp => forwarded_proto == Some(b"https"),
            Self::Secure => true,
            Self::Insecure => false,
        }
    }
}

/// What a connection is taken to, by its TLS server name.
#[derive(Clone, Debug)]
pub struct Chain {
    /// TLS settings; `None` for cleartext.
    pub tls: Option<TlsId>,
    /// The server names that lead here; empty takes any.
    pub server_names: Vec<String>,
    /// What is served.
    pub serves: Serves,
}

/// What a filter chain serves.
#[derive(Clone, Debug)]
pub enum Serves {
    /// HTTP, by virtual host.
    Http(Vec<VirtualHost>),
    /// Bytes both ways, to clusters by weight relative to their sum.
    Tcp(Vec<(ClusterId, u32)>),
}

/// Routes for a set of authorities.
#[derive(Clone, Debug)]
pub struct VirtualHost {
    /// The domain: an authority, `*`, `*SUFFIX` or `PREFIX*`.
    pub domain: Arc<str>,
    /// The Host that it comes from.
    pub host: Option<HostId>,
    /// What happens to cleartext.
    pub cleartext: Cleartext,
    /// The groups attached to it, in the order of their creation.
    pub groups: Arc<[GroupId]>,
}

/// What happens to a request that does not count as secure.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Cleartext {
    /// It is served like any other.
    Route,
    /// It is sent to https.
    Redirect,
    /// There is no route for it.
    Reject,
}
