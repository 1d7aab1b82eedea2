//! TLS towards upstreams: whom we believe, and what we show.

use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::sync::Arc;

use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::CryptoProvider;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{CertificateError, ClientConfig, DigitallySignedStruct, Error, SignatureScheme};

use crate::gateway::certificates::{identity, provider, roots, versions, wrong};
use crate::gateway::error::GatewayError;
use crate::gateway::supply::TlsMaterial;

/// TLS towards a cluster: the configuration, and the server name that is sent.
pub(crate) type ClientTls = (Arc<ClientConfig>, Option<ServerName<'static>>);

/// TLS towards a cluster. Without authorities every certificate is taken; with them the chain is verified, but no name,
/// as Envoy does with what Emissary writes.
pub(crate) fn client(material: Option<&TlsMaterial>, http2: bool) -> Result<ClientTls, GatewayError> {
    let context = material.map(|material| &material.context);
    let provider = provider(context);
    let inner = match material.map(roots).transpose()?.flatten() {
        None => None,
        Some(roots) => {
            let built = WebPkiServerVerifier::builder_with_provider(roots, Arc::clone(&provider)).build();
            Some(built.map_err(|error| GatewayError::Tls {
                name: context.map(|context| context.name.clone()).unwrap_or_default(),
                why: error.to_string(),
            })?)
        }
    };
    let verifier = Arc::new(ChainOnly { inner, provider: Arc::clone(&provider) });
    let builder = ClientConfig::builder_with_provider(provider)
        .with_protocol_versions(&versions(context))
        .map_err(|error| GatewayError::Tls { name: "upstream".to_owned(), why: error.to_string() })?
        .dangerous()
        .with_custom_certificate_verifier(verifier);
    let mut config = match material.and_then(|material| Some((material, material.certificate.as_ref()?))) {
        None => builder.with_no_client_auth(),
        Some((material, pair)) => {
            let (chain, key) = identity(material, pair)?;
            builder.with_client_auth_cert(chain, key).map_err(|error| wrong(material, error))?
        }
    };
    if http2 {
        config.alpn_protocols = vec![b"h2".to_vec()];
    }
    let name =
        context.and_then(|context| context.sni.as_deref()).and_then(|sni| ServerName::try_from(sni.to_owned()).ok());
    config.enable_sni = name.is_some();
    Ok((Arc::new(config), name))
}

/// A number that differs where settings differ.
pub(crate) fn print(material: Option<&TlsMaterial>, starts_tls: bool) -> u64 {
    let mut hasher = DefaultHasher::new();
    starts_tls.hash(&mut hasher);
    if let Some(material) = material {
        format!("{:?}", material.context).hash(&mut hasher);
        material.authorities.hash(&mut hasher);
        material.revocations.hash(&mut hasher);
        if let Some(pair) = &material.certificate {
            (&pair.chain, &pair.key).hash(&mut hasher);
        }
    }
    hasher.finish()
}

/// Verifies the chain, if authorities are known, and no name.
#[derive(Debug)]
struct ChainOnly {
    inner: Option<Arc<WebPkiServerVerifier>>,
    provider: Arc<CryptoProvider>,
}

impl ServerCertVerifier for ChainOnly {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        let Some(inner) = &self.inner else { return Ok(ServerCertVerified::assertion()) };
        match inner.verify_server_cert(end_entity, intermediates, server_name, ocsp_response, now) {
            Err(Error::InvalidCertificate(
                CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. },
            )) => Ok(ServerCertVerified::assertion()),
            verdict => verdict,
        }
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let algorithms = &self.provider.signature_verification_algorithms;
        rustls::crypto::verify_tls12_signature(message, certificate, signed, algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let algorithms = &self.provider.signature_verification_algorithms;
        rustls::crypto::verify_tls13_signature(message, certificate, signed, algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider.signature_verification_algorithms.supported_schemes()
    }
}
