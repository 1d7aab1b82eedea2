//! Where the readers of Kubernetes are stricter than the parser: tabs and control characters.

use std::ops::Range;

/// A piece of a document that holds text, and how the scanner stood there.
#[derive(Clone, Copy, Debug)]
pub(super) struct Token {
    pub(super) start: usize,
    pub(super) end: usize,
    pub(super) kind: Kind,
    /// Whether what follows stands inside brackets.
    pub(super) in_flow: bool,
    /// The column from which on the text of the surrounding block may stand.
    pub(super) indent: usize,
}

/// What a token is, as far as tabs are concerned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// A plain scalar, which takes the blanks behind it with it.
    Plain,
    /// A literal or folded block, likewise.
    Block,
    /// Anything else.
    Other,
}

/// The first tab that takes part in the indentation, where libyaml finds that it "cannot start any token".
///
/// The tokens are those of `range`, in order. Tabs between a key and its value or before a comment are allowed, as are
/// those inside brackets and quotes.
pub(super) fn forbidden_tab(text: &str, range: Range<usize>, tokens: &[Token]) -> Option<usize> {
    let piece = text.get(range.clone())?;
    let mut next = 0;
    let mut current: Option<(Token, usize)> = None;
    let mut line = range.start;
    for content in piece.split_inclusive(['\n', '\r']) {
        let start = line;
        line += content.len();
        // Only the first tab of a line can have nothing but signs before it.
        let Some(column) = content.find('\t') else { continue };
        let tab = start + column;
        while let Some(token) = tokens.get(next).filter(|token| token.start <= tab) {
            let blanks = text.get(token.end..).map_or(0, |rest| rest.len() - rest.trim_ascii_start().len());
            current = Some((*token, token.end + blanks));
            next += 1;
        }
        if is_forbidden(text, start..tab, current) {
            return Some(tab);
        }
    }
    None
}

/// Whether the tab at the end of `lead`, which begins its line, is forbidden behind this token and its blanks.
fn is_forbidden(text: &str, lead: Range<usize>, token: Option<(Token, usize)>) -> bool {
    let Some((token, blanks_end)) = token else { return leads(text, lead) };
    let tab = lead.end;
    let is_inside = tab < token.end;
    match token.kind {
        Kind::Block if tab == token.start && is_unindented_block(text, tab) => true,
        // Plain text and blocks take the blank lines behind them with them.
        Kind::Plain | Kind::Block if is_inside || tab < blanks_end => lead.len() < token.indent && is_blank(text, lead),
        _ => !is_inside && !token.in_flow && token.end <= lead.start && leads(text, lead),
    }
}

fn is_blank(text: &str, lead: Range<usize>) -> bool {
    text.get(lead).is_some_and(|lead| lead.bytes().all(|byte| byte == b' '))
}

/// Whether the first line of a block, which begins here, had to tell the indentation.
fn is_unindented_block(text: &str, first: usize) -> bool {
    let before = text.get(..first).unwrap_or_default().trim_end();
    let header = before.rsplit(['|', '>']).next().unwrap_or_default();
    !header.split('#').next().unwrap_or_default().bytes().any(|byte| byte.is_ascii_digit())
}

/// Whether only blanks and the signs that begin an item or an entry stand there.
fn leads(text: &str, lead: Range<usize>) -> bool {
    text.get(lead).is_some_and(|lead| {
        lead.bytes().all(|byte| matches!(byte, b' ' | b'-' | b'?' | b':')) && !lead.starts_with("---")
    })
}

/// The first character that no YAML text may hold.
pub(super) fn control_character(text: &str) -> Option<(usize, char)> {
    let plain = |byte: u8| matches!(byte, b'\t' | b'\n' | b'\r' | 0x20..0x7f);
    if text.bytes().all(plain) {
        return None;
    }
    text.char_indices()
        .find(|(_, c)| !matches!(c, '\t' | '\n' | '\r' | ' '..='~' | '\u{85}' | '\u{a0}'..='\u{fffd}' | '\u{10000}'..))
}

#[cfg(test)]
mod tests {
    use super::control_character;

    #[test]
    fn control_characters_are_found() {
        assert_eq!(control_character("a\tb\r\né\u{85}😀\u{feff}"), None);
        assert_eq!(control_character("é\u{7}"), Some((2, '\u{7}')));
        for c in ['\0', '\u{1b}', '\u{7f}', '\u{80}', '\u{fffe}', '\u{ffff}'] {
            assert_eq!(control_character(&c.to_string()), Some((0, c)), "{c:?}");
        }
    }
}
