//! What is told of a client's certificate upstream: `x-forwarded-client-cert`, as Envoy writes it.

use std::fmt::Write as _;

use http::HeaderValue;
use rustls::pki_types::CertificateDer;
use x509_cert::Certificate;
use x509_cert::attr::AttributeTypeAndValue;
use x509_cert::der::asn1::{Ia5StringRef, PrintableStringRef, Utf8StringRef};
use x509_cert::der::pem::{self, LineEnding};
use x509_cert::der::{Decode as _, Encode as _, Tag, Tagged as _};
use x509_cert::ext::pkix::SubjectAltName;
use x509_cert::ext::pkix::name::GeneralName;

use super::certificates::fingerprint;

/// The parts that a Module may ask for, in the order in which Envoy writes them.
const PARTS: [&str; 5] = ["cert", "chain", "subject", "uri", "dns"];

/// What is told of the certificates that a client showed, its own first: who we are (`ours`), its fingerprint, and the
/// parts that are asked for. A part that cannot be read is not told.
pub(crate) fn told(shown: &[CertificateDer<'_>], ours: &[String], wanted: &[(String, bool)]) -> Option<HeaderValue> {
    let own = shown.first()?;
    let read = Certificate::from_der(own).ok();
    let mut told: Vec<String> = ours.iter().map(|uri| format!("By={uri}")).collect();
    told.push(format!("Hash={}", fingerprint(own)));
    let is_wanted = |part: &str| wanted.iter().any(|(name, on)| *on && name == part);
    for part in PARTS.into_iter().filter(|part| is_wanted(part)) {
        match (part, &read) {
            ("cert", _) => told.push(format!("Cert=\"{}\"", encoded(&shown[..1]))),
            ("chain", _) => told.push(format!("Chain=\"{}\"", encoded(shown))),
            ("subject", Some(read)) => told.push(format!("Subject=\"{}\"", subject(read))),
            ("uri", Some(read)) => {
                let uris = uris(read);
                // The key stands also where there is none.
                let none = uris.is_empty().then(String::new);
                told.extend(uris.into_iter().chain(none).map(|uri| format!("URI={uri}")));
            }
            ("dns", Some(read)) => told.extend(names(read, dns_name).into_iter().map(|name| format!("DNS={name}"))),
            _ => {}
        }
    }
    HeaderValue::try_from(told.join(";")).ok()
}

/// The URIs by which a certificate of ours says who we are.
pub(crate) fn own_uris(chain: &[CertificateDer<'_>]) -> Vec<String> {
    let own = chain.first().and_then(|own| Certificate::from_der(own).ok());
    own.map(|own| uris(&own)).unwrap_or_default()
}

fn uris(certificate: &Certificate) -> Vec<String> {
    names(certificate, |name| match name {
        GeneralName::UniformResourceIdentifier(uri) => Some(uri.to_string()),
        _ => None,
    })
}

fn dns_name(name: &GeneralName) -> Option<String> {
    match name {
        GeneralName::DnsName(name) => Some(name.to_string()),
        _ => None,
    }
}

fn names(certificate: &Certificate, take: impl Fn(&GeneralName) -> Option<String>) -> Vec<String> {
    let names = certificate.tbs_certificate().get_extension::<SubjectAltName>().ok().flatten();
    names.map(|(_, names)| names.0.iter().filter_map(take).collect()).unwrap_or_default()
}

/// Certificates as PEM, encoded as in a URL.
fn encoded(certificates: &[CertificateDer<'_>]) -> String {
    let mut out = String::new();
    for certificate in certificates {
        let pem = pem::encode_string("CERTIFICATE", LineEnding::LF, certificate).unwrap_or_default();
        for letter in pem.chars() {
            match letter {
                '\n' | ' ' | '+' | '/' | '=' => {
                    let _ = write!(out, "%{:02X}", letter as u32);
                }
                letter => out.push(letter),
            }
        }
    }
    out
}

/// The subject in the notation of RFC 2253, as OpenSSL writes it: the last part first.
fn subject(certificate: &Certificate) -> String {
    let parts = certificate.tbs_certificate().subject().iter_rdn().map(|part| {
        let mut pairs: Vec<String> = part.iter().map(pair).collect();
        pairs.reverse();
        pairs.join("+")
    });
    let mut parts: Vec<String> = parts.collect();
    parts.reverse();
    parts.join(",")
}

fn pair(pair: &AttributeTypeAndValue) -> String {
    let value = &pair.value;
    let text = match value.tag() {
        Tag::PrintableString => PrintableStringRef::try_from(value).ok().map(|text| text.as_str().to_owned()),
        Tag::Utf8String => Utf8StringRef::try_from(value).ok().map(|text| text.as_str().to_owned()),
        Tag::Ia5String => Ia5StringRef::try_from(value).ok().map(|text| text.as_str().to_owned()),
        Tag::TeletexString => Some(value.value().iter().copied().map(char::from).collect()),
        _ => None,
    };
    match (short_name(&pair.oid.to_string()), text) {
        (Some(name), Some(text)) => format!("{name}={}", escaped(&text)),
        (name, _) => {
            let mut out = name.map_or_else(|| pair.oid.to_string(), ToOwned::to_owned);
            out.push_str("=#");
            for byte in value.to_der().unwrap_or_default() {
                let _ = write!(out, "{byte:02X}");
            }
            out
        }
    }
}

fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let last = text.len().saturating_sub(1);
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            b',' | b'+' | b'"' | b'\\' | b'<' | b'>' | b';' => {
                out.push('\\');
                out.push(char::from(byte));
            }
            b'#' if at == 0 => out.push_str("\\#"),
            b' ' if at == 0 || at == last => out.push_str("\\ "),
            b' '..=b'~' => out.push(char::from(byte)),
            other => {
                let _ = write!(out, "\\{other:02X}");
            }
        }
    }
    out
}

/// OpenSSL's short names.
fn short_name(oid: &str) -> Option<&'static str> {
    Some(match oid {
        "2.5.4.3" => "CN",
        "2.5.4.4" => "SN",
        "2.5.4.5" => "serialNumber",
        "2.5.4.6" => "C",
        "2.5.4.7" => "L",
        "2.5.4.8" => "ST",
        "2.5.4.9" => "street",
        "2.5.4.10" => "O",
        "2.5.4.11" => "OU",
        "2.5.4.12" => "title",
        "2.5.4.13" => "description",
        "2.5.4.15" => "businessCategory",
        "2.5.4.17" => "postalCode",
        "2.5.4.41" => "name",
        "2.5.4.42" => "GN",
        "2.5.4.43" => "initials",
        "2.5.4.44" => "generationQualifier",
        "2.5.4.46" => "dnQualifier",
        "2.5.4.65" => "pseudonym",
        "0.9.2342.19200300.100.1.1" => "UID",
        "0.9.2342.19200300.100.1.25" => "DC",
        "1.2.840.113549.1.9.1" => "emailAddress",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use rustls::pki_types::pem::PemObject as _;

    use super::*;

    /// `openssl req -x509 -newkey ec …` with the subject and the names that the tests below expect.
    const CLIENT: &str = include_str!("../../testdata/certificates/client.pem");

    fn shown() -> Vec<CertificateDer<'static>> {
        vec![CertificateDer::from_pem_slice(CLIENT.as_bytes()).unwrap()]
    }

    fn told_with(wanted: &[&str], ours: &[String]) -> String {
        let wanted: Vec<(String, bool)> = wanted.iter().map(|part| ((*part).to_owned(), true)).collect();
        told(&shown(), ours, &wanted).unwrap().to_str().unwrap().to_owned()
    }

    #[test]
    fn a_fingerprint_is_told_always_and_who_we_are_where_we_say_so() {
        let hash = format!("Hash={}", fingerprint(&shown()[0]));
        assert_eq!(told_with(&[], &[]), hash);
        assert_eq!(told_with(&[], &["spiffe://us".to_owned()]), format!("By=spiffe://us;{hash}"));
        assert_eq!(told(&[], &[], &[]), None);
        assert_eq!(told(&shown(), &[], &[("subject".to_owned(), false)]).unwrap().to_str().unwrap(), hash);
    }

    /// What `openssl x509 -noout -subject -nameopt RFC2253` says of it.
    #[test]
    fn a_subject_is_written_as_openssl_writes_it() {
        let subject = "emailAddress=a@b.example,CN=Client\\, \\\"one\\\",OU=D\\C3\\BCsseldorf+OU=Two,O=\\#Org,C=DE";
        let told = told_with(&["subject"], &[]);
        assert_eq!(told.split_once(';').unwrap().1, format!("Subject=\"{subject}\""));
    }

    #[test]
    fn parts_come_in_envoys_order_whatever_the_module_s() {
        let told = told_with(&["dns", "uri"], &[]);
        let names = "URI=spiffe://them/one;URI=spiffe://them/two;DNS=a.example;DNS=b.example";
        assert_eq!(told.split_once(';').unwrap().1, names);
    }

    #[test]
    fn certificates_are_encoded_as_in_a_url() {
        let told = told_with(&["cert"], &[]);
        let told = told.split_once("Cert=\"").unwrap().1.strip_suffix('"').unwrap();
        assert!(told.starts_with("-----BEGIN%20CERTIFICATE-----%0A"), "{told}");
        let pem = told.replace("%0A", "\n").replace("%20", " ").replace("%2B", "+");
        assert_eq!(pem.replace("%2F", "/").replace("%3D", "="), CLIENT);
    }

    #[test]
    fn garbage_has_a_fingerprint_only() {
        let told = told(&[CertificateDer::from(vec![1, 2, 3])], &[], &[("subject".to_owned(), true)]).unwrap();
        assert!(told.to_str().unwrap().starts_with("Hash=039058c6f2c0cb49"), "{told:?}");
    }
}
