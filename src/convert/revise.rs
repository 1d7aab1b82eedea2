//! A text changed so that it means something else, with its comments and its layout kept.

use std::ops::Range;

use super::object::same;
use crate::yaml::{Dialect, Entry, Node, Value, parse, to_value, to_yaml};

/// The text of a document, changed so that it means `target`. `None` where that cannot be done by changing lines.
///
/// `start` is where `text` begins in the source that the spans of `root` point into.
pub(super) fn revise(text: &str, start: usize, root: &Node, target: &Node) -> Option<String> {
    if same(root, target) {
        return Some(text.to_owned());
    }
    let mut reviser = Reviser { text, start, edits: Vec::new() };
    reviser.map(root, target)?;
    let revised = reviser.applied()?;
    // What the lines do not show (anchors, merges, odd layouts) shows here.
    let documents = parse(root.span.source, &revised).documents;
    let [document] = &documents[..] else { return None };
    same(&document.root, target).then_some(revised)
}

struct Edit {
    range: Range<usize>,
    text: String,
}

struct Reviser<'t> {
    text: &'t str,
    start: usize,
    edits: Vec<Edit>,
}

impl Reviser<'_> {
    /// A place of the source in the text.
    fn at(&self, offset: u32) -> Option<usize> {
        (offset as usize).checked_sub(self.start).filter(|at| *at <= self.text.len())
    }

    fn edit(&mut self, range: Range<usize>, text: String) {
        self.edits.push(Edit { range, text });
    }

    fn line_start(&self, at: usize) -> usize {
        self.text.get(..at).and_then(|before| before.rfind('\n')).map_or(0, |end| end + 1)
    }

    /// Where the line after a place begins; the place itself if it is the beginning of a line.
    fn next_line(&self, at: usize) -> usize {
        if at > 0 && self.text.as_bytes().get(at - 1) == Some(&b'\n') {
            return at;
        }
        self.text.get(at..).and_then(|rest| rest.find('\n')).map_or(self.text.len(), |end| at + end + 1)
    }

    fn is_flow(&self, node: &Node) -> Option<bool> {
        Some(self.text.as_bytes().get(self.at(node.span.start)?) == Some(&b'{'))
    }

    fn map(&mut self, written: &Node, target: &Node) -> Option<()> {
        let (given, wanted) = (written.as_map()?.entries(), target.as_map()?.entries());
        if given.is_empty() || wanted.is_empty() {
            return None;
        }
        let in_flow = self.is_flow(written)?;
        let find = |name: Option<&str>| wanted.iter().find(|entry| entry.key.text() == name);
        let is_given = |entry: &&Entry| given.iter().any(|written| written.key.text() == entry.key.text());
        if in_flow && (wanted.len() != given.len() || !wanted.iter().all(|entry| is_given(&entry))) {
            return None;
        }
        for entry in given {
            match find(entry.key.text()) {
                Some(new) => self.value(entry, &new.value, in_flow)?,
                None => self.delete(entry)?,
            }
        }
        let added: Vec<Entry> = wanted.iter().filter(|entry| !is_given(entry)).cloned().collect();
        if !added.is_empty() {
            self.insert(given, added, written)?;
        }
        Some(())
    }

    fn value(&mut self, entry: &Entry, target: &Node, in_flow: bool) -> Option<()> {
        if same(&entry.value, target) {
            return Some(());
        }
        let edits = self.edits.len();
        if matches!((&entry.value.value, &target.value), (Value::Map(_), Value::Map(_)))
            && self.map(&entry.value, target).is_some()
        {
            return Some(());
        }
        self.edits.truncate(edits);
        let key_end = self.at(entry.key.span.end)?;
        let value_end = self.at(entry.value.span.end)?.max(key_end);
        let keeps_break = value_end > key_end && self.text.as_bytes().get(value_end - 1) == Some(&b'\n');
        let indent = key_end.saturating_sub(self.line_start(key_end)).min(self.column(entry)?);
        let mut text = written_value(target, in_flow, indent)?;
        if keeps_break {
            text.push('\n');
        }
        self.edit(key_end..value_end, text);
        Some(())
    }

    fn column(&self, entry: &Entry) -> Option<usize> {
        let at = self.at(entry.key.span.start)?;
        Some(at - self.line_start(at))
    }

    /// Takes the lines of an entry away.
    fn delete(&mut self, entry: &Entry) -> Option<()> {
        let start = self.at(entry.key.span.start)?;
        let line = self.line_start(start);
        if !self.text.get(line..start)?.bytes().all(|byte| byte == b' ') {
            return None;
        }
        let end = self.next_line(self.at(entry.value.span.end.max(entry.key.span.end))?);
        self.edit(line..end, String::new());
        Some(())
    }

    /// Puts entries behind the last one.
    fn insert(&mut self, given: &[Entry], added: Vec<Entry>, written: &Node) -> Option<()> {
        let indent = self.column(given.first()?)?;
        let last = given.iter().map(|entry| entry.value.span.end.max(entry.key.span.end)).max()?;
        let at = self.next_line(self.at(last)?);
        let lines = to_yaml(&Node::map(added, written.span), Dialect::Kubernetes);
        let mut text = indented(&lines, indent);
        if at == self.text.len() && !self.text.ends_with('\n') {
            text.insert(0, '\n');
        }
        self.edit(at..at, text);
        Some(())
    }

    /// The text with all edits; `None` where they touch each other.
    fn applied(mut self) -> Option<String> {
        self.edits.sort_by_key(|edit| (edit.range.start, edit.range.end));
        let mut revised = String::with_capacity(self.text.len());
        let mut done = 0;
        for edit in &self.edits {
            if edit.range.start < done {
                return None;
            }
            revised.push_str(self.text.get(done..edit.range.start)?);
            revised.push_str(&edit.text);
            done = edit.range.end;
        }
        revised.push_str(self.text.get(done..)?);
        Some(revised)
    }
}

/// What follows a key: a colon and the value, on its line or on lines of its own.
fn written_value(target: &Node, in_flow: bool, indent: usize) -> Option<String> {
    let is_empty = match &target.value {
        Value::Scalar(_) => true,
        Value::List(items) => items.is_empty(),
        Value::Map(map) => map.is_empty(),
    };
    if in_flow {
        return Some(format!(": {}", serde_json::to_string(&to_value(target, Dialect::Kubernetes)).ok()?));
    }
    let text = to_yaml(target, Dialect::Kubernetes);
    if is_empty {
        let text = text.trim_end_matches('\n');
        return Some(match text.contains('\n') {
            true => format!(": {}", serde_json::to_string(&to_value(target, Dialect::Kubernetes)).ok()?),
            false => format!(": {text}"),
        });
    }
    Some(format!(":\n{}", indented(&text, indent + 2)).trim_end_matches('\n').to_owned())
}

fn indented(lines: &str, indent: usize) -> String {
    let blanks = " ".repeat(indent);
    let line = |line: &str| if line.trim().is_empty() { line.to_owned() } else { format!("{blanks}{line}") };
    lines.split_inclusive('\n').map(line).collect()
}
