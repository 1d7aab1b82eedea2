//! Spans on their way to the TracingService.

use std::borrow::Cow;
use std::cell::Cell;
use std::collections::BTreeMap;
use std::rc::Rc;
use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::Bytes;
use http::HeaderMap;
use http::header::{CONTENT_TYPE, HeaderValue};
use serde_json::json;

use super::messages::{Attribute, Export, Exported, OtlpSpan, Resource, ResourceSpans, ScopeSpans, Status};
use super::span::{Span, Trace};
use super::{Driver, Tracer};
use crate::gateway::account::Entry;
use crate::gateway::filters::grpc;
use crate::gateway::forward::read_out;
use crate::gateway::loaded::Loaded;
use crate::gateway::upload::UpBody;
use crate::gateway::upstream::{Sending, Upstream};
use crate::gateway::worker::Worker;
use crate::model::Priority;
use crate::outcome::head::Head;

const EXPORT: &str = "/opentelemetry.proto.collector.trace.v1.TraceService/Export";

/// So many spans are sent at once; Envoy's own default.
const ENOUGH: usize = 5;

/// So long spans wait for others; Envoy's own default.
const WAIT: Duration = Duration::from_secs(5);

/// How long the service may take.
const PATIENCE: Duration = Duration::from_secs(5);

/// Batches that may be under way from one worker; what comes then is lost.
const UNDER_WAY: usize = 16;

/// How long the last batch may take when the gateway stops.
const LAST: Duration = Duration::from_secs(1);

/// The spans of a worker that are not sent yet.
#[derive(Default)]
pub(crate) struct Spans {
    waiting: Vec<Span>,
    since: Option<Instant>,
    under_way: Vec<tokio::task::JoinHandle<()>>,
}

impl Spans {
    /// Takes the spans of an exchange.
    pub(crate) fn take(&mut self, tracer: &Tracer, trace: &Trace, entry: &Entry) {
        self.waiting.extend(trace.spans(tracer.driver, entry));
        if !self.waiting.is_empty() {
            self.since.get_or_insert_with(Instant::now);
        }
    }

    /// Whether the time has come to send.
    pub(crate) fn is_due(&self, at_once: bool) -> bool {
        let is_late = self.since.is_some_and(|since| since.elapsed() >= WAIT);
        !self.waiting.is_empty() && (at_once || is_late || self.waiting.len() >= ENOUGH)
    }

    /// Sends what there is.
    pub(crate) fn send(&mut self, worker: &Rc<Worker>, loaded: &Loaded, tracer: &Tracer) {
        let spans = std::mem::take(&mut self.waiting);
        self.since = None;
        self.under_way.retain(|task| !task.is_finished());
        let Some(upstream) = loaded.upstream(tracer.cluster()) else { return };
        if self.under_way.len() >= UNDER_WAY {
            return;
        }
        let (worker, upstream) = (Rc::clone(worker), Arc::clone(upstream));
        self.under_way.push(match tracer.driver {
            Driver::OpenTelemetry => {
                let export = otlp(&tracer.service, &spans);
                tokio::task::spawn_local(async move {
                    let _ = grpc::unary::<Exported>(&worker, &upstream, EXPORT, export, PATIENCE).await;
                })
            }
            Driver::Zipkin => {
                let body = Bytes::from(zipkin(&tracer.service, &spans).to_string());
                let (path, host) = (tracer.wish.endpoint.clone(), tracer.wish.hostname.clone());
                tokio::task::spawn_local(async move {
                    let _ = tokio::time::timeout(PATIENCE, post(&worker, &upstream, path, host, body)).await;
                })
            }
        });
    }

    /// Gives what is under way a moment to arrive.
    pub(crate) async fn end(&mut self) {
        let all = async {
            for task in self.under_way.drain(..) {
                let _ = task.await;
            }
        };
        let _ = tokio::time::timeout(LAST, all).await;
    }
}

async fn post(
    worker: &Worker,
    upstream: &Arc<Upstream>,
    path: String,
    host: Option<String>,
    body: Bytes,
) -> Option<()> {
    let set = upstream.discover().await;
    let endpoint = upstream.choose(&set, None, 0)?;
    let mut headers = HeaderMap::new();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    let head = Head {
        method: Cow::Borrowed("POST"),
        https: upstream.tls.is_some(),
        authority: Cow::Owned(host.unwrap_or_else(|| upstream.cluster.name.to_string())),
        path: Cow::Owned(path),
        headers,
    };
    let request = Sending::new(Cow::Owned(head), UpBody::Full(body), upstream.cluster.http2)?;
    let sent = worker.pools.send(upstream, &endpoint, Priority::Default, request, &Cell::new(None)).await;
    let response = sent.ok()?;
    read_out(response).await
}

/// Spans as Zipkin's second version of JSON has them.
fn zipkin(service: &str, spans: &[Span]) -> serde_json::Value {
    let micros = |time: Duration| u64::try_from(time.as_micros()).unwrap_or(u64::MAX);
    let span = |span: &Span| {
        let tags: BTreeMap<&str, &str> = span.tags.iter().map(|(name, value)| (&**name, &**value)).collect();
        let mut told = json!({
            "traceId": span.context.trace_id(),
            "id": format!("{:016x}", span.context.span),
            "kind": if span.is_server { "SERVER" } else { "CLIENT" },
            "name": span.name,
            "timestamp": micros(span.began),
            "duration": micros(span.took).max(1),
            "localEndpoint": { "serviceName": service },
            "tags": tags,
        });
        if let Some(parent) = span.context.parent {
            told["parentId"] = format!("{parent:016x}").into();
        }
        if span.context.is_shared {
            told["shared"] = true.into();
        }
        told
    };
    spans.iter().map(span).collect()
}

/// Spans as OTLP has them.
fn otlp(service: &str, spans: &[Span]) -> Export {
    const SERVER: i32 = 2;
    const CLIENT: i32 = 3;
    const ERROR: i32 = 2;
    let nanos = |time: Duration| u64::try_from(time.as_nanos()).unwrap_or(u64::MAX);
    let span = |span: &Span| OtlpSpan {
        trace_id: span.context.trace.to_be_bytes().to_vec(),
        span_id: span.context.span.to_be_bytes().to_vec(),
        trace_state: String::new(),
        parent_span_id: span.context.parent.map(|parent| parent.to_be_bytes().to_vec()).unwrap_or_default(),
        name: span.name.clone(),
        kind: if span.is_server { SERVER } else { CLIENT },
        start_time_unix_nano: nanos(span.began),
        end_time_unix_nano: nanos(span.began + span.took),
        attributes: span.tags.iter().map(|(name, value)| Attribute::new(name, value)).collect(),
        status: span.failed.then_some(Status { code: ERROR }),
    };
    let resource = Resource { attributes: vec![Attribute::new("service.name", service)] };
    let scope_spans = vec![ScopeSpans { spans: spans.iter().map(span).collect() }];
    Export { resource_spans: vec![ResourceSpans { resource: Some(resource), scope_spans }] }
}
