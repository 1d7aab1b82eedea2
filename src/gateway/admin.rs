//! The admin pages: health, counters, and exchanges as they happen.

use std::collections::VecDeque;
use std::convert::Infallible;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, HeaderValue};
use http::{Method, Request, Response, StatusCode};
use http_body::Frame;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::sync::{Semaphore, broadcast};
use tokio::task::LocalSet;

use super::body::{Body, Failure};
use super::error::GatewayError;
use super::listener;
use super::metrics;
use super::worker::Shared;

/// The page itself, with its style and script beside it: nothing is fetched from elsewhere.
const PAGE: &str = include_str!("page/index.html");
const STYLE: &str = include_str!("page/style.css");
const SCRIPT: &str = include_str!("page/script.js");

const POLICY: HeaderValue = HeaderValue::from_static(
    "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; img-src data:; form-action 'none'",
);

/// How often a silent stream says that it lives.
const BEAT: Duration = Duration::from_secs(15);

/// An answer of a page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page {
    /// The status.
    pub status: u16,
    /// The content type.
    pub content_type: &'static str,
    /// The body.
    pub body: String,
}

/// Pages that need more than the gateway knows: the documents behind the table.
pub trait Pages: Send + Sync {
    /// The page of a path with its query; `None`: there is none.
    fn page(&self, path: &str, query: Option<&str>) -> Option<Page>;

    /// Why the latest change is not in force, in a sentence.
    fn problem(&self) -> Option<String>;
}

/// Serves the admin pages in a thread of their own, so that they answer however busy the workers are.
pub(crate) fn serve(
    shared: &Arc<Shared>,
    address: SocketAddr,
    pages: Arc<dyn Pages>,
) -> Result<SocketAddr, GatewayError> {
    let failed = |source| GatewayError::Bind { port: address.port(), address, source };
    let socket = listener::bind(address).map_err(failed)?;
    let bound = socket.local_addr().map_err(failed)?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(GatewayError::Worker)?;
    let shared = Arc::clone(shared);
    let run = move || LocalSet::new().block_on(&runtime, accept(socket, shared, pages));
    std::thread::Builder::new().name("admin".to_owned()).spawn(run).map_err(GatewayError::Worker)?;
    Ok(bound)
}

/// The most connections at once; others wait.
const MOST_CONNECTIONS: usize = 128;

async fn accept(socket: std::net::TcpListener, shared: Arc<Shared>, pages: Arc<dyn Pages>) {
    let Ok(listener) = tokio::net::TcpListener::from_std(socket) else { return };
    let mut drain = shared.drain.subscribe();
    let places = Arc::new(Semaphore::new(MOST_CONNECTIONS));
    loop {
        let Ok(place) = Arc::clone(&places).acquire_owned().await else { return };
        let stream = tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok((stream, _)) => stream,
                Err(_) => {
                    tokio::time::sleep(Duration::from_millis(20)).await;
                    continue;
                }
            },
            _ = drain.wait_for(|drains| *drains) => return,
        };
        let (shared, pages) = (Arc::clone(&shared), Arc::clone(&pages));
        tokio::task::spawn_local(async move {
            let service = service_fn(move |request| {
                let response = answer(&shared, &*pages, &request);
                async move { Ok::<_, Infallible>(response) }
            });
            let connection = http1::Builder::new()
                .timer(TokioTimer::new())
                .max_buf_size(64 * 1024)
                .serve_connection(TokioIo::new(stream), service);
            let _ = connection.await;
            drop(place);
        });
    }
}

fn answer(shared: &Arc<Shared>, pages: &dyn Pages, request: &Request<Incoming>) -> Response<Body> {
    if !matches!(*request.method(), Method::GET | Method::HEAD) {
        return text(405, "text/plain; charset=utf-8", "only GET is answered here\n".to_owned());
    }
    let uri = request.uri();
    match uri.path() {
        "/" => text(200, "text/html; charset=utf-8", PAGE.to_owned()),
        "/style.css" => text(200, "text/css; charset=utf-8", STYLE.to_owned()),
        "/script.js" => text(200, "text/javascript; charset=utf-8", SCRIPT.to_owned()),
        "/healthz" => text(200, "text/plain; charset=utf-8", "ok\n".to_owned()),
        "/ready" if *shared.drain.borrow() => text(503, "text/plain; charset=utf-8", "draining\n".to_owned()),
        "/ready" => text(200, "text/plain; charset=utf-8", "ready\n".to_owned()),
        "/metrics" => {
            let loaded = shared.current.load();
            let mappings = loaded.mappings.iter().map(|name| &**name);
            let counters = loaded.counters.iter().map(|counters| &**counters);
            let body = metrics::write(&shared.totals, loaded.version, mappings.zip(counters));
            text(200, "text/plain; version=0.0.4; charset=utf-8", body)
        }
        "/counters" => text(200, "application/json", counters(shared, pages.problem())),
        "/live" => live(shared),
        path => match pages.page(path, uri.query()) {
            Some(page) => text(page.status, page.content_type, page.body),
            None => text(404, "text/plain; charset=utf-8", "there is no such page\n".to_owned()),
        },
    }
}

fn counters(shared: &Shared, problem: Option<String>) -> String {
    let loaded = shared.current.load();
    let of = |(name, counters): (&std::sync::Arc<str>, &Arc<metrics::Counters>)| serde_json::json!({ "mapping": &**name, "by_class": counters.by_class(), "total": counters.total() });
    let mappings: Vec<_> =
        loaded.mappings.iter().zip(&loaded.counters).filter(|(_, counters)| counters.total() > 0).map(of).collect();
    serde_json::json!({
        "version": 1,
        "table": loaded.version,
        "mappings": mappings,
        "unrouted": shared.totals.unrouted.total(),
        "unrouted_by_class": shared.totals.unrouted.by_class(),
        "problem": problem,
    })
    .to_string()
}

fn text(status: u16, content_type: &'static str, body: String) -> Response<Body> {
    response(StatusCode::from_u16(status).unwrap_or(StatusCode::OK), content_type, Body::Full(Bytes::from(body)))
}

fn response(status: StatusCode, content_type: &'static str, body: Body) -> Response<Body> {
    let mut response = Response::new(body);
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(CONTENT_SECURITY_POLICY, POLICY);
    headers.insert("x-content-type-options", HeaderValue::from_static("nosniff"));
    response
}

fn live(shared: &Shared) -> Response<Body> {
    let (kept, coming) = shared.live.watch();
    let (sender, receiver) = tokio::sync::mpsc::channel(64);
    tokio::task::spawn_local(pass_on(coming, sender));
    let events = Events { kept: kept.into(), coming: receiver };
    response(StatusCode::OK, "text/event-stream", Body::Stream(Box::pin(events)))
}

/// Passes events on until the reader is gone. One that reads too slowly misses some.
async fn pass_on(mut coming: broadcast::Receiver<String>, sender: tokio::sync::mpsc::Sender<String>) {
    loop {
        let line = match tokio::time::timeout(BEAT, coming.recv()).await {
            Err(_) => ":\n\n".to_owned(),
            Ok(Ok(line)) => format!("data: {line}\n\n"),
            Ok(Err(broadcast::error::RecvError::Lagged(_))) => continue,
            Ok(Err(broadcast::error::RecvError::Closed)) => return,
        };
        if sender.send(line).await.is_err() {
            return;
        }
    }
}

struct Events {
    kept: VecDeque<String>,
    coming: tokio::sync::mpsc::Receiver<String>,
}

impl http_body::Body for Events {
    type Data = Bytes;
    type Error = Failure;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Failure>>> {
        if let Some(line) = self.kept.pop_front() {
            return Poll::Ready(Some(Ok(Frame::data(Bytes::from(format!("data: {line}\n\n"))))));
        }
        self.coming.poll_recv(cx).map(|line| line.map(|line| Ok(Frame::data(Bytes::from(line)))))
    }
}
