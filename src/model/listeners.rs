//! Listeners: which are in force, and which Hosts they take.

use super::fields::Fields;
use super::hosts::match_labels;
use super::listener::{Listener, ProxyPlace, SecurityModel, Stack};
use super::problem::{Effect, Problems};
use super::table::ResourceId;
use crate::edition::Edition;
use crate::resource::{Kind, Resource};

/// A Listener and the Hosts that it wants.
#[derive(Debug)]
pub(crate) struct BoundListener {
    pub(crate) listener: Listener,
    pub(crate) binding: Binding,
    pub(crate) key: Option<String>,
}

/// Which Hosts a Listener takes.
#[derive(Clone, Debug)]
pub(crate) struct Binding {
    /// `None` is all namespaces.
    pub(crate) namespace: Option<String>,
    /// Labels that the Host must have.
    pub(crate) labels: Vec<(String, String)>,
}

impl Binding {
    /// Whether a Host of this namespace with these labels is taken.
    pub(crate) fn takes(&self, namespace: &str, labels: &[(String, String)], edition: Edition) -> bool {
        self.namespace.as_ref().is_none_or(|own| own == namespace) && edition.selects(&self.labels, labels)
    }
}

/// Reads all Listeners, in order.
pub(crate) fn read(resources: &[(ResourceId, &Resource)], problems: &mut Problems) -> Vec<BoundListener> {
    let mut listeners: Vec<BoundListener> = Vec::new();
    for (id, resource) in resources.iter().filter(|(_, resource)| resource.kind == Kind::Listener) {
        let fields = Fields::of(&resource.spec);
        let Some(found) = listener(*id, resource, fields, problems) else { continue };
        let taken = listeners.iter().find(|other| {
            other.listener.port == found.listener.port && other.listener.stack.udp == found.listener.stack.udp
        });
        if let Some(other) = taken {
            let message = format!(
                "port {} is taken by Listener {}: Emissary drops Listener {}",
                found.listener.port, other.listener.name, resource.name
            );
            let first = other.listener.from.and_then(|id| resources.iter().find(|(other, _)| *other == id));
            problems
                .post(Effect::Dropped, "listener-port-taken", resource.key.clone(), fields.span_of("port"), message)
                .beside(first.map(|(_, resource)| resource.name_span));
            continue;
        }
        listeners.push(found);
    }
    announce_http3(&mut listeners);
    listeners
}

/// A TCP listener announces HTTP/3 where a UDP one stands on the same port.
fn announce_http3(listeners: &mut [BoundListener]) {
    let quic: Vec<u16> = listeners.iter().filter(|one| one.listener.stack.udp).map(|one| one.listener.port).collect();
    for one in listeners.iter_mut().filter(|one| !one.listener.stack.udp) {
        one.listener.announces_http3 = quic.contains(&one.listener.port);
    }
}

fn listener(id: ResourceId, resource: &Resource, fields: Fields<'_>, problems: &mut Problems) -> Option<BoundListener> {
    let mut drop_it = |field: &str, message: &str| {
        let message = format!("{message}: Emissary drops Listener {}", resource.name);
        problems.post(Effect::Dropped, "listener", resource.key.clone(), fields.span_of(field), message);
        None
    };
    let port = fields.int("port").and_then(|port| u16::try_from(port).ok()).filter(|port| *port != 0);
    let Some(port) = port else { return drop_it("port", "port must be 1 to 65535") };
    let security = match fields.text("securityModel") {
        Some("XFP") => SecurityModel::Xfp,
        Some("SECURE") => SecurityModel::Secure,
        Some("INSECURE") => SecurityModel::Insecure,
        _ => return drop_it("securityModel", "securityModel must be XFP, SECURE or INSECURE"),
    };
    let layers: Vec<&str> =
        match (fields.texts("protocolStack").filter(|stack| !stack.is_empty()), fields.text("protocol")) {
            (Some(stack), _) => stack,
            (None, Some("HTTP")) => vec!["HTTP", "TCP"],
            (None, Some("HTTPS")) => vec!["TLS", "HTTP", "TCP"],
            (None, Some("HTTPPROXY")) => vec!["PROXY", "HTTP", "TCP"],
            (None, Some("HTTPSPROXY")) => vec!["TLS", "PROXY", "HTTP", "TCP"],
            (None, Some("TCP")) => vec!["TCP"],
            (None, Some("TLS")) => vec!["TLS", "TCP"],
            (None, Some(_)) => return drop_it("protocol", "this protocol has no stack"),
            (None, None) => return drop_it("port", "neither protocol nor protocolStack"),
        };
    let Some(stack) = stack(&layers) else {
        return drop_it("protocolStack", "protocolStack must end in TCP, or in UDP below HTTP");
    };
    let Some(hosts) = fields.map("hostBinding") else { return drop_it("port", "hostBinding is missing") };
    let selector = hosts.map("selector");
    let from = hosts.map("namespace").and_then(|namespace| namespace.text("from"));
    if selector.is_none() && from.is_none() {
        return drop_it("hostBinding", "hostBinding chooses no Hosts");
    }
    let labels = selector.map(match_labels).unwrap_or_default();
    if selector.is_some() && labels.is_empty() {
        return drop_it("hostBinding", "hostBinding.selector needs matchLabels");
    }
    if fields.has("protocol") && fields.has("protocolStack") {
        problems.post(
            Effect::Kept,
            "listener-protocol-and-stack",
            resource.key.clone(),
            fields.span_of("protocol"),
            "protocol and protocolStack together: protocol is ignored",
        );
    }
    if from == Some("SELECTOR") {
        problems.post(
            Effect::Kept,
            "listener-from-selector",
            resource.key.clone(),
            hosts.span_of("namespace"),
            "hostBinding.namespace.from SELECTOR is not supported: it acts as SELF",
        );
    }
    let streams = fields.int("http2MaxConcurrentStreams");
    if streams.is_some_and(|streams| streams > i64::from(i32::MAX)) {
        problems.post(
            Effect::Reject,
            "listener-http2-streams",
            resource.key.clone(),
            fields.span_of("http2MaxConcurrentStreams"),
            "http2MaxConcurrentStreams is out of range: Envoy refuses the whole configuration",
        );
    }
    let stats_prefix = fields.filled("statsPrefix").map_or_else(|| stats_prefix(stack, port), str::to_owned);
    Some(BoundListener {
        listener: Listener {
            from: Some(id),
            name: resource.name.clone(),
            port,
            address: None,
            stack,
            security,
            l7_depth: fields.int("l7Depth").and_then(|depth| u32::try_from(depth).ok()).unwrap_or(0),
            http2_max_concurrent_streams: streams.and_then(|streams| u32::try_from(streams).ok()),
            stats_prefix,
            announces_http3: false,
            chains: Vec::new(),
        },
        binding: Binding { namespace: (from != Some("ALL")).then(|| resource.namespace.clone()), labels },
        key: Some(resource.key.clone()),
    })
}

fn stats_prefix(stack: Stack, port: u16) -> String {
    match (stack.http, stack.tls) {
        (true, true) => "ingress_https".to_owned(),
        (true, false) => "ingress_http".to_owned(),
        (false, true) => format!("ingress_tls_{port}"),
        (false, false) => format!("ingress_tcp_{port}"),
    }
}

/// The layers that matter; `None` where the stack stands on nothing.
fn stack(layers: &[&str]) -> Option<Stack> {
    let at = |layer: &str| layers.iter().position(|found| *found == layer);
    let udp = layers.last() == Some(&"UDP");
    if !udp && layers.last() != Some(&"TCP") || udp && at("HTTP").is_none() {
        return None;
    }
    let tls = at("TLS");
    let proxy = at("PROXY")
        .map(|proxy| if tls.is_some_and(|tls| tls < proxy) { ProxyPlace::AfterTls } else { ProxyPlace::BeforeTls });
    Some(Stack { http: at("HTTP").is_some(), tls: tls.is_some(), proxy, udp })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stack_stands_on_tcp_or_udp() {
        assert!(stack(&["HTTP", "TLS"]).is_none());
        assert!(stack(&["TLS", "UDP"]).is_none());
        assert!(stack(&["TLS", "HTTP", "UDP"]).is_some_and(|stack| stack.udp));
    }

    #[test]
    fn the_order_of_proxy_and_tls_counts() {
        let place = |layers: &[&str]| stack(layers).and_then(|stack| stack.proxy);
        assert_eq!(place(&["TLS", "PROXY", "HTTP", "TCP"]), Some(ProxyPlace::AfterTls));
        assert_eq!(place(&["PROXY", "TLS", "HTTP", "TCP"]), Some(ProxyPlace::BeforeTls));
    }
}
