//! Parser events → nodes. The only file that knows the parser crate.

use std::ops::Range;

use granit_parser::{ErrorKind, Event, Marker, Options, Parser, ScalarStyle, StructureStyle};

use super::build::Builder;
use super::node::{Scalar, Style, Tag};
use super::problem::{self, Fault};
use super::simple;
use super::strict::{self, Kind, Token};
use super::text::{Texts, base64, document_end, first_content, lossy};
use super::{Comment, Document, Parsed};
use crate::diagnostic::Diagnostic;
use crate::source::{SourceId, Span};

const CORE_TAGS: &str = "tag:yaml.org,2002:";

/// Reads the pieces of one text: what stands between two separators, or more where directives hold it together.
pub(super) struct Reader<'t> {
    source: SourceId,
    text: &'t str,
    builder: Builder<'t>,
    texts: Texts,
    /// Whether the parser reads simple pieces, too.
    in_full: bool,
    /// The tokens of the document at hand; none where it holds no tab.
    tokens: Option<Vec<Token>>,
    /// The columns of the open blocks, and how many brackets are open.
    columns: Vec<usize>,
    brackets: usize,
    /// What was read so far.
    pub(super) parsed: Parsed,
    /// Comments of pieces without a document.
    pub(super) loose: Vec<Comment>,
}

/// A document on its way.
struct Open {
    from: usize,
    /// Where the blanks before it begin.
    blanks: usize,
    explicit: bool,
}

impl<'t> Reader<'t> {
    pub(super) fn new(source: SourceId, text: &'t str) -> Self {
        Self::sharing(source, text, Texts::new())
    }

    /// With short texts that are known from other sources.
    pub(super) fn sharing(source: SourceId, text: &'t str, texts: Texts) -> Self {
        Self {
            source,
            text,
            builder: Builder::new(source, text),
            texts,
            in_full: false,
            tokens: None,
            columns: Vec::new(),
            brackets: 0,
            parsed: Parsed::default(),
            loose: Vec::new(),
        }
    }

    /// Without the short way for simple pieces.
    pub(super) fn in_full(self) -> Self {
        Self { in_full: true, ..self }
    }

    /// What was read, and the short texts for the next source.
    pub(super) fn done(self) -> (Parsed, Texts) {
        (self.parsed, self.texts)
    }

    /// Reads one more piece.
    pub(super) fn read(&mut self, piece: Range<usize>) {
        if self.read_simply(piece.clone()) {
            return;
        }
        let Some(text) = self.text.get(piece.clone()) else { return };
        if let Some((at, c)) = strict::control_character(text) {
            let start = piece.start + at;
            let place = Span::new(self.source, start as u32, (start + c.len_utf8()) as u32);
            return self.give_up(piece, problem::control_character(c, place));
        }
        let mut parser = Parser::new_from_str_with_options(text, options(text));
        let has_tab = text.contains('\t');
        let mut open: Option<Open> = None;
        let mut from = piece.start;
        let mut comments = Vec::new();
        let mut finished = 0;
        let (kept, broken) = (self.parsed.documents.len(), self.parsed.broken.len());
        self.builder.clear();
        while let Some(next) = parser.next_event() {
            let step = match next {
                Ok((event, marks)) => {
                    let span = self.span(piece.start, &marks);
                    self.note(&event, span, marks.start.col());
                    match event {
                        Event::DocumentStart(explicit, _) => {
                            self.begin(has_tab);
                            from = span.range().end;
                            let blanks = if finished == 0 { piece.start } else { from };
                            open = Some(Open { from, blanks, explicit });
                            Ok(())
                        }
                        Event::DocumentEnd => open.take().map_or(Ok(()), |open| {
                            finished += 1;
                            self.finish(&open, finished > 1, span.range().end, &mut comments)
                        }),
                        Event::Comment(..) => {
                            comments.push(self.comment(span));
                            Ok(())
                        }
                        event => self.node(event, span),
                    }
                }
                // Readers of Kubernetes stop at the end of the document, and never see what follows.
                Err(error) if open.is_none() && finished > 0 && *error.kind() == ErrorKind::ExpectedDocumentStart => {
                    let place = self.at(piece.start, error.marker());
                    self.parsed.diagnostics.push(problem::after_end(place));
                    Ok(())
                }
                Err(error) => Err(fault(error.kind(), self.at(piece.start, error.marker()), self.text)),
            };
            let Err(problem) = step else { continue };
            self.give_up(from..piece.end, *problem);
            if open.take().is_some() {
                finished += 1;
            }
            comments.clear();
            if !matches!(parser.proceed_next_document(), Ok(true)) {
                break;
            }
        }
        if finished == 0 && has_tab && self.parsed.broken.len() == broken {
            self.begin(true);
            if let Err(problem) = self.check_tabs(piece.clone()) {
                self.give_up(piece, *problem);
            }
        }
        match self.parsed.documents.get_mut(kept..).and_then(<[_]>::last_mut) {
            Some(document) => document.comments.append(&mut comments),
            None => self.loose.append(&mut comments),
        }
    }

    /// Reads a piece without the parser; whether it is simple enough.
    fn read_simply(&mut self, piece: Range<usize>) -> bool {
        self.builder.clear();
        if self.in_full || simple::read(self.source, self.text, piece, &mut self.builder, &mut self.texts).is_err() {
            return false;
        }
        let (root, mut diagnostics) = self.builder.finish();
        self.parsed.diagnostics.append(&mut diagnostics);
        self.parsed.documents.extend(root.map(|root| Document { span: root.span, root, comments: Vec::new() }));
        true
    }

    fn finish(&mut self, open: &Open, is_later: bool, end: usize, comments: &mut Vec<Comment>) -> Result<(), Fault> {
        self.check_tabs(open.blanks..end)?;
        let (root, mut diagnostics) = self.builder.finish();
        self.parsed.diagnostics.append(&mut diagnostics);
        let Some(root) = root else { return Ok(()) };
        let start = first_content(self.text, open.from..end.max(open.from)).min(root.span.range().start) as u32;
        let span = Span::new(self.source, start, root.span.end.max(start));
        let is_empty = root.span.range().is_empty() && root.text() == Some("") && span.range().is_empty();
        if is_empty {
            return Ok(());
        }
        if is_later && !open.explicit {
            self.parsed.diagnostics.push(problem::after_end(span));
            return Ok(());
        }
        comments.sort_by_key(|comment| comment.span.start);
        self.parsed.documents.push(Document { root, span, comments: std::mem::take(comments) });
        Ok(())
    }

    fn begin(&mut self, has_tab: bool) {
        self.builder.clear();
        self.tokens = has_tab.then(Vec::new);
        self.columns.clear();
        self.brackets = 0;
    }

    /// Keeps in mind where text stands, for the judgement about tabs.
    fn note(&mut self, event: &Event<'_>, span: Span, column: usize) {
        let Some(tokens) = &mut self.tokens else { return };
        let range = span.range();
        let mut indent = self.columns.last().map_or(0, |column| column + 1);
        let kind = match event {
            Event::SequenceStart(style, ..) | Event::MappingStart(style, ..) => match style {
                StructureStyle::Block => return self.columns.push(column),
                StructureStyle::Flow => {
                    self.brackets += 1;
                    Kind::Other
                }
            },
            Event::SequenceEnd | Event::MappingEnd if range.is_empty() => {
                self.columns.pop();
                return;
            }
            Event::SequenceEnd | Event::MappingEnd => {
                self.brackets = self.brackets.saturating_sub(1);
                Kind::Other
            }
            Event::Scalar(_, ScalarStyle::Plain, ..) if !range.is_empty() => Kind::Plain,
            Event::Scalar(_, ScalarStyle::Literal | ScalarStyle::Folded, ..) => {
                indent = column;
                Kind::Block
            }
            Event::Scalar(..) | Event::Alias(_) | Event::UnresolvedAlias(_) | Event::Comment(..) => Kind::Other,
            _ => return,
        };
        tokens.push(Token { start: range.start, end: range.end, kind, in_flow: self.brackets > 0, indent });
    }

    fn check_tabs(&mut self, range: Range<usize>) -> Result<(), Fault> {
        let Some(mut tokens) = self.tokens.take() else { return Ok(()) };
        tokens.sort_by_key(|token| token.start);
        match strict::forbidden_tab(self.text, range, &tokens) {
            Some(tab) => Err(problem::tab(Span::new(self.source, tab as u32, tab as u32 + 1)).into()),
            None => Ok(()),
        }
    }

    fn give_up(&mut self, range: Range<usize>, problem: Diagnostic) {
        let end = document_end(self.text, range.clone());
        let start = first_content(self.text, range.start..end);
        self.parsed.broken.push(Span::new(self.source, start as u32, end as u32));
        self.parsed.diagnostics.push(problem);
        self.builder.clear();
    }

    fn node(&mut self, event: Event<'_>, span: Span) -> Result<(), Fault> {
        match event {
            Event::Scalar(text, style, anchor, tag) => {
                let style = match style {
                    ScalarStyle::Plain => Style::Plain,
                    ScalarStyle::SingleQuoted => Style::Single,
                    ScalarStyle::DoubleQuoted => Style::Double,
                    ScalarStyle::Literal => Style::Literal,
                    ScalarStyle::Folded => Style::Folded,
                };
                let span =
                    if matches!(style, Style::Literal | Style::Folded) { self.without_blanks(span) } else { span };
                // The parser says `~` where nothing is written.
                let is_missing = style == Style::Plain && span.range().is_empty();
                let text = self.texts.share(if is_missing { "" } else { &text });
                let tag = tag.map(|tag| tag.suffix_in_namespace(CORE_TAGS).map_or(Tag::Other, |name| core_tag(&name)));
                let mut scalar = Scalar { text, style, tag };
                if tag == Some(Tag::Binary) {
                    let bytes = base64(&scalar.text).ok_or_else(|| problem::tag("!!binary", &scalar.text, span))?;
                    scalar.text = lossy(&bytes).into();
                }
                if let Some(name) = tag.filter(|_| !scalar.fits_tag()).map(tag_name) {
                    return Err(problem::tag(name, &scalar.text, span).into());
                }
                self.builder.scalar(scalar, anchor, span);
                Ok(())
            }
            Event::SequenceStart(_, anchor, _) => self.builder.open(false, anchor, span),
            Event::MappingStart(_, anchor, _) => self.builder.open(true, anchor, span),
            Event::SequenceEnd | Event::MappingEnd => {
                self.builder.close((!span.range().is_empty()).then_some(span.end))
            }
            Event::Alias(target) => self.builder.alias(target, span),
            Event::UnresolvedAlias(name) => Err(problem::unknown_anchor(&name, span).into()),
            _ => Ok(()),
        }
    }

    fn comment(&self, span: Span) -> Comment {
        let whole = self.text.get(span.range()).unwrap_or_default();
        let before = self.text.get(..span.range().start).unwrap_or_default();
        let line = before.rsplit(['\n', '\r']).next().unwrap_or_default();
        Comment {
            span,
            text: whole.strip_prefix('#').unwrap_or(whole).into(),
            own_line: line.trim_start_matches('\u{feff}').trim_matches([' ', '\t']).is_empty(),
        }
    }

    /// A span of the parser, brought into the text.
    fn span(&self, base: usize, span: &granit_parser::Span) -> Span {
        let range = span.byte_range().unwrap_or(0..0);
        let start = self.boundary(base.saturating_add(range.start));
        let end = self.boundary(base.saturating_add(range.end)).max(start);
        Span::new(self.source, start as u32, end as u32)
    }

    /// A block's span reaches to the next token; this one ends with its last line that is not blank.
    fn without_blanks(&self, span: Span) -> Span {
        let text = self.text.get(span.range()).unwrap_or_default();
        let len = text.trim_end_matches([' ', '\t', '\n', '\r']).len() as u32;
        Span::new(span.source, span.start, span.start + len)
    }

    /// The character at a place of the parser.
    fn at(&self, base: usize, marker: &Marker) -> Span {
        let start = self.boundary(base.saturating_add(marker.byte_offset().unwrap_or(0)));
        let next = self.text.get(start..).and_then(|rest| rest.chars().next());
        let len = next.filter(|next| !matches!(next, '\n' | '\r')).map_or(0, char::len_utf8);
        Span::new(self.source, start as u32, (start + len) as u32)
    }

    fn boundary(&self, at: usize) -> usize {
        self.text.floor_char_boundary(at)
    }
}

fn options(text: &str) -> Options {
    granit_parser::options! {
        emit_unresolved_aliases: true,
        // As libyaml, hence everybody in this field, reads a block that ends with the file.
        block_scalar_eof_without_line_feed: true,
        emit_comments: text.contains('#'),
        max_buffered_comment_events: usize::MAX,
    }
}

fn core_tag(name: &str) -> Tag {
    match name {
        "str" => Tag::Str,
        "int" => Tag::Int,
        "float" => Tag::Float,
        "bool" => Tag::Bool,
        "null" => Tag::Null,
        "binary" => Tag::Binary,
        "timestamp" => Tag::Timestamp,
        _ => Tag::Other,
    }
}

fn tag_name(tag: Tag) -> &'static str {
    match tag {
        Tag::Str => "!!str",
        Tag::Int => "!!int",
        Tag::Float => "!!float",
        Tag::Bool => "!!bool",
        Tag::Null => "!!null",
        Tag::Binary => "!!binary",
        Tag::Timestamp => "!!timestamp",
        Tag::Other => "!",
    }
}

fn fault(kind: &ErrorKind, at: Span, text: &str) -> Fault {
    let tab = match kind {
        ErrorKind::TabInPlainScalar => problem::tab_behind(at, text),
        ErrorKind::TabInBlockIndentation
        | ErrorKind::TabInIndentation
        | ErrorKind::TabAtBlockScalarStart
        | ErrorKind::TabNotAllowed => problem::tab_in_indentation(at, text).or(Some(at)),
        _ => problem::tab_in_indentation(at, text),
    };
    match tab {
        Some(tab) => problem::tab(tab).into(),
        None if *kind == ErrorKind::RecursionLimitExceeded => problem::too_deep(at).into(),
        None => {
            let (message, note) = words(kind);
            problem::syntax(message, note, at).into()
        }
    }
}

/// A sentence that stands alone, and a note that may be empty.
fn words(kind: &ErrorKind) -> (String, &'static str) {
    let quotes = "Put the text in quotes if it is meant as text.";
    match kind {
        ErrorKind::UnclosedFlowCollection { open } => (format!("`{open}` is never closed"), ""),
        ErrorKind::MismatchedFlowCollectionEnd { open, close } => {
            (format!("`{close}` cannot close what `{open}` has opened"), "")
        }
        ErrorKind::MisplacedFlowCollectionEnd => ("this bracket closes nothing".into(), quotes),
        ErrorKind::ExpectedFlowMappingSeparator => ("`,` or `}` is missing here".into(), ""),
        ErrorKind::ExpectedFlowSequenceSeparator => ("`,` or `]` is missing here".into(), ""),
        ErrorKind::UnclosedQuotedScalar => ("the quote that opens here is never closed".into(), ""),
        ErrorKind::DocumentIndicatorInQuotedScalar => {
            ("the document ends inside a quoted text".into(), "A quote before this place is never closed.")
        }
        ErrorKind::UnknownQuotedScalarEscape => {
            ("double quotes know no such escape".into(), "Write `\\\\` for a backslash, or use single quotes.")
        }
        ErrorKind::InvalidTrailingSingleQuotedScalar | ErrorKind::InvalidTrailingDoubleQuotedScalar => {
            ("nothing can follow the closing quote here".into(), "A quote inside the text may be missing its escape.")
        }
        ErrorKind::MappingValueNotAllowed => {
            ("`:` cannot stand here".into(), "The indentation differs from the keys above, or the text wants quotes.")
        }
        ErrorKind::InvalidIndentation | ErrorKind::ExpectedBlockMappingKey => {
            ("a key of the map above is expected here".into(), "Its indentation fits no line above.")
        }
        ErrorKind::SimpleKeyExpected | ErrorKind::InvalidSimpleKey => {
            ("`:` is missing behind the key".into(), "A key and its `:` stand on one line.")
        }
        ErrorKind::BlockSequenceEntryNotAllowed | ErrorKind::ExpectedBlockSequenceEntry => {
            ("`-` cannot begin an item here".into(), "The items of one list stand at one indentation.")
        }
        ErrorKind::UnexpectedCharacter { character } => (format!("`{character}` cannot begin a value"), quotes),
        ErrorKind::UndeclaredTagHandle => ("the tag has a prefix that no directive declares".into(), ""),
        ErrorKind::InvalidBlockScalarIndent => {
            ("this line of the block is indented less than its first line".into(), "")
        }
        ErrorKind::CommentInterceptedScalar => ("a comment cuts the text in two".into(), quotes),
        kind => (format!("this is no YAML: {kind}"), ""),
    }
}

/// The places of the plain scalars of a text, as far as it can be read.
pub(super) fn plain_scalars(text: &str) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    for next in Parser::new_from_str_with_options(text, options("")) {
        let Ok((event, span)) = next else { break };
        if let (Event::Scalar(_, ScalarStyle::Plain, ..), Some(range)) = (event, span.byte_range())
            && !range.is_empty()
        {
            found.push(range);
        }
    }
    found
}
