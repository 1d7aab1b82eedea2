//! What stands behind pods: servers on loopback, to which kwok leads the pods' port 8080. Each can be killed.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::path::Path;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use http::{Request, Response, StatusCode};
use http_body::{Body, Frame};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo};
use rustls::pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject as _};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio_rustls::TlsAcceptor;

/// The namespace of all pods with something behind them.
pub(crate) const NAMESPACE: &str = "forward";

/// How many pods of HTTP/1 there are: `cart-0` and so on.
pub(crate) const CARTS: usize = 80;

/// All servers.
#[derive(Default)]
pub(crate) struct Backends {
    all: Vec<Backend>,
}

struct Backend {
    pod: String,
    address: SocketAddr,
    lives: watch::Sender<bool>,
}

/// A whole body.
pub(crate) struct Whole(Option<Bytes>);

impl Body for Whole {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        Poll::Ready(self.0.take().filter(|bytes| !bytes.is_empty()).map(|bytes| Ok(Frame::data(bytes))))
    }

    fn size_hint(&self) -> http_body::SizeHint {
        http_body::SizeHint::with_exact(self.0.as_ref().map_or(0, Bytes::len) as u64)
    }
}

async fn answer(pod: Arc<str>, mut request: Request<Incoming>) -> Result<Response<Whole>, Infallible> {
    if request.headers().contains_key("upgrade") {
        tokio::spawn(async move {
            let Ok(upgraded) = hyper::upgrade::on(&mut request).await else { return };
            let (mut reads, mut writes) = tokio::io::split(TokioIo::new(upgraded));
            let _ = tokio::io::copy(&mut reads, &mut writes).await;
        });
        let mut response = Response::new(Whole(None));
        *response.status_mut() = StatusCode::SWITCHING_PROTOCOLS;
        response.headers_mut().insert("upgrade", "websocket".parse().unwrap());
        response.headers_mut().insert("connection", "upgrade".parse().unwrap());
        return Ok(response);
    }
    let path = request.uri().path();
    if path.ends_with("/slow") {
        tokio::time::sleep(Duration::from_millis(300)).await;
    }
    if path.ends_with("/never") {
        std::future::pending::<()>().await;
    }
    let body = if path.ends_with("/big") { vec![b'x'; 4 << 20].into() } else { Bytes::from(pod.as_bytes().to_vec()) };
    Ok(Response::new(Whole(Some(body))))
}

async fn serve<S>(pod: Arc<str>, stream: S, is_http2: bool)
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let service = service_fn(move |request| answer(Arc::clone(&pod), request));
    if is_http2 {
        let _ = hyper::server::conn::http2::Builder::new(TokioExecutor::new())
            .serve_connection(TokioIo::new(stream), service)
            .await;
    } else {
        let connection = hyper::server::conn::http1::Builder::new().serve_connection(TokioIo::new(stream), service);
        let _ = connection.with_upgrades().await;
    }
}

#[derive(Clone)]
enum Speaks {
    Http1,
    Http2,
    Tls(TlsAcceptor),
}

impl Backends {
    /// Starts all of them. The one of TLS shows the API server's certificate.
    pub(crate) fn start(folder: &Path) -> Self {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let mut all = Vec::new();
        let mut started = Vec::new();
        let carts = (0..CARTS).map(|at| (format!("cart-{at}"), Speaks::Http1));
        let kinds = [("speaks-http2".to_owned(), Speaks::Http2), ("speaks-tls".to_owned(), Speaks::Tls(tls(folder)))];
        for (pod, speaks) in carts.chain(kinds) {
            let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
            listener.set_nonblocking(true).unwrap();
            let (lives, life) = watch::channel(true);
            all.push(Backend { pod: pod.clone(), address: listener.local_addr().unwrap(), lives });
            started.push((Arc::<str>::from(pod), listener, life, speaks));
        }
        std::thread::spawn(move || {
            runtime.block_on(async move {
                for (pod, listener, life, speaks) in started {
                    tokio::spawn(run(pod, TcpListener::from_std(listener).unwrap(), life, speaks));
                }
                std::future::pending::<()>().await;
            });
        });
        Self { all }
    }

    /// kwok's configuration of where the pods' ports lead.
    pub(crate) fn forwards(&self) -> String {
        let forward = |backend: &Backend| {
            format!(
                "---\napiVersion: kwok.x-k8s.io/v1alpha1\nkind: PortForward\nmetadata: {{name: {}, namespace: {NAMESPACE}}}\n\
                 spec: {{forwards: [{{ports: [8080], target: {{address: 127.0.0.1, port: {}}}}}]}}\n",
                backend.pod,
                backend.address.port()
            )
        };
        self.all.iter().map(forward).collect()
    }

    /// Kills what stands behind a pod: nobody listens any more, and open connections break.
    pub(crate) fn kill(&self, pod: &str) {
        self.all.iter().filter(|backend| backend.pod == pod).for_each(|backend| {
            backend.lives.send_replace(false);
        });
    }

    /// Where the server behind a pod is.
    pub(crate) fn address(&self, pod: &str) -> SocketAddr {
        self.all.iter().find(|backend| backend.pod == pod).unwrap().address
    }
}

async fn run(pod: Arc<str>, listener: TcpListener, mut life: watch::Receiver<bool>, speaks: Speaks) {
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            _ = life.wait_for(|lives| !lives) => return,
        };
        let Ok((stream, _)) = accepted else { continue };
        let _ = stream.set_nodelay(true);
        let (pod, speaks, mut life) = (Arc::clone(&pod), speaks.clone(), life.clone());
        tokio::spawn(async move {
            let served = async {
                match speaks {
                    Speaks::Http1 => serve(pod, stream, false).await,
                    Speaks::Http2 => serve(pod, stream, true).await,
                    Speaks::Tls(acceptor) => {
                        if let Ok(stream) = acceptor.accept(stream).await {
                            serve(pod, stream, false).await;
                        }
                    }
                }
            };
            tokio::select! {
                () = served => {}
                _ = life.wait_for(|lives| !lives) => {}
            }
        });
    }
}

fn tls(folder: &Path) -> TlsAcceptor {
    let file = |name: &str| std::fs::read(folder.join("certificates").join(name)).unwrap();
    let chain = CertificateDer::pem_slice_iter(&file("apiserver.crt")).collect::<Result<Vec<_>, _>>().unwrap();
    let key = PrivateKeyDer::from_pem_slice(&file("apiserver.key")).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = rustls::ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions().unwrap();
    TlsAcceptor::from(Arc::new(config.with_no_client_auth().with_single_cert(chain, key).unwrap()))
}
