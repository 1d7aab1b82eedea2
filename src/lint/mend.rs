//! Edits of a document, which keep comments and layout; each is tried before it is given.

use serde_yaml::Value as Yaml;

use super::context::Context;
use super::entry::Entry;
use crate::source::{Edit, Span};
use crate::yaml::{Document, Editor, Node};

/// Larger texts are not read again for every edit.
const LARGEST: usize = 1 << 20;

/// Edits of one document. Each gives `None` where it cannot be made as an edit of the text.
#[derive(Debug)]
pub struct Mend<'c> {
    text: &'c str,
    document: Option<Document>,
    body: Option<Span>,
}

impl<'c> Mend<'c> {
    pub(super) fn of(entry: &Entry<'c>, cx: &Context<'c>) -> Self {
        let text: &str = &cx.sources().get(entry.source()).text;
        let own = || {
            let root = entry.root?.clone();
            let comments = entry.result.written.as_ref()?.comments.clone();
            entry.is_annotation().then_some(Document { span: root.span, root, comments })
        };
        let document = entry.document.cloned().or_else(own).filter(|document| document.span.range().len() <= LARGEST);
        Self { text, document, body: entry.body.map(|body| body.span) }
    }

    /// Gives a field of `spec` a value.
    pub fn set(&self, key: &str, value: impl Into<Yaml>) -> Option<Vec<Edit>> {
        self.set_in(&[], key, value)
    }

    /// Gives a field below these a value.
    pub fn set_in(&self, path: &[&str], key: &str, value: impl Into<Yaml>) -> Option<Vec<Edit>> {
        let (editor, map) = self.map(path)?;
        editor.set(map, key, &value.into())
    }

    /// Gives a field of `spec` another name.
    pub fn rename(&self, key: &str, name: &str) -> Option<Vec<Edit>> {
        self.rename_in(&[], key, name)
    }

    /// Gives a field below these another name.
    pub fn rename_in(&self, path: &[&str], key: &str, name: &str) -> Option<Vec<Edit>> {
        let (editor, map) = self.map(path)?;
        editor.rename(map, key, name)
    }

    /// Puts another field with a value in the place of one of `spec`.
    pub fn replace_field(&self, key: &str, name: &str, value: impl Into<Yaml>) -> Option<Vec<Edit>> {
        let mut edits = self.rename(key, name)?;
        edits.extend(self.set(key, value)?);
        Some(edits)
    }

    /// Removes a field of `spec`.
    pub fn remove(&self, key: &str) -> Option<Vec<Edit>> {
        self.remove_in(&[], key)
    }

    /// Removes a field below these.
    pub fn remove_in(&self, path: &[&str], key: &str) -> Option<Vec<Edit>> {
        let (editor, map) = self.map(path)?;
        editor.remove(map, key)
    }

    /// Gives the whole of a map that stands at a place a key with a value; for lists and what stands beside `spec`.
    pub fn set_at(&self, map: Span, key: &str, value: impl Into<Yaml>) -> Option<Vec<Edit>> {
        let (editor, map) = self.map_at(map, &[])?;
        editor.set(map, key, &value.into())
    }

    /// Gives a key of a map that stands at a place another name.
    pub fn rename_at(&self, map: Span, key: &str, name: &str) -> Option<Vec<Edit>> {
        let (editor, map) = self.map_at(map, &[])?;
        editor.rename(map, key, name)
    }

    /// Removes a key of a map that stands at a place.
    pub fn remove_at(&self, map: Span, key: &str) -> Option<Vec<Edit>> {
        let (editor, map) = self.map_at(map, &[])?;
        editor.remove(map, key)
    }

    /// Writes another text over a scalar, as it would stand in the file, quotes included.
    pub fn replace(&self, span: Span, text: impl Into<String>) -> Option<Vec<Edit>> {
        self.document.as_ref().map(|_| vec![Edit::new(span, text)])
    }

    fn map(&self, path: &[&str]) -> Option<(Editor<'_>, &Node)> {
        self.map_at(self.body?, path)
    }

    fn map_at(&self, span: Span, path: &[&str]) -> Option<(Editor<'_>, &Node)> {
        let document = self.document.as_ref()?;
        let map = find(&document.root, span)?.path(path)?;
        Some((Editor::new(self.text, document), map))
    }
}

/// The map that stands at a place.
fn find(node: &Node, span: Span) -> Option<&Node> {
    if node.span.source != span.source || node.span.start > span.start || node.span.end < span.end {
        return None;
    }
    if node.span == span && node.as_map().is_some() {
        return Some(node);
    }
    let in_map = node.as_map().into_iter().flat_map(|map| map.entries()).map(|entry| &entry.value);
    let in_list = node.as_list().unwrap_or_default().iter();
    in_map.chain(in_list).find_map(|node| find(node, span))
}
