//! Ingress objects as the Hosts and Mappings that Emissary makes of them. Values keep their places in the Ingress.

use std::sync::Arc;

use super::json::{Json, entry, json, text};
use super::{Carrier, Kind, KubernetesObject, ReadOptions, Resource, metadata};
use crate::source::Span;
use crate::yaml::{Entry, Node};

/// The controller whose IngressClasses are Emissary's.
const CONTROLLER: &str = "getambassador.io/ingress-controller";

const CLASS: &str = "kubernetes.io/ingress.class";
const AMBASSADOR_ID: &str = "getambassador.io/ambassador-id";

/// The label by which the Hosts of an Ingress find its Mappings.
const LABEL: &str = "a10r-k8s-ingress";

/// One label of a name, as the `*` of an Ingress stands for it.
const ONE_LABEL: &str = "^[a-z0-9]([-a-z0-9]*[a-z0-9])?\\.";

/// The Hosts and Mappings that the Ingresses among these objects come to.
pub(super) fn resources(objects: &[Arc<KubernetesObject>], options: &ReadOptions) -> Vec<Resource> {
    let classes: Vec<&str> = objects
        .iter()
        .filter(|object| object.object.kind == "IngressClass" && is_for(object, options))
        .filter(|object| object.root.path(&["spec", "controller"]).and_then(text) == Some(CONTROLLER))
        .map(|object| object.object.name.as_str())
        .collect();
    let is_ours = |object: &&Arc<KubernetesObject>| {
        let annotated = annotation(object, CLASS).is_some_and(|class| class.eq_ignore_ascii_case("ambassador"));
        let class = object.root.path(&["spec", "ingressClassName"]).and_then(text);
        object.object.kind == "Ingress"
            && !object.object.name.is_empty()
            && (annotated || class.is_some_and(|class| classes.contains(&class)))
            && is_for(object, options)
    };
    let mut out = Vec::new();
    for ingress in objects.iter().filter(is_ours) {
        Making { ingress, objects, out: &mut out }.make();
    }
    out
}

fn annotation<'o>(object: &'o KubernetesObject, name: &str) -> Option<&'o str> {
    object.root.path(&["metadata", "annotations", name]).and_then(text)
}

fn is_for(object: &KubernetesObject, options: &ReadOptions) -> bool {
    annotation(object, AMBASSADOR_ID).unwrap_or("default") == options.ambassador_id
}

/// What is made of one Ingress.
struct Making<'a> {
    ingress: &'a KubernetesObject,
    objects: &'a [Arc<KubernetesObject>],
    out: &'a mut Vec<Resource>,
}

/// The fields of a spec under way.
struct Fields {
    entries: Vec<Entry>,
    span: Span,
}

impl Fields {
    fn new(span: Span) -> Self {
        Self { entries: Vec::new(), span }
    }

    fn put(&mut self, key: &'static str, value: Node) -> &mut Self {
        self.entries.push(entry(key, value.span, value));
        self
    }

    fn text(&mut self, key: &'static str, value: &str, span: Span) -> &mut Self {
        self.put(key, Node::string(value, span))
    }

    fn plain(&mut self, key: &'static str, value: &str) -> &mut Self {
        let span = self.span;
        self.put(key, Node::plain(value, span))
    }

    fn node(self) -> Node {
        let mut entries = self.entries;
        super::json::sort(&mut entries);
        Node::map(entries, self.span)
    }
}

impl Making<'_> {
    fn make(&mut self) {
        let root = &self.ingress.root;
        let Some(spec) = root.get("spec") else { return };
        let has_tls = !items(spec, "tls").is_empty();
        for (at, tls) in items(spec, "tls").iter().enumerate() {
            let Some(secret) = tls.get("secretName").filter(|secret| text(secret).is_some()) else { continue };
            let hosts = items(tls, "hosts");
            let any = [Node::string("*", tls.span)];
            for (nth, host) in if hosts.is_empty() { &any[..] } else { hosts }.iter().enumerate() {
                self.host(&format!("{at}-{nth}"), host, secret);
            }
        }
        // `backend` is its name in older versions.
        if let Some(backend) = spec.get("defaultBackend").or_else(|| spec.get("backend"))
            && let Some(service) = self.service(backend)
        {
            let mut fields = Fields::new(backend.span);
            fields.text("hostname", "*", backend.span).text("prefix", "/", backend.span).put("service", service);
            self.take(Kind::Mapping, "default-backend", fields);
        }
        for (at, rule) in items(spec, "rules").iter().enumerate() {
            let Some(http) = rule.get("http") else { continue };
            for (nth, path) in items(http, "paths").iter().enumerate() {
                self.mapping(&format!("{at}-{nth}"), rule, path, has_tls);
            }
        }
    }

    fn host(&mut self, suffix: &str, host: &Node, secret: &Node) {
        let span = host.span;
        let nested = |key: &'static str, value: Node| Node::map([entry(key, span, value)], span);
        let mut fields = Fields::new(span);
        let selector = Node::map([entry_of(LABEL, Node::string(self.id(), span))], span);
        fields
            .put("hostname", host.clone())
            .put("mappingSelector", nested("matchLabels", selector))
            .put("requestPolicy", nested("insecure", nested("action", Node::string("Route", span))))
            .put("tlsSecret", nested("name", secret.clone()));
        self.take(Kind::Host, suffix, fields);
    }

    fn mapping(&mut self, suffix: &str, rule: &Node, path: &Node, has_tls: bool) {
        let Some(service) = path.get("backend").and_then(|backend| self.service(backend)) else { return };
        let prefix = path.get("path").filter(|path| text(path).is_some_and(|text| !text.is_empty()));
        let is_exact = path.get("pathType").and_then(text) == Some("Exact");
        let mut fields = Fields::new(path.span);
        fields.put("prefix", prefix.cloned().unwrap_or_else(|| Node::string("/", path.span)));
        fields.plain("prefix_exact", if is_exact { "true" } else { "false" });
        if is_exact {
            // Exact paths come before all others.
            fields.plain("precedence", "1");
        }
        fields.put("service", service);
        match rule.get("host").and_then(|host| Some((host, text(host).filter(|host| !host.is_empty())?))) {
            Some((node, host)) => match host.strip_prefix("*.") {
                Some(rest) => {
                    let regex = format!("{ONE_LABEL}{}$", rest.replace('.', "\\."));
                    fields.text("host", &regex, node.span).plain("host_regex", "true");
                }
                None => {
                    fields.put("hostname", node.clone());
                }
            },
            // With TLS, the Hosts find it by its label alone.
            None if has_tls => {}
            None => {
                fields.text("hostname", "*", rule.span);
            }
        }
        self.take(Kind::Mapping, suffix, fields);
    }

    /// A backend as a Mapping names it; `None` where it says too little.
    fn service(&self, backend: &Node) -> Option<Node> {
        let modern = backend.get("service");
        let name = modern.and_then(|service| service.get("name")).or_else(|| backend.get("serviceName"))?;
        let port = match modern {
            Some(service) => {
                let port = service.get("port")?;
                port.get("number").filter(|number| !super::json::is_null(number)).or_else(|| port.get("name"))?
            }
            None => backend.get("servicePort")?,
        };
        let name = text(name).filter(|name| !name.is_empty())?;
        let number = match json(port) {
            Json::Int(number) => number.to_string(),
            Json::Text(named) => self.port_named(name, named).unwrap_or_else(|| named.to_owned()),
            _ => return None,
        };
        Some(Node::string(format!("{name}.{}:{number}", self.ingress.object.namespace), backend.span))
    }

    /// The number of a Service's port.
    fn port_named(&self, service: &str, name: &str) -> Option<String> {
        let namespace = &self.ingress.object.namespace;
        let found = self.objects.iter().find(|object| {
            object.object.kind == "Service" && object.object.name == service && object.object.namespace == *namespace
        })?;
        let ports = items(found.root.get("spec")?, "ports");
        let port = ports.iter().find(|port| port.get("name").and_then(text) == Some(name))?;
        port.get("port").and_then(Node::text).map(ToOwned::to_owned)
    }

    fn id(&self) -> String {
        let object = &self.ingress.object;
        format!("a10r-ingress-{}-{}", object.name, object.namespace)
    }

    fn take(&mut self, kind: Kind, suffix: &str, fields: Fields) {
        let object = &self.ingress.object;
        let root = &self.ingress.root;
        let name = format!("{}-{suffix}", object.name);
        let mut labels = metadata::pairs(root.path(&["metadata", "labels"]));
        labels.retain(|(label, _)| label != LABEL);
        labels.push((LABEL.to_owned(), self.id()));
        labels.sort();
        self.out.push(Resource {
            kind,
            key: format!("{name}.{}.1", object.namespace),
            name,
            namespace: object.namespace.clone(),
            labels,
            carrier: Carrier::Ingress { from: object.clone() },
            api_version: root.get("apiVersion").and_then(text).unwrap_or_default().to_owned(),
            span: fields.span,
            name_span: root.path(&["metadata", "name"]).map_or(root.span, |node| node.span),
            spec: fields.node(),
        });
    }
}

fn entry_of(key: &str, value: Node) -> Entry {
    Entry { key: Node::string(key, value.span), value }
}

fn items<'n>(node: &'n Node, name: &str) -> &'n [Node] {
    match node.as_map().and_then(|_| node.get(name)).map(json) {
        Some(Json::List(items)) => items,
        _ => &[],
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::edition::Edition;
    use crate::source::{Origin, SourceMap};

    fn made(text: &str) -> Vec<Arc<Resource>> {
        let mut sources = SourceMap::default();
        let id = sources.add(Origin::Assumed, text);
        let documents = crate::yaml::parse(id, text).documents;
        let options = ReadOptions {
            edition: Edition::Four,
            legacy_versions: false,
            ambassador_id: "default".to_owned(),
            ambassador_namespace: "default".to_owned(),
            serialised: true,
        };
        super::super::read(&mut sources, &documents, &options).resources
    }

    fn ingress(metadata: &str, spec: &str) -> String {
        format!(
            "apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata:\n  name: i\n  annotations:\n    \
             kubernetes.io/ingress.class: {metadata}\nspec:\n{spec}\n"
        )
    }

    const PATH: &str = "    http:\n      paths:\n      - path: /a\n        pathType: Exact\n        backend: {service: \
                        {name: s, port: {number: 8}}}";

    #[test]
    fn paths_become_mappings_where_they_stand() {
        let text = ingress("AMBASSADOR", &format!("  rules:\n  - host: h.example.com\n{PATH}"));
        let [mapping] = made(&text).try_into().unwrap();
        assert_eq!((mapping.name.as_str(), mapping.key.as_str()), ("i-0-0", "i-0-0.default.1"));
        let value = |name: &str| mapping.spec.get(name).and_then(Node::text).map(ToOwned::to_owned);
        assert_eq!(value("service").as_deref(), Some("s.default:8"));
        assert_eq!(value("hostname").as_deref(), Some("h.example.com"));
        assert_eq!((value("prefix_exact").as_deref(), value("precedence").as_deref()), (Some("true"), Some("1")));
        let prefix = mapping.spec.get("prefix").unwrap().span;
        assert_eq!(text.get(prefix.start as usize..prefix.end as usize), Some("/a"));
    }

    #[test]
    fn a_star_stands_for_one_label() {
        let [mapping] =
            made(&ingress("ambassador", &format!("  rules:\n  - host: '*.x.org'\n{PATH}"))).try_into().unwrap();
        let host = mapping.spec.get("host").and_then(Node::text).unwrap();
        assert_eq!(host, "^[a-z0-9]([-a-z0-9]*[a-z0-9])?\\.x\\.org$");
    }

    #[test]
    fn tls_makes_hosts_that_find_the_mappings() {
        let tls = "  tls:\n  - {hosts: [a.org, b.org], secretName: c}\n";
        let made = made(&ingress(
            "ambassador",
            &format!("{tls}  rules:\n  -{}", PATH.trim_start_matches(' ').replacen("http", " http", 1)),
        ));
        let hosts: Vec<_> = made.iter().filter(|made| made.kind == Kind::Host).collect();
        assert_eq!(hosts.len(), 2);
        let mapping = made.iter().find(|made| made.kind == Kind::Mapping).unwrap();
        assert!(mapping.spec.get("hostname").is_none());
        let label = hosts[0].spec.path(&["mappingSelector", "matchLabels", LABEL]).and_then(Node::text).unwrap();
        assert!(mapping.labels.contains(&(LABEL.to_owned(), label.to_owned())));
    }

    #[test]
    fn ingresses_of_others_are_left_alone() {
        assert!(made(&ingress("nginx", &format!("  rules:\n  - host: a\n{PATH}"))).is_empty());
        assert!(made(&ingress("ambassador", "  rules: 5\n  tls: [x, {hosts: 3}]")).is_empty());
    }
}
