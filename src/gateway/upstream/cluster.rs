//! A cluster as it lives: its endpoints, what is under way, its TLS.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, AtomicUsize, Ordering};

use arc_swap::ArcSwap;
use http::HeaderName;
use rustls::ClientConfig;
use rustls::pki_types::ServerName;

use super::balance::{Maglev, Ring};
use super::breaker::Breaker;
use crate::gateway::supply::Place;
use crate::model::{Cluster, LbPolicy, Priority};

/// A cluster as it lives. It outlives a change of the table that leaves it as it is.
pub(crate) struct Upstream {
    /// Its definition.
    pub(crate) cluster: Cluster,
    /// Where it is.
    pub(crate) place: Place,
    /// TLS towards it, with the server name.
    pub(crate) tls: Option<(Arc<ClientConfig>, Option<ServerName<'static>>)>,
    /// A fingerprint of the TLS settings: two clusters that differ in them do not share connections.
    pub(crate) tls_print: u64,
    /// The endpoints of now.
    pub(crate) endpoints: ArcSwap<EndpointSet>,
    /// Where the next turn begins.
    pub(crate) turn: AtomicUsize,
    /// When endpoints were last looked up, in milliseconds of the gateway's life; 0 is never.
    pub(crate) looked_up: AtomicU64,
    /// Whether somebody is looking them up.
    pub(crate) is_looking: AtomicBool,
    /// Told after each look-up.
    pub(crate) found: tokio::sync::Notify,
    /// Other places for requests with certain headers.
    pub(crate) detours: Vec<(HeaderName, Arc<str>, Arc<Upstream>)>,
    breakers: [Breaker; 2],
}

/// The endpoints of a cluster at one time.
#[derive(Debug, Default)]
pub(crate) struct EndpointSet {
    /// In the order in which they were told.
    pub(crate) list: Vec<Arc<Endpoint>>,
    /// For ring hash.
    pub(crate) ring: Option<Ring>,
    /// For Maglev.
    pub(crate) maglev: Option<Maglev>,
}

/// One address of a cluster.
#[derive(Debug)]
pub(crate) struct Endpoint {
    /// A number of its own in this process; connections are pooled by it.
    pub(crate) id: u64,
    /// The address.
    pub(crate) address: SocketAddr,
    /// Requests under way.
    pub(crate) active: AtomicU32,
    /// What health checks say.
    pub(crate) is_healthy: AtomicBool,
}

impl Endpoint {
    /// A new endpoint at an address.
    pub(crate) fn new(address: SocketAddr) -> Self {
        static NEXT: AtomicU64 = AtomicU64::new(1);
        Self {
            id: NEXT.fetch_add(1, Ordering::Relaxed),
            address,
            active: AtomicU32::new(0),
            is_healthy: AtomicBool::new(true),
        }
    }

    /// Whether it may be chosen.
    pub(crate) fn is_healthy(&self) -> bool {
        self.is_healthy.load(Ordering::Relaxed)
    }
}

impl EndpointSet {
    /// Endpoints at these addresses; those that `before` has stay the same.
    pub(crate) fn of(addresses: &[SocketAddr], before: &Self, policy: LbPolicy) -> Self {
        let mut list: Vec<Arc<Endpoint>> = Vec::with_capacity(addresses.len());
        for address in addresses {
            if list.iter().any(|known| known.address == *address) {
                continue;
            }
            let known = before.list.iter().find(|known| known.address == *address).map(Arc::clone);
            list.push(known.unwrap_or_else(|| Arc::new(Endpoint::new(*address))));
        }
        Self::with(list, policy)
    }

    /// A set of endpoints, with the tables that a policy needs.
    pub(crate) fn with(list: Vec<Arc<Endpoint>>, policy: LbPolicy) -> Self {
        let ring = (policy == LbPolicy::RingHash).then(|| Ring::of(&list));
        let maglev = (policy == LbPolicy::Maglev).then(|| Maglev::of(&list));
        Self { list, ring, maglev }
    }
}

impl Upstream {
    /// A cluster that begins to live.
    pub(crate) fn new(
        cluster: Cluster,
        place: Place,
        tls: Option<(Arc<ClientConfig>, Option<ServerName<'static>>)>,
        tls_print: u64,
    ) -> Self {
        let breakers = [Priority::Default, Priority::High].map(|of| Breaker::new(&cluster.circuit_breakers, of));
        Self {
            cluster,
            place,
            tls,
            tls_print,
            endpoints: ArcSwap::from_pointee(EndpointSet::default()),
            turn: AtomicUsize::new(0),
            looked_up: AtomicU64::new(0),
            is_looking: AtomicBool::new(false),
            found: tokio::sync::Notify::new(),
            detours: Vec::new(),
            breakers,
        }
    }

    /// Whether it is as another configuration wants it.
    pub(crate) fn is_same(&self, cluster: &Cluster, place: &Place, tls_print: u64) -> bool {
        self.cluster == *cluster && self.place == *place && self.tls_print == tls_print
    }

    /// The circuit breaker of a priority.
    pub(crate) fn breaker(&self, priority: Priority) -> &Breaker {
        let [usual, high] = &self.breakers;
        match priority {
            Priority::Default => usual,
            Priority::High => high,
        }
    }
}
