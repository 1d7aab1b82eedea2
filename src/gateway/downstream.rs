//! What is known of a client's connection.

use std::net::SocketAddr;
use std::sync::Arc;

/// A client's connection.
#[derive(Debug)]
pub(crate) struct Downstream {
    /// The Listener's port in the configuration.
    pub(crate) port: u16,
    /// The address of the other side; behind a PROXY header, the one that it tells.
    pub(crate) peer: SocketAddr,
    /// Our own address.
    pub(crate) local: SocketAddr,
    /// TLS, if it is used.
    pub(crate) tls: Option<Tls>,
}

/// The TLS of a connection.
#[derive(Debug, Default)]
pub(crate) struct Tls {
    /// The server name that was asked for.
    pub(crate) server_name: Option<Arc<str>>,
    /// The version, in Envoy's words.
    pub(crate) version: &'static str,
    /// The cipher, in OpenSSL's words.
    pub(crate) cipher: String,
    /// `x-forwarded-client-cert` as we tell it.
    pub(crate) told: Option<http::HeaderValue>,
}

impl Downstream {
    /// The server name as routing wants it: `None` for cleartext.
    pub(crate) fn server_name(&self) -> Option<Option<&str>> {
        self.tls.as_ref().map(|tls| tls.server_name.as_deref())
    }
}
