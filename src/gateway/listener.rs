//! Bound ports: connections are accepted in one place and given to the worker that has least to do.

use std::collections::HashMap;
use std::io;
use std::net::{SocketAddr, TcpListener};
use std::rc::Rc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use socket2::{Domain, Protocol, Socket, Type};
use tokio::sync::mpsc;
use tokio::task::AbortHandle;

use super::worker::{Accepted, Worker};

/// Connections that may wait to be accepted.
const BACKLOG: i32 = 4096;

/// What acceptors are told.
pub(crate) enum Order {
    /// Accept on a socket.
    Open {
        /// The Listener's port.
        port: u16,
        /// The bound socket.
        socket: TcpListener,
    },
    /// Stop accepting.
    Close {
        /// The Listener's port.
        port: u16,
    },
    /// Stop accepting at all; workers end when their connections have.
    CloseAll,
}

/// Binds an address.
pub(crate) fn bind(address: SocketAddr) -> io::Result<TcpListener> {
    let socket = Socket::new(Domain::for_address(address), Type::STREAM, Some(Protocol::TCP))?;
    socket.set_reuse_address(true)?;
    socket.set_nonblocking(true)?;
    socket.bind(&address.into())?;
    socket.listen(BACKLOG)?;
    Ok(socket.into())
}

/// Accepts connections for all workers, in the thread of the first.
///
/// The kernel's own spreading (`SO_REUSEPORT`) goes by hash: a few connections that live long would lie unevenly, and
/// closing a socket resets what waits on it. One accept for a connection is cheap beside its requests.
pub(crate) struct Acceptors {
    worker: Rc<Worker>,
    channels: Rc<Vec<mpsc::UnboundedSender<Accepted>>>,
}

impl Acceptors {
    /// Acceptors that hand connections to these workers.
    pub(crate) fn new(worker: Rc<Worker>, channels: Vec<mpsc::UnboundedSender<Accepted>>) -> Self {
        Self { worker, channels: Rc::new(channels) }
    }

    /// Follows orders until all is closed.
    pub(crate) async fn run(self, mut orders: mpsc::UnboundedReceiver<Order>) {
        let mut open: HashMap<u16, AbortHandle> = HashMap::new();
        while let Some(order) = orders.recv().await {
            match order {
                Order::Open { port, socket } => {
                    let Ok(listener) = tokio::net::TcpListener::from_std(socket) else { continue };
                    let (worker, channels) = (Rc::clone(&self.worker), Rc::clone(&self.channels));
                    let task = tokio::task::spawn_local(accept(worker, channels, listener, port));
                    open.insert(port, task.abort_handle());
                }
                Order::Close { port } => {
                    if let Some(task) = open.remove(&port) {
                        task.abort();
                    }
                }
                Order::CloseAll => break,
            }
        }
        open.values().for_each(AbortHandle::abort);
    }
}

async fn accept(
    worker: Rc<Worker>,
    channels: Rc<Vec<mpsc::UnboundedSender<Accepted>>>,
    listener: tokio::net::TcpListener,
    port: u16,
) {
    loop {
        let stream = match listener.accept().await {
            Ok((stream, _)) => stream,
            // Out of descriptors, or a client that is gone already: others may come.
            Err(_) => {
                tokio::time::sleep(Duration::from_millis(5)).await;
                continue;
            }
        };
        let _ = stream.set_nodelay(true);
        let loads = &worker.shared.loads;
        let least = loads.iter().enumerate().min_by_key(|(at, load)| (load.load(Ordering::Relaxed), *at));
        let Some((chosen, load)) = least else { continue };
        load.fetch_add(1, Ordering::Relaxed);
        if chosen == worker.index {
            worker.serve(stream, port);
        } else if let (Some(channel), Ok(stream)) = (channels.get(chosen), stream.into_std()) {
            let _ = channel.send(Accepted { stream, port });
        }
    }
}
