//! A gateway: its table, and what of its configuration the table only names.

use crate::model::{CertificateSource, Cluster, ClusterId, Id, Table, TlsContext, TlsId};
use crate::routing::RouteTable;

/// A gateway to be compared.
#[derive(Clone, Copy, Debug)]
pub struct Gateway<'t> {
    /// Its routes, listeners, clusters, filters and settings.
    pub table: &'t RouteTable,
    /// TLS settings, which chains and clusters name.
    pub tls: &'t Table<TlsId, TlsContext>,
}

impl<'t> Gateway<'t> {
    /// A cluster of it.
    pub fn cluster(&self, id: ClusterId) -> Option<&'t Cluster> {
        self.table.clusters().get(id.index())
    }

    /// TLS settings of it.
    pub fn tls_context(&self, id: TlsId) -> Option<&'t TlsContext> {
        self.tls.values().as_slice().get(id.index())
    }
}

/// TLS settings in words; names and origins do not count.
pub(super) fn tls_text(context: &TlsContext) -> String {
    let mut words = Vec::new();
    let source = |source: &CertificateSource| match source {
        CertificateSource::Secret(secret) => format!("{}.{}", secret.name, secret.namespace),
        CertificateSource::Files { chain, .. } => chain.clone(),
    };
    words.extend(context.certificate.as_ref().map(|found| format!("certificate {}", source(found))));
    words.extend(context.authorities.as_ref().map(|found| format!("authorities {}", source(found))));
    words
        .extend(context.revocations.as_ref().map(|secret| format!("revocations {}.{}", secret.name, secret.namespace)));
    words.extend(context.cert_required.then(|| "client certificate required".to_owned()));
    words.extend((!context.alpn_protocols.is_empty()).then(|| format!("alpn {}", context.alpn_protocols.join(","))));
    words.extend(context.min_version.map(|version| format!("from {version:?}")));
    words.extend(context.max_version.map(|version| format!("up to {version:?}")));
    words.extend((!context.cipher_suites.is_empty()).then(|| format!("ciphers {}", context.cipher_suites.join(":"))));
    words.extend((!context.ecdh_curves.is_empty()).then(|| format!("curves {}", context.ecdh_curves.join(":"))));
    words.extend(context.sni.as_ref().map(|name| format!("server name {name}")));
    words.join(", ")
}
