//! Why the gateway cannot do its work at all.

use std::io;
use std::net::SocketAddr;

/// Why the gateway cannot start, or cannot take a configuration.
#[derive(Debug, thiserror::Error)]
pub enum GatewayError {
    /// An address cannot be bound.
    #[error("cannot listen on {address} for port {port}")]
    Bind {
        /// The Listener's port.
        port: u16,
        /// The address.
        address: SocketAddr,
        /// What the system said.
        #[source]
        source: io::Error,
    },
    /// A runtime or a thread cannot be made.
    #[error("cannot start a worker")]
    Worker(#[source] io::Error),
    /// TLS settings that cannot be used.
    #[error("TLS settings {name}: {why}")]
    Tls {
        /// The TLSContext or Host.
        name: String,
        /// What is wrong with them.
        why: String,
    },
}
