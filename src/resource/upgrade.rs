//! v1 and v2 made into `v3alpha1`, by Emissary's rules.

use super::Kind;
use super::json::{Json, entry, get, is_null, is_true, json, text};
use super::schema::{Object, Type, View, spec_of};
use super::version::Form;
use super::write::CannotRead;
use crate::edition::Edition;
use crate::source::Span;
use crate::yaml::{Entry, Node};

/// A host that says that there is none: how a Mapping without hostname looks in v2.
pub(crate) const NO_HOST: &str = "_skip_mapping_with_empty_host_";
/// What begins an id that old gateways must not take for theirs.
pub(crate) const ONLY_V3: &str = "--apiVersion-v3alpha1-only--";

/// How old documents are read.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Old {
    /// Which fields there are.
    pub(crate) view: View,
    /// Whether the letter case of keys does not count, as where Go's own reader reads them.
    pub(crate) any_case: bool,
}

/// The spec in the shape of `v3alpha1`, before Go writes it.
pub(crate) fn upgraded(kind: Kind, spec: &Node, old: Old) -> Result<Node, CannotRead> {
    let spec = if old.any_case { &in_our_case(spec, spec_of(kind), old.view) } else { spec };
    let mut entries = object(spec, spec_of(kind), old)?;
    match kind {
        // Ambassador 1 means what it says.
        _ if old.view.edition == Edition::One => {}
        Kind::Mapping => mapping(&mut entries, spec.span),
        Kind::AuthService => explicit_tls(&mut entries, "auth_service", true),
        Kind::RateLimitService => explicit_tls(&mut entries, "service", true),
        Kind::TCPMapping => explicit_tls(&mut entries, "service", false),
        Kind::Host => host(&mut entries),
        Kind::TracingService => tracing(&mut entries),
        _ => {}
    }
    if old.view.edition > Edition::One {
        strip_ids(&mut entries);
    }
    Ok(Node::map(entries, spec.span))
}

/// Keys that differ only in letter case from those that we know, spelled as we know them.
fn in_our_case(node: &Node, fields: &'static Object, view: View) -> Node {
    let Json::Map(entries) = json(node) else { return node.clone() };
    let mut sorted: Vec<&Entry> = entries.iter().collect();
    // Go reads the keys in this order, and the last one wins.
    sorted.sort_by(|a, b| a.key.text().cmp(&b.key.text()));
    let mut spelled: Vec<Entry> = Vec::with_capacity(sorted.len());
    for given in sorted {
        let name = given.key.text().unwrap_or_default();
        let known =
            view.field(fields, name).or_else(|| view.fields(fields).find(|field| same_letters(field.name, name)));
        let Some(field) = known else { continue };
        let value = match &field.ty {
            Type::Object(inner) => in_our_case(&given.value, inner, view),
            _ => given.value.clone(),
        };
        spelled.retain(|earlier| earlier.key.text() != Some(field.name));
        spelled.push(Entry { key: Node::string(field.name, given.key.span), value });
    }
    Node::map(spelled, node.span)
}

/// Whether two names are equal to Go's reader of JSON, which folds `K` and `ſ` too.
fn same_letters(known: &str, given: &str) -> bool {
    let fold = |c: char| match c {
        '\u{212a}' => 'k',
        '\u{17f}' => 's',
        other => other.to_ascii_lowercase(),
    };
    known.chars().map(fold).eq(given.chars().map(fold))
}

/// A group of fields: what is known, under the names of `v3alpha1`.
fn object(node: &Node, fields: &'static Object, old: Old) -> Result<Vec<Entry>, CannotRead> {
    let Json::Map(given) = json(node) else {
        return Err(CannotRead::new(node.span, format!("a map is needed, and there is {}", json(node).type_name())));
    };
    let mut entries = Vec::with_capacity(given.len() + 2);
    for item in given {
        let Some(field) = item.key.text().and_then(|name| old.view.field(fields, name)) else { continue };
        if is_null(&item.value) {
            continue;
        }
        let value = value(&item.value, &field.ty, old)?;
        let key =
            if field.becomes == field.name { item.key.clone() } else { Node::string(field.becomes, item.key.span) };
        entries.push(Entry { key, value });
    }
    Ok(entries)
}

fn value(node: &Node, ty: &'static Type, old: Old) -> Result<Node, CannotRead> {
    Ok(match (ty, json(node)) {
        (Type::TextOrList, Json::Text(_)) => Node::list([node.clone()], node.span),
        (Type::TextOrList, Json::List(items)) => texts(node, items)?,
        (Type::TextOrList, other) => return Err(needs(node, "a text or a list of texts", &other)),
        (Type::BoolOrText, Json::Text(_) | Json::Bool(_) | Json::Null) => node.clone(),
        (Type::BoolOrText, other) => return Err(needs(node, "a text or a boolean", &other)),
        (Type::AddedHeader, _) => added_header(node, old)?,
        (Type::LabelGroup, Json::Map(groups)) => label_group(node, groups)?,
        (Type::LabelGroup, other) => return Err(needs(node, "a map", &other)),
        (Type::Map(inner), Json::Map(entries)) => {
            let mut upgraded = Vec::with_capacity(entries.len());
            for item in entries {
                upgraded.push(Entry { key: item.key.clone(), value: value(&item.value, inner, old)? });
            }
            Node::map(upgraded, node.span)
        }
        (Type::List(inner, _), Json::List(items)) => {
            let items: Result<Vec<_>, _> = items.iter().map(|item| value(item, inner, old)).collect();
            Node::list(items?, node.span)
        }
        (Type::Object(inner), Json::Map(given)) => {
            let mut entries = object(node, inner, old)?;
            if get(given, "origins").is_some_and(|origins| text(origins).is_some()) {
                split_origins(&mut entries);
            }
            Node::map(entries, node.span)
        }
        _ => node.clone(),
    })
}

fn needs(node: &Node, what: &str, found: &Json<'_>) -> CannotRead {
    CannotRead::new(node.span, format!("{what} is needed, and there is {}", found.type_name()))
}

fn texts(node: &Node, items: &[Node]) -> Result<Node, CannotRead> {
    let mut texts = Vec::with_capacity(items.len());
    for item in items {
        match json(item) {
            Json::Text(_) => texts.push(item.clone()),
            Json::Null => texts.push(Node::string("", item.span)),
            other => return Err(needs(item, "a text", &other)),
        }
    }
    Ok(Node::list(texts, node.span))
}

/// Origins in one text are split at commas, and blanks stay.
fn split_origins(entries: &mut Vec<Entry>) {
    let Some(at) = entries.iter().position(|entry| entry.key.text() == Some("origins")) else { return };
    let origins = &entries[at].value;
    let span = origins.span;
    let Some(written) = origins.as_list().and_then(|items| items.first()).and_then(Node::text) else { return };
    let split: Vec<_> = written.split(',').map(|origin| Node::string(origin, span)).collect();
    entries[at].value = Node::list(split, span);
    entries.push(entry("v2CommaSeparatedOrigins", span, Node::plain("true", span)));
}

fn added_header(node: &Node, old: Old) -> Result<Node, CannotRead> {
    let remembered = |how: &'static str| entry("v2Representation", node.span, Node::string(how, node.span));
    match json(node) {
        Json::Null => Ok(Node::map([remembered("null")], node.span)),
        Json::Text(_) => Ok(Node::map([entry("value", node.span, node.clone()), remembered("string")], node.span)),
        // Ambassador 1 passes a boolean on, and Envoy refuses it.
        Json::Bool(_) if old.view.form != Form::Old => {
            Ok(Node::map([entry("value", node.span, node.clone())], node.span))
        }
        Json::Map(given) => {
            let mut entries = Vec::with_capacity(2);
            for (name, value) in last_by_letters(given, &["append", "value"]) {
                match (name, json(value)) {
                    (_, Json::Null) => {}
                    ("append", Json::Bool(_)) | ("value", Json::Text(_)) => {
                        entries.push(entry(name, value.span, value.clone()));
                    }
                    ("append", other) => return Err(needs(value, "a boolean", &other)),
                    (_, other) => return Err(needs(value, "a text", &other)),
                }
            }
            Ok(Node::map(entries, node.span))
        }
        other => Err(needs(node, "a text or a map with `value`", &other)),
    }
}

/// The values of known names as Go's own reader of JSON finds them: in any letter case, the last one in sorted order.
fn last_by_letters<'a>(given: &'a [Entry], names: &[&'static str]) -> Vec<(&'static str, &'a Node)> {
    let last = |name: &&'static str| {
        let fitting = given.iter().filter(|entry| entry.key.text().is_some_and(|key| same_letters(name, key)));
        Some((*name, &fitting.max_by_key(|entry| entry.key.text())?.value))
    };
    names.iter().filter_map(last).collect()
}

fn label_group(node: &Node, groups: &[Entry]) -> Result<Node, CannotRead> {
    let mut upgraded = Vec::with_capacity(groups.len());
    for group in groups {
        let labels = match json(&group.value) {
            Json::List(labels) => labels,
            Json::Null => &[],
            other => return Err(needs(&group.value, "a list", &other)),
        };
        let labels: Result<Vec<_>, _> = labels.iter().map(label).collect();
        upgraded.push(Entry { key: group.key.clone(), value: Node::list(labels?, group.value.span) });
    }
    Ok(Node::map(upgraded, node.span))
}

/// A label: a word, `{KEY: {header: NAME}}`, or `{generic_key: text}`; Go tries them in this order.
fn label(node: &Node) -> Result<Node, CannotRead> {
    let span = node.span;
    let one = |name: &'static str, fields: Vec<Entry>| Node::map([entry(name, span, Node::map(fields, span))], span);
    match json(node) {
        Json::Null => Ok(Node::map([], span)),
        Json::Text(word) => Ok(match word {
            "source_cluster" => one("source_cluster", vec![entry("key", span, node.clone())]),
            "destination_cluster" => one("destination_cluster", vec![entry("key", span, node.clone())]),
            "remote_address" => one("remote_address", vec![entry("key", span, node.clone())]),
            _ => one(
                "generic_key",
                vec![entry("value", span, node.clone()), entry("v2Shorthand", span, Node::plain("true", span))],
            ),
        }),
        Json::Map(given) => match header_label(given) {
            Some(fields) if fields.is_empty() => Ok(Node::map([], span)),
            Some(fields) => Ok(one("request_headers", fields)),
            None => Ok(one("generic_key", vec![generic_value(node, given)?])),
        },
        other => Err(needs(node, "a text or a map", &other)),
    }
}

/// The text of a generic key; without one, an empty text.
fn generic_value(node: &Node, given: &[Entry]) -> Result<Entry, CannotRead> {
    let known = last_by_letters(given, &["generic_key"]);
    match known.first().map(|(_, value)| (*value, json(value))) {
        None | Some((_, Json::Null)) => Ok(entry("value", node.span, Node::string("", node.span))),
        Some((value, Json::Text(_))) => Ok(entry("value", value.span, value.clone())),
        Some((value, other)) => Err(needs(value, "a text", &other)),
    }
}

/// The fields of `request_headers`, if every value is a map of the right fields; none where there is no entry. Of several
/// entries Go takes one at random; we take the last.
fn header_label(given: &[Entry]) -> Option<Vec<Entry>> {
    let mut label = Vec::new();
    for item in given {
        let fields = match json(&item.value) {
            Json::Map(fields) => fields,
            Json::Null => &[],
            _ => return None,
        };
        let mut header = Node::string("", item.value.span);
        let mut omit = None;
        for (name, value) in last_by_letters(fields, &["header", "omit_if_not_present"]) {
            match (name, json(value)) {
                (_, Json::Null) => {}
                ("header", Json::Text(_)) => header = value.clone(),
                ("omit_if_not_present", Json::Bool(_)) => omit = Some(entry(name, value.span, value.clone())),
                _ => return None,
            }
        }
        label = vec![entry("key", item.key.span, item.key.clone()), entry("header_name", item.value.span, header)];
        label.extend(omit);
    }
    Some(label)
}

/// Takes an entry out.
fn taken(entries: &mut Vec<Entry>, name: &str) -> Option<Entry> {
    let at = entries.iter().position(|entry| entry.key.text() == Some(name))?;
    Some(entries.remove(at))
}

fn mapping(entries: &mut Vec<Entry>, span: Span) {
    conditions(entries, "headers", "regex_headers", "v2BoolHeaders");
    conditions(entries, "query_parameters", "regex_query_parameters", "v2BoolQueryParameters");
    explicit_tls(entries, "service", true);
    hostname(entries, span);
}

/// `host` becomes `hostname`, unless it is a regular expression; a Mapping without either serves every host.
fn hostname(entries: &mut Vec<Entry>, span: Span) {
    let is_regex = get(entries, "host_regex").is_some_and(is_true);
    match get(entries, "host").and_then(text) {
        Some(NO_HOST) => {
            taken(entries, "host");
        }
        None | Some("") => {
            let span = taken(entries, "host").map_or(span, |host| host.value.span);
            entries.push(entry("hostname", span, Node::string("*", span)));
        }
        Some(_) if is_regex => {}
        Some(_) => {
            if let Some(host) = taken(entries, "host") {
                entries.push(entry("hostname", host.key.span, host.value));
            }
        }
    }
}

/// Conditions that are `true` become the regular expression `.*`; those that are `false` or null vanish.
fn conditions(entries: &mut Vec<Entry>, exact: &str, regex: &'static str, memory: &'static str) {
    let Some(at) = entries.iter().position(|entry| entry.key.text() == Some(exact)) else { return };
    let span = entries[at].value.span;
    let Json::Map(given) = json(&entries[at].value) else { return };
    if given.iter().all(|item| text(&item.value).is_some()) {
        return;
    }
    let kept: Vec<_> = given.iter().filter(|item| text(&item.value).is_some()).cloned().collect();
    let present: Vec<_> = given.iter().filter(|item| is_true(&item.value)).cloned().collect();
    entries[at].value = Node::map(kept, span);
    if present.is_empty() {
        return;
    }
    let regexes = taken(entries, regex);
    let mut all: Vec<Entry> = match regexes.as_ref().map(|entry| json(&entry.value)) {
        Some(Json::Map(regexes)) => regexes.to_vec(),
        _ => Vec::new(),
    };
    for item in &present {
        if item.key.text().is_some_and(|name| get(&all, name).is_none()) {
            all.push(Entry { key: item.key.clone(), value: Node::string(".*", item.value.span) });
        }
    }
    entries.push(entry(regex, span, Node::map(all, span)));
    let mut names: Vec<_> = present.into_iter().map(|item| item.key).collect();
    names.sort_by(|a, b| a.text().cmp(&b.text()));
    entries.push(entry(memory, span, Node::list(names, span)));
}

/// `tls` as a boolean moves into the scheme of the service; how it was spelled is remembered.
fn explicit_tls(entries: &mut Vec<Entry>, service: &'static str, remembers: bool) {
    let Some(tls) = taken(entries, "tls") else { return };
    let span = tls.value.span;
    let mut memory = Vec::new();
    match json(&tls.value) {
        Json::Bool(true) => {
            memory.push(entry("tls", span, Node::string("bool:true", span)));
            if let Some(scheme) = with_https(entries, service, span)
                && remembers
            {
                memory.push(entry("serviceScheme", span, scheme));
            }
        }
        Json::Bool(false) => memory.push(entry("tls", span, Node::string("bool:false", span))),
        Json::Text("") => memory.push(entry("tls", span, Node::string("string", span))),
        Json::Text(_) => {
            entries.push(tls);
            if !remembers {
                return;
            }
        }
        _ => return,
    }
    entries.push(entry("v2ExplicitTLS", span, Node::map(memory, span)));
}

/// Gives the service the scheme `https://`, and returns the one that it had, if it was another.
fn with_https(entries: &mut [Entry], service: &str, span: Span) -> Option<Node> {
    let address = &mut entries.iter_mut().find(|entry| entry.key.text() == Some(service))?.value;
    let written = text(address)?;
    let begins_with =
        |scheme: &str| written.get(..scheme.len()).is_some_and(|start| start.eq_ignore_ascii_case(scheme));
    if begins_with("https://") {
        return None;
    }
    let (scheme, rest) = written.split_at(if begins_with("http://") { "http://".len() } else { 0 });
    let scheme = Node::string(scheme, address.span);
    *address = Node::string(format!("https://{rest}"), span);
    Some(scheme)
}

/// Takes the marks from ids that old gateways must not take for theirs.
fn strip_ids(entries: &mut [Entry]) {
    let Some(ids) = entries.iter_mut().find(|entry| entry.key.text() == Some("ambassador_id")) else { return };
    let Json::List(items) = json(&ids.value) else { return };
    if !items.iter().any(|item| item.text().is_some_and(|id| id.starts_with(ONLY_V3))) {
        return;
    }
    let bare = |item: &Node| match item.text().and_then(|id| id.strip_prefix(ONLY_V3)) {
        Some(bare) => Node::string(bare, item.span),
        None => item.clone(),
    };
    ids.value = Node::list(items.iter().map(bare).collect::<Vec<_>>(), ids.value.span);
}

/// `selector` has a new name, and `ambassadorId` comes after `ambassador_id`.
fn host(entries: &mut Vec<Entry>) {
    if let Some(selector) = taken(entries, "selector") {
        entries.push(entry("mappingSelector", selector.key.span, selector.value));
    }
    if let Some(more) = taken(entries, "ambassadorId") {
        let mut ids = match taken(entries, "ambassador_id").map(|entry| entry.value) {
            Some(ids) => ids.as_list().unwrap_or_default().to_vec(),
            None => Vec::new(),
        };
        ids.extend_from_slice(more.value.as_list().unwrap_or_default());
        entries.push(entry("ambassador_id", more.key.span, Node::list(ids, more.value.span)));
    }
}

/// `tag_headers` become custom tags, unless there are some.
pub(crate) fn tracing(entries: &mut Vec<Entry>) {
    let has_tags = get(entries, "custom_tags").and_then(Node::as_list).is_some_and(|tags| !tags.is_empty());
    let Some(headers) = taken(entries, "tag_headers") else { return };
    if has_tags {
        return;
    }
    let tag = |header: &Node| {
        let name = Node::map([entry("name", header.span, header.clone())], header.span);
        Node::map([entry("tag", header.span, header.clone()), entry("request_header", header.span, name)], header.span)
    };
    let tags: Vec<_> = headers.value.as_list().unwrap_or_default().iter().map(tag).collect();
    taken(entries, "custom_tags");
    entries.push(entry("custom_tags", headers.key.span, Node::list(tags, headers.value.span)));
}
