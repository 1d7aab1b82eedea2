//! A connection to an endpoint: TCP with its options, TLS where the cluster wants it.

use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use rustls::pki_types::ServerName;
use socket2::{SockRef, TcpKeepalive};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

use super::cluster::{Endpoint, Upstream};
use crate::gateway::fault::{Fault, Refused};
use crate::gateway::supply::{Endpoints, Spot, Tunnel};

/// A connection to an endpoint.
pub(crate) enum Wire {
    /// Cleartext.
    Plain(TcpStream),
    /// TLS.
    Tls(Box<TlsStream<TcpStream>>),
    /// Cleartext through a tunnel.
    Tunnel(Box<dyn Tunnel>),
    /// TLS through a tunnel.
    TunnelTls(Box<TlsStream<Box<dyn Tunnel>>>),
}

impl Wire {
    /// Our own address; a tunnel has none.
    pub(crate) fn local_addr(&self) -> Option<SocketAddr> {
        match self {
            Self::Plain(tcp) => tcp.local_addr().ok(),
            Self::Tls(tls) => tls.get_ref().0.local_addr().ok(),
            Self::Tunnel(_) | Self::TunnelTls(_) => None,
        }
    }
}

impl AsyncRead for Wire {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, into: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        match &mut *self {
            Self::Plain(tcp) => Pin::new(tcp).poll_read(cx, into),
            Self::Tls(tls) => Pin::new(tls).poll_read(cx, into),
            Self::Tunnel(tunnel) => Pin::new(tunnel).poll_read(cx, into),
            Self::TunnelTls(tls) => Pin::new(tls).poll_read(cx, into),
        }
    }
}

impl AsyncWrite for Wire {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        match &mut *self {
            Self::Plain(tcp) => Pin::new(tcp).poll_write(cx, bytes),
            Self::Tls(tls) => Pin::new(tls).poll_write(cx, bytes),
            Self::Tunnel(tunnel) => Pin::new(tunnel).poll_write(cx, bytes),
            Self::TunnelTls(tls) => Pin::new(tls).poll_write(cx, bytes),
        }
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        match &mut *self {
            Self::Plain(tcp) => Pin::new(tcp).poll_write_vectored(cx, slices),
            Self::Tls(tls) => Pin::new(tls).poll_write_vectored(cx, slices),
            Self::Tunnel(tunnel) => Pin::new(tunnel).poll_write_vectored(cx, slices),
            Self::TunnelTls(tls) => Pin::new(tls).poll_write_vectored(cx, slices),
        }
    }

    fn is_write_vectored(&self) -> bool {
        match self {
            Self::Plain(_) => true,
            Self::Tunnel(tunnel) => tunnel.is_write_vectored(),
            Self::Tls(_) | Self::TunnelTls(_) => false,
        }
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match &mut *self {
            Self::Plain(tcp) => Pin::new(tcp).poll_flush(cx),
            Self::Tls(tls) => Pin::new(tls).poll_flush(cx),
            Self::Tunnel(tunnel) => Pin::new(tunnel).poll_flush(cx),
            Self::TunnelTls(tls) => Pin::new(tls).poll_flush(cx),
        }
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match &mut *self {
            Self::Plain(tcp) => Pin::new(tcp).poll_shutdown(cx),
            Self::Tls(tls) => Pin::new(tls).poll_shutdown(cx),
            Self::Tunnel(tunnel) => Pin::new(tunnel).poll_shutdown(cx),
            Self::TunnelTls(tls) => Pin::new(tls).poll_shutdown(cx),
        }
    }
}

/// How long a tunnel may take to open, at least: it leads through others, who may be busy.
const TUNNEL_PATIENCE: Duration = Duration::from_secs(15);

/// Connects within the cluster's limit.
pub(crate) async fn connect(upstream: &Upstream, endpoint: &Endpoint) -> Result<Wire, Fault> {
    let patience = if endpoint.tunnel.is_some() { TUNNEL_PATIENCE } else { Duration::ZERO };
    let limit = upstream.cluster.connect_timeout.max(patience);
    match tokio::time::timeout(limit, open(upstream, endpoint)).await {
        Ok(wire) => wire,
        Err(_) => Err(Fault::ConnectTimeout),
    }
}

/// What the system said, without its number.
fn words(error: &io::Error) -> String {
    let text = error.to_string();
    text.split(" (os error").next().unwrap_or_default().to_owned()
}

async fn open(upstream: &Upstream, endpoint: &Endpoint) -> Result<Wire, Fault> {
    if let (Some(name), Endpoints::Followed(followed)) = (&endpoint.tunnel, &upstream.place.endpoints) {
        let spot = Spot { address: endpoint.address, tunnel: Some(Arc::clone(name)) };
        let tunnel = followed.by.open(&spot).await.map_err(|why| Fault::ConnectFailed(Refused::Tunnel(why)))?;
        return match start_tls(upstream, endpoint, tunnel).await? {
            Ok(tls) => Ok(Wire::TunnelTls(tls)),
            Err(tunnel) => Ok(Wire::Tunnel(tunnel)),
        };
    }
    let tcp = TcpStream::connect(endpoint.address)
        .await
        .map_err(|error| Fault::ConnectFailed(Refused::System(words(&error))))?;
    let _ = tcp.set_nodelay(true);
    if let Some(wanted) = &upstream.cluster.keepalive {
        let mut keepalive = TcpKeepalive::new();
        let seconds = |seconds: u32| Duration::from_secs(u64::from(seconds));
        if let Some(time) = wanted.time {
            keepalive = keepalive.with_time(seconds(time));
        }
        if let Some(interval) = wanted.interval {
            keepalive = keepalive.with_interval(seconds(interval));
        }
        if let Some(probes) = wanted.probes {
            keepalive = keepalive.with_retries(probes);
        }
        let _ = SockRef::from(&tcp).set_tcp_keepalive(&keepalive);
    }
    match start_tls(upstream, endpoint, tcp).await? {
        Ok(tls) => Ok(Wire::Tls(tls)),
        Err(tcp) => Ok(Wire::Plain(tcp)),
    }
}

/// Starts TLS where the cluster wants it; gives the stream back where it does not.
async fn start_tls<S>(
    upstream: &Upstream,
    endpoint: &Endpoint,
    stream: S,
) -> Result<Result<Box<TlsStream<S>>, S>, Fault>
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    let Some((config, server_name)) = &upstream.tls else { return Ok(Err(stream)) };
    // Without a server name, rustls wants the address: it is checked by nobody and not sent.
    let name = server_name.clone().unwrap_or_else(|| ServerName::IpAddress(endpoint.address.ip().into()));
    match TlsConnector::from(Arc::clone(config)).connect(name, stream).await {
        Ok(tls) => Ok(Ok(Box::new(tls))),
        Err(error) => Err(Fault::ConnectFailed(Refused::Tls(error.to_string()))),
    }
}
