//! Requests through tunnels. Who carries a tunnel does not always tell that its other end has died; who follows the
//! endpoints does.

use std::cell::Cell;
use std::future::pending;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use http::{Request, Response};
use hyper::body::Incoming;

use super::cluster::{Endpoint, Upstream};
use super::pool::{Lease, Pools};
use super::retry;
use crate::gateway::fault::Fault;
use crate::gateway::supply::{Endpoints, Followed, Spot};
use crate::gateway::upload::UpBody;
use crate::model::Priority;

/// How often a request that waits asks whether its endpoint is still there.
const LOOKS: Duration = Duration::from_millis(100);

/// How many looks an endpoint that is gone still has to answer.
const PATIENCE: u32 = 3;

impl Pools {
    /// Sends a request through a tunnel. A request that may be sent twice is given up when the endpoint is gone.
    pub(crate) async fn send_through_tunnel(
        &self,
        upstream: &Arc<Upstream>,
        endpoint: &Arc<Endpoint>,
        priority: Priority,
        request: Request<UpBody>,
        local: &Cell<Option<SocketAddr>>,
    ) -> Result<(Response<Incoming>, Lease), Fault> {
        let may_repeat = retry::is_idempotent(request.method().as_str());
        let lost = async { if may_repeat { upstream.loses(endpoint).await } else { pending().await } };
        let sent = tokio::select! {
            biased;
            sent = self.send(upstream, endpoint, priority, request, local) => sent,
            () = lost => Err(Fault::Termination),
        };
        if matches!(sent, Err(Fault::ConnectFailed(_) | Fault::Termination)) {
            endpoint.shun();
        }
        sent
    }
}

impl Upstream {
    async fn loses(&self, endpoint: &Endpoint) {
        let Endpoints::Followed(followed) = &self.place.endpoints else { return pending().await };
        lost(followed, &Spot { address: endpoint.address, tunnel: endpoint.tunnel.clone() }).await;
    }
}

/// Waits until nobody tells of an endpoint any more, and then a little for what it may still answer.
async fn lost(followed: &Followed, spot: &Spot) {
    let (mut seen, mut looks) = (0, 0);
    while looks < PATIENCE {
        tokio::time::sleep(LOOKS).await;
        let generation = followed.by.generation();
        let is_there = seen == generation && looks == 0 || followed.by.may_answer(&followed.of, spot);
        looks = if is_there { 0 } else { looks + 1 };
        seen = generation;
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::sync::atomic::{AtomicU64, Ordering};

    use super::*;
    use crate::gateway::supply::{Follow, Opening};

    /// Tells of one endpoint until its second generation.
    struct Once(AtomicU64);

    impl Follow for Once {
        fn generation(&self) -> u64 {
            self.0.load(Ordering::Relaxed)
        }

        fn spots(&self, _: &str) -> Vec<Spot> {
            Vec::new()
        }

        fn may_answer(&self, _: &str, _: &Spot) -> bool {
            self.generation() == 1
        }

        fn open(&self, _: &Spot) -> Opening {
            Box::pin(pending())
        }
    }

    #[test]
    fn an_endpoint_is_lost_when_nobody_tells_of_it_any_more() {
        let once = Arc::new(Once(AtomicU64::new(1)));
        let followed = Followed { of: "any".into(), by: Arc::clone(&once) as Arc<dyn Follow> };
        let spot = Spot::from(SocketAddr::from(([10, 0, 0, 1], 80)));
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let mut losing = std::pin::pin!(lost(&followed, &spot));
            assert!(tokio::time::timeout(LOOKS * (PATIENCE + 2), &mut losing).await.is_err());
            once.0.store(2, Ordering::Relaxed);
            assert!(tokio::time::timeout(Duration::from_secs(30), losing).await.is_ok());
        });
    }
}
