//! Listener, then filter chain by server name, then virtual host by authority; and what happens to cleartext.

use std::sync::Arc;

use rustc_hash::FxHashMap;

use super::index::RouteList;
use super::request::RequestView;
use super::route::{Route, RouteId};
use crate::model::{Cleartext, ClusterId, HostId, SecurityModel, Stack, TlsId};

/// A bound port with all that is served there.
#[derive(Clone, Debug)]
pub struct Listener {
    /// The Listener's name.
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
    /// Streams at once on an HTTP/2 connection.
    pub http2_max_concurrent_streams: Option<u32>,
    /// Whether HTTP/3 is announced for it.
    pub announces_http3: bool,
    /// The chains; a connection takes one of them.
    pub chains: Vec<Chain>,
}

/// What a connection is taken to.
#[derive(Clone, Debug)]
pub struct Chain {
    /// TLS settings; `None` for cleartext.
    pub tls: Option<TlsId>,
    /// The server names that lead here, in lower case; empty takes any.
    pub server_names: Vec<String>,
    /// What is served.
    pub serves: Serves,
}

/// What a filter chain serves.
#[derive(Clone, Debug)]
pub enum Serves {
    /// HTTP, by virtual host.
    Http(VirtualHosts),
    /// Bytes both ways, to clusters by weight relative to their sum.
    Tcp(Vec<(ClusterId, u32)>),
}

/// The virtual hosts of a chain, found by authority.
#[derive(Clone, Debug, Default)]
pub struct VirtualHosts {
    hosts: Vec<VirtualHost>,
    exact: FxHashMap<Box<str>, u32>,
    /// By falling length, so that the first that fits is the longest.
    suffixes: Vec<(Box<str>, u32)>,
    prefixes: Vec<(Box<str>, u32)>,
    any: Option<u32>,
}

/// Routes for a set of authorities.
#[derive(Clone, Debug)]
pub struct VirtualHost {
    /// The domain as configured.
    pub domain: Arc<str>,
    /// The Host that it comes from.
    pub host: Option<HostId>,
    /// What happens to cleartext.
    pub cleartext: Cleartext,
    /// Its routes in rank order; shared with other virtual hosts that have the same.
    pub routes: Arc<RouteList>,
}

/// A route chosen for a request, and what becomes of the request because of its scheme.
#[derive(Clone, Copy, Debug)]
pub struct Selection<'t> {
    /// The route.
    pub route: &'t Route,
    /// Its number.
    pub id: RouteId,
    /// What becomes of the request.
    pub treatment: Treatment,
}

/// What becomes of a request because of its scheme.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Treatment {
    /// The route's action is carried out.
    Serve,
    /// It is sent to https, with the same authority and path.
    RedirectToHttps,
}

impl Listener {
    /// The chain for a connection: `None` for cleartext, else the server name that TLS asked for, if any.
    ///
    /// No chain: the connection is closed, or the handshake refused.
    pub fn chain(&self, tls: Option<Option<&str>>) -> Option<&Chain> {
        let Some(server_name) = tls else {
            return self.chains.iter().find(|chain| chain.tls.is_none());
        };
        let lower = server_name.map(str::to_ascii_lowercase);
        self.chains
            .iter()
            .filter(|chain| chain.tls.is_some())
            .filter_map(|chain| Some((chain.fit(lower.as_deref())?, chain)))
            .max_by_key(|(fit, _)| *fit)
            .map(|(_, chain)| chain)
    }
}

impl Chain {
    /// How well a server name fits: exact best, then longer wildcards, then any; `None` not at all.
    fn fit(&self, server_name: Option<&str>) -> Option<usize> {
        if self.server_names.is_empty() {
            return Some(0);
        }
        let asked = server_name?;
        self.server_names
            .iter()
            .filter_map(|name| match name.strip_prefix('*') {
                None => (name == asked).then_some(usize::MAX),
                Some(suffix) => (asked.len() > suffix.len() && asked.ends_with(suffix)).then_some(name.len()),
            })
            .max()
    }
}

impl VirtualHosts {
    /// Virtual hosts found by their domains; letter case of domains does not count.
    pub fn new(hosts: Vec<VirtualHost>) -> Self {
        let mut found = Self::default();
        for (at, host) in (0u32..).zip(&hosts) {
            let domain = host.domain.to_ascii_lowercase();
            if domain == "*" {
                found.any.get_or_insert(at);
            } else if let Some(suffix) = domain.strip_prefix('*') {
                found.suffixes.push((suffix.into(), at));
            } else if let Some(prefix) = domain.strip_suffix('*') {
                found.prefixes.push((prefix.into(), at));
            } else {
                found.exact.entry(domain.into()).or_insert(at);
            }
        }
        for globs in [&mut found.suffixes, &mut found.prefixes] {
            globs.sort_by_key(|(text, _)| std::cmp::Reverse(text.len()));
        }
        found.hosts = hosts;
        found
    }

    /// The virtual host for an authority: exact, else the longest suffix, else the longest prefix, else `*`.
    pub fn choose(&self, authority: &str) -> Option<&VirtualHost> {
        let mut buffer = [0u8; 256];
        let lowered;
        let lower = if !authority.bytes().any(|byte| byte.is_ascii_uppercase()) {
            authority
        } else if let Some(space) = buffer.get_mut(..authority.len()) {
            space.copy_from_slice(authority.as_bytes());
            space.make_ascii_lowercase();
            std::str::from_utf8(space).unwrap_or(authority)
        } else {
            lowered = authority.to_ascii_lowercase();
            &lowered
        };
        let globs = || {
            let longer = |text: &str| lower.len() > text.len();
            let suffix = self.suffixes.iter().find(|(text, _)| longer(text) && lower.ends_with(&**text));
            let prefix = || self.prefixes.iter().find(|(text, _)| longer(text) && lower.starts_with(&**text));
            suffix.or_else(prefix).map(|(_, at)| *at)
        };
        let at = self.exact.get(lower).copied().or_else(globs).or(self.any)?;
        self.hosts.get(at as usize)
    }

    /// All of them, in the order of the configuration.
    pub fn iter(&self) -> std::slice::Iter<'_, VirtualHost> {
        self.hosts.iter()
    }
}

impl VirtualHost {
    /// The route for a request, if there is one.
    pub fn select<'t>(&self, routes: &'t [Route], request: &RequestView<'_>) -> Option<Selection<'t>> {
        self.routes
            .likely(request)
            .filter_map(|id| Some((id, routes.get(id.0 as usize)?)))
            .find_map(|(id, route)| Some(Selection { route, id, treatment: self.judge(route, request)? }))
    }

    /// What becomes of a request on a route: `None` if the route does not take it.
    pub fn judge(&self, route: &Route, request: &RequestView<'_>) -> Option<Treatment> {
        let treatment = self.treatment(route, request.secure)?;
        route.check(request).ok().map(|()| treatment)
    }

    /// What becomes of cleartext on a route, whatever its tests say; `None`: there is no such route for it.
    pub fn treatment(&self, route: &Route, secure: bool) -> Option<Treatment> {
        if secure || route.acme {
            return Some(Treatment::Serve);
        }
        match self.cleartext {
            Cleartext::Route => Some(Treatment::Serve),
            Cleartext::Redirect => Some(Treatment::RedirectToHttps),
            Cleartext::Reject => None,
        }
    }
}
