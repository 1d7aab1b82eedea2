//! The texts of the objects that are written.

use std::ops::Range;

use super::object::Object;
use super::revise::revise;
use crate::source::SourceMap;
use crate::yaml::{Comment, Dialect, Document, Node, Style, Value, parse, to_yaml};

/// From so many objects on threads pay.
const MANY: usize = 64;

/// The text of each object.
pub(super) fn write_all(objects: &[Object<'_>], sources: &SourceMap) -> Vec<String> {
    let write_share = |share: &[Object<'_>]| share.iter().map(|object| write(object, sources)).collect::<Vec<_>>();
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    if objects.len() < MANY || threads < 2 {
        return write_share(objects);
    }
    let mut shares = objects.chunks(objects.len().div_ceil(threads));
    let first = shares.next().unwrap_or_default();
    std::thread::scope(|scope| {
        let spawned: Vec<_> = shares
            .map(|share| (share, std::thread::Builder::new().spawn_scoped(scope, || write_share(share)).ok()))
            .collect();
        let mut all = write_share(first);
        for (share, thread) in spawned {
            let more = thread.and_then(|thread| thread.join().ok()).unwrap_or_else(|| write_share(share));
            all.extend(more);
        }
        all
    })
}

fn write(object: &Object<'_>, sources: &SourceMap) -> String {
    let kept = object.written.and_then(|document| kept(object, document, sources));
    kept.unwrap_or_else(|| {
        let comments = object.written.map_or(object.comments, |document| &document.comments[..]);
        lines_of(comments.iter()) + &to_yaml(&object.target, Dialect::Kubernetes)
    })
}

/// The text of a document, changed as far as it has to be.
fn kept(object: &Object<'_>, document: &Document, sources: &SourceMap) -> Option<String> {
    let text = &sources.get(document.root.span.source).text;
    let (before, body) = parts(text, document)?;
    let written = text.get(body.clone())?;
    let revised = revise(written, body.start, &document.root, &object.target)?;
    let is_changed = revised != written;
    let mut whole = before + &revised;
    if !whole.ends_with('\n') {
        whole.push('\n');
    }
    if is_changed { settled(whole, document) } else { Some(whole) }
}

/// A changed text as it would be kept the next time: lines that were taken away may leave blank ones at the end.
fn settled(text: String, document: &Document) -> Option<String> {
    let documents = parse(document.root.span.source, &text).documents;
    let [document] = &documents[..] else { return None };
    let (before, body) = parts(&text, document)?;
    Some(before + text.get(body)?)
}

/// The comments before a document, and its lines.
fn parts(text: &str, document: &Document) -> Option<(String, Range<usize>)> {
    let root = document.root.span.range();
    let start = text.get(..root.start)?.rfind('\n').map_or(0, |end| end + 1);
    // What stands before the document on its line is a separator or a byte order mark.
    let start = if text.get(start..root.start)?.bytes().all(|byte| byte == b' ') { start } else { root.start };
    let before = document.comments.iter().filter(|comment| (comment.span.start as usize) < start);
    Some((lines_of(before), start..body_end(text, document)))
}

/// Where the lines of a document end, with the comments that follow it before the next separator.
fn body_end(text: &str, document: &Document) -> usize {
    let root = document.root.span.range();
    let mut end = line_end(text, root.end.max(root.start));
    if ends_in_blank_lines(&document.root) {
        let rest = text.get(end..).unwrap_or_default();
        let blank = rest.len() - rest.trim_start_matches([' ', '\t', '\r', '\n']).len();
        let is_whole = blank == rest.len();
        end +=
            if is_whole { blank } else { rest.get(..blank).and_then(|blank| blank.rfind('\n')).map_or(0, |at| at + 1) };
    }
    for comment in document.comments.iter().filter(|comment| comment.span.range().start >= root.start) {
        let between = text.get(end..comment.span.range().start).unwrap_or_default();
        let is_same_document = !between.lines().any(|line| line.starts_with("---") || line.starts_with("..."));
        if comment.span.range().end > end && is_same_document {
            end = line_end(text, comment.span.range().end);
        }
    }
    end
}

/// Whether the last text of a document is a block whose blank lines at the end belong to it; its span ends before them.
fn ends_in_blank_lines(node: &Node) -> bool {
    match &node.value {
        Value::Map(map) => map.entries().last().is_some_and(|entry| ends_in_blank_lines(&entry.value)),
        Value::List(items) => items.last().is_some_and(ends_in_blank_lines),
        Value::Scalar(scalar) => {
            let line = scalar.text.strip_suffix('\n').unwrap_or(&scalar.text);
            matches!(scalar.style, Style::Literal | Style::Folded) && line.ends_with(['\n', ' ', '\t', '\r'])
        }
    }
}

/// The end of the line that a place is on, its break included; a place at the beginning of a line is behind one.
fn line_end(text: &str, at: usize) -> usize {
    if at > 0 && text.as_bytes().get(at - 1) == Some(&b'\n') {
        return at;
    }
    text.get(at..).and_then(|rest| rest.find('\n')).map_or(text.len(), |end| at + end + 1)
}

fn lines_of<'c>(comments: impl Iterator<Item = &'c Comment>) -> String {
    comments.filter(|comment| comment.own_line).map(|comment| format!("#{}\n", comment.text.trim_end())).collect()
}
