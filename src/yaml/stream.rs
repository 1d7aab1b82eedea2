//! A text cut into documents, which are read each on its own and, when there is much, side by side.

use std::ops::Range;
use std::sync::Arc;

use super::parse::Reader;
use super::text::{Texts, is_separator};
use super::{Comment, Document, Parsed, problem};
use crate::diagnostic::{Diagnostic, Severity};
use crate::source::{MAX_SOURCE_BYTES, SourceId, Span};

/// A text from which on threads pay.
const LARGE: usize = 256 * 1024;

/// Reads a text. What cannot be read is told and left out; the documents beside it stand.
pub fn parse(source: SourceId, text: &str) -> Parsed {
    let threads = if text.len() < LARGE { 1 } else { std::thread::available_parallelism().map_or(1, usize::from) };
    parse_on(source, text, threads)
}

/// Reads a text on so many threads. The result does not depend on their number.
pub fn parse_on(source: SourceId, text: &str, threads: usize) -> Parsed {
    parse_with(&|| Reader::new(source, text), source, text, threads)
}

/// Reads a text without the short way that simple documents take. The result is the same; laws are tested by it.
pub fn parse_in_full(source: SourceId, text: &str) -> Parsed {
    parse_with(&|| Reader::new(source, text).in_full(), source, text, 1)
}

fn parse_with<'t>(reader: &(dyn Fn() -> Reader<'t> + Sync), source: SourceId, text: &str, threads: usize) -> Parsed {
    if text.len() > MAX_SOURCE_BYTES {
        let diagnostics = vec![problem::too_large(Span::new(source, 0, 0))];
        return Parsed { diagnostics, ..Parsed::default() };
    }
    let (pieces, diagnostics) = cut(source, text);
    let (parsed, loose) = read_all(reader, text, &pieces, threads.max(1));
    completed(parsed, loose, diagnostics)
}

/// What was read, with the comments between documents, and what is to be said of the separators.
fn completed(mut parsed: Parsed, loose: Vec<Comment>, mut diagnostics: Vec<Diagnostic>) -> Parsed {
    parsed.diagnostics.append(&mut diagnostics);
    parsed.diagnostics.sort_by_key(|diagnostic| diagnostic.primary.span.start);
    hand_over(loose, &mut parsed);
    parsed
}

/// The pieces of a text that can be read each on its own: what stands between two separators, or more where directives
/// hold it together. A text that is too large is left in one.
pub fn pieces(text: &str) -> Vec<Range<usize>> {
    if text.len() > MAX_SOURCE_BYTES { std::iter::once(0..text.len()).collect() } else { cut(SourceId(0), text).0 }
}

/// Reads many small texts, each as [`parse`] does, side by side where there is much.
pub fn parse_each(texts: &[(SourceId, Arc<str>)]) -> Vec<Parsed> {
    let read = |texts: &[(SourceId, Arc<str>)]| {
        let mut shared = Texts::new();
        let mut all = Vec::with_capacity(texts.len());
        for (source, text) in texts {
            if text.len() >= LARGE {
                all.push(parse(*source, text));
                continue;
            }
            let (pieces, diagnostics) = cut(*source, text);
            let mut reader = Reader::sharing(*source, text, std::mem::replace(&mut shared, Texts::none()));
            pieces.into_iter().for_each(|piece| reader.read(piece));
            let loose = std::mem::take(&mut reader.loose);
            let (parsed, texts) = reader.done();
            shared = texts;
            all.push(completed(parsed, loose, diagnostics));
        }
        all
    };
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let len: usize = texts.iter().map(|(_, text)| text.len()).sum();
    if len < LARGE || threads < 2 {
        return read(texts);
    }
    let shares: Vec<_> = texts.chunks(texts.len().div_ceil(threads)).collect();
    side_by_side(&shares, |share| read(share)).into_iter().flatten().collect()
}

/// The first document of a piece, and what is remarkable about it though it can be read.
pub(crate) type First = (Option<Document>, Vec<Diagnostic>);

/// Reads the first document of pieces of many texts, as Go's reader does: it never sees what follows.
pub(crate) struct FirstDocuments {
    texts: Texts,
}

impl FirstDocuments {
    pub(crate) fn new() -> Self {
        Self { texts: Texts::new() }
    }

    /// The first document of one piece of a text. `None` is no document.
    pub(crate) fn read(&mut self, source: SourceId, text: &str, piece: Range<usize>) -> Result<First, Box<Diagnostic>> {
        let texts = std::mem::replace(&mut self.texts, Texts::none());
        let mut reader = Reader::sharing(source, text, texts);
        reader.read(piece);
        let (mut parsed, texts) = reader.done();
        self.texts = texts;
        let first = (!parsed.documents.is_empty()).then(|| parsed.documents.swap_remove(0));
        let broken_before = match (&first, parsed.broken.first()) {
            (Some(document), Some(broken)) => broken.start < document.span.start,
            (None, Some(_)) => true,
            _ => false,
        };
        let is_error = |problem: &Diagnostic| broken_before && problem.severity == Severity::Error;
        match parsed.diagnostics.iter().position(is_error) {
            Some(at) => Err(Box::new(parsed.diagnostics.swap_remove(at))),
            None => Ok((first, parsed.diagnostics)),
        }
    }
}

fn read_all<'t>(
    reader: &(dyn Fn() -> Reader<'t> + Sync),
    text: &str,
    pieces: &[Range<usize>],
    threads: usize,
) -> (Parsed, Vec<Comment>) {
    let read = |pieces: &[Range<usize>]| {
        let mut reader = reader();
        pieces.iter().for_each(|piece| reader.read(piece.clone()));
        (reader.parsed, reader.loose)
    };
    let mut all = side_by_side(&share_out(pieces, text.len(), threads), |share| read(share)).into_iter();
    let (mut parsed, mut loose) = all.next().unwrap_or_default();
    for (mut more, mut more_loose) in all {
        parsed.documents.append(&mut more.documents);
        parsed.broken.append(&mut more.broken);
        parsed.diagnostics.append(&mut more.diagnostics);
        loose.append(&mut more_loose);
    }
    (parsed, loose)
}

/// What comes of each share, a thread for each; the first is this thread's.
fn side_by_side<S: Sync, R: Send>(shares: &[S], read: impl Fn(&S) -> R + Sync) -> Vec<R> {
    let [first, others @ ..] = shares else { return Vec::new() };
    let read = &read;
    std::thread::scope(|scope| {
        let spawned: Vec<_> = others
            .iter()
            .map(|share| (share, std::thread::Builder::new().spawn_scoped(scope, move || read(share)).ok()))
            .collect();
        let mut all = vec![read(first)];
        all.extend(spawned.into_iter().map(|(share, thread)| {
            // A thread that the system refuses is no reason to leave documents out.
            thread.and_then(|thread| thread.join().ok()).unwrap_or_else(|| read(share))
        }));
        all
    })
}

/// Neighbouring pieces in as many groups of about the same length.
fn share_out(pieces: &[Range<usize>], len: usize, shares: usize) -> Vec<&[Range<usize>]> {
    let mut rest = pieces;
    let mut groups = Vec::with_capacity(shares);
    for nth in 1..=shares {
        let until = len / shares * nth;
        let count = if nth == shares { rest.len() } else { rest.partition_point(|piece| piece.end <= until) };
        let (group, later) = rest.split_at(count);
        if !group.is_empty() {
            groups.push(group);
        }
        rest = later;
    }
    groups
}

/// Cuts at the lines that separate documents, as kubectl does: such a line separates even inside a quoted text.
///
/// A directive holds what follows it together with its own piece.
fn cut(source: SourceId, text: &str) -> (Vec<Range<usize>>, Vec<Diagnostic>) {
    let bytes = text.as_bytes();
    let mut pieces = Vec::new();
    let mut diagnostics = Vec::new();
    let span = |start: usize, end: usize| Span::new(source, start as u32, end as u32);
    let mut start = 0;
    let mut held = false;
    let mut line = if text.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 };
    loop {
        let rest = bytes.get(line..).unwrap_or_default();
        let end = line + memchr::memchr2(b'\n', b'\r', rest).unwrap_or(rest.len());
        if rest.starts_with(b"%") {
            diagnostics.push(problem::directive(span(line, end)));
            held = true;
        } else if rest.starts_with(b"---") {
            let behind = text.get(line + 3..end).unwrap_or_default();
            let said = behind.trim_start_matches([' ', '\t']);
            if !said.trim_end().is_empty() && !said.starts_with('#') {
                diagnostics.push(problem::separator(span(end - said.len(), end)));
            }
            if is_separator(rest) {
                if line > start && !held {
                    pieces.push(start..line);
                    start = line;
                }
                held = false;
            }
        }
        if end == bytes.len() {
            break;
        }
        line = end + 1;
    }
    pieces.push(start..bytes.len());
    (pieces, diagnostics)
}

/// Gives the comments between documents to the document that follows, the last ones to the last.
fn hand_over(loose: Vec<Comment>, parsed: &mut Parsed) {
    let mut loose = loose.into_iter().peekable();
    for document in &mut parsed.documents {
        let mut before = Vec::new();
        while let Some(comment) = loose.next_if(|comment| comment.span.start < document.span.start) {
            before.push(comment);
        }
        if !before.is_empty() {
            document.comments.splice(..0, before);
        }
    }
    if let Some(last) = parsed.documents.last_mut() {
        last.comments.extend(loose);
    }
}
