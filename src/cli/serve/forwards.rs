//! Port-forwards: which pods stand behind a Service, and streams to them through the API server.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::net::{IpAddr, SocketAddr};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::Sender;
use std::sync::{Arc, Mutex, PoisonError, RwLock, Weak};

use super::{Told, tell};
use crate::gateway::{Endpoints, Follow, Followed, Opening, Presence, Spot, Tunnel, Unopened};
use crate::input::{Change, KubeApi, KubeError, LiveObject, PodPort};
use crate::model::{Cluster, Discovery};
use crate::source::{Origin, SourceMap};
use crate::yaml::{self, Node};

const SERVICE_NAME: &str = "kubernetes.io/service-name";

/// Follows the pods of Services, and forwards to them.
#[derive(Clone)]
pub(super) struct Forwards(Arc<Shared>);

struct Shared {
    own: Weak<Self>,
    api: Arc<dyn KubeApi>,
    slices: RwLock<Slices>,
    generation: AtomicU64,
    teller: Sender<Told>,
    /// Namespaces of which it was told that they forbid forwards.
    forbidden: Mutex<BTreeSet<String>>,
}

/// A namespace and a name in it.
type Name = (String, String);

/// EndpointSlices by the Service that they belong to.
#[derive(Default)]
struct Slices {
    by_service: HashMap<Name, BTreeMap<String, Slice>>,
    service_of: HashMap<Name, String>,
}

#[derive(Debug, Default, PartialEq, Eq)]
struct Slice {
    ports: Vec<(String, u16)>,
    endpoints: Vec<Endpoint>,
}

#[derive(Debug, PartialEq, Eq)]
struct Endpoint {
    address: IpAddr,
    pod: Option<String>,
    hostname: Option<String>,
    /// One that is not ready gets no requests.
    is_ready: bool,
    /// One that is not ready may still be at the last of its own.
    serves: bool,
}

/// Which endpoints a cluster means: what stands in [`Followed::of`].
#[derive(Clone, Debug, PartialEq, Eq)]
struct Wish<'t> {
    namespace: &'t str,
    service: &'t str,
    port: Port<'t>,
    /// One pod of a headless Service.
    hostname: Option<&'t str>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Port<'t> {
    /// The pod's port that has the name of the Service's port.
    Named(&'t str),
    /// The pod's port itself.
    Number(u16),
}

impl Wish<'_> {
    fn text(&self) -> String {
        let hostname = self.hostname.map(|name| format!("{name}@")).unwrap_or_default();
        let port = match self.port {
            Port::Named(name) => format!(":{name}"),
            Port::Number(number) => format!("={number}"),
        };
        format!("{hostname}{}/{}{port}", self.namespace, self.service)
    }
}

impl<'t> Wish<'t> {
    fn of(text: &'t str) -> Option<Self> {
        let (hostname, rest) = match text.split_once('@') {
            Some((hostname, rest)) => (Some(hostname), rest),
            None => (None, text),
        };
        let (namespace, rest) = rest.split_once('/')?;
        let at = rest.find([':', '='])?;
        let (service, port) = rest.split_at(at);
        let port = match port.strip_prefix(':') {
            Some(name) => Port::Named(name),
            None => Port::Number(port.strip_prefix('=')?.parse().ok()?),
        };
        Some(Self { namespace, service, port, hostname })
    }
}

/// Gives the text of a Service, by namespace and name.
pub(super) type ServiceOf<'a> = dyn Fn(&str, &str) -> Option<Node> + 'a;

impl Forwards {
    /// Forwards through an API server.
    pub(super) fn new(api: Arc<dyn KubeApi>, teller: Sender<Told>) -> Self {
        let generation = AtomicU64::new(1);
        let slices = RwLock::default();
        Self(Arc::new_cyclic(|own| Shared {
            own: Weak::clone(own),
            api,
            slices,
            generation,
            teller,
            forbidden: Mutex::default(),
        }))
    }

    /// Takes what happens to EndpointSlices.
    pub(super) fn take(&self, change: Change) {
        {
            let mut slices = self.0.slices.write().unwrap_or_else(PoisonError::into_inner);
            match change {
                Change::All(all) => {
                    *slices = Slices::default();
                    all.iter().for_each(|object| slices.put(object));
                }
                Change::Applied(object) => slices.put(&object),
                Change::Deleted(object) => slices.remove(&(object.namespace, object.name)),
            }
        }
        self.0.generation.fetch_add(1, Ordering::AcqRel);
    }

    /// Where a cluster is, if it is a Service of the API server; `namespace` is the gateway's own.
    pub(super) fn endpoints(
        &self,
        cluster: &Cluster,
        service_of: &ServiceOf<'_>,
        namespace: &str,
    ) -> Option<Endpoints> {
        let (hostname, name, namespace) = match &cluster.discovery {
            Discovery::Kubernetes { namespace, service } => (None, service.to_string(), namespace.to_string()),
            Discovery::Dns => service_name(&cluster.host, namespace)?,
            Discovery::Consul { .. } => return None,
        };
        let service = service_of(&namespace, &name)?;
        let text = |key: &str| service.path(&["spec", key]).and_then(Node::text);
        if text("type") == Some("ExternalName") {
            return Some(Endpoints::Name { host: text("externalName")?.into(), port: cluster.port });
        }
        let ports = service.path(&["spec", "ports"]).and_then(Node::as_list).unwrap_or_default();
        let number = |port: &Node| port.get("port").and_then(Node::text).and_then(|text| text.parse::<u16>().ok());
        let entry = ports.iter().find(|port| number(port) == Some(cluster.port));
        let port = match entry {
            // The addresses of a headless Service are the pods' own: nobody translates ports.
            _ if text("clusterIP") == Some("None") => Port::Number(cluster.port),
            Some(entry) => Port::Named(entry.get("name").and_then(Node::text).unwrap_or_default()),
            None if matches!(cluster.discovery, Discovery::Kubernetes { .. }) => Port::Number(cluster.port),
            None => {
                let known: Vec<String> = ports.iter().filter_map(number).map(|port| port.to_string()).collect();
                let has = if known.is_empty() { "none".to_owned() } else { known.join(", ") };
                let port = cluster.port;
                tell(
                    &self.0.teller,
                    Told::Note(format!("Service {name}.{namespace} has no port {port}, it has {has}")),
                );
                return Some(Endpoints::Fixed(Arc::default()));
            }
        };
        let wish = Wish { namespace: &namespace, service: &name, port, hostname: hostname.as_deref() };
        Some(Endpoints::Followed(Followed { of: wish.text().into(), by: Arc::clone(&self.0) as Arc<dyn Follow> }))
    }
}

impl Shared {
    /// Tells once for a namespace that it forbids forwards.
    fn forbids(&self, pod: &PodPort, message: &str) {
        let mut forbidden = self.forbidden.lock().unwrap_or_else(PoisonError::into_inner);
        if forbidden.insert(pod.namespace.clone()) {
            let rule = "{apiGroups: [\"\"], resources: [pods/portforward], verbs: [get, create]}";
            tell(&self.teller, Told::Note(format!("{message}; the rule `{rule}` allows it (docs/rbac.yaml)")));
        }
    }
}

/// The Service that a host of Kubernetes' DNS names: a pod's name before it, its name, its namespace.
fn service_name(host: &str, own: &str) -> Option<(Option<String>, String, String)> {
    let host = host.trim_end_matches('.');
    let is_full = host.ends_with(".svc.cluster.local") || host.ends_with(".svc");
    let short = host.strip_suffix(".svc.cluster.local").or_else(|| host.strip_suffix(".svc")).unwrap_or(host);
    let labels: Vec<String> = short.split('.').map(str::to_ascii_lowercase).collect();
    match labels.as_slice() {
        [name] if !is_full => Some((None, name.clone(), own.to_owned())),
        [name, namespace] => Some((None, name.clone(), namespace.clone())),
        [pod, name, namespace] => Some((Some(pod.clone()), name.clone(), namespace.clone())),
        _ => None,
    }
}

impl Slices {
    fn put(&mut self, object: &LiveObject) {
        let key = (object.object.namespace.clone(), object.object.name.clone());
        self.remove(&key);
        let Some((service, slice)) = parse(&object.yaml) else { return };
        self.by_service.entry((key.0.clone(), service.clone())).or_default().insert(key.1.clone(), slice);
        self.service_of.insert(key, service);
    }

    fn remove(&mut self, key: &Name) {
        let Some(service) = self.service_of.remove(key) else { return };
        let service = (key.0.clone(), service);
        if let Some(slices) = self.by_service.get_mut(&service) {
            slices.remove(&key.1);
            if slices.is_empty() {
                self.by_service.remove(&service);
            }
        }
    }

    fn slices(&self, wish: &Wish<'_>) -> impl Iterator<Item = &Slice> {
        let slices = self.by_service.get(&(wish.namespace.to_owned(), wish.service.to_owned()));
        slices.into_iter().flat_map(BTreeMap::values)
    }

    /// What is told of an endpoint.
    fn presence(&self, wish: &Wish<'_>, spot: &Spot) -> Presence {
        let pod = spot.tunnel.as_deref().and_then(pod_port).map(|port| port.pod);
        let is_it = |endpoint: &&Endpoint| endpoint.address == spot.address.ip() && endpoint.pod == pod;
        let told = self.slices(wish).flat_map(|slice| slice.endpoints.iter().filter(is_it));
        match told.map(|endpoint| endpoint.serves).max() {
            Some(true) => Presence::Serves,
            Some(false) => Presence::Falters,
            None => Presence::Gone,
        }
    }

    fn spots(&self, wish: &Wish<'_>) -> Vec<Spot> {
        let mut spots = Vec::new();
        for slice in self.slices(wish) {
            let port = match wish.port {
                Port::Number(number) => Some(number),
                Port::Named(name) => slice.ports.iter().find(|(known, _)| known == name).map(|(_, number)| *number),
            };
            let Some(port) = port else { continue };
            let counts = |endpoint: &&Endpoint| {
                endpoint.is_ready && wish.hostname.is_none_or(|name| endpoint.hostname.as_deref() == Some(name))
            };
            spots.extend(slice.endpoints.iter().filter(counts).map(|endpoint| Spot {
                address: SocketAddr::new(endpoint.address, port),
                tunnel: endpoint.pod.as_ref().map(|pod| format!("{}/{pod}:{port}", wish.namespace).into()),
            }));
        }
        spots
    }
}

/// The Service of an EndpointSlice, and what it tells.
fn parse(text: &str) -> Option<(String, Slice)> {
    let source = SourceMap::default().add(Origin::Assumed, "");
    let root = yaml::parse(source, text).documents.into_iter().next()?.root;
    let service = root.path(&["metadata", "labels", SERVICE_NAME])?.text()?.to_owned();
    let items = |key: &str| root.get(key).and_then(Node::as_list).unwrap_or_default();
    let ports = items("ports").iter().filter_map(|port| {
        let number = port.get("port")?.text()?.parse().ok()?;
        Some((port.get("name").and_then(Node::text).unwrap_or_default().to_owned(), number))
    });
    let endpoints = items("endpoints").iter().filter_map(|endpoint| {
        let says = |what: &str| Some(endpoint.path(&["conditions", what])?.text()? == "true");
        let is_ready = says("ready").unwrap_or(true);
        let serves = is_ready || says("serving").unwrap_or(false);
        let target = |key: &str| endpoint.path(&["targetRef", key]).and_then(Node::text);
        let pod = target("name").filter(|_| target("kind") == Some("Pod")).map(ToOwned::to_owned);
        let hostname = endpoint.get("hostname").and_then(Node::text).map(ToOwned::to_owned);
        // Of the addresses of one endpoint, any does.
        let address = endpoint.get("addresses")?.as_list()?.first()?.text()?.parse().ok()?;
        Some(Endpoint { address, pod, hostname, is_ready, serves })
    });
    Some((service, Slice { ports: ports.collect(), endpoints: endpoints.collect() }))
}

fn pod_port(name: &str) -> Option<PodPort> {
    let (namespace, rest) = name.split_once('/')?;
    let (pod, port) = rest.rsplit_once(':')?;
    Some(PodPort { namespace: namespace.to_owned(), pod: pod.to_owned(), port: port.parse().ok()? })
}

impl Follow for Shared {
    fn generation(&self) -> u64 {
        self.generation.load(Ordering::Acquire)
    }

    fn spots(&self, of: &str) -> Vec<Spot> {
        let slices = self.slices.read().unwrap_or_else(PoisonError::into_inner);
        Wish::of(of).map(|wish| slices.spots(&wish)).unwrap_or_default()
    }

    fn presence(&self, of: &str, spot: &Spot) -> Presence {
        let slices = self.slices.read().unwrap_or_else(PoisonError::into_inner);
        Wish::of(of).map_or(Presence::Gone, |wish| slices.presence(&wish, spot))
    }

    fn open(&self, spot: &Spot) -> Opening {
        let forwards = self.own.upgrade();
        let pod = spot.tunnel.as_deref().and_then(pod_port);
        Box::pin(async move {
            let stops = || Unopened { why: "the gateway stops".to_owned(), may_pass: false };
            let (pod, forwards) = pod.zip(forwards).ok_or_else(stops)?;
            match forwards.api.forward(&pod).await {
                Ok(stream) => Ok(Box::new(stream) as Box<dyn Tunnel>),
                Err(error) => {
                    let why = format!("port-forward to {pod}: {error}");
                    let is_forbidden = matches!(error, KubeError::Forbidden { .. });
                    if is_forbidden {
                        forwards.forbids(&pod, &why);
                    }
                    let is_hopeless = matches!(error, KubeError::Unauthorized | KubeError::Login(_));
                    Err(Unopened { why, may_pass: !is_forbidden && !is_hopeless })
                }
            }
        })
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::source::ObjectRef;

    const SLICE: &str = "\
apiVersion: discovery.k8s.io/v1
kind: EndpointSlice
metadata:
  name: cart-x
  namespace: shop
  labels: {kubernetes.io/service-name: cart}
addressType: IPv4
ports:
- {name: http, port: 8080}
- {name: admin, port: 9000}
endpoints:
- addresses: [10.0.0.1]
  hostname: cart-0
  targetRef: {kind: Pod, name: cart-0, namespace: shop}
- addresses: [10.0.0.2]
  conditions: {ready: false}
  targetRef: {kind: Pod, name: cart-1, namespace: shop}
- addresses: [10.0.0.3]
  conditions: {ready: true}
- addresses: [10.0.0.4]
  conditions: {ready: false, serving: true, terminating: true}
  targetRef: {kind: Pod, name: cart-3, namespace: shop}
";

    fn slice(name: &str) -> LiveObject {
        let object = ObjectRef { kind: "EndpointSlice".into(), name: name.into(), namespace: "shop".into() };
        LiveObject { object, yaml: SLICE.into(), last_applied: None }
    }

    fn told(slices: &Slices, of: &str) -> Vec<String> {
        let spots = slices.spots(&Wish::of(of).unwrap());
        spots.iter().map(|spot| format!("{} {}", spot.address, spot.tunnel.as_deref().unwrap_or("tcp"))).collect()
    }

    #[test]
    fn ready_pods_are_reached_at_the_port_of_that_name() {
        let mut slices = Slices::default();
        slices.put(&slice("cart-x"));
        assert_eq!(told(&slices, "shop/cart:http"), ["10.0.0.1:8080 shop/cart-0:8080", "10.0.0.3:8080 tcp"]);
        assert_eq!(told(&slices, "shop/cart:admin").len(), 2);
        assert!(told(&slices, "shop/cart:other").is_empty() && told(&slices, "shop/web:http").is_empty());
        assert_eq!(told(&slices, "cart-0@shop/cart=7"), ["10.0.0.1:7 shop/cart-0:7"]);
    }

    #[test]
    fn a_pod_that_ends_gets_no_more_requests_and_answers_those_it_has() {
        let mut slices = Slices::default();
        slices.put(&slice("cart-x"));
        let wish = Wish::of("shop/cart:http").unwrap();
        let told = |address: [u8; 4], pod: &str| {
            let address = SocketAddr::from((address, 8080));
            slices.presence(&wish, &Spot { address, tunnel: Some(format!("shop/{pod}:8080").into()) })
        };
        assert_eq!([told([10, 0, 0, 1], "cart-0"), told([10, 0, 0, 4], "cart-3")], [Presence::Serves; 2]);
        assert_eq!(told([10, 0, 0, 2], "cart-1"), Presence::Falters);
        assert_eq!([told([10, 0, 0, 9], "cart-0"), told([10, 0, 0, 1], "cart-9")], [Presence::Gone; 2]);
    }

    #[test]
    fn a_slice_that_is_gone_takes_its_endpoints_along() {
        let mut slices = Slices::default();
        slices.put(&slice("cart-x"));
        slices.put(&slice("cart-y"));
        slices.put(&slice("cart-y"));
        assert_eq!(told(&slices, "shop/cart:http").len(), 4);
        slices.remove(&("shop".into(), "cart-x".into()));
        slices.remove(&("shop".into(), "cart-y".into()));
        assert!(told(&slices, "shop/cart:http").is_empty() && slices.by_service.is_empty());
    }

    #[test]
    fn wishes_are_written_and_read() {
        for text in ["shop/cart:http", "shop/cart:", "shop/cart=80", "web-0@shop/web=80"] {
            assert_eq!(Wish::of(text).unwrap().text(), text);
        }
    }

    #[test]
    fn hosts_of_kubernetes_dns_name_services() {
        let name = |host: &str| {
            service_name(host, "edge").map(|(pod, name, namespace)| {
                format!("{}{name}.{namespace}", pod.map(|pod| format!("{pod}@")).unwrap_or_default())
            })
        };
        assert_eq!(name("cart").unwrap(), "cart.edge");
        assert_eq!(name("cart.shop").unwrap(), "cart.shop");
        assert_eq!(name("Cart.shop.svc.cluster.local.").unwrap(), "cart.shop");
        assert_eq!(name("web-0.web.shop.svc").unwrap(), "web-0@web.shop");
        assert_eq!(name("a.b.example.com"), None);
    }
}
