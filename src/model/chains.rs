//! Filter chains and virtual hosts: which Host stands on which Listener.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::attach::Attachments;
use super::contexts::Contexts;
use super::host::Host;
use super::listener::{Chain, Cleartext, Listener, SecurityModel, Serves, Stack, VirtualHost};
use super::listeners::BoundListener;
use super::problem::{Effect, Problems};
use super::settings::Settings;
use super::table::{GroupId, HostId, ResourceId, Table, TlsId};
use crate::edition::Edition;
use crate::source::Span;

/// What chains are made from.
pub(crate) struct ChainMaker<'a> {
    pub(crate) edition: Edition,
    pub(crate) hosts: &'a Table<HostId, Host>,
    pub(crate) contexts: &'a Contexts,
    pub(crate) attachments: &'a Attachments,
    /// Server names that TCPMappings have taken, by port.
    pub(crate) taken: &'a BTreeSet<(u16, String)>,
    /// Where a resource's name was written, for problems.
    pub(crate) span_of: &'a dyn Fn(ResourceId) -> Option<Span>,
}

impl ChainMaker<'_> {
    fn virtual_host(&self, id: HostId, host: &Host) -> VirtualHost {
        VirtualHost {
            domain: Arc::clone(&host.hostname),
            host: Some(id),
            cleartext: host.cleartext,
            groups: self.attachments.of(id),
        }
    }

    /// Puts the Hosts that a Listener takes on it.
    pub(crate) fn fill(&self, bound: &mut BoundListener, problems: &mut Problems) {
        let listener = &bound.listener;
        if !listener.stack.http {
            return;
        }
        let mut chains: Vec<Chain> = Vec::new();
        for (id, host) in self.hosts.iter() {
            if !bound.binding.takes(&host.namespace, &host.labels, self.edition) {
                continue;
            }
            if listener.stack.tls
                && let Some(tls) = host.tls
            {
                self.add_tls(&mut chains, id, host, tls, listener.port, problems);
            }
            let is_absent = listener.security == SecurityModel::Insecure && host.cleartext == Cleartext::Reject;
            if !is_absent {
                self.add_cleartext(&mut chains, id, host);
            }
        }
        bound.listener.chains.extend(chains);
    }

    fn add_cleartext(&self, chains: &mut Vec<Chain>, id: HostId, host: &Host) {
        let virtual_host = self.virtual_host(id, host);
        let at = chains.iter().position(|chain| chain.tls.is_none());
        let Some(Serves::Http(hosts)) = at.and_then(|at| chains.get_mut(at)).map(|chain| &mut chain.serves) else {
            chains.push(Chain { tls: None, server_names: Vec::new(), serves: Serves::Http(vec![virtual_host]) });
            return;
        };
        // Of two Hosts with one hostname the later replaces the earlier, in its place.
        match hosts.iter_mut().find(|other| other.domain == virtual_host.domain) {
            Some(other) => *other = virtual_host,
            None => hosts.push(virtual_host),
        }
    }

    fn add_tls(
        &self,
        chains: &mut Vec<Chain>,
        id: HostId,
        host: &Host,
        tls: TlsId,
        port: u16,
        problems: &mut Problems,
    ) {
        let name = host.server_name();
        let server_names: Vec<String> = if name == "*" { Vec::new() } else { vec![name.to_ascii_lowercase()] };
        let mut lose_tls = |what: String| {
            let span = host.from.and_then(self.span_of);
            let message = format!("{what}: Host {} is not served with TLS on port {port}", host.name);
            problems.post(Effect::Dropped, "host-tls-conflict", None, span, message);
        };
        if self.taken.contains(&(port, name.to_owned())) {
            return lose_tls(format!("a TCPMapping has server name {name}"));
        }
        let virtual_host = self.virtual_host(id, host);
        match chains.iter_mut().find(|chain| chain.tls.is_some() && chain.server_names == server_names) {
            None => chains.push(Chain { tls: Some(tls), server_names, serves: Serves::Http(vec![virtual_host]) }),
            Some(chain) => {
                // A Host without a TLSContext has settings of its own, whatever they say.
                let same =
                    chain.tls.is_some_and(|other| self.contexts.table[tls].from == self.contexts.table[other].from);
                match &mut chain.serves {
                    Serves::Http(hosts) if same => {
                        if !hosts.iter().any(|other| other.domain == virtual_host.domain) {
                            hosts.push(virtual_host);
                        }
                    }
                    _ => lose_tls(format!("another Host has server name {name} and another TLSContext")),
                }
            }
        }
    }

    /// The listeners of edition 1, which has none of its own: one table under every name.
    pub(crate) fn without_listeners(
        &self,
        settings: &Settings,
        groups: Arc<[GroupId]>,
        has_hosts: bool,
    ) -> Vec<Listener> {
        let host_contexts = self.hosts.iter().filter_map(|(id, host)| Some((Some(id), host.tls?)));
        let own_contexts = self.contexts.terminating().map(|(tls, _)| (None, tls));
        let endings: Vec<(Option<HostId>, TlsId)> = host_contexts.chain(own_contexts).collect();
        let redirects_from: BTreeSet<i64> = endings
            .iter()
            .filter_map(|(_, tls)| self.contexts.table[*tls].redirect_cleartext_from)
            .chain(
                self.hosts
                    .values()
                    .filter(|_| has_hosts && !endings.is_empty())
                    .map(|host| host.additional_port.unwrap_or(8080)),
            )
            .collect();
        let without_host = if settings.x_forwarded_proto_redirect || !redirects_from.is_empty() {
            Cleartext::Redirect
        } else if endings.is_empty() {
            Cleartext::Route
        } else {
            Cleartext::Reject
        };
        let main_port = settings.service_port.unwrap_or(if endings.is_empty() { 8080 } else { 8443 });
        let mut listeners =
            vec![self.table_on(main_port, &endings, &groups, has_hosts, without_host, !endings.is_empty())];
        for port in redirects_from {
            listeners.push(self.table_on(port, &endings, &groups, has_hosts, Cleartext::Redirect, false).map(
                |mut listener| {
                    listener.security = SecurityModel::Insecure;
                    listener
                },
            ));
        }
        listeners.into_iter().flatten().collect()
    }

    fn table_on(
        &self,
        port: i64,
        endings: &[(Option<HostId>, TlsId)],
        groups: &Arc<[GroupId]>,
        has_hosts: bool,
        without_host: Cleartext,
        tls: bool,
    ) -> Option<Listener> {
        let port = u16::try_from(port).ok().filter(|port| *port != 0)?;
        let mut chains = Vec::new();
        let hosts: Vec<Option<(HostId, &Host)>> = match has_hosts {
            true => self.hosts.iter().map(Some).collect(),
            false => vec![None],
        };
        for (at, found) in hosts.into_iter().enumerate() {
            // The first Host takes all that no other one's server name takes.
            let hostname =
                found.filter(|_| at > 0).map(|(_, host)| Arc::clone(&host.hostname)).filter(|name| **name != *"*");
            let own_tls = found.and_then(|(_, host)| host.tls).or_else(|| endings.first().map(|(_, tls)| *tls));
            chains.push(Chain {
                tls: own_tls.filter(|_| tls),
                server_names: hostname.iter().map(|name| name.to_ascii_lowercase()).collect(),
                serves: Serves::Http(vec![VirtualHost {
                    domain: hostname.unwrap_or_else(|| "*".into()),
                    host: found.map(|(id, _)| id),
                    cleartext: found.map_or(without_host, |(_, host)| host.cleartext),
                    groups: Arc::clone(groups),
                }]),
            });
        }
        Some(Listener {
            from: None,
            name: format!("ambassador-listener-{port}"),
            port,
            address: None,
            stack: Stack { http: true, tls, proxy: None, udp: false },
            security: SecurityModel::Xfp,
            l7_depth: 0,
            http2_max_concurrent_streams: None,
            stats_prefix: if tls { "ingress_https" } else { "ingress_http" }.to_owned(),
            announces_http3: false,
            chains,
        })
    }
}
