//! The clusters of a case.

use std::time::Duration;

use kubectl_ambassador::model::{CircuitBreaker, Cluster, Discovery, LbPolicy, Priority, Role};
use serde_yaml::Value;

use super::case::Case;
use super::facts::{Facts, difference, short};
use super::routes::{bare, seconds};
use super::value::{list, text};

/// Clusters by service, in any order; the gateway's own diagnostics are not told.
pub(crate) fn compare(case: &Case) -> Vec<String> {
    let table = &case.compilation.table;
    let mut got: Vec<Value> =
        table.clusters().iter().filter(|cluster| *cluster.service != *"127.0.0.1:8877").map(render_cluster).collect();
    let mut recorded: Vec<Value> = list(case.routes.get("clusters")).to_vec();
    for cluster in recorded.iter_mut().filter_map(Value::as_mapping_mut) {
        let service = bare(&text(&cluster["service"]));
        cluster["service"] = service.into();
        if let Some(lb) = cluster.get_mut("lb") {
            *lb = text(lb).to_ascii_lowercase().into();
        }
    }
    for clusters in [&mut got, &mut recorded] {
        clusters.sort_by_key(short);
    }
    // Only some corpora tell the name in statistics.
    for (recorded, got) in recorded.iter().zip(&mut got) {
        if recorded.get("alt_stat_name").is_none() {
            got.as_mapping_mut().unwrap().remove("alt_stat_name");
        }
    }
    let mut problems = Vec::new();
    difference("clusters", &Value::Sequence(recorded), &Value::Sequence(got), &mut problems);
    problems
}

fn render_cluster(cluster: &Cluster) -> Value {
    let role = match cluster.role {
        Role::Upstream => None,
        Role::Auth => Some("auth"),
        Role::RateLimit => Some("ratelimit"),
        Role::Log => Some("log"),
        Role::Tracing => Some("tracing"),
    };
    let lb = match cluster.lb {
        LbPolicy::RoundRobin => None,
        LbPolicy::LeastRequest => Some("least_request"),
        LbPolicy::RingHash => Some("ring_hash"),
        LbPolicy::Maglev => Some("maglev"),
    };
    let facts = Facts::default().with("service", bare(&cluster.service)).with_some("role", role);
    let facts = match &cluster.discovery {
        Discovery::Kubernetes { namespace, service } => {
            facts.with("endpoints_of", format!("k8s/{namespace}/{service}/{}", cluster.port))
        }
        Discovery::Dns | Discovery::Consul { .. } => facts.with("endpoint", cluster.endpoint()),
    };
    let connect = (cluster.connect_timeout != Duration::from_secs(3)).then(|| seconds(cluster.connect_timeout));
    facts
        .with_some("tls", cluster.tls.is_some().then_some(true))
        .with_some("http2", cluster.http2.then_some(true))
        .with_some("lb", lb)
        .with_list("circuit_breakers", cluster.circuit_breakers.iter().map(render_breaker).collect())
        .with_some("connect_timeout", connect)
        .with_some("health_checks", Some(cluster.health_checks.len() as u64).filter(|count| *count > 0))
        .with("alt_stat_name", cluster.stats_name.to_string())
        .done()
}

fn render_breaker(breaker: &CircuitBreaker) -> Value {
    let limit = |value: Option<u32>| value.map(u64::from);
    Facts::default()
        .with("priority", if breaker.priority == Priority::High { "HIGH" } else { "DEFAULT" })
        .with_some("max_connections", limit(breaker.max_connections))
        .with_some("max_pending_requests", limit(breaker.max_pending_requests))
        .with_some("max_requests", limit(breaker.max_requests))
        .with_some("max_retries", limit(breaker.max_retries))
        .done()
}
