//! What upstreams are told of the certificates of clients.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::sync::Arc;

use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{ClientConfig, ClientConnection, StreamOwned};

use super::served::{PATIENCE, Served};
use super::trust::AnyServer;
use super::upstream::recorder;

const CASE: &str = "testdata/truth/conformance/cases/tls-client-cert";

fn client(served: &Served) -> StreamOwned<ClientConnection, TcpStream> {
    let mut stream = TcpStream::connect(served.address_of(8443)).unwrap();
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    let pem = std::fs::read(format!("{CASE}/client.pem")).unwrap();
    let chain: Vec<_> = CertificateDer::pem_slice_iter(&pem).map(Result::unwrap).collect();
    let config = ClientConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(AnyServer))
        .with_client_auth_cert(chain, PrivateKeyDer::from_pem_slice(&pem).unwrap())
        .unwrap();
    let mut connection = ClientConnection::new(Arc::new(config), "mtls.example.com".try_into().unwrap()).unwrap();
    connection.complete_io(&mut stream).unwrap();
    StreamOwned::new(connection, stream)
}

/// What the upstream is told, when the client claims something itself.
fn told(module: &str) -> Option<String> {
    let (upstream, asked) = recorder();
    let manifests = std::fs::read_to_string(format!("{CASE}/manifests.yaml")).unwrap();
    let manifests = manifests.replace("service: m-svc", &format!("service: {upstream}"));
    let module = format!(
        "---\napiVersion: getambassador.io/v3alpha1\nkind: Module\nmetadata: {{ name: ambassador }}\nspec: {{ config: {{ \
         {module} }} }}\n"
    );
    let served = Served::with(&format!("{manifests}{module}"), &["--access-log", "off"]);
    let mut stream = client(&served);
    let claim =
        "GET / HTTP/1.1\r\nHost: mtls.example.com\r\nX-Forwarded-Client-Cert: Hash=mine\r\nConnection: close\r\n\r\n";
    stream.write_all(claim.as_bytes()).unwrap();
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer);
    assert!(answer.starts_with(b"HTTP/1.1 202"), "{}", String::from_utf8_lossy(&answer));
    asked.recv_timeout(PATIENCE).unwrap().value("x-forwarded-client-cert").map(ToOwned::to_owned)
}

#[test]
fn an_upstream_is_told_of_a_certificate_as_the_module_says() {
    let set = told("forward_client_cert_details: SANITIZE_SET, set_current_client_cert_details: { subject: true }");
    let set = set.unwrap();
    assert!(set.starts_with("Hash=") && set.contains(";Subject=\"") && !set.contains("mine"), "{set}");
    let appended = told("forward_client_cert_details: APPEND_FORWARD").unwrap();
    assert!(appended.starts_with("Hash=mine,Hash="), "{appended}");
    assert_eq!(told("forward_client_cert_details: FORWARD_ONLY").unwrap(), "Hash=mine");
    assert_eq!(told("enable_http10: false"), None);
}
