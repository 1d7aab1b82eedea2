//! CARRY THE TRAFFIC
//!
//! - *takes*: a route table, where its clusters are, certificates; connections of clients
//! - *gives*: what Envoy with Emissary would answer; counters, access log, the admin pages
//! - *never*: reads YAML, asks Kubernetes, prints; a configuration comes whole or not at all
//! - *start*: [`exchange`], the life of a request; then [`worker`]

#![cfg_attr(
    not(test),
    expect(clippy::disallowed_methods, reason = "this room carries traffic: it has sockets, clocks and threads")
)]

mod access_log;
mod account;
mod admin;
mod arrived;
mod body;
mod certificates;
mod client_certificate;
mod clock;
mod connection;
mod downstream;
mod error;
mod exchange;
mod facts;
mod fault;
mod filters;
mod forward;
mod frames;
mod health;
mod http1;
mod listener;
mod live;
mod loaded;
mod log_service;
mod log_writer;
mod metrics;
mod outbox;
mod passing;
mod prefixed;
mod proxy;
mod reply;
mod retired;
mod runtime;
pub mod strangers;
mod supply;
mod tcp;
mod tls;
mod tracing;
mod upload;
mod upstream;

mod worker;

use std::collections::BTreeMap;
use std::io::Write;
use std::net::{Ipv4Addr, SocketAddr};
use std::rc::Rc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::Duration;

use arc_swap::ArcSwap;
use tokio::sync::{mpsc, watch};
use tokio::task::LocalSet;

pub use access_log::LogChoice;
pub use admin::{Page, Pages};
pub use error::GatewayError;
pub use supply::{
    Endpoints, Follow, Followed, Installation, KeyPair, Opening, Place, Presence, Spot, TlsMaterial, Tunnel, Unopened,
};

use listener::Acceptors;
use loaded::Loaded;
use worker::{Accepted, Shared, Worker};

/// How a gateway is started.
pub struct Options {
    /// How many threads serve.
    pub workers: usize,
    /// Where Listeners' ports are bound; others on the same port of 127.0.0.1.
    pub listen: BTreeMap<u16, SocketAddr>,
    /// How long exchanges may take to end when the gateway stops.
    pub drain_timeout: Duration,
    /// Whether answers tell the Mapping, in `x-ambassador-mapping`.
    pub debug_header: bool,
    /// The access log, if not the Module's.
    pub log: Option<LogChoice>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            workers: 1,
            listen: BTreeMap::new(),
            drain_timeout: Duration::from_secs(10),
            debug_header: false,
            log: None,
        }
    }
}

impl Options {
    fn address(&self, port: u16) -> SocketAddr {
        self.listen.get(&port).copied().unwrap_or_else(|| SocketAddr::from((Ipv4Addr::LOCALHOST, port)))
    }
}

/// A running gateway.
pub struct Gateway {
    shared: Arc<Shared>,
    acceptors: mpsc::UnboundedSender<listener::Order>,
    bound: Mutex<BTreeMap<u16, SocketAddr>>,
    threads: Vec<JoinHandle<()>>,
}

impl Gateway {
    /// Starts serving a configuration. Log lines go to `log`.
    ///
    /// # Errors
    ///
    /// An address cannot be bound, a certificate cannot be used, a thread cannot be made.
    pub fn start(
        mut options: Options,
        installation: Installation,
        log: Option<Box<dyn Write + Send>>,
    ) -> Result<Self, GatewayError> {
        options.workers = options.workers.max(1);
        let loaded = Loaded::new(installation, None, &options)?;
        let ports = loaded.ports();
        let workers = options.workers;
        let shared = Arc::new(Shared {
            current: ArcSwap::from_pointee(loaded),
            version: AtomicU64::new(1),
            retired: retired::Retired::new().map_err(GatewayError::Worker)?,
            totals: metrics::Totals::default(),
            loads: (0..workers).map(|_| AtomicUsize::new(0)).collect(),
            drain: watch::Sender::new(false),
            log: log_writer::LogWriter::new(log).map_err(GatewayError::Worker)?,
            live: live::Live::default(),
            options,
        });
        let (acceptors, orders) = mpsc::unbounded_channel();
        let mut channels = Vec::new();
        let mut receivers = Vec::new();
        for _ in 0..workers {
            let (sender, receiver) = mpsc::unbounded_channel::<Accepted>();
            channels.push(sender);
            receivers.push(receiver);
        }
        let gateway = Self { shared, acceptors, bound: Mutex::default(), threads: Vec::new() };
        gateway.bind(&ports)?;
        gateway.run(channels, receivers, orders)
    }

    fn run(
        mut self,
        channels: Vec<mpsc::UnboundedSender<Accepted>>,
        receivers: Vec<mpsc::UnboundedReceiver<Accepted>>,
        orders: mpsc::UnboundedReceiver<listener::Order>,
    ) -> Result<Self, GatewayError> {
        let mut acceptors = Some((channels, orders));
        for (index, receiver) in receivers.into_iter().enumerate() {
            let runtime =
                tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(GatewayError::Worker)?;
            let shared = Arc::clone(&self.shared);
            let accepts = acceptors.take();
            let thread = std::thread::Builder::new().name(format!("worker-{index}")).spawn(move || {
                LocalSet::new().block_on(&runtime, async move {
                    let worker = Worker::new(index, shared);
                    if let Some((channels, orders)) = accepts {
                        tokio::task::spawn_local(Acceptors::new(Rc::clone(&worker), channels).run(orders));
                    }
                    worker.run(receiver).await;
                });
            });
            self.threads.push(thread.map_err(GatewayError::Worker)?);
        }
        Ok(self)
    }

    /// Binds the ports that are wanted, and gives up the others.
    fn bind(&self, ports: &[u16]) -> Result<(), GatewayError> {
        let Ok(mut bound) = self.bound.lock() else { return Ok(()) };
        let mut fresh = Vec::new();
        for port in ports.iter().filter(|port| !bound.contains_key(port)) {
            let address = self.shared.options.address(*port);
            let socket =
                listener::bind(address).map_err(|source| GatewayError::Bind { port: *port, address, source })?;
            let address = socket.local_addr().unwrap_or(address);
            fresh.push((*port, address, socket));
        }
        for (port, address, socket) in fresh {
            bound.insert(port, address);
            let _ = self.acceptors.send(listener::Order::Open { port, socket });
        }
        bound.retain(|port, _| {
            let stays = ports.contains(port);
            if !stays {
                let _ = self.acceptors.send(listener::Order::Close { port: *port });
            }
            stays
        });
        Ok(())
    }

    /// Puts another configuration in force. Exchanges under way end under the one that they began with.
    ///
    /// # Errors
    ///
    /// As [`Self::start`]; the configuration in force stays.
    pub fn install(&self, installation: Installation) -> Result<(), GatewayError> {
        let before = self.shared.current.load_full();
        let loaded = Loaded::new(installation, Some(&before), &self.shared.options)?;
        self.bind(&loaded.ports())?;
        let version = loaded.version;
        self.shared.current.store(Arc::new(loaded));
        self.shared.version.store(version, Ordering::Release);
        self.shared.totals.installs.fetch_add(1, Ordering::Relaxed);
        Ok(())
    }

    /// Counts a configuration that was refused, wherever on its way.
    pub fn count_refused(&self) {
        self.shared.totals.refused.fetch_add(1, Ordering::Relaxed);
    }

    /// Where a Listener's port is bound.
    pub fn address(&self, port: u16) -> Option<SocketAddr> {
        self.bound.lock().ok()?.get(&port).copied()
    }

    /// The number of the configuration in force.
    pub fn version(&self) -> u64 {
        self.shared.version.load(Ordering::Acquire)
    }

    /// Serves the admin pages on an address; `pages` answers for those that need more than the gateway knows.
    ///
    /// # Errors
    ///
    /// The address cannot be bound.
    pub fn serve_admin(&self, address: SocketAddr, pages: Arc<dyn Pages>) -> Result<SocketAddr, GatewayError> {
        admin::serve(&self.shared, address, pages)
    }

    /// Stops accepting, lets exchanges end within the drain timeout, and waits for it.
    pub fn drain(mut self) {
        self.shared.drain.send_replace(true);
        let _ = self.acceptors.send(listener::Order::CloseAll);
        for thread in self.threads.drain(..) {
            let _ = thread.join();
        }
    }
}

impl Drop for Gateway {
    fn drop(&mut self) {
        self.shared.drain.send_replace(true);
        let _ = self.acceptors.send(listener::Order::CloseAll);
    }
}
