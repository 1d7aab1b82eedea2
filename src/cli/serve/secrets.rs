//! Certificates out of the Secrets of the input, or out of files.

use std::path::Path;
use std::sync::Arc;

use crate::gateway::{KeyPair, TlsMaterial};
use crate::model::{CertificateSource, SecretRef, TlsContext};
use crate::resource::KubernetesObject;
use crate::yaml::Node;

/// The certificates of TLS settings.
pub(super) fn material(context: &TlsContext, objects: &[Arc<KubernetesObject>]) -> TlsMaterial {
    let certificate = context.certificate.as_ref().and_then(|source| match source {
        CertificateSource::Secret(secret) => Some(KeyPair {
            chain: entry(objects, secret, &["tls.crt", "cert-chain.pem"])?,
            key: entry(objects, secret, &["tls.key", "key.pem", "user.key"])?,
        }),
        CertificateSource::Files { chain, key } => Some(KeyPair { chain: file(chain)?, key: file(key.as_ref()?)? }),
    });
    let authorities = context.authorities.as_ref().and_then(|source| match source {
        CertificateSource::Secret(secret) => entry(objects, secret, &["tls.crt", "cert-chain.pem"]),
        CertificateSource::Files { chain, .. } => file(chain),
    });
    let revocations = context.revocations.as_ref().and_then(|secret| entry(objects, secret, &["crl.pem", "user.key"]));
    TlsMaterial { context: context.clone(), certificate, authorities, revocations }
}

fn file(path: &str) -> Option<Arc<[u8]>> {
    std::fs::read(Path::new(path)).ok().map(Into::into)
}

/// An entry of a Secret: the first of these keys that it has.
fn entry(objects: &[Arc<KubernetesObject>], secret: &SecretRef, keys: &[&str]) -> Option<Arc<[u8]>> {
    let is_it = |object: &&Arc<KubernetesObject>| {
        object.object.kind == "Secret"
            && object.object.name == secret.name
            && object.object.namespace == secret.namespace
    };
    // Of two with one name the later counts, as an apply would leave it.
    let found = objects.iter().rev().find(is_it)?;
    let text = |part: &str, key: &str| found.root.get(part)?.get(key).and_then(Node::text);
    keys.iter().find_map(|key| {
        let plain = text("stringData", key).map(|text| text.as_bytes().to_vec());
        plain.or_else(|| decode(text("data", key)?)).map(Into::into)
    })
}

/// Base64 as Secrets have it; line ends and blanks within are passed over.
fn decode(text: &str) -> Option<Vec<u8>> {
    let digit = |byte: u8| {
        Some(match byte {
            b'A'..=b'Z' => byte - b'A',
            b'a'..=b'z' => byte - b'a' + 26,
            b'0'..=b'9' => byte - b'0' + 52,
            b'+' => 62,
            b'/' => 63,
            _ => return None,
        })
    };
    let mut out = Vec::with_capacity(text.len() / 4 * 3);
    let (mut bits, mut count) = (0u32, 0);
    for byte in text.bytes().filter(|byte| !byte.is_ascii_whitespace()).take_while(|byte| *byte != b'=') {
        bits = bits << 6 | u32::from(digit(byte)?);
        count += 6;
        if count >= 8 {
            count -= 8;
            out.push((bits >> count) as u8);
            bits &= (1 << count) - 1;
        }
    }
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base64_is_decoded() {
        for (text, plain) in [("", ""), ("Zg==", "f"), ("Zm8=", "fo"), ("Zm9v", "foo"), ("Zm9v\n YmFy", "foobar")] {
            assert_eq!(decode(text).as_deref(), Some(plain.as_bytes()), "{text}");
        }
        assert_eq!(decode("Zm9v*"), None);
    }
}
