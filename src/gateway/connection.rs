//! One connection of a client: PROXY header, TLS, which HTTP it speaks; then its exchanges until it ends.

use std::net::SocketAddr;
use std::pin::pin;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use bytes::{Buf as _, BytesMut};
use hyper::server::conn::http2;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite};
use tokio::net::TcpStream;

use super::arrived::Arrived;
use super::downstream::Downstream;
use super::exchange;
use super::frames::{self, Guard, PREFACE, WINDOW};
use super::http1::{self, Rules, Service};
use super::prefixed::Prefixed;
use super::proxy;
use super::runtime::LocalExecutor;
use super::worker::Worker;
use super::{tcp, tls};
use crate::model::{ProxyPlace, Settings};
use crate::routing::{Listener, Serves};

/// How long a client may take with what comes before HTTP.
const OPENING: Duration = Duration::from_secs(15);

/// When an idle connection is closed; Envoy's own default.
const IDLE: Duration = Duration::from_secs(3600);

/// What Envoy knows HTTP/2 by.
const MAGIC: &[u8] = b"PRI * HTTP/2";

/// Serves a connection to its end.
pub(crate) async fn serve(worker: Rc<Worker>, mut stream: TcpStream, port: u16) {
    let (Ok(peer), Ok(local)) = (stream.peer_addr(), stream.local_addr()) else { return };
    let view = worker.view();
    let Some(listener) = view.loaded.table.listener(port) else { return };
    let mut first = BytesMut::new();
    let Ok(Some((addresses, is_tls))) =
        tokio::time::timeout(OPENING, open(&mut stream, &mut first, listener, (peer, local))).await
    else {
        return;
    };
    let (peer, local) = addresses;
    if !is_tls {
        let down = Rc::new(Downstream { port, peer, local, tls: None });
        return match listener.chain(None).map(|chain| &chain.serves) {
            None => {}
            Some(Serves::Tcp(clusters)) => {
                tcp::carry(&worker, &view, clusters, Prefixed::new(first.freeze(), stream)).await;
            }
            Some(Serves::Http(_)) => {
                let settings = Arc::clone(&view.loaded.table.settings);
                let streams = listener.http2_max_concurrent_streams;
                http(worker, stream, first, down, settings, streams, None).await;
            }
        };
    }
    let choose = |name: Option<&str>| {
        let chain = listener.chain(Some(name))?;
        view.loaded.tls(chain.tls?).cloned()
    };
    let wanted = &view.loaded.table.settings.set_current_client_cert_details;
    let stream = Prefixed::new(first.freeze(), stream);
    let accepted = tokio::time::timeout(OPENING, tls::accept(stream, choose, wanted)).await;
    let Ok(Some((stream, secured))) = accepted else { return };
    let name = secured.server_name.clone();
    let down = Rc::new(Downstream { port, peer, local, tls: Some(secured) });
    match listener.chain(Some(name.as_deref())).map(|chain| &chain.serves) {
        None => {}
        Some(Serves::Tcp(clusters)) => tcp::carry(&worker, &view, clusters, stream).await,
        Some(Serves::Http(_)) => {
            let is_http2 = tls::chose_http2(&stream);
            let settings = Arc::clone(&view.loaded.table.settings);
            let streams = listener.http2_max_concurrent_streams;
            http(worker, stream, BytesMut::new(), down, settings, streams, is_http2).await;
        }
    }
}

/// Reads what comes before HTTP: the addresses of both ends, and whether TLS begins.
async fn open(
    stream: &mut TcpStream,
    first: &mut BytesMut,
    listener: &Listener,
    mut addresses: (SocketAddr, SocketAddr),
) -> Option<((SocketAddr, SocketAddr), bool)> {
    let looks_for_tls = listener.stack.tls;
    if let Some(place) = listener.stack.proxy {
        loop {
            match proxy::read(first) {
                proxy::Read::Refused => return None,
                proxy::Read::Incomplete => {
                    if stream.read_buf(first).await.ok()? == 0 {
                        return None;
                    }
                }
                proxy::Read::Header { length, told } => {
                    first.advance(length);
                    addresses = told.unwrap_or(addresses);
                    break;
                }
            }
        }
        // Recognised before the header was consumed, it cannot have been TLS.
        if place == ProxyPlace::AfterTls {
            return Some((addresses, false));
        }
    }
    if !looks_for_tls {
        return Some((addresses, false));
    }
    if first.is_empty() && stream.read_buf(first).await.ok()? == 0 {
        return None;
    }
    Some((addresses, first.first() == Some(&0x16)))
}

/// Serves HTTP: 2 where it was chosen or the preface says so, else 1.
async fn http<S: AsyncRead + AsyncWrite + Unpin + Send + 'static>(
    worker: Rc<Worker>,
    mut stream: S,
    mut first: BytesMut,
    down: Rc<Downstream>,
    settings: Arc<Settings>,
    streams: Option<u32>,
    chosen: Option<bool>,
) {
    let idle = settings.listener_idle_timeout.unwrap_or(IDLE);
    let mut is_http2 = chosen == Some(true);
    if chosen.is_none() {
        if first.is_empty() {
            match tokio::time::timeout(idle, stream.read_buf(&mut first)).await {
                Ok(Ok(length)) if length > 0 => {}
                _ => return,
            }
        }
        // As in Envoy, the first piece tells; a preface that comes in two is none.
        is_http2 = first.starts_with(MAGIC);
        if is_http2 && first.len() < PREFACE.len() {
            return;
        }
    }
    if is_http2 {
        http_2(worker, Guard::new(stream, first, rules_2(&settings, streams)), down, &settings, idle).await;
    } else {
        http_1(worker, stream, first, down, &settings, idle).await;
    }
}

async fn http_1<S: AsyncRead + AsyncWrite + Unpin + Send + 'static>(
    worker: Rc<Worker>,
    stream: S,
    first: BytesMut,
    down: Rc<Downstream>,
    settings: &Settings,
    idle: Duration,
) {
    let rules = Rules {
        most_head: settings.max_request_headers_kb as usize * 1024,
        http10: settings.enable_http10,
        allows_chunked_length: settings.allow_chunked_length,
        is_tls: down.tls.is_some(),
        idle,
    };
    let drain = worker.shared.drain.subscribe();
    let exchange = move |arrived, notes| exchange::serve(Rc::clone(&worker), Rc::clone(&down), arrived, Some(notes));
    http1::serve(stream, first, Service { rules, title_case: settings.proper_case, drain, exchange }).await;
}

fn rules_2(settings: &Settings, streams: Option<u32>) -> frames::Rules {
    frames::Rules { most_head: settings.max_request_headers_kb as usize * 1024, most_streams: streams.unwrap_or(1024) }
}

async fn http_2<S: AsyncRead + AsyncWrite + Unpin + 'static>(
    worker: Rc<Worker>,
    guard: Guard<S>,
    down: Rc<Downstream>,
    settings: &Settings,
    idle: Duration,
) {
    let mut drain = worker.shared.drain.subscribe();
    let service = service_fn(move |request| {
        exchange::serve(Rc::clone(&worker), Rc::clone(&down), Arrived::over_http2(request), None)
    });
    {
        // The gate judges; h2's own limits only stand behind it.
        let connection = http2::Builder::new(LocalExecutor)
            .timer(TokioTimer::new())
            .auto_date_header(false)
            .max_pending_accept_reset_streams(Some(1024))
            .max_local_error_reset_streams(Some(1024))
            .max_concurrent_streams(None)
            .initial_stream_window_size(WINDOW)
            .initial_connection_window_size(24 * 1024 * 1024)
            .max_header_list_size(settings.max_request_headers_kb.saturating_mul(1024).saturating_add(16 * 1024))
            .serve_connection(TokioIo::new(guard.clone()), service);
        let mut connection = pin!(connection);
        tokio::select! {
            _ = connection.as_mut() => {}
            () = guard.idles(idle) => guard.dismiss(),
            _ = drain.wait_for(|drains| *drains) => {
                connection.as_mut().graceful_shutdown();
                let _ = connection.await;
            }
        }
    }
    guard.finish().await;
}
