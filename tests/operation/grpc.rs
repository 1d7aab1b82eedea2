//! A gRPC service that keeps what it is told.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll};

use bytes::{Buf as _, Bytes, BytesMut};
use http::{HeaderMap, Request, Response};
use http_body::{Body as _, Frame};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo};

use super::served::until;

/// One message of a client.
#[derive(Clone, Debug)]
pub struct Heard {
    /// The method, as a path.
    pub path: String,
    /// Which request of all it came with.
    pub call: usize,
    /// The request's headers.
    pub headers: HeaderMap,
    /// The message.
    pub message: Bytes,
}

/// A running service; it ends with the test.
pub struct Service {
    address: SocketAddr,
    heard: Arc<Mutex<Vec<Heard>>>,
}

impl Service {
    /// Starts a service that answers every call with one empty message and the status that `x-status` asks for.
    pub fn start() -> Self {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        listener.set_nonblocking(true).unwrap();
        let address = listener.local_addr().unwrap();
        let heard = Arc::new(Mutex::new(Vec::new()));
        let keep = Arc::clone(&heard);
        std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            let local = tokio::task::LocalSet::new();
            local.block_on(&runtime, accept(listener, keep));
        });
        Self { address, heard }
    }

    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// All messages so far.
    pub fn heard(&self) -> Vec<Heard> {
        self.heard.lock().unwrap().clone()
    }

    /// Waits for so many messages.
    pub fn until_heard(&self, count: usize) -> Vec<Heard> {
        until(&format!("{count} messages have come"), || self.heard.lock().unwrap().len() >= count);
        self.heard()
    }
}

async fn accept(listener: std::net::TcpListener, heard: Arc<Mutex<Vec<Heard>>>) {
    let listener = tokio::net::TcpListener::from_std(listener).unwrap();
    let calls = Arc::new(Mutex::new(0));
    while let Ok((stream, _)) = listener.accept().await {
        let (heard, calls) = (Arc::clone(&heard), Arc::clone(&calls));
        let answer = service_fn(move |request| {
            let mut calls = calls.lock().unwrap();
            *calls += 1;
            answer(request, *calls, Arc::clone(&heard))
        });
        tokio::task::spawn_local(async move {
            let server = hyper::server::conn::http2::Builder::new(TokioExecutor::new());
            let _ = server.serve_connection(TokioIo::new(stream), answer).await;
        });
    }
}

async fn answer(
    request: Request<Incoming>,
    call: usize,
    heard: Arc<Mutex<Vec<Heard>>>,
) -> Result<Response<Answer>, Infallible> {
    let (parts, mut body) = request.into_parts();
    let mut bytes = BytesMut::new();
    while let Some(Ok(frame)) = std::future::poll_fn(|cx| Pin::new(&mut body).poll_frame(cx)).await {
        let Ok(data) = frame.into_data() else { break };
        bytes.extend_from_slice(&data);
        while let Some(length) = bytes.get(1..5).map(|length| u32::from_be_bytes(length.try_into().unwrap()) as usize) {
            if bytes.len() < 5 + length {
                break;
            }
            bytes.advance(5);
            let message = bytes.split_to(length).freeze();
            let (path, headers) = (parts.uri.path().to_owned(), parts.headers.clone());
            heard.lock().unwrap().push(Heard { path, call, headers, message });
        }
    }
    let status = parts.headers.get("x-status").cloned().unwrap_or_else(|| "0".parse().unwrap());
    let trailers = HeaderMap::from_iter([("grpc-status".parse().unwrap(), status)]);
    let mut response = Response::new(Answer { body: Some(Bytes::from_static(&[0; 5])), trailers: Some(trailers) });
    response.headers_mut().insert("content-type", "application/grpc".parse().unwrap());
    Ok(response)
}

/// A body with trailers.
struct Answer {
    body: Option<Bytes>,
    trailers: Option<HeaderMap>,
}

impl http_body::Body for Answer {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        let body = self.body.take().map(Frame::data);
        Poll::Ready(body.or_else(|| self.trailers.take().map(Frame::trailers)).map(Ok))
    }
}
