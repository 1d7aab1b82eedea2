//! What format strings can know of a request that is only described: the rest is a stand-in, or nothing.

use std::borrow::Cow;
use std::net::IpAddr;

use ipnet::IpNet;

use super::format::Facts;
use super::forwarded::Origin;
use super::head::Head;
use super::request::Version;

/// A request that is only described.
#[derive(Clone, Copy, Debug)]
pub struct Described<'a> {
    /// Its head as it is now.
    pub head: &'a Head<'a>,
    /// Whence it comes.
    pub origin: &'a Origin,
    /// The listener's port.
    pub port: u16,
    /// The version.
    pub version: Version,
    /// The server name of TLS.
    pub server_name: Option<&'a str>,
    /// The name of the cluster that it goes to.
    pub cluster: &'a str,
}

impl Facts for Described<'_> {
    fn request(&self) -> &Head<'_> {
        self.head
    }

    fn fact(&self, name: &str, argument: Option<&str>) -> Option<Cow<'_, str>> {
        let Origin { peer, client, .. } = *self.origin;
        Some(Cow::Owned(match name {
            "PROTOCOL" => return Some(Cow::Borrowed(self.version.name())),
            "UPSTREAM_CLUSTER" | "UPSTREAM_CLUSTER_RAW" => return Some(Cow::Borrowed(self.cluster)),
            "REQUESTED_SERVER_NAME" => return self.server_name.map(Cow::Borrowed),
            "DOWNSTREAM_REMOTE_ADDRESS_WITHOUT_PORT" => without_port(client, argument),
            "DOWNSTREAM_DIRECT_REMOTE_ADDRESS_WITHOUT_PORT" => without_port(peer, argument),
            "DOWNSTREAM_REMOTE_ADDRESS" if client == peer => format!("{}:<client-port>", bracketed(peer)),
            "DOWNSTREAM_REMOTE_ADDRESS" => format!("{}:0", bracketed(client)),
            "DOWNSTREAM_DIRECT_REMOTE_ADDRESS" => format!("{}:<client-port>", bracketed(peer)),
            "DOWNSTREAM_REMOTE_PORT" if client != peer => "0".to_owned(),
            "DOWNSTREAM_REMOTE_PORT" | "DOWNSTREAM_DIRECT_REMOTE_PORT" => "<client-port>".to_owned(),
            "DOWNSTREAM_LOCAL_PORT" | "DOWNSTREAM_DIRECT_LOCAL_PORT" => self.port.to_string(),
            "DOWNSTREAM_LOCAL_ADDRESS" | "DOWNSTREAM_DIRECT_LOCAL_ADDRESS" => format!("<gateway-ip>:{}", self.port),
            "DOWNSTREAM_LOCAL_ADDRESS_WITHOUT_PORT" | "DOWNSTREAM_DIRECT_LOCAL_ADDRESS_WITHOUT_PORT" => {
                "<gateway-ip>".to_owned()
            }
            "START_TIME" | "START_TIME_LOCAL" | "EMIT_TIME" | "EMIT_TIME_LOCAL" => "<date>".to_owned(),
            "STREAM_ID" | "UNIQUE_ID" => "<uuid>".to_owned(),
            "HOSTNAME" => "<hostname>".to_owned(),
            "DURATION" | "REQUEST_DURATION" => "<ms>".to_owned(),
            "BYTES_RECEIVED" | "BYTES_SENT" | "RESPONSE_CODE" => "0".to_owned(),
            "RESPONSE_FLAGS" | "RESPONSE_FLAGS_LONG" => "-".to_owned(),
            _ => return None,
        }))
    }
}

/// An address, or the network of this many bits that it is in.
fn without_port(address: IpAddr, bits: Option<&str>) -> String {
    let network = bits.and_then(|bits| IpNet::new(address, bits.parse().ok()?).ok());
    network.map_or_else(|| address.to_string(), |network| network.trunc().to_string())
}

fn bracketed(address: IpAddr) -> String {
    match address {
        IpAddr::V4(address) => address.to_string(),
        IpAddr::V6(address) => format!("[{address}]"),
    }
}
