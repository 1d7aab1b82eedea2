//! TLS of clients: certificates by server name.

use std::sync::Arc;

use rustls::ServerConfig;
use rustls::server::{ClientHello, WebPkiClientVerifier};
use tokio::net::TcpStream;
use tokio_rustls::LazyConfigAcceptor;
use tokio_rustls::server::TlsStream;

use super::certificates::{identity, openssl_name, provider, revoked, roots, versions, wrong};
use super::client_certificate;
use super::downstream::Tls;
use super::error::GatewayError;
use super::prefixed::Prefixed;
use super::supply::TlsMaterial;

/// TLS of one chain: as configured, and for clients that offer protocols of which we have none.
#[derive(Clone, Debug)]
pub(crate) struct ServerTls {
    with_alpn: Arc<ServerConfig>,
    without_alpn: Arc<ServerConfig>,
    /// The URIs by which our certificate says who we are.
    uris: Arc<[String]>,
}

impl ServerTls {
    /// The TLS of a TLSContext.
    pub(crate) fn new(material: &TlsMaterial) -> Result<Self, GatewayError> {
        let context = &material.context;
        let pair = material.certificate.as_ref().ok_or_else(|| wrong(material, "there is no certificate"))?;
        let (chain, key) = identity(material, pair)?;
        let uris = client_certificate::own_uris(&chain).into();
        let provider = provider(Some(context));
        let builder = ServerConfig::builder_with_provider(Arc::clone(&provider))
            .with_protocol_versions(&versions(Some(context)))
            .map_err(|error| wrong(material, error))?;
        let builder = match roots(material)? {
            None => builder.with_no_client_auth(),
            Some(roots) => {
                let mut verifier = WebPkiClientVerifier::builder_with_provider(roots, provider)
                    .with_crls(revoked(material)?)
                    .only_check_end_entity_revocation()
                    .allow_unknown_revocation_status();
                if !context.cert_required {
                    verifier = verifier.allow_unauthenticated();
                }
                builder.with_client_cert_verifier(verifier.build().map_err(|error| wrong(material, error))?)
            }
        };
        let mut config = builder.with_single_cert(chain, key).map_err(|error| wrong(material, error))?;
        let without_alpn = Arc::new(config.clone());
        config.alpn_protocols = alpn(&context.alpn_protocols);
        Ok(Self { with_alpn: Arc::new(config), without_alpn, uris })
    }

    /// What suits a client: where it offers nothing that we speak, no protocol is chosen, and the handshake goes on.
    fn for_client(&self, hello: &ClientHello<'_>) -> Arc<ServerConfig> {
        let is_shared = |offered: &[u8]| self.with_alpn.alpn_protocols.iter().any(|ours| ours == offered);
        let is_offered_other = hello.alpn().is_some_and(|mut offered| !offered.any(is_shared));
        Arc::clone(if is_offered_other { &self.without_alpn } else { &self.with_alpn })
    }
}

fn alpn(protocols: &[String]) -> Vec<Vec<u8>> {
    let names = protocols.iter().flat_map(|text| text.split(','));
    names.map(|name| name.trim().as_bytes().to_vec()).filter(|name| !name.is_empty()).collect()
}

/// A TLS connection of a client.
pub(crate) type Secured = TlsStream<Prefixed<TcpStream>>;

/// Does the handshake; `choose` finds the TLS for a server name. Of a client's certificate is told what `wanted` says.
pub(crate) async fn accept(
    stream: Prefixed<TcpStream>,
    choose: impl FnOnce(Option<&str>) -> Option<ServerTls>,
    wanted: &[(String, bool)],
) -> Option<(Secured, Tls)> {
    let start = LazyConfigAcceptor::new(rustls::server::Acceptor::default(), stream).await.ok()?;
    let hello = start.client_hello();
    let server_name: Option<Arc<str>> = hello.server_name().map(|name| name.to_ascii_lowercase().into());
    let chosen = choose(server_name.as_deref())?;
    let config = chosen.for_client(&hello);
    let stream = start.into_stream(config).await.ok()?;
    let connection = stream.get_ref().1;
    let version = match connection.protocol_version() {
        Some(rustls::ProtocolVersion::TLSv1_3) => "TLSv1.3",
        _ => "TLSv1.2",
    };
    let cipher = connection.negotiated_cipher_suite().map(openssl_name).unwrap_or_default();
    let shown = connection.peer_certificates().unwrap_or_default();
    let told = client_certificate::told(shown, &chosen.uris, wanted);
    Some((stream, Tls { server_name, version, cipher, told }))
}

/// Whether a client that did the handshake chose HTTP/2; `None`: nothing was chosen.
pub(crate) fn chose_http2(stream: &Secured) -> Option<bool> {
    stream.get_ref().1.alpn_protocol().map(|protocol| protocol == b"h2")
}
