//! A stolen look: nothing that is shown holds the contents of a Secret, or a token.

use crate::backends::NAMESPACE;
use crate::control_plane::{ControlPlane, control_plane};
use crate::gateway::{Gateway, get};
use crate::objects::mapping;
use crate::serving::{clean_up, set_up};

const MARK: &str = "PLANTED5eCr3tMARK";
/// The mark in base64, as Secrets have it.
const MARK64: &str = "UExBTlRFRDVlQ3IzdE1BUks=";

fn secret(name: &str, kind: &str, data: &str) -> String {
    format!(
        "apiVersion: v1\nkind: Secret\ntype: {kind}\nmetadata: {{name: {name}, namespace: {NAMESPACE}}}\n{data}\n---\n"
    )
}

#[test]
fn nothing_that_is_shown_is_secret() {
    let Some((plane, _turn)) = control_plane() else { return };
    set_up(plane, "cart", &["cart-75"]);
    let data = format!("stringData: {{tls.crt: {MARK}, tls.key: {MARK}}}");
    let mut all = secret("planted", "kubernetes.io/tls", &data);
    all.push_str(&secret("unused", "Opaque", &format!("stringData: {{password: {MARK}}}")));
    all.push_str(&mapping(NAMESPACE, "cart", "cart.forward", ""));
    all.push_str(&format!(
        "apiVersion: getambassador.io/v3alpha1\nkind: TLSContext\nmetadata: {{name: planted, namespace: {NAMESPACE}}}\n\
         spec: {{hosts: [x.example.com], secret: planted}}\n---\n"
    ));
    plane.apply(&all);
    let mut seen = String::new();
    for args in [
        &["routes", "-o", "wide"][..],
        &["routes", "-o", "json"],
        &["route-test", "/cart/", "--explain"],
        &["lint"],
        &["lint", "-o", "json"],
        &["diff", "live:", "testdata/manifests/shop", "-o", "json"],
        &["diff", "live:", "testdata/manifests/shop", "-o", "patch"],
        &["convert"],
        &["convert", "-o", "json"],
    ] {
        let output = plane.run("admin", args).output().unwrap();
        seen.push_str(&String::from_utf8_lossy(&output.stdout));
        seen.push_str(&String::from_utf8_lossy(&output.stderr));
    }
    // A certificate that is none: whatever `serve` says of it, it must not say what it is instead.
    let args = ["serve", "--listen", "8080=127.0.0.1:0", "--admin", "127.0.0.1:0", "--access-log", "json"];
    plane.apply(&mapping(NAMESPACE, "more", "https://cart.forward", ", tls: planted"));
    let mut child = plane
        .run("admin", &args)
        .stdin(std::process::Stdio::null())
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    std::thread::sleep(std::time::Duration::from_secs(5));
    let _ = child.kill();
    let said = child.wait_with_output().unwrap();
    seen.push_str(&String::from_utf8_lossy(&said.stdout));
    seen.push_str(&String::from_utf8_lossy(&said.stderr));
    plane.kubectl(&["delete", "mapping", "-n", NAMESPACE, "more"]);
    plane.kubectl(&["delete", "tlscontext", "-n", NAMESPACE, "planted"]);
    let gateway = Gateway::start(plane, "admin", &["--access-log", "json"]);
    for path in ["/cart/", "/none/"] {
        seen.push_str(&get(gateway.address, path, &format!("authorization: Bearer {MARK}\r\n")).1);
    }
    for page in ["/", "/ready", "/healthz", "/metrics", "/routes", "/config", "/explain?url=/cart/", "/none"] {
        seen.push_str(&gateway.page(page));
    }
    seen.push_str(&gateway.said());
    assert!(seen.contains("cart"));
    for mark in [MARK, MARK64].into_iter().chain(ControlPlane::tokens()) {
        let around = seen.find(mark).map(|at| &seen[at.saturating_sub(300)..at + mark.len()]);
        assert_eq!(around, None, "{mark}");
    }
    clean_up(plane);
}
