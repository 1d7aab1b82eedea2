//! The client of a recorded request.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::Arc;
use std::time::Duration;

use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName};
use serde_yaml::Value;

use super::recorded::{list, text};
use super::trust::AnyServer;
use super::wire::{Message, Reader};

/// What a client saw.
#[derive(Debug, Default)]
pub struct Got {
    pub answer: Option<Message>,
    /// Why there was none.
    pub transport: Option<&'static str>,
    pub echo: Option<String>,
    pub tls: Option<(String, String, Option<String>)>,
    pub port: u16,
}

/// Sends a recorded request to a listener.
pub fn send(request: &Value, to: SocketAddr, folder: &std::path::Path) -> Got {
    let Ok(stream) = TcpStream::connect(to) else {
        return Got { transport: Some("connection-refused"), ..Got::default() };
    };
    stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    let port = stream.local_addr().unwrap().port();
    let mut got = if text(request, "scheme") == Some("https") {
        over_tls(request, stream, to, folder)
    } else {
        exchange(request, stream, to)
    };
    got.port = port;
    got
}

fn over_tls(request: &Value, mut stream: TcpStream, to: SocketAddr, folder: &std::path::Path) -> Got {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let versions: &[&rustls::SupportedProtocolVersion] = match text(request, "tls_max") {
        Some("1.2") => &[&rustls::version::TLS12],
        _ => &[&rustls::version::TLS12, &rustls::version::TLS13],
    };
    let builder = rustls::ClientConfig::builder_with_provider(provider)
        .with_protocol_versions(versions)
        .unwrap()
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(AnyServer));
    let mut config = match text(request, "client_cert") {
        None => builder.with_no_client_auth(),
        Some(file) => {
            let pem = std::fs::read(folder.join(file)).unwrap();
            let chain = CertificateDer::pem_slice_iter(&pem).collect::<Result<Vec<_>, _>>().unwrap();
            builder.with_client_auth_cert(chain, PrivateKeyDer::from_pem_slice(&pem).unwrap()).unwrap()
        }
    };
    config.alpn_protocols =
        list(request, "alpn").iter().filter_map(Value::as_str).map(|name| name.as_bytes().to_vec()).collect();
    let name = text(request, "sni").map(|name| ServerName::try_from(name.to_owned()).unwrap());
    config.enable_sni = name.is_some();
    let name = name.unwrap_or(ServerName::IpAddress(to.ip().into()));
    let mut connection = rustls::ClientConnection::new(Arc::new(config), name).unwrap();
    while connection.is_handshaking() {
        if connection.complete_io(&mut stream).is_err() {
            return Got { transport: Some("tls-handshake-refused"), ..Got::default() };
        }
    }
    let subject = connection.peer_certificates().and_then(|chain| chain.first()).map(|der| subject(der));
    let version = match connection.protocol_version() {
        Some(rustls::ProtocolVersion::TLSv1_3) => "TLSv1.3",
        _ => "TLSv1.2",
    };
    let alpn = connection.alpn_protocol().map(|name| String::from_utf8_lossy(name).into_owned());
    let mut got = exchange(request, rustls::StreamOwned::new(connection, stream), to);
    got.tls = Some((subject.unwrap_or_default(), version.to_owned(), alpn));
    // With TLS 1.3 a missing certificate is refused after the client's side of the handshake.
    if got.answer.is_none() {
        got.transport = Some("tls-handshake-refused");
    }
    got
}

/// The common name of the subject, out of the DER by its object identifier: the last one is the subject's.
fn subject(der: &[u8]) -> String {
    let oid = [0x06, 0x03, 0x55, 0x04, 0x03];
    let at = der.windows(oid.len()).rposition(|window| window == oid).unwrap_or_default() + oid.len();
    let length = usize::from(der[at + 1]);
    format!("CN={}", String::from_utf8_lossy(&der[at + 2..at + 2 + length]))
}

fn exchange<S: Read + Write>(request: &Value, stream: S, to: SocketAddr) -> Got {
    let mut reader = Reader::new(stream);
    let method = text(request, "method").unwrap_or("GET");
    let version = text(request, "http_version").unwrap_or("1.1");
    let mut head = format!("{method} {} HTTP/{version}\r\n", text(request, "path").unwrap_or("/"));
    if let Some(authority) = text(request, "authority") {
        head.push_str(&format!("Host: {}\r\n", authority.replace("{listener-port}", &to.port().to_string())));
    }
    for pair in list(request, "headers") {
        head.push_str(&format!("{}: {}\r\n", pair[0].as_str().unwrap(), pair[1].as_str().unwrap()));
    }
    let body = text(request, "body");
    if let Some(body) = body {
        head.push_str(&format!("Content-Length: {}\r\n", body.len()));
    }
    head.push_str("\r\n");
    head.push_str(body.unwrap_or_default());
    if reader.stream.write_all(head.as_bytes()).and_then(|()| reader.stream.flush()).is_err() {
        return Got { transport: Some("connection-reset"), ..Got::default() };
    }
    // Interim answers are passed over, but for the one that changes the protocol.
    let head = loop {
        match reader.head() {
            Ok(Some(interim)) if (100..200).contains(&interim.status()) && interim.status() != 101 => {}
            head => break head,
        }
    };
    let mut answer = match head {
        Ok(Some(answer)) => answer,
        Ok(None) => return Got { transport: Some("connection-closed"), ..Got::default() },
        Err(error) if error.kind() == std::io::ErrorKind::ConnectionReset => {
            return Got { transport: Some("connection-reset"), ..Got::default() };
        }
        Err(_) => return Got { transport: Some("connection-closed"), ..Got::default() },
    };
    if answer.status() == 101 {
        reader.stream.write_all(b"ping").and_then(|()| reader.stream.flush()).unwrap();
        let echo = reader.block().unwrap_or_default();
        return Got { answer: Some(answer), echo: Some(String::from_utf8_lossy(&echo).into_owned()), ..Got::default() };
    }
    let has_body = method != "HEAD" && !matches!(answer.status(), 204 | 304);
    if has_body && reader.body(&mut answer, true).is_err() {
        answer.body.clear();
    }
    Got { answer: Some(answer), ..Got::default() }
}
