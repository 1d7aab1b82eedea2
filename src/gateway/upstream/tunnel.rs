//! Requests through tunnels. Who carries a tunnel does not always tell that its other end has died; who follows the
//! endpoints does.

use std::cell::Cell;
use std::future::pending;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use http::Response;

use super::arriving::Arriving;
use super::cluster::{Endpoint, Upstream};
use super::pool::Pools;
use super::request::Sending;
use super::retry;
use crate::gateway::fault::Fault;
use crate::gateway::supply::{Endpoints, Followed, Presence, Spot};
use crate::model::Priority;

/// How often a request that waits asks whether its endpoint is still there.
const LOOKS: Duration = Duration::from_millis(100);

/// How many looks an endpoint that is gone still has to answer.
const PATIENCE: u32 = 3;

impl Pools {
    /// Sends a request through a tunnel, and gives it up when the endpoint is lost.
    pub(crate) async fn send_through_tunnel(
        &self,
        upstream: &Arc<Upstream>,
        endpoint: &Arc<Endpoint>,
        priority: Priority,
        request: Sending,
        local: &Cell<Option<SocketAddr>>,
    ) -> Result<Response<Arriving>, Fault> {
        let may_repeat = retry::is_idempotent(request.method().as_str());
        let sent = tokio::select! {
            biased;
            sent = self.send(upstream, endpoint, priority, request, local) => sent,
            () = upstream.loses(endpoint, may_repeat) => Err(Fault::Termination),
        };
        if matches!(sent, Err(Fault::ConnectFailed(_) | Fault::Termination)) {
            endpoint.shun();
        }
        sent
    }
}

impl Upstream {
    async fn loses(&self, endpoint: &Endpoint, may_repeat: bool) {
        let Endpoints::Followed(followed) = &self.place.endpoints else { return pending().await };
        lost(followed, &Spot { address: endpoint.address, tunnel: endpoint.tunnel.clone() }, may_repeat).await;
    }
}

/// Waits until an endpoint is lost to a request, and then a little for what it may still answer. A request that may be
/// sent twice goes elsewhere as soon as the endpoint does not serve. Another one has only this answer: it is given up
/// when nobody tells of the endpoint any more and no new tunnel leads to it, since a pod that a Service has let go may
/// live on.
async fn lost(followed: &Followed, spot: &Spot, may_repeat: bool) {
    let (mut seen, mut looks) = (0, 0);
    loop {
        tokio::time::sleep(LOOKS).await;
        let generation = followed.by.generation();
        if seen != generation || looks > 0 {
            looks = match followed.by.presence(&followed.of, spot) {
                Presence::Serves => 0,
                Presence::Falters if !may_repeat => 0,
                Presence::Falters | Presence::Gone => looks + 1,
            };
            seen = generation;
        }
        if looks == PATIENCE {
            if may_repeat || followed.by.open(spot).await.is_err() {
                return;
            }
            looks = 0;
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::gateway::supply::{Follow, Opening, Tunnel, Unopened};

    /// Tells of an endpoint, to which a tunnel may or may not lead.
    struct Tells(Presence, bool);

    impl Follow for Tells {
        fn generation(&self) -> u64 {
            1
        }

        fn spots(&self, _: &str) -> Vec<Spot> {
            Vec::new()
        }

        fn presence(&self, _: &str, _: &Spot) -> Presence {
            self.0
        }

        fn open(&self, _: &Spot) -> Opening {
            let unopened = Unopened { why: "there is no such pod".to_owned(), may_pass: true };
            let opened = if self.1 { Ok(Box::new(tokio::io::empty()) as Box<dyn Tunnel>) } else { Err(unopened) };
            Box::pin(std::future::ready(opened))
        }
    }

    const SOON: Duration = Duration::from_millis(500);

    /// On a slow machine.
    const LATE: Duration = Duration::from_secs(30);

    fn is_lost(tells: Tells, may_repeat: bool, within: Duration) -> bool {
        let followed = Followed { of: "any".into(), by: Arc::new(tells) };
        let spot = Spot::from(SocketAddr::from(([10, 0, 0, 1], 80)));
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async { tokio::time::timeout(within, lost(&followed, &spot, may_repeat)).await.is_ok() })
    }

    #[test]
    fn a_request_that_may_be_sent_twice_leaves_an_endpoint_that_does_not_serve() {
        assert!(!is_lost(Tells(Presence::Serves, false), true, SOON));
        assert!(is_lost(Tells(Presence::Falters, true), true, LATE));
    }

    #[test]
    fn another_request_is_given_up_when_its_endpoint_is_gone_and_no_tunnel_leads_there() {
        assert!(!is_lost(Tells(Presence::Falters, false), false, SOON));
        assert!(is_lost(Tells(Presence::Gone, false), false, LATE));
    }

    #[test]
    fn a_pod_that_a_service_has_let_go_may_answer() {
        assert!(!is_lost(Tells(Presence::Gone, true), false, SOON));
    }
}
