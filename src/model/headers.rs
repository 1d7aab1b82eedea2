//! Header edits read from Mappings and the Module's defaults.

use std::sync::Arc;

use super::fields::{self, Fields};
use super::policy::HeaderValue;
use crate::source::Span;
use crate::yaml::{Entry, Node};

/// The headers of an `add_…_headers` map, in its order; `None` for one that has no value.
pub(crate) fn values(node: &Node) -> impl Iterator<Item = (&Entry, Option<HeaderValue>)> {
    let entries = node.as_map().map_or(&[][..], |map| map.entries());
    entries.iter().map(|entry| {
        let name: Arc<str> = entry.key.text().unwrap_or_default().into();
        let object = entry.value.as_map().map(|_| Fields::of(&entry.value));
        let (value, append) = match object {
            Some(object) => (object.text("value"), object.bool("append").unwrap_or(true)),
            None => (fields::text(&entry.value), true),
        };
        (entry, value.map(|value| HeaderValue { name, value: value.into(), append }))
    })
}

/// The names of a `remove_…_headers` list, or of one text in its place.
pub(crate) fn names(node: &Node) -> Vec<(Arc<str>, Span)> {
    let items = node.as_list().unwrap_or(std::slice::from_ref(node));
    items.iter().filter_map(|item| Some((fields::text(item)?.into(), item.span))).collect()
}

/// Whether Envoy lets nobody add or remove a header.
pub(crate) fn is_fixed(name: &str) -> bool {
    name.starts_with(':') || name.eq_ignore_ascii_case("host")
}

/// Puts headers over others: the same name is replaced in its place, new ones come last.
pub(crate) fn merge(into: &mut Vec<HeaderValue>, added: &[HeaderValue]) {
    for header in added {
        match into.iter_mut().find(|other| other.name == header.name) {
            Some(other) => *other = header.clone(),
            None => into.push(header.clone()),
        }
    }
}
