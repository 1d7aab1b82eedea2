//! Hosts: names, TLS, what happens to cleartext; which are in force.

use super::contexts::{self, Contexts, Lookup};
use super::fields::Fields;
use super::host::Host;
use super::listener::Cleartext;
use super::problem::{Effect, Problems};
use super::secret::Secrets;
use super::table::{HostId, ResourceId, Table, TlsId};
use super::tls::{CertificateSource, SecretRef, TlsContext};
use crate::resource::{Kind, Resource};

/// The Secret that makes the Host which Emissary makes itself end TLS.
const FALLBACK_SECRET: &str = "fallback-self-signed-cert";

/// Reads all Hosts, in order; makes one where none is left.
pub(crate) fn read(
    resources: &[(ResourceId, &Resource)],
    secrets: &Secrets,
    contexts: &mut Contexts,
    ambassador_namespace: &str,
    problems: &mut Problems,
) -> Table<HostId, Host> {
    let mut hosts = Table::default();
    for (id, resource) in resources.iter().filter(|(_, resource)| resource.kind == Kind::Host) {
        if let Some(host) = host(*id, resource, secrets, contexts, problems) {
            hosts.push(host);
        }
    }
    hosts_or_default(hosts, secrets, contexts, ambassador_namespace)
}

/// The Host that Emissary makes where there is none: a wildcard, in cleartext unless a fallback certificate exists.
fn hosts_or_default(
    mut hosts: Table<HostId, Host>,
    secrets: &Secrets,
    contexts: &mut Contexts,
    ambassador_namespace: &str,
) -> Table<HostId, Host> {
    if !hosts.is_empty() {
        return hosts;
    }
    let fallback = SecretRef { name: FALLBACK_SECRET.to_owned(), namespace: ambassador_namespace.to_owned() };
    let tls = secrets.can_serve(&fallback).then(|| {
        contexts.table.push(TlsContext {
            certificate: Some(CertificateSource::Secret(fallback)),
            hosts: vec!["*".to_owned()],
            ..empty_context(None, "default-host-context")
        })
    });
    hosts.push(Host {
        from: None,
        name: "default-host".to_owned(),
        namespace: ambassador_namespace.to_owned(),
        labels: Vec::new(),
        hostname: "*".into(),
        selects: false,
        selector: Vec::new(),
        cleartext: if tls.is_some() { Cleartext::Redirect } else { Cleartext::Route },
        tls,
        additional_port: None,
    });
    hosts
}

fn host(
    id: ResourceId,
    resource: &Resource,
    secrets: &Secrets,
    contexts: &mut Contexts,
    problems: &mut Problems,
) -> Option<Host> {
    let fields = Fields::of(&resource.spec);
    let hostname = fields.filled("hostname").unwrap_or("*");
    let insecure = fields.map("requestPolicy").and_then(|policy| policy.map("insecure"));
    let cleartext = match insecure.and_then(|insecure| insecure.text("action")) {
        Some("Route") => Cleartext::Route,
        Some("Reject") => Cleartext::Reject,
        _ => Cleartext::Redirect,
    };
    let tls = match fields.map("tlsSecret").and_then(|secret| Some((secret, secret.filled("name")?))) {
        None => None,
        Some((reference, name)) => {
            let namespace = reference.filled("namespace").unwrap_or(&resource.namespace);
            let secret = SecretRef { name: name.to_owned(), namespace: namespace.to_owned() };
            if !secrets.can_serve(&secret) {
                problems.post(
                    Effect::Silent,
                    "host-secret-missing",
                    None,
                    reference.span(),
                    format!(
                        "Secret {name} with a certificate is not in namespace {namespace}: Emissary leaves Host {} out",
                        resource.name
                    ),
                );
                return None;
            }
            Some(termination(id, resource, fields, secret, secrets, contexts, problems)?)
        }
    };
    let selector = ["mappingSelector", "selector"]
        .iter()
        .filter_map(|key| fields.map(key))
        .find(|selector| !selector.all().is_empty());
    Some(Host {
        from: Some(id),
        name: resource.name.clone(),
        namespace: resource.namespace.clone(),
        labels: resource.labels.clone(),
        hostname: hostname.into(),
        selects: selector.is_some(),
        selector: selector.map(match_labels).unwrap_or_default(),
        tls,
        cleartext,
        additional_port: insecure.and_then(|insecure| insecure.int("additionalPort")),
    })
}

/// The TLS settings of a Host with a certificate; `None` where Emissary drops the Host.
fn termination(
    id: ResourceId,
    resource: &Resource,
    fields: Fields<'_>,
    secret: SecretRef,
    secrets: &Secrets,
    contexts: &mut Contexts,
    problems: &mut Problems,
) -> Option<TlsId> {
    let mut drop_host = |field: &'static str, span, message: String| {
        problems
            .post(
                Effect::Dropped,
                "host-tls",
                resource.key.clone(),
                span,
                format!("{message}: Emissary drops the Host"),
            )
            .in_field(field);
        None::<TlsId>
    };
    let named = fields.map("tlsContext").and_then(|context| Some((context, context.filled("name")?)));
    let inline = fields.map("tls");
    let hosts = vec![fields.filled("hostname").unwrap_or("*").to_owned()];
    let name = format!("{}-context", resource.name);
    let context = match (named, inline) {
        (Some((reference, _)), Some(_)) => {
            return drop_host("tls", reference.span(), "tls and tlsContext together".to_owned());
        }
        (Some((reference, context)), None) => {
            let Some(settings) = contexts.named(context) else {
                return drop_host("tlsContext", reference.span(), format!("there is no TLSContext {context}"));
            };
            TlsContext { name, ..contexts.table[settings].clone() }
        }
        (None, Some(inline)) => {
            let lookup = Lookup { secrets, namespace: &resource.namespace, splits_names: false };
            let (context, complaints) = contexts::context(id, &name, inline, &lookup);
            if let Some((field, message)) = complaints.into_iter().next() {
                return drop_host(field, inline.span_of(field), message);
            }
            context
        }
        (None, None) => empty_context(Some(id), &name),
    };
    Some(contexts.table.push(TlsContext { hosts, certificate: Some(CertificateSource::Secret(secret)), ..context }))
}

/// TLS settings that say nothing.
pub(crate) fn empty_context(from: Option<ResourceId>, name: &str) -> TlsContext {
    TlsContext {
        from,
        name: name.to_owned(),
        hosts: Vec::new(),
        certificate: None,
        authorities: None,
        revocations: None,
        alpn_protocols: Vec::new(),
        cert_required: false,
        min_version: None,
        max_version: None,
        cipher_suites: Vec::new(),
        ecdh_curves: Vec::new(),
        sni: None,
        redirect_cleartext_from: None,
    }
}

/// The labels of a selector; only `matchLabels` counts.
pub(crate) fn match_labels(selector: Fields<'_>) -> Vec<(String, String)> {
    selector
        .entries("matchLabels")
        .iter()
        .filter_map(|entry| Some((entry.key.text()?.to_owned(), entry.value.text()?.to_owned())))
        .collect()
}
