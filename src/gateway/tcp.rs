//! TCPMappings: bytes both ways.

use std::cell::Cell;
use std::rc::Rc;
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::time::Instant;

use super::retired::View;
use super::upstream::breaker::Counted;
use super::upstream::connect::connect;
use super::worker::Worker;
use crate::model::{ClusterId, Priority};

/// The longest silence of a TCP connection; Envoy's own default.
const SILENCE: Duration = Duration::from_secs(3600);

const PIECE: usize = 16 * 1024;

/// Carries a connection to one of these clusters.
pub(crate) async fn carry<S>(worker: &Rc<Worker>, view: &View, clusters: &[(ClusterId, u32)], client: S)
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    let total: u32 = clusters.iter().map(|(_, weight)| *weight).sum();
    let mut place = fastrand::u32(..total.max(1));
    let chosen = clusters.iter().find(|(_, weight)| match place.checked_sub(*weight) {
        Some(rest) => {
            place = rest;
            false
        }
        None => true,
    });
    let Some(upstream) = chosen.and_then(|(cluster, _)| view.loaded.upstream(*cluster)) else { return };
    let set = upstream.discover().await;
    let Some(endpoint) = upstream.choose(&set, None, 0) else { return };
    let breaker = upstream.breaker(Priority::Default);
    if !breaker.take(Counted::Connection) {
        return;
    }
    let mut drain = worker.shared.drain.subscribe();
    if let Ok(wire) = connect(upstream, &endpoint).await {
        tokio::select! {
            _ = tunnel(client, wire, Some(SILENCE)) => {}
            // A tunnel knows no good moment to end: it has until the drain timeout.
            () = async {
                let _ = drain.wait_for(|drains| *drains).await;
                tokio::time::sleep(worker.shared.options.drain_timeout).await;
            } => {}
        }
    }
    breaker.give(Counted::Connection);
}

/// What went through a tunnel.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Carried {
    /// To the client.
    pub(crate) sent: u64,
    /// From the client.
    pub(crate) received: u64,
    /// Whether the client ended it.
    pub(crate) client_left: bool,
}

/// Carries bytes both ways. One side's end is passed on to the other.
pub(crate) async fn tunnel<A, B>(client: A, upstream: B, idle: Option<Duration>) -> Carried
where
    A: AsyncRead + AsyncWrite + Unpin,
    B: AsyncRead + AsyncWrite + Unpin,
{
    let (client_reads, client_writes) = tokio::io::split(client);
    let (upstream_reads, upstream_writes) = tokio::io::split(upstream);
    let last = Cell::new(Instant::now());
    let (sent, received) = (Cell::new(0u64), Cell::new(0u64));
    let (upstream_left, client_left) = (Cell::new(false), Cell::new(false));
    let up = async {
        pour(client_reads, upstream_writes, &last, &received).await;
        client_left.set(!upstream_left.get());
    };
    let down = async {
        pour(upstream_reads, client_writes, &last, &sent).await;
        upstream_left.set(!client_left.get());
    };
    let silence = async {
        let Some(idle) = idle else { return std::future::pending().await };
        while last.get() + idle > Instant::now() {
            tokio::time::sleep_until(last.get() + idle).await;
        }
    };
    tokio::select! {
        _ = async { tokio::join!(up, down) } => {}
        () = silence => {}
    }
    Carried { sent: sent.get(), received: received.get(), client_left: client_left.get() }
}

async fn pour<R, W>(mut from: R, mut to: W, last: &Cell<Instant>, count: &Cell<u64>)
where
    R: AsyncRead + Unpin,
    W: AsyncWrite + Unpin,
{
    let mut piece = vec![0u8; PIECE];
    while let Ok(length) = from.read(&mut piece).await
        && length > 0
    {
        last.set(Instant::now());
        let Some(bytes) = piece.get(..length) else { break };
        if to.write_all(bytes).await.is_err() || to.flush().await.is_err() {
            return;
        }
        count.set(count.get() + length as u64);
    }
    let _ = to.shutdown().await;
}
