//! What format strings can know of a live exchange.

use std::borrow::Cow;
use std::net::{IpAddr, SocketAddr};

use http::HeaderMap;
use ipnet::IpNet;

use super::exchange::Exchange;
use crate::outcome::format::Facts;
use crate::outcome::head::Head;

/// An exchange, as format strings ask about it.
pub(crate) struct Known<'a> {
    exchange: &'a Exchange,
    head: &'a Head<'a>,
    response: Option<&'a HeaderMap>,
    cluster: &'a str,
    pub(crate) upstream: Option<SocketAddr>,
    pub(crate) status: Option<u16>,
}

impl<'a> Known<'a> {
    /// An exchange whose request is `head` now.
    pub(crate) fn new(
        exchange: &'a Exchange,
        head: &'a Head<'a>,
        response: Option<&'a HeaderMap>,
        cluster: &'a str,
    ) -> Self {
        Self { exchange, head, response, cluster, upstream: None, status: None }
    }
}

impl Facts for Known<'_> {
    fn request(&self) -> &Head<'_> {
        self.head
    }

    fn response(&self) -> Option<&HeaderMap> {
        self.response
    }

    fn fact(&self, name: &str, argument: Option<&str>) -> Option<Cow<'_, str>> {
        let down = &self.exchange.down;
        let (peer, client) = (down.peer, self.exchange.origin.client);
        Some(Cow::Owned(match name {
            "PROTOCOL" => return Some(Cow::Borrowed(self.exchange.version.name())),
            "UPSTREAM_CLUSTER" | "UPSTREAM_CLUSTER_RAW" => {
                return (!self.cluster.is_empty()).then_some(Cow::Borrowed(self.cluster));
            }
            "UPSTREAM_HOST" | "UPSTREAM_REMOTE_ADDRESS" => self.upstream?.to_string(),
            "UPSTREAM_REMOTE_ADDRESS_WITHOUT_PORT" => self.upstream?.ip().to_string(),
            "UPSTREAM_REMOTE_PORT" => self.upstream?.port().to_string(),
            "REQUESTED_SERVER_NAME" => {
                let name = down.tls.as_ref()?.server_name.as_deref();
                return name.map(Cow::Borrowed);
            }
            "DOWNSTREAM_REMOTE_ADDRESS_WITHOUT_PORT" => without_port(client, argument),
            "DOWNSTREAM_DIRECT_REMOTE_ADDRESS_WITHOUT_PORT" => without_port(peer.ip(), argument),
            "DOWNSTREAM_REMOTE_ADDRESS" if client == peer.ip() => peer.to_string(),
            "DOWNSTREAM_REMOTE_ADDRESS" => SocketAddr::new(client, 0).to_string(),
            "DOWNSTREAM_DIRECT_REMOTE_ADDRESS" => peer.to_string(),
            "DOWNSTREAM_REMOTE_PORT" if client != peer.ip() => "0".to_owned(),
            "DOWNSTREAM_REMOTE_PORT" | "DOWNSTREAM_DIRECT_REMOTE_PORT" => peer.port().to_string(),
            "DOWNSTREAM_LOCAL_ADDRESS" | "DOWNSTREAM_DIRECT_LOCAL_ADDRESS" => down.local.to_string(),
            "DOWNSTREAM_LOCAL_ADDRESS_WITHOUT_PORT" => down.local.ip().to_string(),
            "DOWNSTREAM_LOCAL_PORT" | "DOWNSTREAM_DIRECT_LOCAL_PORT" => down.local.port().to_string(),
            "DOWNSTREAM_TLS_VERSION" => return down.tls.as_ref().map(|tls| Cow::Borrowed(tls.version)),
            "DOWNSTREAM_TLS_CIPHER" => return down.tls.as_ref().map(|tls| Cow::Borrowed(&*tls.cipher)),
            "RESPONSE_CODE" => self.status.unwrap_or(0).to_string(),
            "BYTES_RECEIVED" => self.exchange.upload.progress().received().to_string(),
            "BYTES_SENT" => "0".to_owned(),
            "RESPONSE_FLAGS" | "RESPONSE_FLAGS_LONG" => "-".to_owned(),
            "START_TIME" | "EMIT_TIME" => super::access_log::now(argument),
            "STREAM_ID" => super::exchange::request_id().to_str().ok()?.to_owned(),
            _ => return None,
        }))
    }
}

/// An address, or the network of this many bits that it is in.
fn without_port(address: IpAddr, bits: Option<&str>) -> String {
    let network = bits.and_then(|bits| IpNet::new(address, bits.parse().ok()?).ok());
    network.map_or_else(|| address.to_string(), |network| network.trunc().to_string())
}
