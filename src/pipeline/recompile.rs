//! One compilation after the other: of texts that are as before, nothing is read again.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;

use super::{Compilation, Documents, Options, compile, compile_documents, read_options};
use crate::diagnostic::Diagnostic;
use crate::model;
use crate::resource::{self, Judgement, ReadOptions};
use crate::source::{Kept, Origin, SourceId, SourceMap};
use crate::yaml::{self, Document};

/// Compiles the same sources again and again. What comes out is what [`compile`] gives.
///
/// A text is cut into the pieces that can be read on their own. A piece that was there before is known by its bytes, and
/// all that its documents became by themselves is taken over; what they mean together is worked out each time.
#[derive(Debug)]
pub struct Recompiler {
    options: Options,
    /// The texts of all parts and of the annotations in them.
    kept: Kept,
    /// The parts of the latest sources, in their order.
    parts: Vec<Part>,
    /// How they were read.
    read_under: Option<ReadOptions>,
    mappings: model::Known,
}

/// A piece of a text, and what was read of it.
#[derive(Debug)]
struct Part {
    text: Arc<str>,
    source: SourceId,
    documents: Box<[Document]>,
    diagnostics: Box<[Diagnostic]>,
    judgements: Box<[Judgement]>,
}

/// A piece of a text of now.
struct Piece {
    of: SourceId,
    range: Range<usize>,
}

impl Recompiler {
    /// Nothing is known yet.
    pub fn new(options: Options) -> Self {
        Self { options, kept: Kept::default(), parts: Vec::new(), read_under: None, mappings: model::Known::default() }
    }

    /// Understands all texts of a map and compiles them into one table.
    pub fn compile(&mut self, sources: SourceMap) -> Compilation {
        // Where files are laid over live objects, documents are not read by themselves.
        if is_laid_over(&sources) {
            return compile(sources, &self.options);
        }
        match self.read(sources) {
            Ok(documents) => compile_documents(documents, &self.options, Some(&mut self.mappings)),
            Err(sources) => compile(sources, &self.options),
        }
    }

    /// Reads what is new; gives the sources back where they are to be read under another edition.
    fn read(&mut self, mut sources: SourceMap) -> Result<Documents, SourceMap> {
        self.cut(&mut sources);
        let mut documents: Vec<Document> = Vec::with_capacity(self.parts.len());
        let mut diagnostics = Vec::new();
        for part in &self.parts {
            documents.extend_from_slice(&part.documents);
            diagnostics.extend_from_slice(&part.diagnostics);
        }
        let mut notes = Vec::new();
        let options = read_options(&documents, &self.options, &mut notes);
        self.judge(&mut sources, &options);
        self.kept = sources.kept().clone();
        let reading = resource::gather(self.parts.iter().flat_map(|part| &part.judgements), &options);
        let needs_another = self.options.edition.is_none() && resource::choose_edition(&reading.results).1.is_some();
        if needs_another {
            return Err(sources.with(Kept::default()));
        }
        Ok(Documents { sources, documents, reading, diagnostics, notes, options })
    }

    /// Cuts texts into parts, and parses those that are new.
    fn cut(&mut self, sources: &mut SourceMap) {
        let pieces: Vec<Piece> = sources
            .ids()
            .flat_map(|of| yaml::pieces(&sources.get(of).text).into_iter().map(move |range| Piece { of, range }))
            .collect();
        let before = std::mem::take(&mut self.parts);
        let (known, gone) = take_over(before, &pieces, sources);
        self.kept.forget(gone.iter().flat_map(Part::sources));
        *sources = std::mem::take(sources).with(std::mem::take(&mut self.kept));
        let mut fresh = Vec::new();
        self.parts = Vec::with_capacity(pieces.len());
        for (piece, known) in pieces.into_iter().zip(known) {
            let part = known.unwrap_or_else(|| {
                let source = sources.add_part(piece.of, piece.range.clone());
                let text = Arc::clone(&sources.get(source).text);
                fresh.push((source, Arc::clone(&text)));
                Part {
                    text,
                    source,
                    documents: Box::default(),
                    diagnostics: Box::default(),
                    judgements: Box::default(),
                }
            });
            sources.move_part(part.source, piece.of, piece.range.start);
            self.parts.push(part);
        }
        let mut parsed = fresh.iter().map(|(source, _)| *source).zip(yaml::parse_each(&fresh)).peekable();
        for part in &mut self.parts {
            if let Some((_, parsed)) = parsed.next_if(|(source, _)| *source == part.source) {
                part.documents = parsed.documents.into();
                part.diagnostics = parsed.diagnostics.into();
            }
        }
    }

    /// Reads the documents of parts that are new, or all of them where they are read in another way than before.
    fn judge(&mut self, sources: &mut SourceMap, options: &ReadOptions) {
        if self.read_under.as_ref() != Some(options) {
            self.read_under = Some(options.clone());
            for part in &mut self.parts {
                sources
                    .forget(std::mem::take(&mut part.judgements).iter().filter_map(|judgement| judgement.annotation));
            }
        }
        let is_unread = |part: &&Part| part.judgements.is_empty();
        let unread: Vec<Document> =
            self.parts.iter().filter(is_unread).flat_map(|part| part.documents.iter().cloned()).collect();
        let mut judged = resource::judge_all(sources, &unread, options).into_iter().peekable();
        for part in self.parts.iter_mut().filter(|part| part.judgements.is_empty()) {
            let source = part.source;
            part.judgements = std::iter::from_fn(|| judged.next_if(|judgement| judgement.source == source)).collect();
        }
    }
}

impl Part {
    /// Its text, and those in it.
    fn sources(&self) -> impl Iterator<Item = SourceId> {
        std::iter::once(self.source).chain(self.judgements.iter().filter_map(|judgement| judgement.annotation))
    }
}

/// Whether there are both live objects and files.
fn is_laid_over(sources: &SourceMap) -> bool {
    let is_live = |id: SourceId| matches!(sources.get(id).origin, Origin::Live(_));
    sources.ids().any(is_live) && !sources.ids().all(is_live)
}

/// For each piece the part that was there before; and the parts that are no longer there.
fn take_over(before: Vec<Part>, pieces: &[Piece], sources: &SourceMap) -> (Vec<Option<Part>>, Vec<Part>) {
    let text = |piece: &Piece| sources.get(piece.of).text.get(piece.range.clone()).unwrap_or_default();
    let is_same = |part: &Part, piece: &Piece| *part.text == *text(piece);
    // Mostly one document is another: what stands before and behind it is found by its place.
    let front = before.iter().zip(pieces).take_while(|(part, piece)| is_same(part, piece)).count();
    let most = before.len().min(pieces.len()) - front;
    let behind = before.iter().rev().zip(pieces.iter().rev()).take(most);
    let back = behind.take_while(|(part, piece)| is_same(part, piece)).count();
    let mut before = before;
    let last = before.split_off(before.len() - back);
    let mut by_text: BTreeMap<Arc<str>, Vec<Part>> = BTreeMap::new();
    for part in before.drain(front..) {
        by_text.entry(Arc::clone(&part.text)).or_default().push(part);
    }
    let between = pieces.get(front..pieces.len() - back).unwrap_or_default();
    let mut known: Vec<Option<Part>> = before.into_iter().map(Some).collect();
    known.extend(between.iter().map(|piece| by_text.get_mut(text(piece)).and_then(Vec::pop)));
    known.extend(last.into_iter().map(Some));
    (known, by_text.into_values().flatten().collect())
}
