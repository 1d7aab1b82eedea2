//! Traffic through the API server.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use crate::backends::NAMESPACE;
use crate::control_plane::{control_plane, wait_for};
use crate::gateway::{Gateway, get, send};
use crate::load::Load;
use crate::objects::{mapping, pod, service, slice};
use crate::serving::{clean_up, set_up};

/// How long pods are killed, one every two seconds; `KILL_FOR=60` is what the project promises.
fn killing_time() -> u64 {
    std::env::var("KILL_FOR").ok().and_then(|seconds| seconds.parse().ok()).unwrap_or(20)
}

#[test]
fn no_request_fails_while_pods_die() {
    let Some((plane, _turn)) = control_plane() else { return };
    let mut alive: Vec<String> = (10..13).map(|at| format!("cart-{at}")).collect();
    set_up(plane, "cart", &alive.iter().map(String::as_str).collect::<Vec<_>>());
    plane.apply(&mapping(NAMESPACE, "cart", "cart.forward", ""));
    let gateway = Gateway::start(plane, "admin", &[]);
    let load = Load::start(gateway.address, "/cart/", 200, true);
    wait_for("all three pods answer", Duration::from_secs(30), || load.good() > 500);
    for round in 0..killing_time() / 2 {
        let dies = alive.remove(0);
        plane.backends.kill(&dies);
        let comes = format!("cart-{}", 13 + round);
        plane.kubectl(&["delete", "pod", "-n", NAMESPACE, &dies, "--grace-period=0", "--force", "--wait=false"]);
        alive.push(comes.clone());
        plane.apply(&format!("{}{}", pod(NAMESPACE, &comes), slice(NAMESPACE, "cart", &alive)));
        std::thread::sleep(Duration::from_secs(2));
    }
    let outcome = load.stop();
    assert!(outcome.bad.is_empty(), "{:?} of {}", outcome.bad, outcome.good);
    println!(
        "{} requests by 200 clients in {:?}, none failed; by {} pods",
        outcome.good,
        outcome.took,
        outcome.bodies.len()
    );
    assert!(outcome.bodies.len() as u64 >= killing_time() / 2, "{:?}", outcome.bodies);
    // With the clients go the streams: one second is what sweeping takes.
    let most = gateway.open_files();
    drop(gateway);
    println!("{most} files were open under load");
    clean_up(plane);
}

#[test]
fn a_request_that_may_have_had_effect_is_answered_when_its_pod_is_gone() {
    let Some((plane, _turn)) = control_plane() else { return };
    set_up(plane, "cart", &["cart-77"]);
    plane.apply(&mapping(NAMESPACE, "cart", "cart.forward", ""));
    let gateway = Gateway::start(plane, "admin", &[]);
    wait_for("the pod answers", Duration::from_secs(20), || gateway.get("/cart/").0 == 200);
    let address = gateway.address;
    let waiting = std::thread::spawn(move || {
        let answer = send(address, "POST", "/cart/never", "content-length: 0\r\n");
        (answer, Instant::now())
    });
    std::thread::sleep(Duration::from_secs(1));
    assert!(!waiting.is_finished(), "{}", gateway.said());
    plane.backends.kill("cart-77");
    plane.kubectl(&["delete", "pod", "-n", NAMESPACE, "cart-77", "--grace-period=0", "--force", "--wait=false"]);
    plane.apply(&slice(NAMESPACE, "cart", &[]));
    let died = Instant::now();
    let ((status, body), answered) = waiting.join().unwrap();
    let took = answered.saturating_duration_since(died);
    let words = "upstream connect error or disconnect/reset before headers. reset reason: connection termination";
    assert_eq!((status, body.as_str()), (503, words), "{}", gateway.said());
    println!("a POST is answered {took:?} after its pod is gone");
    // Other work on the machine may slow it down; its own timeout is 30 s.
    assert!(took < Duration::from_secs(10), "{took:?}");
    clean_up(plane);
}

#[test]
fn every_kind_of_upstream_is_reached() {
    let Some((plane, _turn)) = control_plane() else { return };
    set_up(plane, "cart", &["cart-70", "cart-71"]);
    let mut all = String::new();
    for (name, more) in [("speaks-http2", ""), ("speaks-tls", ""), ("headless", ", clusterIP: None")] {
        all.push_str(&service(NAMESPACE, name, more));
    }
    for name in ["speaks-http2", "speaks-tls"] {
        all.push_str(&pod(NAMESPACE, name));
        all.push_str(&slice(NAMESPACE, name, &[name.to_owned()]));
    }
    all.push_str(&slice(NAMESPACE, "headless", &["cart-71".to_owned()]));
    let outside = plane.backends.address("cart-72");
    all.push_str(&format!(
        "apiVersion: v1\nkind: Service\nmetadata: {{name: outside, namespace: {NAMESPACE}}}\n\
         spec: {{type: ExternalName, externalName: localhost}}\n---\n"
    ));
    all.push_str(&mapping(NAMESPACE, "cart", "cart.forward.svc.cluster.local:80", ", allow_upgrade: [websocket]"));
    all.push_str(&mapping(NAMESPACE, "h2", "speaks-http2.forward", ", grpc: true"));
    all.push_str(&mapping(NAMESPACE, "tls", "https://speaks-tls.forward:80", ""));
    all.push_str(&mapping(NAMESPACE, "headless", "headless.forward:8080", ""));
    all.push_str(&mapping(NAMESPACE, "outside", &format!("outside.forward:{}", outside.port()), ""));
    all.push_str(&mapping(NAMESPACE, "wrong", "cart.forward:81", ""));
    plane.apply(&all);
    let replaced = format!(
        "cart.forward[x-dev=me]={}",
        plane.backends.address("cart-73").to_string().replace("127.0.0.1", "localhost")
    );
    let gateway = Gateway::start(plane, "admin", &["--upstream", &replaced]);
    for (path, body) in
        [("/h2/", "speaks-http2"), ("/tls/", "speaks-tls"), ("/headless/", "cart-71"), ("/outside/", "cart-72")]
    {
        let answer = gateway.get(path);
        assert_eq!((answer.0, answer.1.contains(body)), (200, true), "{path}: {answer:?}\n{}", gateway.said());
    }
    assert_eq!(gateway.get("/wrong/").0, 503);
    assert!(gateway.said().contains("Service cart.forward has no port 81, it has 80"), "{}", gateway.said());
    // Both pods take part; and the developer's own requests go to his own process.
    let pods: std::collections::BTreeSet<String> = (0..40).map(|_| gateway.get("/cart/").1).collect();
    assert_eq!(pods.len(), 2, "{pods:?}");
    assert_eq!(get(gateway.address, "/cart/", "x-dev: me\r\n"), (200, "cart-73".to_owned()));
    // A large body comes whole, however slowly it is read.
    let mut stream = TcpStream::connect(gateway.address).unwrap();
    stream.write_all(b"GET /cart/big HTTP/1.1\r\nhost: test\r\nconnection: close\r\n\r\n").unwrap();
    std::thread::sleep(Duration::from_millis(500));
    let mut bytes = Vec::new();
    stream.read_to_end(&mut bytes).unwrap();
    assert!(bytes.len() > 4 << 20, "{}", bytes.len());
    // Bytes go both ways after an upgrade.
    let mut stream = TcpStream::connect(gateway.address).unwrap();
    let upgrade = "GET /cart/ HTTP/1.1\r\nhost: test\r\nconnection: upgrade\r\nupgrade: websocket\r\n\
                   sec-websocket-version: 13\r\nsec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";
    stream.write_all(upgrade.as_bytes()).unwrap();
    let mut piece = [0; 4096];
    let length = stream.read(&mut piece).unwrap();
    assert!(piece[..length].starts_with(b"HTTP/1.1 101"), "{}", String::from_utf8_lossy(&piece[..length]));
    stream.write_all(b"there and back").unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    let mut echo = [0; 14];
    stream.read_exact(&mut echo).unwrap();
    assert_eq!(&echo, b"there and back");
    clean_up(plane);
}

#[test]
fn a_forbidden_forward_is_told_with_the_rule_that_would_help() {
    let Some((plane, _turn)) = control_plane() else { return };
    set_up(plane, "cart", &["cart-74"]);
    plane.apply(&mapping(NAMESPACE, "cart", "cart.forward", ""));
    plane.kubectl(&["create", "clusterrole", "no-forwards", "--verb=get,list,watch", "--resource=services,ingresses.networking.k8s.io,endpointslices.discovery.k8s.io,mappings.getambassador.io,hosts.getambassador.io,listeners.getambassador.io"]);
    plane.kubectl(&["create", "clusterrolebinding", "no-forwards", "--clusterrole=no-forwards", "--user=nobody"]);
    let gateway = Gateway::start(plane, "nobody", &[]);
    let (status, body) = gateway.get("/cart/");
    assert_eq!(status, 503, "{body}");
    assert!(body.contains("port-forward to forward/cart-74:8080") && body.contains("forbidden"), "{body}");
    wait_for("it is told", Duration::from_secs(10), || gateway.said().contains("resources: [pods/portforward]"));
    plane.kubectl(&["delete", "clusterrolebinding", "no-forwards"]);
    plane.kubectl(&["delete", "clusterrole", "no-forwards"]);
    clean_up(plane);
}
