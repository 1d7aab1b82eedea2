//! Objects that tests apply.

/// A namespace.
pub(crate) fn namespace(name: &str) -> String {
    format!("apiVersion: v1\nkind: Namespace\nmetadata: {{name: {name}}}\n---\n")
}

/// A Listener on 8080 and a Host that routes cleartext, in a namespace.
pub(crate) fn front(namespace: &str) -> String {
    format!(
        "apiVersion: getambassador.io/v3alpha1
kind: Listener
metadata: {{name: front, namespace: {namespace}}}
spec: {{port: 8080, protocol: HTTP, securityModel: XFP, hostBinding: {{namespace: {{from: ALL}}}}}}
---
apiVersion: getambassador.io/v3alpha1
kind: Host
metadata: {{name: front, namespace: {namespace}}}
spec: {{hostname: '*', requestPolicy: {{insecure: {{action: Route}}}}}}
---
"
    )
}

/// A Mapping of a prefix, with more of its spec.
pub(crate) fn mapping(namespace: &str, name: &str, service: &str, more: &str) -> String {
    format!(
        "apiVersion: getambassador.io/v3alpha1
kind: Mapping
metadata: {{name: {name}, namespace: {namespace}}}
spec: {{hostname: '*', prefix: /{name}/, service: '{service}', timeout_ms: 30000{more}}}
---
"
    )
}

/// A Service with a port, to a port of pods that is named.
pub(crate) fn service(namespace: &str, name: &str, more: &str) -> String {
    format!(
        "apiVersion: v1
kind: Service
metadata: {{name: {name}, namespace: {namespace}}}
spec: {{ports: [{{name: http, port: 80, targetPort: web}}]{more}}}
---
"
    )
}

/// A pod.
pub(crate) fn pod(namespace: &str, name: &str) -> String {
    format!(
        "apiVersion: v1
kind: Pod
metadata: {{name: {name}, namespace: {namespace}}}
spec: {{nodeName: here, containers: [{{name: main, image: none, ports: [{{name: web, containerPort: 8080}}]}}]}}
---
"
    )
}

/// The EndpointSlice of a Service, with these pods.
pub(crate) fn slice(namespace: &str, service: &str, pods: &[String]) -> String {
    // A pod keeps its address for as long as it lives.
    let endpoint = |pod: &String| {
        let number: u8 = pod.rsplit('-').next().and_then(|number| number.parse().ok()).unwrap_or(255);
        format!(
            "{{addresses: [10.1.0.{number}], conditions: {{ready: true}}, targetRef: {{kind: Pod, name: {pod}, namespace: {namespace}}}}}"
        )
    };
    let endpoints: Vec<String> = pods.iter().map(endpoint).collect();
    format!(
        "apiVersion: discovery.k8s.io/v1
kind: EndpointSlice
metadata: {{name: {service}-1, namespace: {namespace}, labels: {{kubernetes.io/service-name: {service}}}}}
addressType: IPv4
ports: [{{name: http, port: 8080}}]
endpoints: [{}]
---
",
        endpoints.join(", ")
    )
}
