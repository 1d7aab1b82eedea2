//! Objects over which the gateway's compiler raises an exception: the whole configuration is then given up.

use super::Kind;
use super::json::{Json, get, json, text};
use crate::yaml::{Entry, Node};

/// Why the compiler aborts over a `v3alpha1` object, as far as the object alone decides it.
pub(crate) fn reason(kind: Kind, name: &str, spec: Option<&Node>) -> Option<String> {
    let fields = match spec.map(json) {
        Some(Json::Map(fields)) => fields,
        _ => &[],
    };
    match kind {
        Kind::Mapping => mapping(fields),
        Kind::TCPMapping => missing(fields, &["service", "port"]).or_else(|| unbalanced_service(fields)),
        Kind::Listener => missing(fields, &["port"]),
        Kind::Module => module(name, fields),
        Kind::LogService => log_service(fields),
        _ => None,
    }
}

fn missing(fields: &[Entry], names: &[&str]) -> Option<String> {
    let name = names.iter().find(|name| get(fields, name).is_none())?;
    Some(format!("it has no `{name}`"))
}

fn mapping(fields: &[Entry]) -> Option<String> {
    missing(fields, &["service", "prefix"])
        .or_else(|| header_without_value(fields, "add_request_headers"))
        .or_else(|| header_without_value(fields, "add_response_headers"))
        .or_else(|| health_checks(fields))
        .or_else(|| unbalanced_service(fields))
}

fn header_without_value(fields: &[Entry], name: &str) -> Option<String> {
    let Json::Map(headers) = json(get(fields, name)?) else { return None };
    let empty = headers.iter().find(|header| header.value.get("value").is_none())?;
    Some(format!("the header `{}` in `{name}` has no value", empty.key.text().unwrap_or_default()))
}

fn health_checks(fields: &[Entry]) -> Option<String> {
    let checks = get(fields, "health_checks")?.as_list()?;
    checks.iter().find_map(|check| {
        let http = check.path(&["health_check", "http"])?;
        let Json::Map(http) = json(http) else { return None };
        missing(http, &["path"])
            .map(|_| "a health check has no `path`".to_owned())
            .or_else(|| header_without_value(http, "add_request_headers"))
    })
}

/// A bracket that is not closed, or not opened, makes no address of any kind.
fn unbalanced_service(fields: &[Entry]) -> Option<String> {
    let service = get(fields, "service").and_then(text)?;
    let authority = service.split_once("://").map_or(service, |(_, rest)| rest);
    let authority = authority.split(['/', '?', '#']).next().unwrap_or_default();
    (authority.contains('[') != authority.contains(']'))
        .then(|| format!("the service `{service}` has a single bracket"))
}

fn log_service(fields: &[Entry]) -> Option<String> {
    let is_used = get(fields, "protocol_version").and_then(text) == Some("v3");
    (is_used && get(fields, "driver_config").is_none()).then(|| "it has no `driver_config`".to_owned())
}

fn module(name: &str, fields: &[Entry]) -> Option<String> {
    let Some(Json::Map(config)) = get(fields, "config").map(json) else {
        return Some("it has no `config`".to_owned());
    };
    if name != "ambassador" {
        return None;
    }
    let is_map = |node: &Node| matches!(json(node), Json::Map(_));
    let must_be_map = [
        "buffer",
        "cors",
        "diagnostics",
        "gzip",
        "liveness_probe",
        "readiness_probe",
        "retry_policy",
        "set_current_client_cert_details",
    ];
    if let Some(name) = must_be_map.iter().find(|name| get(config, name).is_some_and(|node| !is_map(node))) {
        return Some(format!("`config.{name}` is not a map"));
    }
    if get(config, "cluster_request_timeout_ms").is_some_and(|node| !matches!(json(node), Json::Int(_) | Json::Float)) {
        return Some("`config.cluster_request_timeout_ms` is not a number".to_owned());
    }
    let texts = |name: &&&str| {
        let items = get(config, name).and_then(Node::as_list).unwrap_or_default();
        items.iter().any(|item| matches!(json(item), Json::Text(_)))
    };
    let list = ["ip_allow", "ip_deny"].iter().find(texts)?;
    Some(format!("`config.{list}` has entries without `peer` or `remote`"))
}
