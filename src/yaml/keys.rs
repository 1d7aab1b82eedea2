//! What the keys of one map do to each other: repetition and merging.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};

use super::node::{Entry, Node, Style, Value};
use super::problem::Fault;
use super::scalar::{Dialect, key_text};
use crate::diagnostic::Diagnostic;
use crate::source::Span;

/// Maps up to this size are compared key by key.
const SMALL: usize = 8;

fn text(key: &Node) -> Option<Cow<'_, str>> {
    key_text(key, Dialect::Kubernetes)
}

/// Tells of every key that stands there already.
pub(super) fn report_repeated(entries: &[Entry], diagnostics: &mut Vec<Diagnostic>) {
    if entries.len() <= SMALL {
        for (at, entry) in entries.iter().enumerate().skip(1) {
            let Some(key) = text(&entry.key) else { continue };
            let earlier = entries[..at].iter().rev().find(|earlier| text(&earlier.key).is_some_and(|k| k == key));
            if let Some(earlier) = earlier {
                diagnostics.push(repeated(&key, entry.key.span, earlier.key.span));
            }
        }
        return;
    }
    let mut last: HashMap<Cow<'_, str>, Span> = HashMap::with_capacity(entries.len());
    for entry in entries {
        let Some(key) = text(&entry.key) else { continue };
        let span = entry.key.span;
        if let Some(earlier) = last.insert(key, span) {
            let key = text(&entry.key).unwrap_or_default();
            diagnostics.push(repeated(&key, span, earlier));
        }
    }
}

fn repeated(key: &str, second: Span, first: Span) -> Diagnostic {
    Diagnostic::warning("yaml-duplicate-key", second, format!("the key `{key}` stands here for the second time"))
        .label("this one counts")
        .also(first, "this one is ignored")
}

/// Whether a key asks for merging.
pub(super) fn is_merge(key: &Node) -> bool {
    match &key.value {
        Value::Scalar(scalar) => scalar.style == Style::Plain && scalar.tag.is_none() && &*scalar.text == "<<",
        _ => false,
    }
}

/// Puts the entries of merged maps in the place of `<<`.
///
/// What stands after `<<` outranks what it merges. What stands *before* it is outranked, because Go's reader takes one
/// key after the other; that is told, since the YAML merge draft and Python let the written key win.
pub(super) fn merge(entries: &[Entry], text_of: &str, out: &mut Vec<Diagnostic>) -> Result<Vec<Entry>, Fault> {
    let mut merged = Vec::with_capacity(entries.len());
    let written_later = last_places(entries);
    for (at, entry) in entries.iter().enumerate() {
        if !is_merge(&entry.key) {
            merged.push(entry.clone());
            continue;
        }
        let mut here: HashSet<String> = HashSet::new();
        for map in sources(&entry.value, text_of)? {
            for source in map {
                let Some(key) = text(&source.key) else {
                    merged.push(source.clone());
                    continue;
                };
                match written_later.get(key.as_ref()) {
                    Some(place) if *place > at => continue,
                    Some(place) => out.push(overridden(&key, entry.key.span, entries[*place].key.span)),
                    None => {}
                }
                if here.insert(key.into_owned()) {
                    merged.push(source.clone());
                }
            }
        }
    }
    Ok(merged)
}

/// Where each written key stands last.
fn last_places(entries: &[Entry]) -> HashMap<String, usize> {
    let written = entries.iter().enumerate().filter(|(_, entry)| !is_merge(&entry.key));
    written.filter_map(|(at, entry)| Some((text(&entry.key)?.into_owned(), at))).collect()
}

fn overridden(key: &str, merge: Span, written: Span) -> Diagnostic {
    let message = format!("`<<` replaces `{key}`, which stands before it");
    Diagnostic::warning("yaml-merge-order", merge, message)
        .also(written, "ignored by kubectl and Emissary, which take one key after the other")
        .note("Write `<<` before the keys that shall win.")
}

/// The maps that a `<<` names, the strongest first.
fn sources<'a>(value: &'a Node, text: &str) -> Result<Vec<&'a [Entry]>, Fault> {
    let refuse = |node: &Node| -> Fault {
        Diagnostic::error("yaml-merge", node.span, "`<<` takes a map or a list of maps").label("neither of them").into()
    };
    match &value.value {
        Value::Map(map) => Ok(vec![map.entries()]),
        // The readers look for a list that is written here; a list behind an alias is refused.
        Value::List(items) if !text.get(value.span.range()).is_some_and(|text| text.starts_with('*')) => {
            items.iter().map(|item| item.as_map().map(super::Map::entries).ok_or_else(|| refuse(item))).collect()
        }
        _ => Err(refuse(value)),
    }
}
