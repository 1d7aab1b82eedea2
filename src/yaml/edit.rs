//! Keys set, renamed and removed as edits of the text, so that comments and layout stay.
//!
//! Each edit is tried on the document before it is given: what is read afterwards must be what was meant.

use serde_yaml::{Mapping, Value as Yaml};

use super::node::{Map, Node, Style, Value};
use super::scalar::{Dialect, key_text};
use super::write::{on_one_line, to_value};
use super::{Document, parse};
use crate::source::{Edit, Span};

/// Edits maps of one document.
#[derive(Clone, Copy, Debug)]
pub struct Editor<'t> {
    text: &'t str,
    document: &'t Document,
}

impl<'t> Editor<'t> {
    /// Edits a document of `text`.
    pub fn new(text: &'t str, document: &'t Document) -> Self {
        Self { text, document }
    }

    /// Gives a key of a map of the document this value. The key is added at the end where it is missing.
    ///
    /// `None` where that cannot be done by an edit of the text.
    pub fn set(&self, map: &Node, key: &str, value: &Yaml) -> Option<Vec<Edit>> {
        let entries = map.as_map()?.entries();
        let present = entries.iter().rev().find(|entry| is_key(&entry.key, key));
        let edit = match present {
            Some(entry) => {
                let span = self.value_span(&entry.key, &entry.value)?;
                let blank = if self.text.get(..span.range().start)?.ends_with(':') { " " } else { "" };
                Edit::new(span, format!("{blank}{}", written(&entry.value, value)?))
            }
            None => self.added(map, key, value)?,
        };
        self.proved(vec![edit], map, |mapping| {
            mapping.insert(key.into(), value.clone());
        })
    }

    /// Gives a key of a map another name, at its place. `None` where it is missing or the name is taken.
    pub fn rename(&self, map: &Node, key: &str, name: &str) -> Option<Vec<Edit>> {
        let entries = map.as_map()?.entries();
        let is_there = |key: &str| entries.iter().any(|entry| is_key(&entry.key, key));
        if is_there(name) || !is_there(key) {
            return None;
        }
        let named = entries.iter().filter(|entry| is_key(&entry.key, key));
        let edits: Vec<_> =
            named.map(|entry| Some(Edit::new(entry.key.span, self.key(&entry.key, name)?))).collect::<Option<_>>()?;
        self.proved(edits, map, |mapping| {
            let renamed = std::mem::take(mapping).into_iter().map(|(old, value)| {
                let is_named = old.as_str() == Some(key);
                (if is_named { name.into() } else { old }, value)
            });
            *mapping = renamed.collect();
        })
    }

    /// Removes a key of a map, with the comment on its line. `None` where it is missing.
    pub fn remove(&self, map: &Node, key: &str) -> Option<Vec<Edit>> {
        let written = map.as_map()?;
        let count = written.entries().iter().filter(|entry| is_key(&entry.key, key)).count();
        let edits = match count {
            0 => return None,
            1 if written.entries().len() == 1 => vec![Edit::new(map.span, "{}")],
            1 => {
                let at = written.entries().iter().position(|entry| is_key(&entry.key, key))?;
                vec![Edit::new(self.entry_span(map, written, at)?, "")]
            }
            // A key that stands twice is for a person to look at.
            _ => return None,
        };
        self.proved(edits, map, |mapping| {
            mapping.shift_remove(key);
        })
    }

    /// The edits, if the document then means what it meant, but for the change of this one map.
    fn proved(&self, edits: Vec<Edit>, map: &Node, change: impl Fn(&mut Mapping)) -> Option<Vec<Edit>> {
        let mut met = false;
        let expected = changed(&self.document.root, map, &change, &mut met);
        let span = self.document.span;
        let start = self.line_start(span.range().start);
        let moved: Vec<Edit> = edits
            .iter()
            .map(|edit| {
                let (from, to) = (edit.span.start.checked_sub(start as u32)?, edit.span.end.checked_sub(start as u32)?);
                Some(Edit::new(Span::new(span.source, from, to), edit.text.clone()))
            })
            .collect::<Option<_>>()?;
        let end = self.next_line(span.range().end);
        let edited = Edit::apply(&moved, self.text.get(start..end)?)?;
        let read = parse(span.source, &edited);
        let [document] = &read.documents[..] else { return None };
        let holds = met && read.broken.is_empty() && to_value(&document.root, Dialect::Kubernetes) == expected;
        holds.then_some(edits)
    }

    /// Where the value of a key stands, with its tag and the head of a block, but without the blanks before it.
    fn value_span(&self, key: &Node, value: &Node) -> Option<Span> {
        let behind_key = self.text.get(key.span.range().end..)?;
        let colon = behind_key.find(':')?;
        let start = key.span.range().end + colon + 1;
        let end = value.span.range().end.max(start);
        let gap = self.text.get(start..end)?;
        let blanks = gap.len() - gap.trim_start_matches([' ', '\t']).len();
        // Behind the colon one blank is needed, which an empty value or one on the next line does not have.
        let has_blank = blanks > 0 && blanks < gap.len() && !gap[blanks..].starts_with(['\n', '\r', '#']);
        let start = if has_blank { start + blanks } else { start };
        Some(Span::new(key.span.source, start as u32, end as u32))
    }

    fn key(&self, old: &Node, name: &str) -> Option<String> {
        match &old.value {
            Value::Scalar(scalar) if scalar.style == Style::Double => serde_json::to_string(name).ok(),
            _ => on_one_line(&name.into()),
        }
    }

    /// A new entry at the end of a map.
    fn added(&self, map: &Node, key: &str, value: &Yaml) -> Option<Edit> {
        let entries = map.as_map()?.entries();
        let value = on_one_line(value)?;
        let source = map.span.source;
        if self.text.get(map.span.range())?.starts_with('{') {
            let key = entries.first().map_or_else(|| on_one_line(&key.into()), |first| self.key(&first.key, key))?;
            let last = entries
                .last()
                .map_or(map.span.range().start + 1, |last| last.value.span.range().end.max(last.key.span.range().end));
            let comma = if entries.is_empty() { "" } else { ", " };
            return Some(Edit::new(Span::new(source, last as u32, last as u32), format!("{comma}{key}: {value}")));
        }
        let first = entries.first()?;
        let start = first.key.span.range().start;
        let column = self.text.get(self.line_start(start)..start)?.chars().count();
        let end = self.line_end(map.span.range().end) as u32;
        let key = self.key(&first.key, key)?;
        Some(Edit::new(Span::new(source, end, end), format!("\n{}{key}: {value}", " ".repeat(column))))
    }

    /// What goes with an entry when it is removed from a map with others.
    fn entry_span(&self, map: &Node, written: &Map, at: usize) -> Option<Span> {
        let entries = written.entries();
        let entry = entries.get(at)?;
        let start = entry.key.span.range().start;
        let end = entry.value.span.range().end.max(entry.key.span.range().end);
        let next = entries.get(at + 1).map(|next| next.key.span.range().start);
        let span =
            |start: usize, end: usize| (start <= end).then(|| Span::new(map.span.source, start as u32, end as u32));
        if self.text.get(map.span.range())?.starts_with('{') {
            let before = at.checked_sub(1).and_then(|before| entries.get(before));
            return match (next, before) {
                (Some(next), _) => span(start, next),
                (None, Some(before)) => span(before.value.span.range().end.max(before.key.span.range().end), end),
                (None, None) => None,
            };
        }
        let line = self.line_start(start);
        if self.text.get(line..start)?.bytes().all(|byte| byte == b' ') {
            return span(line, self.next_line(end));
        }
        span(start, next?)
    }

    fn line_start(&self, at: usize) -> usize {
        self.text.get(..at).and_then(|before| before.rfind(['\n', '\r'])).map_or(0, |end| end + 1)
    }

    fn next_line(&self, at: usize) -> usize {
        let end = self.line_end(at);
        let rest = self.text.get(end..).unwrap_or_default();
        end + if rest.starts_with("\r\n") { 2 } else { usize::from(!rest.is_empty()) }
    }

    fn line_end(&self, at: usize) -> usize {
        self.text.get(at..).and_then(|rest| rest.find(['\n', '\r'])).map_or(self.text.len(), |end| at + end)
    }
}

/// A value in the quotes of the one it replaces.
fn written(old: &Node, value: &Yaml) -> Option<String> {
    match (&old.value, value) {
        (Value::Scalar(scalar), Yaml::String(text)) if scalar.style == Style::Double => {
            serde_json::to_string(text).ok()
        }
        _ => on_one_line(value),
    }
}

fn is_key(node: &Node, key: &str) -> bool {
    key_text(node, Dialect::Kubernetes).is_some_and(|text| text == key)
}

/// What a document means after a change of one of its maps.
fn changed(node: &Node, map: &Node, change: &impl Fn(&mut Mapping), met: &mut bool) -> Yaml {
    let is_it = std::ptr::eq(node, map);
    let mut value = match &node.value {
        Value::Scalar(_) => to_value(node, Dialect::Kubernetes),
        Value::List(items) => items.iter().map(|item| changed(item, map, change, met)).collect(),
        Value::Map(entries) => {
            let entries = entries.entries().iter().map(|entry| {
                let key = key_text(&entry.key, Dialect::Kubernetes);
                let key = key.map_or_else(|| to_value(&entry.key, Dialect::Kubernetes), Into::into);
                (key, changed(&entry.value, map, change, met))
            });
            Yaml::Mapping(entries.collect())
        }
    };
    if is_it && let Yaml::Mapping(mapping) = &mut value {
        *met = true;
        change(mapping);
    }
    value
}
