//! What takes long: ten thousand Services, and `kubectl port-forward` beside `serve`. By hand, with `-- --ignored`.

use std::io::{BufRead as _, BufReader};
use std::process::Stdio;
use std::time::{Duration, Instant};

use futures_util::StreamExt as _;

use crate::backends::NAMESPACE;
use crate::control_plane::{ControlPlane, control_plane, cpu_of, wait_for};
use crate::gateway::Gateway;
use crate::load::Load;
use crate::objects::{front, mapping, namespace};
use crate::serving::{clean_up, set_up};

const MANY: usize = 10_000;

/// How often each of two is measured, for a second.
const TURNS: u32 = 8;

/// What was measured of one of two.
#[derive(Default)]
struct Side {
    requests: f64,
    took: f64,
    /// Of itself, and of the API server and the kubelet.
    cpu: [f64; 2],
}

impl Side {
    fn rate(&self) -> f64 {
        self.requests / self.took
    }
}

impl std::fmt::Display for Side {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let [own, others] = self.cpu.map(|cpu| cpu * 1e6 / self.requests);
        write!(f, "{:.0} requests/s ({own:.0} µs of a processor for each, {others:.0} beyond it)", self.rate())
    }
}

fn annotated(at: usize) -> Vec<u8> {
    let mapping = format!(
        "---\napiVersion: getambassador.io/v3alpha1\nkind: Mapping\nname: s{at}\nhostname: '*'\nprefix: /s{at}/\nservice: s{at}.many\n"
    );
    let service = serde_json::json!({
        "apiVersion": "v1", "kind": "Service",
        "metadata": {"name": format!("s{at}"), "annotations": {"getambassador.io/config": mapping}},
        "spec": {"clusterIP": "None", "ports": [{"name": "http", "port": 80}]},
    });
    service.to_string().into_bytes()
}

/// kubectl takes many minutes to make them.
fn make_many(plane: &ControlPlane) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let config = kube::config::Kubeconfig::read_from(plane.kubeconfig("admin")).unwrap();
        let options = kube::config::KubeConfigOptions::default();
        let config = kube::Config::from_custom_kubeconfig(config, &options).await.unwrap();
        let client = kube::Client::try_from(config).unwrap();
        let made = futures_util::stream::iter(0..MANY).for_each_concurrent(64, |at| {
            let request = http::Request::post("/api/v1/namespaces/many/services").body(annotated(at)).unwrap();
            let client = client.clone();
            async move { drop(client.request::<serde_json::Value>(request).await.unwrap()) }
        });
        made.await;
    });
}

#[test]
#[ignore = "takes minutes: ten thousand Services are made"]
fn ten_thousand_services_are_served_soon() {
    let Some((plane, _turn)) = control_plane() else { return };
    plane.apply(&format!("{}{}", namespace("many"), front("many")));
    make_many(plane);
    let began = Instant::now();
    let gateway = Gateway::start(plane, "admin", &[]);
    let took = began.elapsed();
    let last = gateway.get(&format!("/explain-none-{MANY}")).0;
    let (now, most) = gateway.memory();
    println!("{MANY} Services listed, compiled and served in {took:?}; {now} MiB now, {most} MiB at most");
    assert_eq!(last, 404);
    assert!(gateway.page("/config").contains(&format!("{MANY} Mappings")), "{}", gateway.page("/config"));
    assert!(took < Duration::from_secs(5) && most <= 300, "{took:?}, {most} MiB");
    plane.kubectl(&["delete", "namespace", "many", "--wait=false"]);
}

#[test]
#[ignore = "measures, for half a minute"]
fn it_is_faster_than_kubectl() {
    let Some((plane, _turn)) = control_plane() else { return };
    set_up(plane, "cart", &["cart-76"]);
    plane.apply(&mapping(NAMESPACE, "cart", "cart.forward", ""));
    // kubectl logs no requests either.
    let gateway = Gateway::start(plane, "admin", &["--access-log", "off"]);
    let mut command = plane.kubectl_command(&["port-forward", "-n", NAMESPACE, "pod/cart-76", ":8080"]);
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let first = lines.next().unwrap().unwrap();
    std::thread::spawn(move || lines.for_each(drop));
    let kubectl = first.split("Forwarding from ").nth(1).unwrap().split(' ').next().unwrap().parse().unwrap();
    let kubectl_process = child.id();
    let measure = |side: &mut Side, address, keeps| {
        let cpu = || [if address == kubectl { cpu_of(kubectl_process) } else { gateway.cpu() }, plane.cpu()];
        let before = cpu();
        let load = Load::start(address, "/cart/", 32, keeps);
        std::thread::sleep(Duration::from_secs(1));
        let outcome = load.stop();
        assert!(outcome.good > 0, "{:?}", outcome.bad);
        side.requests += outcome.good as f64;
        side.took += outcome.took.as_secs_f64();
        for (all, (before, after)) in side.cpu.iter_mut().zip(before.into_iter().zip(cpu())) {
            *all += (after - before).as_secs_f64();
        }
    };
    wait_for("both answer", Duration::from_secs(20), || gateway.get("/cart/").0 == 200);
    let mut fails = Vec::new();
    for (keeps, wanted) in [(true, 1.2), (false, 3.0)] {
        // In short turns, so that what else the machine does hits both.
        let (mut ours, mut theirs) = (Side::default(), Side::default());
        for _ in 0..TURNS {
            measure(&mut ours, gateway.address, keeps);
            measure(&mut theirs, kubectl, keeps);
        }
        let kind = if keeps { "kept connections" } else { "a connection for each request" };
        println!(
            "{kind}: {ours} through serve, {theirs} through kubectl port-forward: {:.2} times",
            ours.rate() / theirs.rate()
        );
        if ours.rate() < theirs.rate() * wanted {
            fails.push(kind);
        }
    }
    let _ = child.kill();
    let _ = child.wait();
    clean_up(plane);
    assert!(fails.is_empty(), "{fails:?}");
}
