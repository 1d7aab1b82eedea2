//! The endpoints of a cluster over time: addresses as they are, names looked up when they are used and refreshed
//! beside.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use super::cluster::{EndpointSet, Upstream};
use crate::gateway::supply::{Endpoints, Followed, Spot};
use crate::gateway::worker::uptime;
use crate::model::DnsFamily;

/// How old an answer of DNS may be before it is looked up anew; Envoy's own default.
const FRESH: u64 = 5_000;

/// How long the first request of a cluster waits for DNS.
const PATIENCE: Duration = Duration::from_secs(5);

impl Upstream {
    /// The endpoints of now. A name that was never looked up is waited for; an old answer serves while a new one is
    /// fetched.
    pub(crate) async fn discover(self: &Arc<Self>) -> Arc<EndpointSet> {
        if let Endpoints::Followed(followed) = &self.place.endpoints {
            self.take_over(followed);
        } else if self.looked_up.load(Ordering::Relaxed) == 0 {
            Box::pin(self.look_up_first()).await;
        } else if let Endpoints::Name { .. } = self.place.endpoints
            && uptime().saturating_sub(self.looked_up.load(Ordering::Relaxed)) > FRESH
            && !self.is_looking.swap(true, Ordering::AcqRel)
        {
            let upstream = Arc::clone(self);
            tokio::task::spawn_local(async move { upstream.look_up().await });
        }
        self.endpoints.load_full()
    }

    /// Takes over what is told about followed endpoints, if that has changed.
    fn take_over(&self, followed: &Followed) {
        let generation = followed.by.generation();
        if self.looked_up.load(Ordering::Acquire) == generation {
            return;
        }
        let Ok(_taking_over) = self.taking_over.lock() else { return };
        if self.looked_up.load(Ordering::Acquire) != generation {
            self.replace(&followed.by.spots(&followed.of));
            self.looked_up.store(generation, Ordering::Release);
        }
    }

    fn replace(&self, spots: &[Spot]) {
        let known = self.endpoints.load_full();
        if !known.has_just(spots) {
            self.endpoints.store(Arc::new(EndpointSet::of(spots, &known, self.cluster.lb)));
        }
    }

    async fn look_up_first(self: &Arc<Self>) {
        let mut found = std::pin::pin!(self.found.notified());
        found.as_mut().enable();
        if self.looked_up.load(Ordering::Acquire) != 0 {
            return;
        }
        if !self.is_looking.swap(true, Ordering::AcqRel) {
            // A task of its own: a client that goes away must not take the look-up with it.
            let upstream = Arc::clone(self);
            tokio::task::spawn_local(async move { upstream.look_up().await });
        }
        let _ = tokio::time::timeout(PATIENCE, found).await;
    }

    async fn look_up(&self) {
        let addresses: Option<Vec<SocketAddr>> = match &self.place.endpoints {
            Endpoints::Fixed(addresses) => Some(addresses.to_vec()),
            Endpoints::Name { host, port } => match host.parse::<IpAddr>() {
                Ok(address) => Some(vec![SocketAddr::new(address, *port)]),
                Err(_) => self.resolve(host, *port).await,
            },
            Endpoints::Followed(_) => None,
        };
        // When DNS fails, the last answer stays.
        if let Some(addresses) = addresses {
            self.replace(&addresses.into_iter().map(Spot::from).collect::<Vec<_>>());
        }
        self.looked_up.store(uptime().max(1), Ordering::Release);
        self.is_looking.store(false, Ordering::Release);
        self.found.notify_waiters();
    }

    async fn resolve(&self, host: &str, port: u16) -> Option<Vec<SocketAddr>> {
        let all: Vec<SocketAddr> = tokio::net::lookup_host((host, port)).await.ok()?.collect();
        let of = |v4: bool| all.iter().filter(move |address| address.is_ipv4() == v4).copied().collect::<Vec<_>>();
        let mut chosen = match self.cluster.family {
            DnsFamily::V4 => of(true),
            DnsFamily::V6 => of(false),
            DnsFamily::Auto => match of(false) {
                none if none.is_empty() => of(true),
                some => some,
            },
        };
        if self.cluster.logical_dns {
            chosen.truncate(1);
        }
        Some(chosen)
    }
}
