//! Connections kept for reuse: those of one worker, by endpoint.

use std::cell::{Cell, RefCell};
use std::net::SocketAddr;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use http::{Request, Response};
use hyper::body::Incoming;
use hyper::client::conn::{TrySendError, http1, http2};
use hyper_util::rt::{TokioIo, TokioTimer};
use rustc_hash::FxHashMap;
use tokio::time::Instant;

use super::breaker::Counted;
use super::cluster::{Endpoint, Upstream};
use super::connect::connect;
use super::listen::{Heard, Listening};
use crate::gateway::fault::Fault;
use crate::gateway::runtime::LocalExecutor;
use crate::gateway::upload::UpBody;
use crate::model::Priority;

/// How long an idle connection is kept; Envoy's own default.
const IDLE: Duration = Duration::from_secs(3600);

/// The most idle connections to one endpoint that a worker keeps.
const MOST_IDLE: usize = 1024;

/// The most that is read ahead of an answer: a head as large as one may be.
const MOST_BUFFER: usize = 80 * 1024;

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
    idle: RefCell<Vec<Connection>>,
    opening: Cell<usize>,
    shared: tokio::sync::Mutex<Option<Shared>>,
}

/// A connection of HTTP/1.
struct Connection {
    sender: http1::SendRequest<UpBody>,
    heard: Arc<Heard>,
    local: Option<SocketAddr>,
    since: Instant,
    dies: Option<Instant>,
}

/// A connection of HTTP/2, for many requests at once.
#[derive(Clone)]
struct Shared {
    sender: http2::SendRequest<UpBody>,
    local: Option<SocketAddr>,
    dies: Option<Instant>,
    last: Rc<Cell<Instant>>,
}

/// A connection in use, with its places in the circuit breaker.
pub(crate) struct Lease {
    pool: Rc<Pool>,
    upstream: Arc<Upstream>,
    endpoint: Arc<Endpoint>,
    priority: Priority,
    connection: Option<Connection>,
}

impl Drop for Lease {
    fn drop(&mut self) {
        self.upstream.breaker(self.priority).give(Counted::Request);
        self.endpoint.active.fetch_sub(1, Ordering::Relaxed);
    }
}

impl Lease {
    /// Gives the connection back after an answer has ended; one whose request was not sent whole is closed.
    pub(crate) fn finish(mut self, request_was_sent: bool) {
        let Some(mut connection) = self.connection.take().filter(|_| request_was_sent) else { return };
        if connection.sender.is_ready() {
            self.pool.put(connection, &self.upstream, self.priority);
            return;
        }
        let (pool, upstream, priority) = (Rc::clone(&self.pool), Arc::clone(&self.upstream), self.priority);
        tokio::task::spawn_local(async move {
            if connection.sender.ready().await.is_ok() {
                pool.put(connection, &upstream, priority);
            }
        });
    }
}

impl Connection {
    fn is_usable(&self, idle: Duration) -> bool {
        let now = Instant::now();
        !self.sender.is_closed() && now < self.since + idle && self.dies.is_none_or(|dies| now < dies)
    }
}

impl Pool {
    fn put(&self, mut connection: Connection, upstream: &Upstream, priority: Priority) {
        connection.since = Instant::now();
        let mut idle = self.idle.borrow_mut();
        if idle.len() < MOST_IDLE && connection.is_usable(idle_limit(upstream)) {
            idle.push(connection);
        }
        drop(idle);
        upstream.breaker(priority).freed.notify_one();
    }

    fn take(&self, upstream: &Upstream) -> Option<Connection> {
        let limit = idle_limit(upstream);
        loop {
            let connection = self.idle.borrow_mut().pop()?;
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
            pool.idle.borrow_mut().retain(|connection| connection.is_usable(limit));
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
        request: Request<UpBody>,
        local: &Cell<Option<SocketAddr>>,
    ) -> Result<(Response<Incoming>, Lease), Fault> {
        if !upstream.breaker(priority).take(Counted::Request) {
            return Err(Fault::Overflow);
        }
        endpoint.active.fetch_add(1, Ordering::Relaxed);
        let mut lease = Lease {
            pool: self.of(endpoint),
            upstream: Arc::clone(upstream),
            endpoint: Arc::clone(endpoint),
            priority,
            connection: None,
        };
        let response = if request.version() == http::Version::HTTP_2 {
            Box::pin(lease.send_http2(request, local)).await?
        } else {
            lease.send_http1(request, local).await?
        };
        Ok((response, lease))
    }
}

impl Lease {
    async fn send_http1(
        &mut self,
        mut request: Request<UpBody>,
        local: &Cell<Option<SocketAddr>>,
    ) -> Result<Response<Incoming>, Fault> {
        loop {
            let (mut connection, is_fresh) = self.connection_http1().await?;
            local.set(connection.local);
            connection.heard.begin();
            match connection.sender.try_send_request(request).await {
                Ok(response) => {
                    self.connection = Some(connection);
                    return Ok(response);
                }
                Err(mut error) => match give_back(&mut error).filter(|_| !is_fresh) {
                    // It was closed before anything was written: that is no try.
                    Some(unsent) => request = unsent,
                    None => return Err(fault_of(error.into_error(), Some(&connection.heard))),
                },
            }
        }
    }

    async fn connection_http1(&self) -> Result<(Connection, bool), Fault> {
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

    async fn open_http1(&self, place: Place) -> Result<Connection, Fault> {
        let _opening = Opening::begin(&self.pool);
        let wire = connect(&self.upstream, &self.endpoint).await?;
        let local = wire.local_addr();
        let heard = Arc::new(Heard::default());
        let io = Listening::new(wire, Arc::clone(&heard));
        let handshake = http1::Builder::new().max_buf_size(MOST_BUFFER).handshake(TokioIo::new(io)).await;
        let (sender, driver) = handshake.map_err(|_| Fault::Termination)?;
        tokio::task::spawn_local(async move {
            let _ = driver.with_upgrades().await;
            drop(place);
        });
        Ok(Connection { sender, heard, local, since: Instant::now(), dies: self.dies() })
    }

    fn dies(&self) -> Option<Instant> {
        self.upstream.cluster.max_connection_lifetime.map(|lifetime| Instant::now() + lifetime)
    }

    async fn send_http2(
        &mut self,
        mut request: Request<UpBody>,
        local: &Cell<Option<SocketAddr>>,
    ) -> Result<Response<Incoming>, Fault> {
        loop {
            let (mut shared, is_fresh) = self.connection_http2().await?;
            local.set(shared.local);
            shared.last.set(Instant::now());
            match shared.sender.try_send_request(request).await {
                Ok(response) => return Ok(response),
                Err(mut error) => match give_back(&mut error).filter(|_| !is_fresh) {
                    Some(unsent) => request = unsent,
                    None => return Err(fault_of(error.into_error(), None)),
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

fn give_back(error: &mut TrySendError<Request<UpBody>>) -> Option<Request<UpBody>> {
    error.take_message()
}

/// What an error of a connection means; `heard` tells whether an answer had begun.
fn fault_of(error: hyper::Error, heard: Option<&Heard>) -> Fault {
    use std::error::Error as _;
    if error.is_user() {
        return Fault::Client;
    }
    if let Some(h2) = error.source().and_then(|source| source.downcast_ref::<h2::Error>()) {
        return match h2.reason() {
            Some(h2::Reason::REFUSED_STREAM) => Fault::RefusedStream,
            Some(h2::Reason::PROTOCOL_ERROR) if h2.is_library() => Fault::Protocol,
            Some(_) if h2.is_reset() => Fault::Reset,
            _ => Fault::Termination,
        };
    }
    let has_begun = heard.is_some_and(Heard::has_begun);
    if error.is_parse() || error.is_parse_too_large() || has_begun {
        return Fault::Protocol;
    }
    Fault::Termination
}
