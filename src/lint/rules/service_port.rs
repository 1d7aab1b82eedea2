//! A port that the Service does not have.

use crate::lint::{Check, Code, Context, Example, Fields, Findings, FixKind, MappingView, Rule};
use crate::model::Address;
use crate::resource::Kind;
use crate::source::Span;

pub(crate) static RULE: Rule = Rule {
    code: Code::new("AMB506"),
    name: "service-port",
    summary: "the Service has no such port",
    why: "Where no port is written, 80 is meant, or 443 with TLS. A port that the Service does not have leads nowhere: \
          requests end in a 503.",
    facts: &["U08", "U09"],
    fix: FixKind::Unsafe("take the port that the Service has"),
    examples: &[Example::manifests(
        "apiVersion: v1\nkind: Service\nmetadata: {name: cart}\nspec: {ports: [{port: 8080}]}\n---\napiVersion: getambassador.io/v3alpha1\nkind: Mapping\nmetadata: {name: cart}\nspec: {hostname: '*', prefix: /cart/, service: cart}\n",
        "apiVersion: v1\nkind: Service\nmetadata: {name: cart}\nspec: {ports: [{port: 8080}]}\n---\napiVersion: getambassador.io/v3alpha1\nkind: Mapping\nmetadata: {name: cart}\nspec: {hostname: '*', prefix: /cart/, service: 'cart:8080'}\n",
    )],
    check: Check::Mapping(check),
    ..Rule::BASE
};

/// The Service that a Mapping leads to.
pub(super) struct Target {
    /// Its name.
    pub(super) name: String,
    /// Its namespace.
    pub(super) namespace: String,
    /// The port; 80 or 443 where none is written.
    pub(super) port: u16,
}

/// The Service of Kubernetes that a Mapping leads to, and the place that says so; `None` for other names.
pub(super) fn target<'v>(mapping: &MappingView<'v>, cx: &Context<'v>) -> Option<(Target, Span)> {
    let meaning = mapping.mapping.filter(|meaning| meaning.redirect.is_none())?;
    let service = mapping.fields.filled("service")?;
    let is_consul = cx.resources(Kind::ConsulResolver).any(|one| *one.resource.name == *meaning.cluster.resolver);
    let address = Address::of(&meaning.normal_service).ok().filter(|_| !is_consul)?;
    if address.host.parse::<std::net::IpAddr>().is_ok() || address.host == "localhost" {
        return None;
    }
    let parts: Vec<&str> = address.host.split('.').collect();
    let (name, namespace) = match parts[..] {
        [name] => (name, cx.compilation().options.ambassador_namespace.as_str()),
        [name, namespace] | [name, namespace, "svc"] | [name, namespace, "svc", ..] => (name, namespace),
        _ => return None,
    };
    let is_tls = address.scheme.as_deref() == Some("https") || meaning.cluster.tls.is_some();
    let port = address.port.unwrap_or(if is_tls { 443 } else { 80 });
    Some((Target { name: name.to_owned(), namespace: namespace.to_owned(), port }, service.span))
}

fn check(mapping: &MappingView<'_>, cx: &Context<'_>, out: &mut Findings) {
    let Some((Target { name, namespace, port }, span)) = target(mapping, cx) else { return };
    let Some(service) = cx.object("Service", &name, &namespace) else { return };
    let spec = Fields::of(&service.root).map("spec");
    let text = |key: &str| spec.text(key).map(|text| text.value);
    // Without an address of its own, the name leads to pods, and any port to theirs.
    if text("type") == Some("ExternalName") || text("clusterIP") == Some("None") {
        return;
    }
    let ports: Vec<i64> =
        spec.list("ports").iter().filter_map(|item| Some(Fields::of(item).int("port")?.value)).collect();
    if ports.is_empty() || ports.contains(&i64::from(port)) {
        return;
    }
    let list = ports.iter().map(i64::to_string).collect::<Vec<_>>().join(", ");
    let finding = out.report(span, format!("Service {name} has no port {port}, but {list}: requests end in a 503"));
    let written = mapping.fields.filled("service").map(|service| service.value);
    if let ([only], Some(written)) =
        (&ports[..], written.filter(|text| !text.trim_start_matches("https://").contains([':', '/'])))
    {
        finding.mend(mapping.mend(cx).set("service", format!("{written}:{only}")));
    }
}
