//! Active health checks: each endpoint of a cluster that wants it is asked in turns, on the first worker.

use std::borrow::Cow;
use std::cell::Cell;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use http::header::{HeaderMap, HeaderName, HeaderValue, USER_AGENT};
use prost::Message;
use rustc_hash::FxHashMap;

use super::filters::grpc;
use super::forward::read_out;
use super::upload::UpBody;
use super::upstream::{Endpoint, Sending, Upstream};
use super::worker::Worker;
use crate::model::{HealthCheck, HealthProbe, Priority};
use crate::outcome::head::Head;

/// How often a cluster is checked that nobody has asked anything yet; Envoy's own default.
const WITHOUT_TRAFFIC: Duration = Duration::from_secs(60);

/// The shortest time between two looks at what is to be done.
const SHORTEST: Duration = Duration::from_millis(100);

#[derive(Clone, PartialEq, Message)]
struct Question {
    #[prost(string, tag = "1")]
    service: String,
}

#[derive(Clone, PartialEq, Message)]
struct Told {
    #[prost(int32, tag = "1")]
    status: i32,
}

const SERVING: i32 = 1;

/// What one check comes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Found {
    Good,
    /// It answered, and not as it should.
    Bad,
    /// It could not be asked.
    Silent,
}

/// What is known of an endpoint from its checks.
#[derive(Clone, Copy, Debug, Default)]
struct Known {
    is_checked: bool,
    is_healthy: bool,
    good: u32,
    silent: u32,
}

impl Known {
    /// Whether it is healthy after one more check.
    fn learn(&mut self, found: Found, check: &HealthCheck) -> bool {
        match found {
            Found::Good => (self.good, self.silent) = (self.good + 1, 0),
            Found::Bad | Found::Silent => (self.good, self.silent) = (0, self.silent + 1),
        }
        self.is_healthy = match found {
            // The first check decides alone.
            Found::Good if !self.is_checked => true,
            Found::Good => self.is_healthy || self.good >= check.healthy_threshold,
            // So does an answer that is wrong.
            Found::Bad => false,
            Found::Silent if !self.is_checked => false,
            Found::Silent => self.is_healthy && self.silent < check.unhealthy_threshold,
        };
        self.is_checked = true;
        self.is_healthy
    }
}

/// Begins to check clusters that are not checked yet.
pub(crate) fn begin(worker: &Rc<Worker>) {
    for upstream in worker.view().loaded.upstreams() {
        for check in &upstream.cluster.health_checks {
            if !upstream.is_checked.swap(true, Ordering::AcqRel) {
                let (worker, upstream, check) = (Rc::clone(worker), Arc::clone(upstream), check.clone());
                tokio::task::spawn_local(async move {
                    keep_checking(&worker, &upstream, &check).await;
                    upstream.is_checked.store(false, Ordering::Release);
                });
            }
        }
    }
}

async fn keep_checking(worker: &Rc<Worker>, upstream: &Arc<Upstream>, check: &HealthCheck) {
    let mut known: FxHashMap<u64, Known> = FxHashMap::default();
    // A cluster that a new configuration has not is checked no more.
    while worker.view().loaded.upstreams().iter().any(|other| Arc::ptr_eq(other, upstream)) {
        let set = upstream.discover().await;
        let checks = set.list.iter().map(|endpoint| {
            let (worker, upstream, endpoint) = (Rc::clone(worker), Arc::clone(upstream), Arc::clone(endpoint));
            let check = check.clone();
            tokio::task::spawn_local(async move {
                let asked = ask(&worker, &upstream, &endpoint, &check.probe);
                let found = tokio::time::timeout(check.timeout, asked).await.unwrap_or(Found::Silent);
                (endpoint, found)
            })
        });
        for checked in checks.collect::<Vec<_>>() {
            let Ok((endpoint, found)) = checked.await else { continue };
            let is_healthy = known.entry(endpoint.id).or_default().learn(found, check);
            endpoint.is_healthy.store(is_healthy, Ordering::Relaxed);
        }
        known.retain(|id, _| set.list.iter().any(|endpoint| endpoint.id == *id));
        let pause = if upstream.has_traffic.load(Ordering::Relaxed) { check.interval } else { WITHOUT_TRAFFIC };
        let end = tokio::time::Instant::now() + pause;
        while tokio::time::Instant::now() < end {
            tokio::time::sleep(SHORTEST.min(pause)).await;
            let is_awake = pause > check.interval && upstream.has_traffic.load(Ordering::Relaxed);
            if is_awake || !Arc::ptr_eq(&upstream.endpoints.load_full(), &set) {
                break;
            }
        }
    }
}

async fn ask(worker: &Worker, upstream: &Arc<Upstream>, endpoint: &Arc<Endpoint>, probe: &HealthProbe) -> Found {
    match probe {
        HealthProbe::Http { path, hostname, add, remove, expected } => {
            let mut headers = HeaderMap::new();
            headers.insert(USER_AGENT, HeaderValue::from_static("Envoy/HC"));
            headers.insert("x-forwarded-proto", HeaderValue::from_static("http"));
            for name in remove {
                headers.remove(&**name);
            }
            for header in add {
                let pair = (HeaderName::from_bytes(header.name.as_bytes()), HeaderValue::from_str(&header.value));
                match pair {
                    (Ok(name), Ok(value)) if header.append => {
                        headers.append(name, value);
                    }
                    (Ok(name), Ok(value)) => {
                        headers.insert(name, value);
                    }
                    _ => {}
                }
            }
            let authority = hostname.as_ref().unwrap_or(&upstream.cluster.name).to_string();
            let head = Head {
                method: Cow::Borrowed("GET"),
                https: upstream.tls.is_some(),
                authority: Cow::Owned(authority),
                path: Cow::Owned(path.to_string()),
                headers,
            };
            // Envoy asks over HTTP/1 whatever else the cluster speaks; over TLS, HTTP/2 has been agreed upon already.
            let is_http2 = upstream.cluster.http2 && upstream.tls.is_some();
            let Some(request) = Sending::new(Cow::Owned(head), UpBody::Silent, is_http2) else {
                return Found::Bad;
            };
            let sent = worker.pools.send(upstream, endpoint, Priority::Default, request, &Cell::new(None)).await;
            let Ok(response) = sent else { return Found::Silent };
            let status = response.status().as_u16();
            let _ = read_out(response).await;
            let is_expected = match &**expected {
                [] => status == 200,
                ranges => ranges.iter().any(|(min, max)| (*min..=*max).contains(&status)),
            };
            if is_expected { Found::Good } else { Found::Bad }
        }
        HealthProbe::Grpc { upstream_name, authority } => {
            let authority = authority.as_ref().unwrap_or(&upstream.cluster.name);
            let question = Question { service: upstream_name.to_string() };
            let call = grpc::Call { path: "/grpc.health.v1.Health/Check", authority, limit: None };
            match grpc::ask_endpoint::<Told>(worker, upstream, endpoint, call, question).await {
                Ok(told) if told.status == SERVING => Found::Good,
                Ok(_) => Found::Bad,
                Err(_) => Found::Silent,
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check() -> HealthCheck {
        HealthCheck {
            probe: HealthProbe::Grpc { upstream_name: "".into(), authority: None },
            timeout: Duration::from_secs(1),
            interval: Duration::from_secs(1),
            healthy_threshold: 2,
            unhealthy_threshold: 2,
        }
    }

    fn learnt(all: &[Found]) -> Vec<bool> {
        let mut known = Known::default();
        all.iter().map(|found| known.learn(*found, &check())).collect()
    }

    #[test]
    fn the_first_check_decides_alone() {
        assert_eq!(learnt(&[Found::Good]), [true]);
        assert_eq!(learnt(&[Found::Silent, Found::Good, Found::Good]), [false, false, true]);
    }

    #[test]
    fn silence_counts_up_to_a_threshold_and_wrong_answers_at_once() {
        assert_eq!(learnt(&[Found::Good, Found::Silent, Found::Good, Found::Silent]), [true; 4]);
        assert_eq!(learnt(&[Found::Good, Found::Silent, Found::Silent]), [true, true, false]);
        assert_eq!(learnt(&[Found::Good, Found::Bad]), [true, false]);
    }
}
