//! Connections kept for reuse: those of one worker, by endpoint.

use std::cell::{Cell, RefCell};
use std::net::SocketAddr;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use http::{Request, Response, StatusCode};
use hyper::client::conn::http2;
use hyper_util::rt::{TokioIo, TokioTimer};
use rustc_hash::FxHashMap;
use tokio::time::Instant;

use super::arriving::Arriving;
use super::breaker::Counted;
use super::cluster::{Endpoint, Upstream};
use super::connect::{Wire, connect};
use super::http1::{Connection, Outgoing};
use super::request::Sending;
use crate::gateway::fault::Fault;
use crate::gateway::prefixed::Prefixed;
use crate::gateway::runtime::LocalExecutor;
use crate::gateway::upload::UpBody;
use crate::model::Priority;

/// How long an idle connection is kept; Envoy's own default.
const IDLE: Duration = Duration::from_secs(3600);

/// The most idle connections to one endpoint that a worker keeps.
const MOST_IDLE: usize = 1024;

/// The most tunnels to one endpoint that a worker opens at once: each is dear, and one that is freed meanwhile is as good.
const MOST_OPENING: usize = 2;

/// Counts a connection that is being opened.
struct Opening(Rc<Pool>);

impl Opening {
    fn begin(pool: &Rc<Pool>) -> Self {
        pool.opening.set(pool.opening.get() + 1);
        Self(Rc::clone(pool))
    }
}

impl Drop for Opening {
    fn drop(&mut self) {
        self.0.opening.set(self.0.opening.get() - 1);
    }
}

/// The connections of a worker.
#[derive(Default)]
pub(crate) struct Pools {
    by_endpoint: RefCell<FxHashMap<u64, Rc<Pool>>>,
}

/// The connections of a worker to one endpoint.
#[derive(Default)]
pub(crate) struct Pool {
    #[expect(clippy::vec_box, reason = "a connection goes from here into the answer that comes over it, and back")]
    idle: RefCell<Vec<Box<Http1>>>,
    opening: Cell<usize>,
    shared: tokio::sync::Mutex<Option<Shared>>,
}

/// A connection of HTTP/1, with its place in the circuit breaker.
pub(crate) struct Http1 {
    connection: Connection<Wire>,
    local: Option<SocketAddr>,
    since: Instant,
    dies: Option<Instant>,
    _place: Place,
}

/// A connection of HTTP/2, for many requests at once.
#[derive(Clone)]
struct Shared {
    sender: http2::SendRequest<UpBody>,
    local: Option<SocketAddr>,
    dies: Option<Instant>,
    last: Rc<Cell<Instant>>,
}

/// A request's place in the circuit breaker, and where its connection belongs.
pub(crate) struct Lease {
    pool: Rc<Pool>,
    upstream: Arc<Upstream>,
    endpoint: Arc<Endpoint>,
    priority: Priority,
}

impl Drop for Lease {
    fn drop(&mut self) {
        self.upstream.breaker(self.priority).give(Counted::Request);
        self.endpoint.active.fetch_sub(1, Ordering::Relaxed);
    }
}

impl std::ops::Deref for Http1 {
    type Target = Connection<Wire>;

    fn deref(&self) -> &Connection<Wire> {
        &self.connection
    }
}

impl std::ops::DerefMut for Http1 {
    fn deref_mut(&mut self) -> &mut Connection<Wire> {
        &mut self.connection
    }
}

impl Http1 {
    fn is_usable(&mut self, idle: Duration) -> bool {
        let now = Instant::now();
        now < self.since + idle && self.dies.is_none_or(|dies| now < dies) && self.connection.is_quiet()
    }

    /// The connection as it is, with what was read of it.
    pub(super) fn into_stream(self) -> Prefixed<Wire> {
        self.connection.into_stream()
    }
}

impl Pool {
    fn put(&self, mut connection: Box<Http1>) {
        connection.since = Instant::now();
        let mut idle = self.idle.borrow_mut();
        if idle.len() < MOST_IDLE {
            idle.push(connection);
        }
    }

    fn take(&self, upstream: &Upstream) -> Option<Box<Http1>> {
        let limit = idle_limit(upstream);
        loop {
            let mut connection = self.idle.borrow_mut().pop()?;
            if connection.is_usable(limit) {
                return Some(connection);
            }
        }
    }
}

fn idle_limit(upstream: &Upstream) -> Duration {
    match upstream.cluster.idle_timeout {
        Some(limit) if limit.is_zero() => Duration::from_secs(u64::from(u32::MAX)),
        Some(limit) => limit,
        None => IDLE,
    }
}

/// A place in a circuit breaker for as long as this lives.
pub(crate) struct Place {
    upstream: Arc<Upstream>,
    priority: Priority,
    counted: Counted,
}

impl Place {
    /// Takes a place, if there is one.
    pub(crate) fn take(upstream: &Arc<Upstream>, priority: Priority, counted: Counted) -> Option<Self> {
        upstream.breaker(priority).take(counted).then(|| Self { upstream: Arc::clone(upstream), priority, counted })
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.upstream.breaker(self.priority).give(self.counted);
    }
}

impl Pools {
    fn of(&self, endpoint: &Endpoint) -> Rc<Pool> {
        Rc::clone(self.by_endpoint.borrow_mut().entry(endpoint.id).or_default())
    }

    /// Closes connections that were idle for too long, and forgets endpoints without any.
    pub(crate) fn sweep(&self, limit_of: impl Fn(u64) -> Option<Duration>) {
        self.by_endpoint.borrow_mut().retain(|id, pool| {
            let Some(limit) = limit_of(*id) else {
                pool.idle.borrow_mut().clear();
                return Rc::strong_count(pool) > 1;
            };
            pool.idle.borrow_mut().retain_mut(|connection| connection.is_usable(limit));
            if let Ok(mut shared) = pool.shared.try_lock()
                && shared.as_ref().is_some_and(|shared| {
                    shared.sender.is_closed()
                        || Rc::strong_count(&shared.last) == 1 && shared.last.get() + limit < Instant::now()
                })
            {
                *shared = None;
            }
            true
        });
    }

    /// Sends a request to an endpoint and waits for the head of the answer. `local` is told our end of the connection.
    pub(crate) async fn send(
        &self,
        upstream: &Arc<Upstream>,
        endpoint: &Arc<Endpoint>,
        priority: Priority,
        request: Sending,
        local: &Cell<Option<SocketAddr>>,
    ) -> Result<Response<Arriving>, Fault> {
        if !upstream.breaker(priority).take(Counted::Request) {
            return Err(Fault::Overflow);
        }
        endpoint.active.fetch_add(1, Ordering::Relaxed);
        let lease =
            Lease { pool: self.of(endpoint), upstream: Arc::clone(upstream), endpoint: Arc::clone(endpoint), priority };
        match request {
            Sending::Http1(request) => lease.send_http1(*request, local).await,
            Sending::Http2(request) => Box::pin(lease.send_http2(*request, local)).await,
        }
    }
}

impl Lease {
    /// Gives a connection back behind an answer; one that cannot be used again is closed.
    pub(super) fn give_back(self, connection: Box<Http1>) {
        if connection.is_reusable() {
            self.pool.put(connection);
        } else {
            // Its place is free before anybody is told.
            drop(connection);
        }
        self.upstream.breaker(self.priority).freed.notify_one();
    }

    async fn send_http1(
        self,
        mut request: Outgoing,
        local: &Cell<Option<SocketAddr>>,
    ) -> Result<Response<Arriving>, Fault> {
        loop {
            let (mut connection, is_fresh) = self.connection_http1().await?;
            local.set(connection.local);
            match connection.ask(request).await {
                Ok(head) => {
                    let is_upgraded = head.status == StatusCode::SWITCHING_PROTOCOLS;
                    let mut response = Response::new(Arriving::new(connection, self, is_upgraded));
                    *response.status_mut() = head.status;
                    *response.headers_mut() = head.headers;
                    return Ok(response);
                }
                Err(fault) => match connection.take_unsent().filter(|_| !is_fresh && fault == Fault::Termination) {
                    // It was closed before anything was written: that is no try.
                    Some(unsent) => request = unsent,
                    None => return Err(fault),
                },
            }
        }
    }

    async fn connection_http1(&self) -> Result<(Box<Http1>, bool), Fault> {
        let mut waits: Option<Place> = None;
        loop {
            if let Some(connection) = self.pool.take(&self.upstream) {
                return Ok((connection, false));
            }
            let breaker = self.upstream.breaker(self.priority);
            let freed = breaker.freed.notified();
            if self.endpoint.tunnel.is_some() && self.pool.opening.get() >= MOST_OPENING {
                let _ = tokio::time::timeout(Duration::from_millis(20), freed).await;
                continue;
            }
            if let Some(place) = Place::take(&self.upstream, self.priority, Counted::Connection) {
                // Seldom needed and large: it would make every exchange as large.
                return Ok((Box::pin(self.open_http1(place)).await?, true));
            }
            if waits.is_none() {
                let waiting = Place::take(&self.upstream, self.priority, Counted::Pending);
                waits = Some(waiting.ok_or(Fault::Overflow)?);
            }
            // Another worker may hold the free connection: then the place itself must become free.
            let _ = tokio::time::timeout(Duration::from_millis(20), freed).await;
        }
    }

    async fn open_http1(&self, place: Place) -> Result<Box<Http1>, Fault> {
        let _opening = Opening::begin(&self.pool);
        let wire = connect(&self.upstream, &self.endpoint).await?;
        let (local, since, dies) = (wire.local_addr(), Instant::now(), self.dies());
        Ok(Box::new(Http1 { connection: Connection::new(wire), local, since, dies, _place: place }))
    }

    fn dies(&self) -> Option<Instant> {
        self.upstream.cluster.max_connection_lifetime.map(|lifetime| Instant::now() + lifetime)
    }

    async fn send_http2(
        self,
        mut request: Request<UpBody>,
        local: &Cell<Option<SocketAddr>>,
    ) -> Result<Response<Arriving>, Fault> {
        loop {
            let (mut shared, is_fresh) = self.connection_http2().await?;
            local.set(shared.local);
            shared.last.set(Instant::now());
            match shared.sender.try_send_request(request).await {
                Ok(response) => return Ok(response.map(|incoming| Arriving::Http2(incoming, self))),
                Err(mut error) => match error.take_message().filter(|_| !is_fresh) {
                    // It was closed before anything was written: that is no try.
                    Some(unsent) => request = unsent,
                    None => return Err(fault_of(error.into_error())),
                },
            }
        }
    }

    async fn connection_http2(&self) -> Result<(Shared, bool), Fault> {
        let mut known = self.pool.shared.lock().await;
        if let Some(shared) = &*known
            && !shared.sender.is_closed()
            && shared.dies.is_none_or(|dies| Instant::now() < dies)
        {
            return Ok((shared.clone(), false));
        }
        *known = None;
        let place = Place::take(&self.upstream, self.priority, Counted::Connection).ok_or(Fault::Overflow)?;
        let wire = connect(&self.upstream, &self.endpoint).await?;
        let local = wire.local_addr();
        let handshake = http2::Builder::new(LocalExecutor)
            .timer(TokioTimer::new())
            .initial_stream_window_size(1 << 20)
            .initial_connection_window_size(1 << 24)
            .max_header_list_size(60 * 1024)
            .handshake(TokioIo::new(wire))
            .await;
        let (sender, driver) = handshake.map_err(|_| Fault::Termination)?;
        tokio::task::spawn_local(async move {
            let _ = driver.await;
            drop(place);
        });
        let shared = Shared { sender, local, dies: self.dies(), last: Rc::new(Cell::new(Instant::now())) };
        *known = Some(shared.clone());
        Ok((shared, true))
    }
}

/// What an error of a connection of HTTP/2 means.
fn fault_of(error: hyper::Error) -> Fault {
    use std::error::Error as _;
    if error.is_user() {
        return Fault::Client;
    }
    let Some(h2) = error.source().and_then(|source| source.downcast_ref::<h2::Error>()) else {
        return if error.is_parse() || error.is_parse_too_large() { Fault::Protocol } else { Fault::Termination };
    };
    match h2.reason() {
        Some(h2::Reason::REFUSED_STREAM) => Fault::RefusedStream,
        Some(h2::Reason::PROTOCOL_ERROR) if h2.is_library() => Fault::Protocol,
        Some(_) if h2.is_reset() => Fault::Reset,
        _ => Fault::Termination,
    }
}
