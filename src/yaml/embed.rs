//! How the text of a scalar lies in the text that it was written in.
//!
//! The scalar is read a second time, noting which byte came from where. The result must be what the parser read; where
//! it is not, no piece is given and findings point at the whole scalar: better coarse than wrong.

use super::node::{Node, Scalar, Style, Value};
use crate::source::{Container, Embedding, Piece, Span};

impl Embedding {
    /// How the value of a scalar lies in `outer`, the text that its node was read from. `None` for lists and maps.
    pub fn of(outer: &str, node: &Node) -> Option<Self> {
        let Value::Scalar(scalar) = &node.value else { return None };
        let walk = Walk::new(outer);
        let walked = match scalar.style {
            Style::Literal => walk.literal(node.span, scalar),
            Style::Folded => walk.folded(node.span, scalar),
            Style::Single | Style::Double | Style::Plain => walk.flow(node.span, scalar),
        };
        let Some((pieces, indent)) = walked else {
            return Some(Self::whole(node.span));
        };
        let container = match scalar.style {
            Style::Literal => Container::Literal { indent },
            Style::Folded => Container::Folded,
            Style::Single => Container::Single,
            Style::Double => Container::Double,
            Style::Plain => Container::Whole,
        };
        Some(Self { scalar: node.span, pieces: pieces.into(), container })
    }
}

/// A scalar read once more.
struct Walk<'t> {
    outer: &'t str,
    value: String,
    pieces: Vec<Piece>,
}

type Walked = Option<(Vec<Piece>, u32)>;

impl<'t> Walk<'t> {
    fn new(outer: &'t str) -> Self {
        Self { outer, value: String::new(), pieces: Vec::new() }
    }

    /// Takes over bytes as they stand.
    fn copy(&mut self, from: usize, to: usize) {
        let Some(text) = self.outer.get(from..to) else { return };
        self.piece(from, text.len());
        self.value.push_str(text);
    }

    /// Puts in what an escape stands for. It has a piece of its own, so that it can be found as a whole.
    fn escaped(&mut self, at: usize, made: char) {
        self.pieces.push(Piece { inner: self.value.len() as u32, outer: at as u32, len: 0 });
        self.value.push(made);
    }

    /// Puts in what a break of lines stands for.
    fn made(&mut self, at: usize, text: &str) {
        self.piece(at, 0);
        self.value.push_str(text);
    }

    fn piece(&mut self, outer: usize, len: usize) {
        let (inner, outer, len) = (self.value.len() as u32, outer as u32, len as u32);
        if let Some(last) = self.pieces.last_mut()
            && last.len > 0
            && last.inner + last.len == inner
            && last.outer + last.len == outer
        {
            last.len += len;
            return;
        }
        self.pieces.push(Piece { inner, outer, len });
    }

    /// The pieces, if what was read is the value.
    fn proved(mut self, scalar: &Scalar, indent: usize) -> Walked {
        // Chomping takes line ends away, or leaves them where the walk did not go.
        let (walked, value) = (self.value.as_str(), &*scalar.text);
        let common = walked.len().min(value.len());
        let rest = if walked.len() > common { walked.get(common..)? } else { value.get(common..)? };
        if walked.get(..common) != value.get(..common) || rest.bytes().any(|byte| byte != b'\n') {
            return None;
        }
        let end = common as u32;
        self.pieces.retain_mut(|piece| {
            piece.len = piece.len.min(end.saturating_sub(piece.inner));
            piece.inner < end
        });
        Some((self.pieces, indent as u32))
    }

    fn literal(mut self, span: Span, scalar: &Scalar) -> Walked {
        let block = Block::of(self.outer, span, scalar)?;
        for line in block.lines(self.outer) {
            if self.value.len() >= scalar.text.len() {
                break;
            }
            if line.next == line.end + 1 && self.outer.as_bytes().get(line.end) == Some(&b'\n') {
                self.copy(line.start, line.next);
                continue;
            }
            self.copy(line.start, line.end);
            if line.next > line.end {
                self.made(line.end, "\n");
            }
        }
        self.proved(scalar, block.indent)
    }

    fn folded(mut self, span: Span, scalar: &Scalar) -> Walked {
        let block = Block::of(self.outer, span, scalar)?;
        let mut blank_lines = 0;
        // Whether the line before was indented more than the block; `None` before the first line.
        let mut before: Option<bool> = None;
        let mut end = block.start;
        // Line ends at the end of the block are the matter of chomping; the line behind them is another's.
        let last = scalar.text.trim_end_matches('\n').len();
        for line in block.lines(self.outer) {
            if self.value.len() >= last {
                break;
            }
            if line.start == line.end {
                blank_lines += 1;
                continue;
            }
            let more = self.outer.as_bytes().get(line.start).is_some_and(|byte| matches!(byte, b' ' | b'\t'));
            match before {
                None if blank_lines == 0 => {}
                None => self.made(end, &"\n".repeat(blank_lines)),
                Some(false) if !more && blank_lines == 0 => self.made(end, " "),
                Some(false) if !more => self.made(end, &"\n".repeat(blank_lines)),
                Some(_) => self.made(end, &"\n".repeat(blank_lines + 1)),
            }
            self.copy(line.start, line.end);
            (before, blank_lines, end) = (Some(more), 0, line.end);
        }
        self.proved(scalar, block.indent)
    }

    fn flow(mut self, span: Span, scalar: &Scalar) -> Walked {
        let range = span.range();
        let raw = self.outer.get(range.clone())?;
        let quote = match scalar.style {
            Style::Single => Some('\''),
            Style::Double => Some('"'),
            _ => None,
        };
        let (mut at, end) = match quote {
            Some(quote) if raw.len() >= 2 && raw.starts_with(quote) && raw.ends_with(quote) => {
                (range.start + 1, range.end - 1)
            }
            Some(_) => return None,
            None => (range.start, range.end),
        };
        // What has been seen of a run that will be taken over as a whole.
        let mut run = at;
        while at < end {
            let rest = self.outer.get(at..end)?;
            match rest.as_bytes().first()? {
                b'\'' if quote == Some('\'') => {
                    self.copy(run, at + 1);
                    at += 2;
                    run = at;
                }
                b'\\' if quote == Some('"') => {
                    self.copy(run, at);
                    at += self.escape(at, rest)?;
                    run = at;
                }
                b' ' | b'\t' | b'\n' | b'\r' => {
                    let blanks = rest.len() - rest.trim_start_matches([' ', '\t']).len();
                    if !rest[blanks..].starts_with(['\n', '\r']) {
                        at += blanks;
                        continue;
                    }
                    self.copy(run, at);
                    let (breaks, length) = fold(rest);
                    if breaks == 1 {
                        self.made(at, " ")
                    } else {
                        self.made(at, &"\n".repeat(breaks - 1))
                    }
                    at += length;
                    run = at;
                }
                _ => at += rest.chars().next()?.len_utf8(),
            }
        }
        self.copy(run, at);
        self.proved(scalar, 0)
    }

    /// Reads an escape of double quotes; gives its length.
    fn escape(&mut self, at: usize, rest: &str) -> Option<usize> {
        let after = rest.get(1..)?;
        let (made, length) = match after.chars().next()? {
            '\n' | '\r' => {
                let (breaks, length) = fold(after);
                self.made(at, &"\n".repeat(breaks - 1));
                return Some(1 + length);
            }
            'x' => (unicode(after.get(1..3)?)?, 3),
            'u' => match u32::from_str_radix(after.get(1..5)?, 16).ok()? {
                high @ 0xd800..0xdc00 => {
                    let low = u32::from_str_radix(after.get(5..11)?.strip_prefix("\\u")?, 16).ok()?;
                    let code = 0x1_0000 + ((high - 0xd800) << 10) + low.checked_sub(0xdc00)?;
                    (char::from_u32(code)?, 11)
                }
                code => (char::from_u32(code)?, 5),
            },
            'U' => (unicode(after.get(1..9)?)?, 9),
            letter => (named_escape(letter)?, letter.len_utf8()),
        };
        self.escaped(at, made);
        Some(1 + length)
    }
}

fn unicode(digits: &str) -> Option<char> {
    char::from_u32(u32::from_str_radix(digits, 16).ok()?)
}

fn named_escape(letter: char) -> Option<char> {
    Some(match letter {
        '0' => '\0',
        'a' => '\u{7}',
        'b' => '\u{8}',
        't' | '\t' => '\t',
        'n' => '\n',
        'v' => '\u{b}',
        'f' => '\u{c}',
        'r' => '\r',
        'e' => '\u{1b}',
        ' ' | '"' | '/' | '\\' => letter,
        'N' => '\u{85}',
        '_' => '\u{a0}',
        'L' => '\u{2028}',
        'P' => '\u{2029}',
        _ => return None,
    })
}

/// How many line breaks a run of blanks holds, and its length.
fn fold(rest: &str) -> (usize, usize) {
    let bytes = rest.as_bytes();
    let (mut breaks, mut at) = (0, 0);
    while let Some(byte @ (b' ' | b'\t' | b'\n' | b'\r')) = bytes.get(at) {
        // A carriage return before a line feed breaks the line together with it.
        if *byte == b'\n' || *byte == b'\r' && bytes.get(at + 1) != Some(&b'\n') {
            breaks += 1;
        }
        at += 1;
    }
    (breaks, at)
}

/// The lines of a literal or folded block.
struct Block {
    start: usize,
    indent: usize,
}

struct Line {
    start: usize,
    end: usize,
    next: usize,
}

impl Block {
    /// `None` for a block of blank lines, which has no indentation of its own.
    fn of(outer: &str, span: Span, scalar: &Scalar) -> Option<Self> {
        if scalar.text.bytes().all(|byte| byte == b'\n') {
            return None;
        }
        let first = span.range().start;
        let before = outer.get(..first)?;
        let line = before.rfind(['\n', '\r']).map_or(0, |end| end + 1);
        // Blank lines between the header and the first line belong to the value, but not to the span.
        let head = before.get(..line)?.trim_end_matches([' ', '\n', '\r']);
        let after = outer.get(head.len()..line)?;
        let header_end = after.find(['\n', '\r'])?;
        let start = head.len() + header_end + break_length(after.get(header_end..)?);
        Some(Self { start, indent: first - line })
    }

    fn lines(&self, outer: &str) -> impl Iterator<Item = Line> {
        let indent = self.indent;
        let mut at = self.start;
        std::iter::from_fn(move || {
            let rest = outer.get(at..).filter(|rest| !rest.is_empty())?;
            let end = rest.find(['\n', '\r']).unwrap_or(rest.len());
            let blanks = rest.bytes().take(indent.min(end)).take_while(|byte| *byte == b' ').count();
            let line = Line { start: at + blanks, end: at + end, next: at + end + break_length(&rest[end..]) };
            at = line.next;
            Some(line)
        })
    }
}

fn break_length(rest: &str) -> usize {
    match rest.as_bytes() {
        [b'\r', b'\n', ..] => 2,
        [b'\r' | b'\n', ..] => 1,
        _ => 0,
    }
}
