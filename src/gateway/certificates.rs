//! Certificates, keys and authorities out of PEM, and which versions and ciphers a TLSContext allows.

use std::sync::Arc;

use rustls::crypto::CryptoProvider;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, CertificateRevocationListDer, PrivateKeyDer};
use rustls::{RootCertStore, SupportedCipherSuite, SupportedProtocolVersion};

use super::error::GatewayError;
use super::supply::{KeyPair, TlsMaterial};
use crate::model::{TlsContext, TlsVersion};

/// A certificate chain with its key.
pub(crate) type Identity = (Vec<CertificateDer<'static>>, PrivateKeyDer<'static>);

/// What is wrong with TLS settings.
pub(crate) fn wrong(material: &TlsMaterial, why: impl std::fmt::Display) -> GatewayError {
    GatewayError::Tls { name: material.context.name.clone(), why: why.to_string() }
}

/// The certificate to show.
pub(crate) fn identity(material: &TlsMaterial, pair: &KeyPair) -> Result<Identity, GatewayError> {
    let chain: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(&pair.chain).collect();
    let chain = chain.map_err(|error| wrong(material, error))?;
    let key = PrivateKeyDer::from_pem_slice(&pair.key).map_err(|error| wrong(material, error))?;
    Ok((chain, key))
}

/// The authorities of the other side.
pub(crate) fn roots(material: &TlsMaterial) -> Result<Option<Arc<RootCertStore>>, GatewayError> {
    let Some(pem) = &material.authorities else { return Ok(None) };
    let mut store = RootCertStore::empty();
    for certificate in CertificateDer::pem_slice_iter(pem) {
        let certificate = certificate.map_err(|error| wrong(material, error))?;
        store.add(certificate).map_err(|error| wrong(material, error))?;
    }
    Ok(Some(Arc::new(store)))
}

/// Certificates of the other side that were revoked.
pub(crate) fn revoked(material: &TlsMaterial) -> Result<Vec<CertificateRevocationListDer<'static>>, GatewayError> {
    let Some(pem) = &material.revocations else { return Ok(Vec::new()) };
    let lists: Result<Vec<_>, _> = CertificateRevocationListDer::pem_slice_iter(pem).collect();
    lists.map_err(|error| wrong(material, error))
}

/// The SHA-256 of a certificate, in hexadecimal digits.
pub(crate) fn fingerprint(certificate: &CertificateDer<'_>) -> String {
    let digest = ring::digest::digest(&ring::digest::SHA256, certificate);
    digest.as_ref().iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The ciphers that a TLSContext allows; those of TLS 1.3 are not configurable, as in Envoy.
pub(crate) fn provider(context: Option<&TlsContext>) -> Arc<CryptoProvider> {
    let mut provider = rustls::crypto::ring::default_provider();
    if let Some(wanted) = context.map(|context| &context.cipher_suites).filter(|suites| !suites.is_empty()) {
        let names: Vec<&str> = wanted.iter().flat_map(|text| text.trim_matches(['[', ']']).split('|')).collect();
        provider.cipher_suites.retain(|suite| match suite {
            SupportedCipherSuite::Tls13(_) => true,
            SupportedCipherSuite::Tls12(_) => names.contains(&openssl_name(*suite).as_str()),
        });
    }
    if let Some(wanted) = context.map(|context| &context.ecdh_curves).filter(|curves| !curves.is_empty()) {
        let is_wanted = |group: &rustls::NamedGroup| {
            let names: &[&str] = match group {
                rustls::NamedGroup::X25519 => &["X25519"],
                rustls::NamedGroup::secp256r1 => &["P-256", "prime256v1"],
                rustls::NamedGroup::secp384r1 => &["P-384", "secp384r1"],
                _ => &[],
            };
            wanted.iter().any(|curve| names.contains(&curve.as_str()))
        };
        let groups: Vec<_> = provider.kx_groups.iter().filter(|group| is_wanted(&group.name())).copied().collect();
        if !groups.is_empty() {
            provider.kx_groups = groups;
        }
    }
    Arc::new(provider)
}

/// The versions that a TLSContext allows. There is nothing below 1.2 here.
pub(crate) fn versions(context: Option<&TlsContext>) -> Vec<&'static SupportedProtocolVersion> {
    let min = context.and_then(|context| context.min_version).unwrap_or(TlsVersion::V1_2);
    let max = context.and_then(|context| context.max_version).unwrap_or(TlsVersion::V1_3);
    [(TlsVersion::V1_2, &rustls::version::TLS12), (TlsVersion::V1_3, &rustls::version::TLS13)]
        .into_iter()
        .filter(|(version, _)| (min..=max).contains(version))
        .map(|(_, version)| version)
        .collect()
}

/// OpenSSL's name of a cipher suite.
pub(crate) fn openssl_name(suite: SupportedCipherSuite) -> String {
    let name = format!("{:?}", suite.suite());
    match name.strip_prefix("TLS_") {
        None => name.replace("TLS13_", "TLS_"),
        Some(rest) => {
            let name = rest.replace("_WITH_", "-").replace("AES_", "AES").replace('_', "-");
            name.strip_suffix("-SHA256").filter(|_| rest.contains("CHACHA20")).map_or(name.clone(), ToOwned::to_owned)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ciphers_have_openssls_names() {
        let names: Vec<String> =
            rustls::crypto::ring::default_provider().cipher_suites.iter().map(|suite| openssl_name(*suite)).collect();
        for name in ["TLS_AES_256_GCM_SHA384", "ECDHE-RSA-AES128-GCM-SHA256", "ECDHE-ECDSA-CHACHA20-POLY1305"] {
            assert!(names.iter().any(|known| known == name), "{name} in {names:?}");
        }
    }
}
