//! A client's connection: what is written, and what has come so far.

use std::cell::RefCell;
use std::rc::Rc;
use std::sync::Arc;
use std::time::{Duration, Instant};

use rustls::pki_types::ServerName;
use serde_json::Value;
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _, WriteHalf};
use tokio::net::TcpStream;
use tokio::sync::Notify;

use super::case::{blob, items};
use super::trust::AnyServer;

pub trait Stream: AsyncRead + AsyncWrite + Unpin {}

impl<S: AsyncRead + AsyncWrite + Unpin> Stream for S {}

/// What has come.
#[derive(Debug)]
pub struct Come {
    pub bytes: Vec<u8>,
    pub is_over: bool,
    pub last: Instant,
}

pub struct Pipe {
    writer: WriteHalf<Box<dyn Stream>>,
    pub come: Rc<RefCell<Come>>,
    news: Rc<Notify>,
    reader: tokio::task::JoinHandle<()>,
    pub alpn: Option<String>,
}

impl Drop for Pipe {
    fn drop(&mut self) {
        self.reader.abort();
    }
}

async fn tls(wanted: &Value, stream: TcpStream) -> std::io::Result<tokio_rustls::client::TlsStream<TcpStream>> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let builder = rustls::ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(AnyServer));
    let mut config = builder.with_no_client_auth();
    config.alpn_protocols =
        items(&wanted["alpn"]).iter().filter_map(Value::as_str).map(|name| name.as_bytes().to_vec()).collect();
    let name = wanted["sni"].as_str().map(|name| ServerName::try_from(name.to_owned()).unwrap());
    config.enable_sni = name.is_some();
    let name = name.unwrap_or(ServerName::IpAddress(std::net::Ipv4Addr::LOCALHOST.into()));
    tokio_rustls::TlsConnector::from(Arc::new(config)).connect(name, stream).await
}

impl Pipe {
    /// Connects; `None` where TLS is refused.
    pub async fn connect(probe: &Value, port: u16) -> Option<Self> {
        let mut stream = TcpStream::connect(("127.0.0.1", port)).await.ok()?;
        let _ = stream.set_nodelay(true);
        if let Some(first) = probe.get("before_tls") {
            stream.write_all(&blob(first)).await.ok()?;
        }
        let mut alpn = None;
        let stream: Box<dyn Stream> = match probe.get("tls") {
            None => Box::new(stream),
            Some(wanted) => {
                let stream = tls(wanted, stream).await.ok()?;
                alpn = stream.get_ref().1.alpn_protocol().map(|name| String::from_utf8_lossy(name).into_owned());
                Box::new(stream)
            }
        };
        let (mut reader, writer) = tokio::io::split(stream);
        let come = Rc::new(RefCell::new(Come { bytes: Vec::new(), is_over: false, last: Instant::now() }));
        let news = Rc::new(Notify::new());
        let (into, tell) = (Rc::clone(&come), Rc::clone(&news));
        let reader = tokio::task::spawn_local(async move {
            let mut space = vec![0; 65536];
            loop {
                let read = reader.read(&mut space).await;
                let mut come = into.borrow_mut();
                come.last = Instant::now();
                match read {
                    Ok(length @ 1..) => come.bytes.extend_from_slice(&space[..length]),
                    _ => come.is_over = true,
                }
                tell.notify_waiters();
                if come.is_over {
                    return;
                }
            }
        });
        Some(Self { writer, come, news, reader, alpn })
    }

    /// Waits for news, but not long.
    pub async fn wait(&self, most: Duration) {
        if !self.is_over() {
            let _ = tokio::time::timeout(most, self.news.notified()).await;
        }
    }

    pub async fn send(&mut self, bytes: &[u8]) -> bool {
        let write = async { self.writer.write_all(bytes).await.is_ok() && self.writer.flush().await.is_ok() };
        tokio::time::timeout(Duration::from_secs(5), write).await.unwrap_or(false)
    }

    pub async fn shut(&mut self) {
        let _ = self.writer.shutdown().await;
    }

    pub fn is_over(&self) -> bool {
        self.come.borrow().is_over
    }

    /// For how long nothing has come, since `sent` at most.
    pub fn silence(&self, sent: Instant) -> Duration {
        sent.max(self.come.borrow().last).elapsed()
    }
}
