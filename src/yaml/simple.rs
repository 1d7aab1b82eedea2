//! The YAML that most documents are made of, read in one pass without the parser: block maps and lists, scalars on one
//! line, literal blocks, brackets on one line.
//!
//! Whatever is written otherwise (a comment, an anchor, a tag, an escape, a tab, a byte beyond ASCII, a mistake) is not
//! simple, and the parser reads the whole piece. Both say the same: a property, and a fuzz target.

use std::ops::Range;

use super::build::Builder;
use super::node::{Scalar, Style};
use super::problem::Fault;
use super::text::Texts;
use crate::source::{SourceId, Span};

/// The longest key that is read here; far longer ones are none to the parser.
const LONGEST_KEY: usize = 128;

/// The parser must read it.
pub(super) struct NotSimple;

impl From<Fault> for NotSimple {
    fn from(_: Fault) -> Self {
        Self
    }
}

type Step = Result<(), NotSimple>;

/// Reads the one document of a piece into the builder.
pub(super) fn read(
    source: SourceId,
    text: &str,
    piece: Range<usize>,
    builder: &mut Builder<'_>,
    texts: &mut Texts,
) -> Step {
    let bytes = text.as_bytes().get(..piece.end).ok_or(NotSimple)?;
    // Without a way out of the loop it is done many bytes at a time.
    let is_printable = |simple: bool, byte: &u8| simple & (matches!(byte, b' '..=b'~') | (*byte == b'\n'));
    if !bytes.get(piece.start..).unwrap_or_default().iter().fold(true, is_printable) {
        return Err(NotSimple);
    }
    let line = Line { start: piece.start, end: piece.start, column: 0, next: piece.start };
    let mut simple = Simple { source, text, bytes, line, is_over: false, builder, texts };
    simple.advance();
    if simple.words() == b"---" && simple.line.column == 0 {
        simple.advance();
    }
    simple.block(simple.line.column, simple.line.start)?;
    if simple.is_over { Ok(()) } else { Err(NotSimple) }
}

/// A line that is not blank, without the blanks around it.
#[derive(Clone, Copy)]
struct Line {
    start: usize,
    end: usize,
    /// Where it stands: blanks before it, and dashes.
    column: usize,
    /// Where the next line begins.
    next: usize,
}

struct Simple<'a, 't> {
    source: SourceId,
    text: &'a str,
    /// The text up to the end of the piece.
    bytes: &'a [u8],
    /// The line at hand.
    line: Line,
    /// Whether there is no line any more.
    is_over: bool,
    builder: &'a mut Builder<'t>,
    texts: &'a mut Texts,
}

impl Simple<'_, '_> {
    fn span(&self, start: usize, end: usize) -> Span {
        Span::new(self.source, start as u32, end as u32)
    }

    fn at(&self, at: usize) -> Option<u8> {
        self.bytes.get(at).copied()
    }

    /// What the line at hand says.
    fn words(&self) -> &[u8] {
        self.bytes.get(self.line.start..self.line.end).unwrap_or_default()
    }

    /// Goes to the next line that is not blank.
    fn advance(&mut self) {
        let mut next = self.line.next;
        while let Some(rest) = self.bytes.get(next..).filter(|rest| !rest.is_empty()) {
            let length = rest.iter().position(|byte| *byte == b'\n');
            let content = rest.get(..length.unwrap_or(rest.len())).unwrap_or_default();
            let after = next + length.map_or(rest.len(), |length| length + 1);
            let column = blanks(content);
            if column < content.len() {
                let trailing = content.iter().rev().take_while(|byte| **byte == b' ').count();
                self.line = Line { start: next + column, end: next + content.len() - trailing, column, next: after };
                return;
            }
            next = after;
        }
        self.line = Line { start: next, end: next, column: 0, next };
        self.is_over = true;
    }

    /// Whether the line at hand is an item of a list.
    fn is_item(&self) -> bool {
        self.words().starts_with(b"- ")
    }

    /// The list or map that begins on the line at hand; its place is said to begin at `start`.
    fn block(&mut self, column: usize, start: usize) -> Step {
        if self.is_over {
            return Err(NotSimple);
        }
        let is_list = self.is_item();
        self.builder.open(!is_list, 0, self.span(start, start))?;
        loop {
            if is_list {
                self.item(column)?
            } else {
                self.entry(column)?
            }
            if self.is_over || self.line.column < column || is_list && !self.is_item() {
                break;
            }
            if self.line.column > column || is_list != self.is_item() {
                return Err(NotSimple);
            }
        }
        Ok(self.builder.close(None)?)
    }

    fn item(&mut self, column: usize) -> Step {
        let start = self.skip(self.line.start + 1);
        let is_map = self.key_end(start).is_some();
        if !is_map {
            return self.value(start, column);
        }
        // The map stands as if the dash were blanks.
        self.line.column += start - self.line.start;
        self.line.start = start;
        self.block(self.line.column, start)
    }

    fn entry(&mut self, column: usize) -> Step {
        let end = self.key_end(self.line.start).ok_or(NotSimple)?;
        self.scalar(self.line.start..end, Style::Plain, self.line.start..end)?;
        if end + 1 < self.line.end {
            let start = self.skip(end + 1);
            return self.value(start, column);
        }
        self.advance();
        match self.line {
            Line { column: deeper, start, .. } if deeper > column => self.block(deeper, start),
            // The items of a list may stand below its key. The parser has such a list begin behind the first dash.
            Line { column: same, start, .. } if same == column && self.is_item() => {
                self.block(column, self.skip(start + 1))
            }
            _ => Err(NotSimple),
        }
    }

    /// Where the key ends that begins here, if one does: its colon is the last of the line, or a blank follows.
    fn key_end(&self, start: usize) -> Option<usize> {
        let rest = self.bytes.get(start..self.line.end)?;
        let is_inner = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.' | b'/');
        let length = rest.iter().position(|byte| !is_inner(byte))?;
        let is_key = rest.first().is_some_and(|first| first.is_ascii_alphanumeric() || *first == b'_')
            && length <= LONGEST_KEY
            && rest.get(length) == Some(&b':')
            && matches!(rest.get(length + 1), None | Some(b' '));
        is_key.then_some(start + length)
    }

    /// The value that begins here and ends with the line or, a block, with its last line.
    fn value(&mut self, start: usize, column: usize) -> Step {
        let end = self.line.end;
        match self.at(start).ok_or(NotSimple)? {
            b'|' if start + 1 == end => return self.literal(column),
            b'{' | b'[' if self.brackets(start)? != end => return Err(NotSimple),
            b'{' | b'[' => {}
            b'"' | b'\'' if self.quoted(start)? != end => return Err(NotSimple),
            b'"' | b'\'' => {}
            first => {
                let words = self.bytes.get(start..end).unwrap_or_default();
                let is_number = first == b'-' && words.get(1).is_some_and(u8::is_ascii_digit);
                let begins = begins_plain(first) || is_number;
                let goes_on = |pair: &[u8]| !matches!(pair, b": " | b" #");
                if !begins || words.ends_with(b":") || !words.windows(2).all(goes_on) {
                    return Err(NotSimple);
                }
                self.scalar(start..end, Style::Plain, start..end)?;
            }
        }
        self.advance();
        // A line that stands deeper would go on with the text.
        if !self.is_over && self.line.column > column { Err(NotSimple) } else { Ok(()) }
    }

    /// A text in quotes without escapes; tells where it ends.
    fn quoted(&mut self, start: usize) -> Result<usize, NotSimple> {
        let quote = self.at(start).ok_or(NotSimple)?;
        let inside = self.bytes.get(start + 1..self.line.end).unwrap_or_default();
        let length = inside.iter().position(|byte| *byte == quote || *byte == b'\\' && quote == b'"');
        let end = start + 1 + length.ok_or(NotSimple)?;
        if self.at(end) != Some(quote) || self.at(end + 1) == Some(quote) {
            return Err(NotSimple);
        }
        let style = if quote == b'"' { Style::Double } else { Style::Single };
        self.scalar(start + 1..end, style, start..end + 1)?;
        Ok(end + 1)
    }

    /// A list or map in brackets; tells where it ends.
    fn brackets(&mut self, start: usize) -> Result<usize, NotSimple> {
        let is_map = self.at(start) == Some(b'{');
        let closing = if is_map { b'}' } else { b']' };
        self.builder.open(is_map, 0, self.span(start, start + 1))?;
        let mut at = self.skip(start + 1);
        while self.at(at) != Some(closing) {
            if is_map {
                let end = self.key_end(at).ok_or(NotSimple)?;
                self.scalar(at..end, Style::Plain, at..end)?;
                at = self.skip(end + 1);
            }
            at = match self.at(at).filter(|_| at < self.line.end).ok_or(NotSimple)? {
                b'{' | b'[' => self.brackets(at)?,
                b'"' | b'\'' => self.quoted(at)?,
                _ => self.word(at)?,
            };
            at = self.skip(at);
            match self.at(at) {
                Some(b',') if self.at(self.skip(at + 1)) != Some(closing) => at = self.skip(at + 1),
                Some(byte) if byte == closing => {}
                _ => return Err(NotSimple),
            }
        }
        self.builder.close(Some(at as u32 + 1))?;
        Ok(at + 1)
    }

    /// A plain text inside brackets, of one word; tells where it ends.
    fn word(&mut self, start: usize) -> Result<usize, NotSimple> {
        let rest = self.bytes.get(start..self.line.end).unwrap_or_default();
        let is_inner = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.' | b'/' | b'*');
        let length = rest.iter().position(|byte| !is_inner(byte)).ok_or(NotSimple)?;
        if !rest.first().is_some_and(|first| first.is_ascii_alphanumeric() || matches!(first, b'_' | b'/')) {
            return Err(NotSimple);
        }
        self.scalar(start..start + length, Style::Plain, start..start + length)?;
        Ok(start + length)
    }

    /// The lines of a literal block, which are indented as its first one is.
    fn literal(&mut self, column: usize) -> Step {
        let first = self.line.next;
        let indent = blanks(self.bytes.get(first..).unwrap_or_default());
        if indent <= column || matches!(self.at(first + indent), None | Some(b'\n')) {
            return Err(NotSimple);
        }
        let mut value = String::new();
        let (mut next, mut end, mut blank_lines) = (first, first, 0);
        while let Some(rest) = self.bytes.get(next..).filter(|rest| !rest.is_empty()) {
            let length = rest.iter().position(|byte| *byte == b'\n');
            let content = rest.get(..length.unwrap_or(rest.len())).unwrap_or_default();
            let is_blank = blanks(content) == content.len();
            if !is_blank && blanks(content.get(..indent).unwrap_or(content)) < indent {
                break;
            }
            if is_blank && content.len() > indent || !is_blank && length.is_none() {
                return Err(NotSimple);
            }
            let after = next + content.len() + usize::from(length.is_some());
            if is_blank {
                blank_lines += 1;
            } else {
                value.extend(std::iter::repeat_n('\n', blank_lines));
                value.push_str(self.text.get(next + indent..after).ok_or(NotSimple)?);
                end = next + content.trim_ascii_end().len();
                blank_lines = 0;
            }
            next = after;
        }
        let text = self.texts.share(&value);
        self.builder.scalar(Scalar { text, style: Style::Literal, tag: None }, 0, self.span(first + indent, end));
        self.line.next = next;
        self.advance();
        if !self.is_over && self.line.column > column { Err(NotSimple) } else { Ok(()) }
    }

    fn scalar(&mut self, said: Range<usize>, style: Style, written: Range<usize>) -> Step {
        let text = self.texts.share(self.text.get(said).ok_or(NotSimple)?);
        let span = self.span(written.start, written.end);
        self.builder.scalar(Scalar { text, style, tag: None }, 0, span);
        Ok(())
    }

    /// Passes over blanks.
    fn skip(&self, at: usize) -> usize {
        at + blanks(self.bytes.get(at..).unwrap_or_default())
    }
}

fn blanks(bytes: &[u8]) -> usize {
    bytes.iter().position(|byte| *byte != b' ').unwrap_or(bytes.len())
}

/// Whether a text without quotes may begin with this.
fn begins_plain(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'/' | b'.' | b'_' | b'~' | b'(' | b'^' | b'$' | b'\\' | b'+')
}
