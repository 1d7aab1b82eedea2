//! What differs around all routes: settings of the gateway, its filters, its ports.

use std::collections::{BTreeMap, BTreeSet};

use crate::analysis::fingerprint::duration;
use crate::analysis::gateway::{Gateway, tls_text};
use crate::model::{AuthProtocol, Filter, IpRange, SecurityModel, Underscores};
use crate::routing::Listener;

/// Something that differs around all routes.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Surrounding {
    /// What it is.
    pub what: String,
    /// What it was; `None`: it was not there.
    pub before: Option<String>,
    /// What it is now.
    pub after: Option<String>,
}

const ORDER: &str = "order of filters";

/// What differs around all routes of two gateways.
pub(super) fn compare(before: Gateway<'_>, after: Gateway<'_>) -> Vec<Surrounding> {
    let (mut was, mut is) = (describe(before), describe(after));
    let filters = |of: &BTreeMap<String, String>| {
        let mut names: Vec<String> =
            of.get(ORDER).into_iter().flat_map(|text| text.split(", ")).map(str::to_owned).collect();
        names.sort_unstable();
        names
    };
    if filters(&was) != filters(&is) {
        // A filter that came or went is told as such.
        was.remove(ORDER);
        is.remove(ORDER);
    }
    let names: BTreeSet<&String> = was.keys().chain(is.keys()).collect();
    names
        .into_iter()
        .filter(|name| was.get(*name) != is.get(*name))
        .map(|name| Surrounding { what: name.clone(), before: was.get(name).cloned(), after: is.get(name).cloned() })
        .collect()
}

fn describe(gateway: Gateway<'_>) -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    settings(gateway, &mut found);
    for filter in &gateway.table.filters.chain {
        let name = format!("filter {}", filter.name());
        let text = self::filter(gateway, filter);
        found.entry(name).and_modify(|known: &mut String| known.push_str(&format!(", {text}"))).or_insert(text);
    }
    let order: Vec<&str> = gateway.table.filters.chain.iter().map(Filter::name).filter(|name| decides(name)).collect();
    found.insert(ORDER.to_owned(), order.join(", "));
    for listener in gateway.table.listeners() {
        found.insert(format!("listener {}", listener.port), describe_listener(listener));
        for chain in &listener.chains {
            let Some(context) = chain.tls.and_then(|id| gateway.tls_context(id)) else { continue };
            let names = if chain.server_names.is_empty() { "*".to_owned() } else { chain.server_names.join(" ") };
            found.insert(format!("TLS of {names} on {}", listener.port), tls_text(context));
        }
    }
    // What is as usual is not said, so that it differs from nothing only where it matters.
    found.retain(|_, text| !text.is_empty());
    found
}

/// Filters whose order among each other can be seen.
fn decides(name: &str) -> bool {
    !matches!(name, "grpc_stats" | "grpc_web" | "grpc_http1_bridge" | "router" | "gzip" | "response_map")
}

fn settings(gateway: Gateway<'_>, found: &mut BTreeMap<String, String>) {
    let settings = &gateway.table.settings;
    let switches = [
        ("allow_chunked_length", settings.allow_chunked_length),
        ("enable_http10", settings.enable_http10),
        ("merge_slashes", settings.merge_slashes),
        ("preserve_external_request_id", settings.preserve_external_request_id),
        ("proper_case", settings.proper_case),
        ("reject_requests_with_escaped_slashes", settings.reject_requests_with_escaped_slashes),
        ("strip_matching_host_port", settings.strip_matching_host_port),
        ("suppress_envoy_headers", settings.suppress_envoy_headers),
    ];
    for (name, on) in switches {
        found.insert(name.to_owned(), if on { "true".to_owned() } else { String::new() });
    }
    let or_nothing = |text: Option<String>| text.unwrap_or_default();
    let texts = [
        ("use_remote_address", if settings.use_remote_address { String::new() } else { "false".to_owned() }),
        ("buffer_limit_bytes", or_nothing(settings.buffer_limit_bytes.map(|bytes| bytes.to_string()))),
        ("forward_client_cert_details", or_nothing(settings.forward_client_cert_details.clone())),
        ("listener_idle_timeout_ms", or_nothing(settings.listener_idle_timeout.map(duration))),
        ("max_request_headers_kb", settings.max_request_headers_kb.to_string()),
        ("server_name", settings.server_name.clone()),
        (
            "headers_with_underscores_action",
            match settings.underscores {
                Underscores::Allow => String::new(),
                Underscores::RejectRequest => "REJECT_REQUEST".to_owned(),
                Underscores::DropHeader => "DROP_HEADER".to_owned(),
            },
        ),
        (
            "set_current_client_cert_details",
            settings
                .set_current_client_cert_details
                .iter()
                .map(|(name, on)| format!("{name}: {on}"))
                .collect::<Vec<_>>()
                .join(", "),
        ),
    ];
    found.extend(texts.map(|(name, text)| (name.to_owned(), text)));
}

fn filter(gateway: Gateway<'_>, filter: &Filter) -> String {
    let at = |id| gateway.cluster(id).map(|cluster| format!(" at {}", cluster.endpoint())).unwrap_or_default();
    match filter {
        Filter::Lua(script) => script.trim().to_owned(),
        Filter::Gzip(gzip) => format!("{gzip:?}"),
        Filter::Buffer { max_request_bytes } => format!("up to {max_request_bytes} bytes"),
        Filter::IpRules(rules) => {
            let ranges = rules.ranges.iter().map(|range| match range {
                IpRange::Peer(net) => format!("peer {net}"),
                IpRange::Remote(net) => format!("remote {net}"),
            });
            format!("{} {}", if rules.allow { "only" } else { "not" }, ranges.collect::<Vec<_>>().join(", "))
        }
        Filter::Auth(auth) => {
            let mut words =
                vec![format!("{}{}", auth.service, at(auth.cluster)), format!("in {}", duration(auth.timeout))];
            words.extend(auth.body.map(|body| {
                format!("body up to {} bytes{}", body.max_bytes, if body.allow_partial { ", cut" } else { "" })
            }));
            words.extend(auth.failure_mode_allow.then(|| "failures pass".to_owned()));
            words.push(format!("{} on error", auth.status_on_error));
            words.push(match &auth.protocol {
                AuthProtocol::Grpc => "gRPC".to_owned(),
                AuthProtocol::Http { path_prefix, request_headers, authorization_headers, add } => format!(
                    "HTTP{}, sees [{}], adds [{}], passes on [{}]",
                    path_prefix.as_deref().map(|prefix| format!(" at {prefix}")).unwrap_or_default(),
                    request_headers.join(" "),
                    add.iter().map(|(name, value)| format!("{name}: {value}")).collect::<Vec<_>>().join(", "),
                    authorization_headers.join(" "),
                ),
            });
            words.join(", ")
        }
        Filter::RateLimit(limit) => format!(
            "{}{}, domain {}, in {}{}",
            limit.service,
            at(limit.cluster),
            limit.domain,
            duration(limit.timeout),
            if limit.failure_mode_deny { ", failures are refused" } else { "" }
        ),
        Filter::AuthBroken(_) => "every request is answered 500".to_owned(),
        // That they are there changes no outcome by itself.
        Filter::GrpcHttp1Bridge
        | Filter::GrpcWeb
        | Filter::GrpcStats(_)
        | Filter::Cors
        | Filter::ResponseMap
        | Filter::Router => String::new(),
    }
}

fn describe_listener(listener: &Listener) -> String {
    let mut words = Vec::new();
    words.extend(listener.address.as_ref().map(|address| format!("bound to {address}")));
    match listener.security {
        SecurityModel::Xfp => {}
        SecurityModel::Secure => words.push("all counts as secure".to_owned()),
        SecurityModel::Insecure => words.push("nothing counts as secure".to_owned()),
    }
    words.extend((listener.l7_depth > 0).then(|| format!("{} trusted proxies", listener.l7_depth)));
    words.extend(listener.stack.proxy.map(|place| format!("PROXY header: {place:?}")));
    words.extend(listener.stack.udp.then(|| "UDP".to_owned()));
    words.extend(listener.http2_max_concurrent_streams.map(|streams| format!("{streams} streams at once")));
    words.extend(listener.announces_http3.then(|| "announces HTTP/3".to_owned()));
    words.join(", ")
}
