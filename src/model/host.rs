//! Hosts: names, TLS, what happens to cleartext, and which Mappings they want.

use std::sync::Arc;

use super::listener::Cleartext;
use super::table::{ResourceId, TlsId};

/// A Host that is in force.
#[derive(Clone, Debug)]
pub struct Host {
    /// The Host that it comes from; `None` for the one that Emissary makes.
    pub from: Option<ResourceId>,
    /// Its name.
    pub name: String,
    /// Its namespace.
    pub namespace: String,
    /// Its labels, which Listeners select by.
    pub labels: Vec<(String, String)>,
    /// The hostname, a DNS glob, perhaps with a port.
    pub hostname: Arc<str>,
    /// Whether it has a selector at all; one without `matchLabels` takes every Mapping that its hostname does not refuse.
    pub selects: bool,
    /// `matchLabels` of its selector.
    pub selector: Vec<(String, String)>,
    /// Its TLS settings, if it ends TLS.
    pub tls: Option<TlsId>,
    /// What happens to cleartext.
    pub cleartext: Cleartext,
    /// The port for cleartext of edition 1 (`additionalPort`).
    pub additional_port: Option<i64>,
}

impl Host {
    /// The TLS server name: the hostname without its port.
    pub fn server_name(&self) -> &str {
        match self.hostname.rsplit_once(':') {
            Some((name, port)) if !port.is_empty() && port.bytes().all(|byte| byte.is_ascii_digit()) => name,
            _ => &self.hostname,
        }
    }
}
