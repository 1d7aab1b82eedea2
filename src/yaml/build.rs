//! Nodes put together from what the parser meets, one document at a time.

use std::collections::HashMap;
use std::sync::Arc;

use super::keys;
use super::node::{Entry, Map, Node, Scalar, Value};
use super::problem::{self, Fault};
use crate::diagnostic::Diagnostic;
use crate::source::{SourceId, Span};

/// How deep lists and maps may lie in each other. Whoever walks a document may recurse.
pub(super) const MAX_DEPTH: u32 = 255;

/// How many nodes more than it has written down a document may hold by its aliases.
pub(super) const MAX_ALIASED: u64 = 100_000;

/// A document in the making.
pub(super) struct Builder<'t> {
    text: &'t str,
    source: SourceId,
    frames: Vec<Frame>,
    /// Finished children of the open frames.
    children: Vec<Node>,
    anchors: HashMap<usize, Option<Anchored>>,
    aliased: u64,
    root: Option<Node>,
    /// What is worth telling about the document.
    pub(super) diagnostics: Vec<Diagnostic>,
}

/// An open list or map.
struct Frame {
    first: usize,
    is_map: bool,
    anchor: usize,
    start: u32,
    end: u32,
    weight: u64,
    height: u32,
}

/// What an alias stands for, with its size and depth when written out.
struct Anchored {
    value: Value,
    span: Span,
    weight: u64,
    height: u32,
}

impl<'t> Builder<'t> {
    pub(super) fn new(source: SourceId, text: &'t str) -> Self {
        Self {
            text,
            source,
            frames: Vec::new(),
            children: Vec::new(),
            anchors: HashMap::new(),
            aliased: 0,
            root: None,
            diagnostics: Vec::new(),
        }
    }

    /// Forgets the document at hand.
    pub(super) fn clear(&mut self) {
        self.frames.clear();
        self.children.clear();
        self.anchors.clear();
        self.aliased = 0;
        self.root = None;
        self.diagnostics.clear();
    }

    /// The finished document, and what is to tell about it.
    pub(super) fn finish(&mut self) -> (Option<Node>, Vec<Diagnostic>) {
        let root = self.root.take();
        let diagnostics = std::mem::take(&mut self.diagnostics);
        self.clear();
        (root, diagnostics)
    }

    pub(super) fn open(&mut self, is_map: bool, anchor: usize, span: Span) -> Result<(), Fault> {
        self.check_depth(1, span)?;
        if anchor != 0 {
            self.anchors.insert(anchor, None);
        }
        let first = self.children.len();
        self.frames.push(Frame { first, is_map, anchor, start: span.start, end: span.end, weight: 1, height: 1 });
        Ok(())
    }

    /// Closes the innermost list or map; `end` is where a closing bracket ends.
    pub(super) fn close(&mut self, end: Option<u32>) -> Result<(), Fault> {
        let Some(frame) = self.frames.pop() else { return Ok(()) };
        let span = Span::new(self.source, frame.start, end.unwrap_or(frame.end).max(frame.start));
        let value = if frame.is_map { self.map(frame.first)? } else { self.list(frame.first) };
        self.place(Node { span, value }, frame.anchor, frame.weight, frame.height);
        Ok(())
    }

    pub(super) fn scalar(&mut self, scalar: Scalar, anchor: usize, span: Span) {
        self.place(Node { span, value: Value::Scalar(scalar) }, anchor, 1, 0);
    }

    pub(super) fn alias(&mut self, target: usize, span: Span) -> Result<(), Fault> {
        let name = self.text.get(span.range()).unwrap_or_default().trim_start_matches('*');
        let anchored = match self.anchors.get(&target) {
            Some(Some(anchored)) => anchored,
            Some(None) => {
                let message = format!("the anchor `{name}` contains itself");
                return Err(Diagnostic::error("yaml-alias", span, message).label("used inside its own value").into());
            }
            None => return Err(problem::unknown_anchor(name, span).into()),
        };
        let (value, weight, height) = (anchored.value.clone(), anchored.weight, anchored.height);
        // Of a text of lines, each line is told where it is written.
        let has_lines = matches!(&value, Value::Scalar(scalar) if scalar.text.contains('\n'));
        let told_at = if has_lines { anchored.span } else { span };
        self.aliased = self.aliased.saturating_add(weight);
        if self.aliased > MAX_ALIASED {
            let message = format!("the anchor `{name}` is repeated until the document has grown beyond measure");
            return Err(Diagnostic::error("yaml-alias", span, message)
                .label(format!("more than {MAX_ALIASED} values come from aliases"))
                .note("Such a document serves to exhaust its readers; nobody writes it by hand.")
                .into());
        }
        self.check_depth(height, span)?;
        self.place(Node { span: told_at, value }, 0, weight, height);
        if let Some(frame) = self.frames.last_mut() {
            frame.end = frame.end.max(span.end);
        }
        Ok(())
    }

    fn check_depth(&self, more: u32, span: Span) -> Result<(), Fault> {
        let depth = u32::try_from(self.frames.len()).unwrap_or(u32::MAX);
        if depth.saturating_add(more) > MAX_DEPTH { Err(problem::too_deep(span).into()) } else { Ok(()) }
    }

    fn place(&mut self, node: Node, anchor: usize, weight: u64, height: u32) {
        if anchor != 0 {
            self.anchors.insert(anchor, Some(Anchored { value: node.value.clone(), span: node.span, weight, height }));
        }
        match self.frames.last_mut() {
            Some(frame) => {
                frame.end = frame.end.max(node.span.end);
                frame.weight = frame.weight.saturating_add(weight);
                frame.height = frame.height.max(height + 1);
                self.children.push(node);
            }
            None => self.root = Some(node),
        }
    }

    fn list(&mut self, first: usize) -> Value {
        Value::List(self.children.drain(first..).collect::<Arc<[Node]>>())
    }

    fn map(&mut self, first: usize) -> Result<Value, Fault> {
        let count = (self.children.len() - first) / 2;
        let mut children = self.children.drain(first..);
        // A range knows its length, so that the entries are laid down once, where they stay.
        let nothing = Span::new(self.source, 0, 0);
        let mut next = || children.next().unwrap_or_else(|| Node::plain("", nothing));
        let map: Map = (0..count).map(|_| Entry { key: next(), value: next() }).collect();
        drop(children);
        if !map.entries().iter().any(|entry| keys::is_merge(&entry.key)) {
            keys::report_repeated(map.entries(), &mut self.diagnostics);
            return Ok(Value::Map(map));
        }
        let written: Vec<Entry> = map.entries().iter().filter(|entry| !keys::is_merge(&entry.key)).cloned().collect();
        keys::report_repeated(&written, &mut self.diagnostics);
        let merged = keys::merge(map.entries(), self.text, &mut self.diagnostics)?;
        Ok(Value::Map(Map::new(merged)))
    }
}
