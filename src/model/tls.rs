//! TLS settings, for ending TLS and for starting it. Contents of Secrets never enter the model.

use super::table::ResourceId;

/// TLS settings of a TLSContext or a Host.
#[derive(Clone, Debug, PartialEq)]
pub struct TlsContext {
    /// The TLSContext or Host that it comes from.
    pub from: Option<ResourceId>,
    /// Its name; Emissary finds it by this.
    pub name: String,
    /// Server names that it serves.
    pub hosts: Vec<String>,
    /// Where the certificate is.
    pub certificate: Option<CertificateSource>,
    /// Where the authorities of the other side are.
    pub authorities: Option<CertificateSource>,
    /// Where the revocation list is.
    pub revocations: Option<SecretRef>,
    /// Protocols offered by ALPN, as Envoy gets them.
    pub alpn_protocols: Vec<String>,
    /// Whether clients must show a certificate.
    pub cert_required: bool,
    /// The lowest version.
    pub min_version: Option<TlsVersion>,
    /// The highest version.
    pub max_version: Option<TlsVersion>,
    /// Cipher suites in BoringSSL's words.
    pub cipher_suites: Vec<String>,
    /// Curves in BoringSSL's words.
    pub ecdh_curves: Vec<String>,
    /// The server name sent when it starts TLS.
    pub sni: Option<String>,
    /// The cleartext port of edition 1 that redirects here.
    pub redirect_cleartext_from: Option<i64>,
}

/// Where a certificate is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CertificateSource {
    /// In a Secret.
    Secret(SecretRef),
    /// In files of the pod.
    Files {
        /// The chain.
        chain: String,
        /// The key; absent for authorities.
        key: Option<String>,
    },
}

/// A Secret by name.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct SecretRef {
    /// Its name.
    pub name: String,
    /// Its namespace.
    pub namespace: String,
}

/// A version of TLS.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum TlsVersion {
    /// TLS 1.0
    V1_0,
    /// TLS 1.1
    V1_1,
    /// TLS 1.2
    V1_2,
    /// TLS 1.3
    V1_3,
}

impl TlsVersion {
    /// The version of a text such as `v1.2`.
    pub fn parse(text: &str) -> Option<Self> {
        Some(match text {
            "v1.0" => Self::V1_0,
            "v1.1" => Self::V1_1,
            "v1.2" => Self::V1_2,
            "v1.3" => Self::V1_3,
            _ => return None,
        })
    }
}
