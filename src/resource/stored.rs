//! What a `v3alpha1` object loses on its way through a cluster that stores v2.

use super::Kind;
use super::json::{Json, entry, get, is_true, json, sort, text};
use super::upgrade::{NO_HOST, ONLY_V3, tracing};
use crate::yaml::{Entry, Node};

/// The spec after the way to v2 and back. It has been written by Go before and must be again.
pub(crate) fn through_v2(kind: Kind, spec: &Node) -> Node {
    let mut entries = spec.as_map().map(|map| map.entries().to_vec()).unwrap_or_default();
    ids(&mut entries, spec);
    match kind {
        Kind::Mapping => mapping(&mut entries),
        Kind::AuthService | Kind::RateLimitService => explicit_tls(&mut entries, true),
        Kind::TCPMapping => explicit_tls(&mut entries, false),
        Kind::Host => host(&mut entries),
        Kind::TracingService => tracing(&mut entries),
        _ => {}
    }
    sort(&mut entries);
    Node::map(entries, spec.span)
}

fn remove(entries: &mut Vec<Entry>, name: &str) -> Option<Entry> {
    let at = entries.iter().position(|entry| entry.key.text() == Some(name))?;
    Some(entries.remove(at))
}

fn find<'a>(entries: &'a mut [Entry], name: &str) -> Option<&'a mut Entry> {
    entries.iter_mut().find(|entry| entry.key.text() == Some(name))
}

/// Every id is marked as one for new gateways, an absent one becomes `default`; on the way back the marks fall.
fn ids(entries: &mut Vec<Entry>, spec: &Node) {
    let Some(ids) = find(entries, "ambassador_id") else {
        let default = Node::list([Node::string("default", spec.span)], spec.span);
        return entries.push(entry("ambassador_id", spec.span, default));
    };
    let Json::List(items) = json(&ids.value) else { return };
    let bare = |item: &Node| match item.text().and_then(|id| id.strip_prefix(ONLY_V3)) {
        Some(bare) => Node::string(bare, item.span),
        None => item.clone(),
    };
    ids.value = Node::list(items.iter().map(bare).collect::<Vec<_>>(), ids.value.span);
}

fn mapping(entries: &mut Vec<Entry>) {
    hostname(entries);
    explicit_tls(entries, true);
    remembered_conditions(entries, "regex_headers", "v2BoolHeaders");
    remembered_conditions(entries, "regex_query_parameters", "v2BoolQueryParameters");
    added_headers(entries, "add_request_headers");
    added_headers(entries, "add_response_headers");
    if let Some(cors) = find(entries, "cors") {
        commas(&mut cors.value);
    }
}

/// v2 has one field for `hostname` and `host`, so that an exact host comes back as a hostname.
fn hostname(entries: &mut Vec<Entry>) {
    let is_regex = get(entries, "host_regex").is_some_and(is_true);
    if get(entries, "hostname").is_some() {
        remove(entries, "host");
        if is_regex && let Some(flag) = find(entries, "host_regex") {
            flag.value = Node::plain("false", flag.value.span);
        }
        return;
    }
    let is_marker = get(entries, "host").and_then(text) == Some(NO_HOST);
    if (is_marker || !is_regex)
        && let Some(host) = remove(entries, "host")
        && !is_marker
    {
        entries.push(entry("hostname", host.key.span, host.value));
    }
}

/// How `tls` was spelled is kept only where there is something to remember; beside a context the memory is empty.
fn explicit_tls(entries: &mut Vec<Entry>, remembers: bool) {
    let memory = remove(entries, "v2ExplicitTLS");
    let context = get(entries, "tls").and_then(text).filter(|context| !context.is_empty());
    if context.is_some() {
        if remembers {
            let span = get(entries, "tls").map(|tls| tls.span).or(memory.as_ref().map(|memory| memory.key.span));
            entries.extend(span.map(|span| entry("v2ExplicitTLS", span, Node::map([], span))));
        }
        return;
    }
    let Some(mut memory) = memory else { return };
    let service = ["service", "auth_service"].iter().find_map(|name| get(entries, name).and_then(text));
    let is_https =
        service.is_some_and(|text| text.get(..8).is_some_and(|start| start.eq_ignore_ascii_case("https://")));
    let spelled = memory.value.get("tls").and_then(text).unwrap_or_default();
    let kept = match spelled {
        "bool:true" => is_https,
        "bool:false" | "string" => true,
        _ => false,
    };
    if kept {
        if (!remembers || spelled != "bool:true")
            && let Json::Map(fields) = json(&memory.value)
        {
            let fields: Vec<_> = fields.iter().filter(|field| field.key.text() == Some("tls")).cloned().collect();
            memory.value = Node::map(fields, memory.value.span);
        }
        entries.push(memory);
    }
}

/// Conditions that v2 had with `true` are remembered only as far as there is an expression for them.
fn remembered_conditions(entries: &mut Vec<Entry>, regex: &str, memory: &str) {
    let Some(mut names) = remove(entries, memory) else { return };
    let Json::List(items) = json(&names.value) else { return };
    let is_there = |item: &&Node| {
        let name = item.text().unwrap_or_default();
        get_in(entries, regex, name).is_some()
    };
    let kept: Vec<_> = items.iter().filter(is_there).cloned().collect();
    if !kept.is_empty() {
        names.value = Node::list(kept, names.value.span);
        entries.push(names);
    }
}

fn get_in<'a>(entries: &'a [Entry], map: &str, key: &str) -> Option<&'a Node> {
    get(entries, map)?.get(key)
}

/// `v2Representation` comes back where v2 can spell the header so.
fn added_headers(entries: &mut [Entry], name: &str) {
    let Some(headers) = find(entries, name) else { return };
    let Json::Map(given) = json(&headers.value) else { return };
    let header = |header: &Entry| {
        let Json::Map(fields) = json(&header.value) else { return header.clone() };
        let representation = get(fields, "v2Representation").and_then(text).unwrap_or_default();
        let has_append = get(fields, "append").is_some();
        let has_value = get(fields, "value").and_then(text).is_some_and(|value| !value.is_empty());
        let kept = !has_append && (representation == "string" || representation == "null" && !has_value);
        if representation.is_empty() || kept {
            return header.clone();
        }
        let fields: Vec<_> =
            fields.iter().filter(|field| field.key.text() != Some("v2Representation")).cloned().collect();
        Entry { key: header.key.clone(), value: Node::map(fields, header.value.span) }
    };
    headers.value = Node::map(given.iter().map(header).collect::<Vec<_>>(), headers.value.span);
}

/// Origins that v2 had in one text are joined and split again.
fn commas(cors: &mut Node) {
    let Json::Map(fields) = json(cors) else { return };
    let in_one = get(fields, "v2CommaSeparatedOrigins").is_some_and(is_true);
    if !in_one {
        return;
    }
    let split = |origins: &Node| {
        let items = origins.as_list().unwrap_or_default();
        let parts = items.iter().flat_map(|item| {
            let text = item.text().unwrap_or_default();
            text.split(',').map(|part| Node::string(part, item.span)).collect::<Vec<_>>()
        });
        Node::list(parts.collect::<Vec<_>>(), origins.span)
    };
    let has_origins = get(fields, "origins").is_some();
    let field = |field: &Entry| match field.key.text() {
        Some("origins") => Some(Entry { key: field.key.clone(), value: split(&field.value) }),
        Some("v2CommaSeparatedOrigins") if !has_origins => None,
        _ => Some(field.clone()),
    };
    *cors = Node::map(fields.iter().filter_map(field).collect::<Vec<_>>(), cors.span);
}

/// The old name of the selector comes back as the new one.
fn host(entries: &mut Vec<Entry>) {
    if let Some(selector) = remove(entries, "selector")
        && get(entries, "mappingSelector").is_none()
    {
        entries.push(entry("mappingSelector", selector.key.span, selector.value));
    }
}
