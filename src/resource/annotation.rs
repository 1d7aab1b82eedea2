//! The `getambassador.io/config` annotation: cut into documents, and each document unfolded into an object.

use std::ops::Range;

use super::json::{Json, NotJson, get, is_null, json, normal, text};
use super::version::rewritten;
use crate::diagnostic::Diagnostic;
use crate::source::Span;
use crate::yaml::{Comment, Dialect, Entry, Node};

/// The annotation that carries documents.
pub const CONFIG: &str = "getambassador.io/config";

/// The annotation's text cut into documents, as Go's reader does it; a separator line with more than a comment on it
/// loses the whole.
///
/// A separator that follows another one belongs to the document behind it, which is why an empty document counts.
pub(crate) fn cut(text: &str) -> Result<Vec<Range<usize>>, Range<usize>> {
    let mut pieces = Vec::new();
    let mut start = 0;
    let mut at = 0;
    while at < text.len() {
        let rest = text.get(at..).unwrap_or_default();
        let line_end = rest.find('\n').map_or(text.len(), |end| at + end);
        let next = (line_end + 1).min(text.len());
        if let Some(behind) = text.get(at..line_end).unwrap_or_default().strip_prefix("---") {
            let said = behind.trim();
            if !said.is_empty() && !said.starts_with('#') {
                return Err(at..line_end);
            }
            if at > start {
                pieces.push(start..at);
                start = next;
            }
        }
        at = next;
    }
    if start < text.len() {
        pieces.push(start..text.len());
    }
    pieces.retain(|piece| !is_blank(text.get(piece.clone()).unwrap_or_default()));
    Ok(pieces)
}

/// Whether a document is nothing but blank lines and comments.
fn is_blank(piece: &str) -> bool {
    piece.lines().map(str::trim).all(|line| line.is_empty() || line.starts_with('#'))
}

/// Whether a document begins with a directive, which Go's reader never finds a document behind.
pub(crate) fn begins_with_directive(piece: &str) -> bool {
    let mut lines = piece.lines().filter(|line| !line.trim().is_empty() && !line.trim_start().starts_with('#'));
    lines.next().is_some_and(|line| line.starts_with('%'))
}

/// A document of an annotation in the form of an object.
#[derive(Clone, Debug)]
pub(crate) struct Unfolded {
    /// The document.
    pub(crate) span: Span,
    /// The kind; empty for a document that is null.
    pub(crate) kind: String,
    /// Where the kind stands.
    pub(crate) kind_span: Span,
    /// The `apiVersion` as Emissary sees it.
    pub(crate) api_version: String,
    /// The `apiVersion` as written.
    pub(crate) written_version: String,
    /// What is, or goes, under `metadata`.
    pub(crate) metadata: Vec<Entry>,
    /// What is, or goes, under `spec`.
    pub(crate) spec: Node,
    /// What is under `status`.
    pub(crate) status: Option<Node>,
    /// The document as it was written.
    pub(crate) root: Node,
    /// Its comments.
    pub(crate) comments: Vec<Comment>,
    /// What is remarkable about its YAML.
    pub(crate) remarks: Vec<Diagnostic>,
}

/// Why a document loses the whole annotation.
#[derive(Clone, Debug)]
pub(crate) struct Lost {
    pub(crate) span: Span,
    pub(crate) why: String,
}

impl From<NotJson> for Lost {
    fn from(not: NotJson) -> Self {
        Self { span: not.span, why: not.why.to_owned() }
    }
}

/// Makes an object of a document.
pub(crate) fn unfold(written: &Node) -> Result<Unfolded, Lost> {
    let root = normal(written, Dialect::Kubernetes)?;
    let lost = |span: Span, why: &str| Lost { span, why: why.to_owned() };
    let entries = match json(&root) {
        Json::Map(entries) => entries,
        Json::Null => return Ok(nothing(root.span)),
        other => return Err(lost(root.span, &format!("a document must be a map, and this is {}", other.type_name()))),
    };
    let (kind, kind_span) = match get(entries, "kind").map(|node| (json(node), node.span)) {
        Some((Json::Text(kind), span)) if !kind.is_empty() => (kind, span),
        Some((_, span)) => return Err(lost(span, "`kind` must be a text")),
        None => return Err(lost(root.span, "the document has no `kind`")),
    };
    let written_version = match get(entries, "apiVersion").map(|node| (json(node), node.span)) {
        Some((Json::List(_) | Json::Map(_), span)) => return Err(lost(span, "`apiVersion` must be a text")),
        Some((Json::Text(version), span)) if version.matches('/').count() > 1 => {
            return Err(lost(span, "`apiVersion` must be `group/version`"));
        }
        Some((Json::Text(version), _)) => version,
        _ => "",
    };
    let (metadata, spec) = moved(entries, root.span);
    Ok(Unfolded {
        span: root.span,
        kind: kind.to_owned(),
        kind_span,
        api_version: rewritten(written_version).into_owned(),
        written_version: written_version.to_owned(),
        metadata,
        spec,
        status: get(entries, "status").cloned(),
        root: written.clone(),
        comments: Vec::new(),
        remarks: Vec::new(),
    })
}

/// A document that is null is an object without anything.
fn nothing(span: Span) -> Unfolded {
    Unfolded {
        span,
        kind: String::new(),
        kind_span: span,
        api_version: String::new(),
        written_version: String::new(),
        metadata: Vec::new(),
        spec: Node::map([], span),
        status: None,
        root: Node::plain("null", span),
        comments: Vec::new(),
        remarks: Vec::new(),
    }
}

/// Moves the fields at the top to where they belong; they win over what stands there.
fn moved(entries: &[Entry], span: Span) -> (Vec<Entry>, Node) {
    let part = |name: &str| match get(entries, name).map(|node| (node, json(node))) {
        Some((node, Json::Map(given))) => (given.to_vec(), node.span),
        _ => (Vec::new(), span),
    };
    let (mut metadata, _) = part("metadata");
    let is_spec_alone = entries.iter().all(|entry| place(entry) != Place::Spec);
    if is_spec_alone && let Some(spec) = get(entries, "spec").filter(|node| matches!(json(node), Json::Map(_))) {
        let spec = spec.clone();
        put_all(&mut metadata, entries);
        return (metadata, spec);
    }
    put_all(&mut metadata, entries);
    let (mut spec, spec_span) = part("spec");
    for entry in entries.iter().filter(|entry| place(entry) == Place::Spec) {
        put(&mut spec, entry.clone());
    }
    (metadata, Node::map(spec, spec_span))
}

fn put_all(metadata: &mut Vec<Entry>, entries: &[Entry]) {
    for entry in entries {
        match place(entry) {
            Place::Metadata => put(metadata, entry.clone()),
            Place::Labels => {
                let key = Node::string("labels", entry.key.span);
                put(metadata, Entry { key, value: entry.value.clone() });
            }
            Place::Spec | Place::Stays => {}
        }
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    Stays,
    Metadata,
    Labels,
    Spec,
}

fn place(entry: &Entry) -> Place {
    match entry.key.text().unwrap_or_default() {
        "apiVersion" | "kind" | "metadata" | "spec" | "status" => Place::Stays,
        "name" | "namespace" | "generation" => Place::Metadata,
        "metadata_labels" => Place::Labels,
        _ => Place::Spec,
    }
}

fn put(entries: &mut Vec<Entry>, entry: Entry) {
    match entries.iter_mut().find(|earlier| earlier.key.text() == entry.key.text()) {
        Some(earlier) => *earlier = entry,
        None => entries.push(entry),
    }
}

impl Unfolded {
    /// Gives the document what it does not say itself: the namespace and the labels of its carrier.
    pub(crate) fn inherit(&mut self, namespace: &str, labels: Option<&Node>) {
        let has_namespace = get(&self.metadata, "namespace").and_then(text).is_some_and(|given| !given.is_empty());
        if !has_namespace {
            put(
                &mut self.metadata,
                Entry { key: Node::string("namespace", self.span), value: Node::string(namespace, self.span) },
            );
        }
        let has_labels = get(&self.metadata, "labels").is_some_and(|given| !is_null(given));
        if !has_labels && let Some(labels) = labels.filter(|labels| matches!(json(labels), Json::Map(_))) {
            put(&mut self.metadata, Entry { key: Node::string("labels", labels.span), value: labels.clone() });
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn pieces(text: &str) -> Vec<&str> {
        cut(text).unwrap().into_iter().map(|piece| &text[piece]).collect()
    }

    #[test]
    fn a_repeated_separator_makes_an_empty_document() {
        assert_eq!(
            pieces("---\n---\na: 1\n---\n---\n# c\n---\n\n---\nb: 1\n---\n"),
            ["---\n", "a: 1\n", "---\n# c\n", "b: 1\n"]
        );
    }

    #[test]
    fn blank_texts_hold_no_documents() {
        assert!(pieces("").is_empty());
        assert!(pieces("# nothing here\n\n").is_empty());
    }

    #[test]
    fn text_behind_the_dashes_loses_everything() {
        assert_eq!(cut("a: 1\n----\nb: 1\n"), Err(5..9));
        assert_eq!(cut("--- {a: 1}"), Err(0..10));
        assert_eq!(pieces("--- # first\r\na: 1"), ["--- # first\r\na: 1"]);
    }

    #[test]
    fn separators_stand_at_the_beginning_of_lines() {
        assert_eq!(pieces("a: 1\n ---\nb: 2").len(), 1);
    }
}
