//! Health checks read from Mappings.

use std::time::Duration;

use super::fields::{self, Fields};
use super::policies::proto_seconds;
use super::policy::{HeaderValue, HealthCheck, HealthProbe};
use crate::source::Span;
use crate::yaml::Node;

/// Reads `health_checks`, with what Envoy refuses in them.
pub(crate) fn read(nodes: &[Node]) -> (Vec<HealthCheck>, Vec<(Span, String)>) {
    let mut objections = Vec::new();
    let checks = nodes.iter().filter_map(|node| check(Fields::of(node), &mut objections)).collect();
    (checks, objections)
}

fn check(fields: Fields<'_>, objections: &mut Vec<(Span, String)>) -> Option<HealthCheck> {
    let mut duration = |key: &str, default: u64| match fields.text(key) {
        None => Duration::from_secs(default),
        // Go prints durations in its own form; Envoy reads plain seconds only.
        Some(text) => proto_seconds(text).filter(|time| !time.is_zero()).unwrap_or_else(|| {
            objections.push((fields.span_of(key), format!("health check {key} `{text}` is not 1s to 59.999s")));
            Duration::from_secs(default)
        }),
    };
    let (timeout, interval) = (duration("timeout", 3), duration("interval", 5));
    let threshold = |key: &str, default: u32| fields.int(key).and_then(|n| u32::try_from(n).ok()).unwrap_or(default);
    let probe = probe(fields.map("health_check")?)?;
    Some(HealthCheck {
        probe,
        timeout,
        interval,
        healthy_threshold: threshold("healthy_threshold", 1),
        unhealthy_threshold: threshold("unhealthy_threshold", 2),
    })
}

fn probe(fields: Fields<'_>) -> Option<HealthProbe> {
    if let Some(http) = fields.map("http") {
        let status = |range: Fields<'_>, key: &str| range.int(key).and_then(|code| u16::try_from(code).ok());
        let expected = http.list("expected_statuses").unwrap_or_default().iter().map(Fields::of).filter_map(|range| {
            let (min, max) = (status(range, "min")?, status(range, "max")?);
            (min <= max.saturating_add(1)).then_some((min, max))
        });
        let add = http.entries("add_request_headers").iter().filter_map(|entry| {
            let value = Fields::of(&entry.value);
            Some(HeaderValue {
                name: entry.key.text()?.into(),
                value: value.filled("value")?.into(),
                append: value.bool("append").unwrap_or(true),
            })
        });
        let remove = http.list("remove_request_headers").unwrap_or_default().iter().filter_map(fields::text);
        return Some(HealthProbe::Http {
            path: http.filled("path")?.into(),
            hostname: http.filled("hostname").map(Into::into),
            add: add.collect(),
            remove: remove.map(Into::into).collect(),
            expected: expected.collect(),
        });
    }
    let grpc = fields.map("grpc")?;
    Some(HealthProbe::Grpc {
        upstream_name: grpc.text("upstream_name").unwrap_or_default().into(),
        authority: grpc.filled("authority").map(Into::into),
    })
}
