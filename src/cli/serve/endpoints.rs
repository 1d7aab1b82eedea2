//! Endpoints of Services, as objects of the input tell them.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use crate::resource::KubernetesObject;
use crate::yaml::Node;

/// The addresses of a Service's port: from Endpoints, or from EndpointSlices.
pub(super) fn of(objects: &[Arc<KubernetesObject>], namespace: &str, service: &str, port: u16) -> Arc<[SocketAddr]> {
    let wanted = target(objects, namespace, service, port);
    let mut found: Vec<SocketAddr> = Vec::new();
    for object in objects.iter().filter(|object| object.object.namespace == namespace) {
        if object.object.kind == "Endpoints" && object.object.name == service {
            for subset in list(&object.root, "subsets") {
                let ports = list(subset, "ports");
                let addresses = list(subset, "addresses").filter_map(|address| address.get("ip")?.text()?.parse().ok());
                add(&mut found, addresses.collect(), ports, &wanted);
            }
        }
        let is_slice = object.object.kind == "EndpointSlice"
            && object.labels.iter().any(|(key, value)| key == "kubernetes.io/service-name" && value == service);
        if is_slice {
            let is_ready = |endpoint: &&Node| {
                let ready = endpoint.get("conditions").and_then(|conditions| conditions.get("ready"));
                ready.and_then(Node::text).is_none_or(|ready| ready != "false")
            };
            let addresses = list(&object.root, "endpoints")
                .filter(is_ready)
                .flat_map(|endpoint| list(endpoint, "addresses"))
                .filter_map(|address| address.text()?.parse().ok());
            add(&mut found, addresses.collect(), list(&object.root, "ports"), &wanted);
        }
    }
    found.into()
}

/// The port of the endpoints that a Service's port means: by number, by name, or any.
struct Target {
    number: Option<u16>,
    name: Option<String>,
}

fn target(objects: &[Arc<KubernetesObject>], namespace: &str, service: &str, port: u16) -> Target {
    let is_it = |object: &&Arc<KubernetesObject>| {
        object.object.kind == "Service" && object.object.name == service && object.object.namespace == namespace
    };
    let spec = objects.iter().rev().find(is_it).and_then(|object| object.root.get("spec"));
    let ports: Vec<&Node> = spec.map(|spec| list(spec, "ports").collect()).unwrap_or_default();
    let entry = ports.iter().find(|entry| number(entry, "port") == Some(port));
    match entry {
        None => Target { number: Some(port).filter(|_| !ports.is_empty()), name: None },
        Some(entry) => {
            let name = entry.get("name").and_then(Node::text).map(ToOwned::to_owned);
            let number = match entry.get("targetPort") {
                None => Some(port),
                Some(target) => target.text().and_then(|text| text.parse().ok()),
            };
            Target { number, name }
        }
    }
}

fn add<'n>(
    found: &mut Vec<SocketAddr>,
    addresses: Vec<IpAddr>,
    ports: impl Iterator<Item = &'n Node>,
    wanted: &Target,
) {
    let ports: Vec<&Node> = ports.collect();
    let is_wanted = |entry: &&&Node| {
        let name = entry.get("name").and_then(Node::text);
        let by_name = wanted.name.as_deref().is_some_and(|wanted| name == Some(wanted));
        by_name || wanted.number.is_some_and(|wanted| number(entry, "port") == Some(wanted))
    };
    let chosen = ports.iter().find(is_wanted).or_else(|| ports.first().filter(|_| ports.len() == 1));
    let Some(port) = chosen.and_then(|entry| number(entry, "port")) else { return };
    for address in addresses {
        let address = SocketAddr::new(address, port);
        if !found.contains(&address) {
            found.push(address);
        }
    }
}

fn list<'n>(node: &'n Node, key: &str) -> impl Iterator<Item = &'n Node> {
    node.get(key).and_then(Node::as_list).unwrap_or_default().iter()
}

fn number(node: &Node, key: &str) -> Option<u16> {
    node.get(key)?.text()?.parse().ok()
}
