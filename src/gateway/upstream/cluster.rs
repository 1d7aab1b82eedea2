//! A cluster as it lives: its endpoints, what is under way, its TLS.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use arc_swap::ArcSwap;
use http::HeaderName;
use rustls::ClientConfig;
use rustls::pki_types::ServerName;

use super::balance::{Maglev, Ring};
use super::breaker::Breaker;
use crate::gateway::supply::{Endpoints, Place, Spot};
use crate::gateway::worker::uptime;
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
    /// Held while followed endpoints are taken over.
    pub(crate) taking_over: Mutex<()>,
    /// Whether its health is being checked.
    pub(crate) is_checked: AtomicBool,
    /// Whether anything was ever sent to it.
    pub(crate) has_traffic: AtomicBool,
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
    /// The name of the tunnel that leads there, if it is not reached by TCP.
    pub(crate) tunnel: Option<Arc<str>>,
    /// Requests under way.
    pub(crate) active: AtomicU32,
    /// What health checks say.
    pub(crate) is_healthy: AtomicBool,
    /// Until when it is passed over, because its tunnel was lost; in milliseconds of the gateway's life.
    shunned_until: AtomicU64,
}

/// How long an endpoint is passed over whose tunnel was lost: until it is told that it is gone, usually.
const SHUNNED: u64 = 1_000;

impl Endpoint {
    /// A new endpoint.
    pub(crate) fn new(spot: Spot) -> Self {
        static NEXT: AtomicU64 = AtomicU64::new(1);
        Self {
            id: NEXT.fetch_add(1, Ordering::Relaxed),
            address: spot.address,
            tunnel: spot.tunnel,
            active: AtomicU32::new(0),
            is_healthy: AtomicBool::new(true),
            shunned_until: AtomicU64::new(0),
        }
    }

    fn is_at(&self, spot: &Spot) -> bool {
        self.address == spot.address && self.tunnel == spot.tunnel
    }

    /// Whether it may be chosen.
    pub(crate) fn is_healthy(&self) -> bool {
        self.is_healthy.load(Ordering::Relaxed) && !self.is_shunned()
    }

    fn is_shunned(&self) -> bool {
        match self.shunned_until.load(Ordering::Relaxed) {
            0 => false,
            until => uptime() < until,
        }
    }

    /// Passes over it for a while: its tunnel was lost.
    pub(crate) fn shun(&self) {
        self.shunned_until.store(uptime() + SHUNNED, Ordering::Relaxed);
    }
}

impl EndpointSet {
    /// Endpoints at these spots; those that `before` has stay the same.
    pub(crate) fn of(spots: &[Spot], before: &Self, policy: LbPolicy) -> Self {
        let mut list: Vec<Arc<Endpoint>> = Vec::with_capacity(spots.len());
        for spot in spots {
            if list.iter().any(|known| known.is_at(spot)) {
                continue;
            }
            let known = before.list.iter().find(|known| known.is_at(spot)).map(Arc::clone);
            list.push(known.unwrap_or_else(|| Arc::new(Endpoint::new(spot.clone()))));
        }
        Self::with(list, policy)
    }

    /// Whether these are its endpoints, in any order.
    pub(crate) fn has_just(&self, spots: &[Spot]) -> bool {
        self.list.len() == spots.len() && self.list.iter().all(|endpoint| spots.iter().any(|spot| endpoint.is_at(spot)))
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
            taking_over: Mutex::default(),
            is_checked: AtomicBool::new(false),
            has_traffic: AtomicBool::new(false),
            found: tokio::sync::Notify::new(),
            detours: Vec::new(),
            breakers,
        }
    }

    /// Whether it is as another configuration wants it.
    pub(crate) fn is_same(&self, cluster: &Cluster, place: &Place, tls_print: u64) -> bool {
        self.cluster == *cluster && self.place == *place && self.tls_print == tls_print
    }

    /// Whether its endpoints are followed by somebody, who may have tunnels to them.
    pub(crate) fn is_followed(&self) -> bool {
        matches!(self.place.endpoints, Endpoints::Followed(_))
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
