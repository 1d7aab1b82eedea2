//! One thread with its runtime, its connections of clients and its pools towards upstreams.

use std::cell::{Cell, RefCell};
use std::net::TcpStream;
use std::rc::Rc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, LazyLock};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use arc_swap::ArcSwap;
use http::header::HeaderValue;
use rustc_hash::FxHashMap;
use tokio::sync::{mpsc, watch};

use super::Options;
use super::account::Entry;
use super::clock;
use super::connection;
use super::health;
use super::live::Live;
use super::loaded::Loaded;
use super::log_service::Batch;
use super::log_writer::LogWriter;
use super::metrics::Totals;
use super::retired::{Retired, View};
use super::tracing::Spans;
use super::upstream::Pools;

/// Since when the gateway lives.
static BORN: LazyLock<Instant> = LazyLock::new(Instant::now);

/// Milliseconds of the gateway's life.
pub(crate) fn uptime() -> u64 {
    u64::try_from(BORN.elapsed().as_millis()).unwrap_or(u64::MAX)
}

/// How often a worker looks after idle connections and unwritten log lines.
const TICK: Duration = Duration::from_millis(100);

/// How many bytes of log lines a worker gathers before they are written.
const LOG_PIECE: usize = 32 * 1024;

/// What all workers share.
pub(crate) struct Shared {
    /// The configuration in force.
    pub(crate) current: ArcSwap<Loaded>,
    /// Its number.
    pub(crate) version: AtomicU64,
    /// Where those that were in force are freed.
    pub(crate) retired: Retired,
    /// How the gateway was started.
    pub(crate) options: Options,
    /// Counts.
    pub(crate) totals: Totals,
    /// Connections of clients by worker.
    pub(crate) loads: Vec<AtomicUsize>,
    /// Whether the gateway drains.
    pub(crate) drain: watch::Sender<bool>,
    /// Where log lines go.
    pub(crate) log: LogWriter,
    /// Who looks on.
    pub(crate) live: Live,
}

/// An accepted connection on its way to its worker.
pub(crate) struct Accepted {
    /// The connection.
    pub(crate) stream: TcpStream,
    /// The Listener's port.
    pub(crate) port: u16,
}

/// One thread with all that belongs to it.
pub(crate) struct Worker {
    /// Its number.
    pub(crate) index: usize,
    /// What all workers share.
    pub(crate) shared: Arc<Shared>,
    /// Connections towards upstreams.
    pub(crate) pools: Pools,
    view: RefCell<Rc<View>>,
    date: RefCell<(u64, HeaderValue)>,
    lines: RefCell<Vec<u8>>,
    batch: RefCell<Batch>,
    spans: RefCell<Spans>,
    is_done: Cell<bool>,
}

impl Worker {
    /// A worker; it belongs to the thread that makes it.
    pub(crate) fn new(index: usize, shared: Arc<Shared>) -> Rc<Self> {
        let view = Rc::new(View::new(shared.current.load_full(), shared.retired.clone()));
        Rc::new(Self {
            index,
            shared,
            pools: Pools::default(),
            view: RefCell::new(view),
            date: RefCell::new((0, HeaderValue::from_static(""))),
            lines: RefCell::default(),
            batch: RefCell::default(),
            spans: RefCell::default(),
            is_done: Cell::new(false),
        })
    }

    /// The configuration of now.
    pub(crate) fn view(&self) -> Rc<View> {
        if self.view.borrow().loaded.version != self.shared.version.load(Ordering::Acquire) {
            let view = View::new(self.shared.current.load_full(), self.shared.retired.clone());
            *self.view.borrow_mut() = Rc::new(view);
        }
        Rc::clone(&self.view.borrow())
    }

    /// The `date` header of now.
    pub(crate) fn date(&self) -> HeaderValue {
        let seconds = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs();
        let mut known = self.date.borrow_mut();
        if known.0 != seconds
            && let Ok(value) = HeaderValue::try_from(clock::http_date(seconds))
        {
            *known = (seconds, value);
        }
        known.1.clone()
    }

    /// Tells the end of an exchange.
    pub(crate) fn tell(self: &Rc<Self>, entry: &Entry) {
        let view = self.view();
        let loaded = &view.loaded;
        let received = entry.progress.as_ref().map_or(0, |progress| progress.received());
        let (sent, took) = (entry.sent.get(), entry.began.elapsed());
        let counters = entry.counters.as_deref().unwrap_or(&self.shared.totals.unrouted);
        counters.count(entry.status, received, sent, took);
        if let Some(call) = &entry.call {
            self.shared.totals.calls.count(call, entry.cluster.as_ref(), entry.grpc_status.as_ref(), took);
        }
        // The log that the values were noted for may not be that of now.
        let log = entry.log.as_ref().unwrap_or(&loaded.log);
        if !log.is_off() {
            let mut lines = self.lines.borrow_mut();
            log.write(entry, &mut lines);
            if lines.len() >= LOG_PIECE {
                self.shared.log.write(std::mem::take(&mut *lines));
            }
        }
        if let Some(sink) = log.sink() {
            let is_full = self.batch.borrow_mut().take(sink, entry);
            if is_full {
                self.flush_entries(true);
            }
        }
        if let (Some(tracer), Some(trace)) = (&loaded.tracer, &entry.trace) {
            self.spans.borrow_mut().take(tracer, trace, entry);
            self.flush_spans(false);
        }
        self.shared.live.tell(entry, took);
    }

    fn flush(&self) {
        let lines = std::mem::take(&mut *self.lines.borrow_mut());
        if !lines.is_empty() {
            self.shared.log.write(lines);
        }
    }

    /// Sends the LogService what is due.
    fn flush_entries(self: &Rc<Self>, at_once: bool) {
        let view = self.view();
        let Some(sink) = view.loaded.log.sink() else { return };
        let mut batch = self.batch.borrow_mut();
        if batch.is_due(sink, at_once) {
            batch.send(self, &view.loaded, sink);
        }
    }

    /// Sends the TracingService what is due.
    fn flush_spans(self: &Rc<Self>, at_once: bool) {
        let view = self.view();
        let Some(tracer) = &view.loaded.tracer else { return };
        let mut spans = self.spans.borrow_mut();
        if spans.is_due(at_once) {
            spans.send(self, &view.loaded, tracer);
        }
    }

    /// Serves connections until there are no more and the gateway drains.
    pub(crate) async fn run(self: Rc<Self>, mut accepted: mpsc::UnboundedReceiver<Accepted>) {
        tokio::task::spawn_local(Rc::clone(&self).look_after());
        while let Some(next) = accepted.recv().await {
            let _ = next.stream.set_nonblocking(true);
            if let Ok(stream) = tokio::net::TcpStream::from_std(next.stream) {
                self.serve(stream, next.port);
            }
        }
        // The gateway drains: connections that are left get their time.
        let end = tokio::time::Instant::now() + self.shared.options.drain_timeout;
        while self.load() > 0 && tokio::time::Instant::now() < end {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        self.is_done.set(true);
        self.flush();
        self.flush_entries(true);
        self.flush_spans(true);
        let mut batch = std::mem::take(&mut *self.batch.borrow_mut());
        let mut spans = std::mem::take(&mut *self.spans.borrow_mut());
        tokio::join!(batch.end(), spans.end());
    }

    /// Connections of clients that it has.
    fn load(&self) -> usize {
        self.shared.loads.get(self.index).map_or(0, |load| load.load(Ordering::Relaxed))
    }

    /// Takes a connection.
    pub(crate) fn serve(self: &Rc<Self>, stream: tokio::net::TcpStream, port: u16) {
        let worker = Rc::clone(self);
        worker.shared.totals.connections.fetch_add(1, Ordering::Relaxed);
        worker.shared.totals.open.fetch_add(1, Ordering::Relaxed);
        tokio::task::spawn_local(async move {
            let _count = Open(Rc::clone(&worker));
            connection::serve(worker, stream, port).await;
        });
    }

    async fn look_after(self: Rc<Self>) {
        let mut ticks = 0u32;
        while !self.is_done.get() {
            tokio::time::sleep(TICK).await;
            self.flush();
            self.flush_entries(false);
            self.flush_spans(false);
            ticks += 1;
            if ticks.is_multiple_of(10) {
                self.sweep();
            }
            if self.index == 0 {
                health::begin(&self);
            }
        }
    }

    /// Closes connections to upstreams that are idle for too long, or whose endpoint is gone.
    fn sweep(&self) {
        let view = self.view();
        let mut limits: FxHashMap<u64, Duration> = FxHashMap::default();
        for upstream in view.loaded.upstreams() {
            let limit = upstream.cluster.idle_timeout.unwrap_or(Duration::from_secs(3600));
            for upstream in std::iter::once(upstream).chain(upstream.detours.iter().map(|(_, _, detour)| detour)) {
                for endpoint in &upstream.endpoints.load().list {
                    limits.insert(endpoint.id, limit);
                }
            }
        }
        self.pools.sweep(|id| limits.get(&id).copied());
    }
}

/// Counts a connection for as long as it lives. The place was taken by whoever accepted it.
struct Open(Rc<Worker>);

impl Drop for Open {
    fn drop(&mut self) {
        if let Some(load) = self.0.shared.loads.get(self.0.index) {
            load.fetch_sub(1, Ordering::Relaxed);
        }
        self.0.shared.totals.open.fetch_sub(1, Ordering::Relaxed);
    }
}
