//! What a trace tells of an exchange: a span for the request, and one below it for what went to the upstream.

use std::time::{Duration, UNIX_EPOCH};

use http::header::USER_AGENT;

use super::context::Context;
use super::{TagValue, Tracer};
use crate::gateway::account::Entry;
use crate::outcome::forwarded::REQUEST_ID;
use crate::outcome::head::Head;

/// The longest path that is told; Envoy's own default.
const LONGEST_PATH: usize = 256;

/// The trace of an exchange.
#[derive(Debug)]
pub(crate) struct Trace {
    server: Context,
    /// The span of what went to an upstream, if anything did, and after how long it went.
    client: Option<(Context, std::time::Instant)>,
    authority: String,
    tags: Vec<(String, String)>,
}

/// A span that is to be told.
#[derive(Debug)]
pub(crate) struct Span {
    pub(super) context: Context,
    pub(super) is_server: bool,
    pub(super) name: String,
    /// Since 1970.
    pub(super) began: Duration,
    pub(super) took: Duration,
    pub(super) failed: bool,
    pub(super) tags: Vec<(String, String)>,
}

impl Trace {
    /// The trace of a request; of one that is not kept only its place is remembered.
    pub(super) fn new(tracer: &Tracer, server: Context, head: &Head<'_>) -> Self {
        let mut trace = Self { server, client: None, authority: String::new(), tags: Vec::new() };
        if !server.is_sampled {
            return trace;
        }
        let told = |name: &http::HeaderName| {
            head.headers.get(name).map_or_else(|| "-".into(), |value| String::from_utf8_lossy(value.as_bytes()))
        };
        let path: String = head.path.chars().take(LONGEST_PATH).collect();
        let mut tag = |name: &str, value: String| trace.tags.push((name.to_owned(), value));
        tag("guid:x-request-id", told(&REQUEST_ID).into_owned());
        tag("http.method", head.method.to_string());
        tag("http.url", format!("{}://{}{path}", head.scheme(), head.authority));
        tag("user_agent", told(&USER_AGENT).into_owned());
        for (name, value) in &tracer.tags {
            let value = match value {
                TagValue::Text(text) => Some(text.clone()),
                TagValue::Header { name, or } => {
                    let value = head.headers.get(name.as_str());
                    value.map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned()).or_else(|| or.clone())
                }
            };
            if let Some(value) = value {
                tag(name, value);
            }
        }
        trace.authority = head.authority.to_string();
        trace
    }

    /// The span of what goes to an upstream now.
    pub(super) fn forwarded(&mut self) -> Context {
        let context = self.server.child();
        self.client = Some((context, std::time::Instant::now()));
        context
    }

    /// The spans of an exchange that has ended; none of one that is not kept.
    pub(super) fn spans(&self, driver: super::Driver, entry: &Entry) -> Vec<Span> {
        if !self.server.is_sampled {
            return Vec::new();
        }
        let began = entry.at.duration_since(UNIX_EPOCH).unwrap_or_default();
        let took = entry.began.elapsed();
        let cluster = entry.cluster.as_deref().unwrap_or("-");
        let flags: Vec<&str> = entry.flags.iter().map(|flag| flag.letters()).collect();
        let flags = if flags.is_empty() { "-".to_owned() } else { flags.join(",") };
        let failed = !(1..500).contains(&entry.status);
        let outcome = |protocol: &str| {
            let mut tags = vec![
                ("component".to_owned(), "proxy".to_owned()),
                ("http.protocol".to_owned(), protocol.to_owned()),
                ("http.status_code".to_owned(), entry.status.to_string()),
                ("response_flags".to_owned(), flags.clone()),
                ("upstream_cluster".to_owned(), cluster.to_owned()),
                ("upstream_cluster.name".to_owned(), cluster.to_owned()),
            ];
            if failed {
                tags.push(("error".to_owned(), "true".to_owned()));
            }
            tags
        };
        let mut tags = self.tags.clone();
        tags.extend(outcome(entry.version.name()));
        let received = entry.progress.as_ref().map_or(0, |progress| progress.received());
        tags.push(("request_size".to_owned(), received.to_string()));
        tags.push(("response_size".to_owned(), entry.sent.get().to_string()));
        tags.push(("downstream_cluster".to_owned(), "-".to_owned()));
        let client = entry.client.unwrap_or_else(|| entry.down.peer.ip());
        tags.push(("peer.address".to_owned(), client.to_string()));
        let name = match driver {
            super::Driver::Zipkin => self.authority.clone(),
            super::Driver::OpenTelemetry => "ingress".to_owned(),
        };
        let server = Span { context: self.server, is_server: true, name, began, took, failed, tags };
        let below = self.client.map(|(context, since)| {
            let mut tags = outcome(entry.version.name());
            if let Some(upstream) = entry.upstream {
                tags.push(("upstream_address".to_owned(), upstream.to_string()));
                tags.push(("peer.address".to_owned(), upstream.to_string()));
            }
            let before = since.duration_since(entry.began);
            let name = format!("router {cluster} egress");
            let took = since.elapsed();
            Span { context, is_server: false, name, began: began + before, took, failed, tags }
        });
        std::iter::once(server).chain(below).collect()
    }
}
