//! THE LOGSERVICE
//!
//! - *takes*: exchanges that have ended
//! - *gives*: their entries to a service of `envoy.service.accesslog.v3`, in batches, over one stream of each worker
//! - *never*: waits for the service: what it does not take is lost
//! - *start*: [`Batch`]

mod entry;
mod messages;

use std::rc::Rc;
use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::Bytes;
use http::HeaderMap;
use prost::Message as _;
use tokio::sync::mpsc;
use tokio::task::JoinHandle;

use self::messages::{HttpEntries, HttpEntry, Identifier, Node, StreamAccessLogs, TcpEntries, TcpEntry};
use super::access_log::LogPlan;
use super::account::Entry;
use super::filters::grpc;
use super::forward::read_out;
use super::loaded::Loaded;
use super::upload::UpBody;
use super::upstream::{Sending, Upstream};
use super::worker::Worker;
use crate::model::{ClusterId, LogSink, Priority};

const STREAM: &str = "/envoy.service.accesslog.v3.AccessLogService/StreamAccessLogs";

/// The name under which Emissary's Envoy logs.
const LOG_NAME: &str = "logservice";

/// What Emissary's Envoy calls itself.
const NODE: &str = "test-id";

/// Batches that may wait for a slow service; what comes then is lost.
const WAITING: usize = 16;

/// How long the last batch may take when the gateway stops.
const LAST: Duration = Duration::from_secs(1);

/// The LogService of a configuration.
#[derive(Debug)]
pub(crate) struct Sink {
    cluster: ClusterId,
    is_http: bool,
    every: Duration,
    most: usize,
    columns: Columns,
}

/// Where in an entry the values stand that are told.
#[derive(Debug)]
struct Columns {
    /// Those that every entry tells of its request, in the order of [`REQUEST`].
    request: Vec<usize>,
    more_of_request: Vec<(String, usize)>,
    more_of_response: Vec<(String, usize)>,
    more_of_trailers: Vec<String>,
}

/// What is told of every request.
const REQUEST: [&str; 9] = [
    ":method",
    ":scheme",
    ":authority",
    ":path",
    "user-agent",
    "referer",
    "x-forwarded-for",
    "x-request-id",
    "x-envoy-original-path",
];

impl Sink {
    /// What a LogService wants of exchanges is noted in the plan of the log.
    pub(crate) fn new(wish: &LogSink, plan: &mut LogPlan) -> Self {
        let names = |place: usize| {
            let wanted = wish.additional_headers.iter().filter(move |(_, places)| places.get(place) == Some(&true));
            wanted.map(|(name, _)| name.to_ascii_lowercase())
        };
        let columns = Columns {
            request: REQUEST.iter().map(|name| plan.want_of_request((*name).to_owned())).collect(),
            more_of_request: names(0).map(|name| (name.clone(), plan.want_of_request(name))).collect(),
            more_of_response: names(1).map(|name| (name.clone(), plan.want_of_response(name))).collect(),
            more_of_trailers: names(2).collect(),
        };
        Self {
            cluster: wish.cluster,
            is_http: wish.http_entries,
            every: wish.flush_interval,
            most: wish.flush_bytes as usize,
            columns,
        }
    }

    /// What is wanted of an answer's trailers.
    pub(crate) fn of_trailers(&self, trailers: &HeaderMap) -> HeaderMap {
        let wanted = self.columns.more_of_trailers.iter();
        let found = wanted.filter_map(|name| {
            let name = http::HeaderName::from_bytes(name.as_bytes()).ok()?;
            let value = trailers.get(&name)?.clone();
            Some((name, value))
        });
        found.collect()
    }
}

/// The entries of a worker that are not sent yet, and the stream that they go over.
#[derive(Default)]
pub(crate) struct Batch {
    http: Vec<HttpEntry>,
    tcp: Vec<TcpEntry>,
    bytes: usize,
    flushed: Option<Instant>,
    stream: Option<Stream>,
}

/// A stream to a LogService.
struct Stream {
    to: Arc<Upstream>,
    sender: mpsc::Sender<Bytes>,
    task: JoinHandle<()>,
}

impl Batch {
    /// Takes an exchange in; whether there is so much that it must be sent.
    pub(crate) fn take(&mut self, sink: &Sink, entry: &Entry) -> bool {
        if sink.is_http {
            let entry = sink.columns.http(entry);
            self.bytes += entry.encoded_len();
            self.http.push(entry);
        } else {
            let entry = entry::tcp(entry);
            self.bytes += entry.encoded_len();
            self.tcp.push(entry);
        }
        self.bytes >= sink.most
    }

    /// Whether the time has come to send.
    pub(crate) fn is_due(&self, sink: &Sink, at_once: bool) -> bool {
        self.bytes > 0 && (at_once || self.flushed.is_none_or(|flushed| flushed.elapsed() >= sink.every))
    }

    /// Sends what there is.
    pub(crate) fn send(&mut self, worker: &Rc<Worker>, loaded: &Loaded, sink: &Sink) {
        self.flushed = Some(Instant::now());
        self.bytes = 0;
        let http = Some(std::mem::take(&mut self.http)).filter(|entries| !entries.is_empty());
        let tcp = Some(std::mem::take(&mut self.tcp)).filter(|entries| !entries.is_empty());
        let Some(upstream) = loaded.upstream(sink.cluster) else { return };
        let is_open = |stream: &Stream| !stream.sender.is_closed() && Arc::ptr_eq(&stream.to, upstream);
        let is_fresh = !self.stream.as_ref().is_some_and(is_open);
        // The first message of a stream says who we are.
        let identifier = is_fresh.then(|| Identifier {
            node: Some(Node { id: NODE.to_owned(), cluster: loaded.source_cluster.to_string() }),
            log_name: LOG_NAME.to_owned(),
        });
        if is_fresh {
            self.stream = Some(Stream::open(worker, upstream));
        }
        let message = StreamAccessLogs {
            identifier,
            http: http.map(|entries| HttpEntries { entries }),
            tcp: tcp.map(|entries| TcpEntries { entries }),
        };
        if let Some(stream) = &self.stream {
            // Lost: see `WAITING`.
            let _ = stream.sender.try_send(grpc::framed(&message));
        }
    }

    /// Ends the stream; what was sent gets a moment to arrive.
    pub(crate) async fn end(&mut self) {
        if let Some(Stream { sender, task, .. }) = self.stream.take() {
            drop(sender);
            let _ = tokio::time::timeout(LAST, task).await;
        }
    }
}

impl Stream {
    fn open(worker: &Rc<Worker>, upstream: &Arc<Upstream>) -> Self {
        let (sender, receiver) = mpsc::channel(WAITING);
        let (worker, to) = (Rc::clone(worker), Arc::clone(upstream));
        let task = tokio::task::spawn_local(async move {
            let _ = carry(&worker, &to, receiver).await;
        });
        Self { to: Arc::clone(upstream), sender, task }
    }
}

/// Carries a stream until either side ends it. The service says nothing before the end.
async fn carry(worker: &Worker, upstream: &Arc<Upstream>, batches: mpsc::Receiver<Bytes>) -> Option<()> {
    let set = upstream.discover().await;
    let endpoint = upstream.choose(&set, None, 0)?;
    let call = grpc::Call { path: STREAM, authority: &upstream.cluster.name, limit: None };
    let head = grpc::head(upstream, &call).ok()?;
    let request = Sending::new(std::borrow::Cow::Owned(head), UpBody::Pushed(batches), upstream.cluster.http2)?;
    let local = std::cell::Cell::new(None);
    let response = worker.pools.send(upstream, &endpoint, Priority::Default, request, &local).await.ok()?;
    read_out(response).await
}
