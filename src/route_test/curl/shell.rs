//! The words of a command as a POSIX shell (and bash's `$'…'`) would split them.

use std::iter::Peekable;
use std::str::Chars;

/// A quote that is never closed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct OpenQuote(pub(super) char);

/// The words of the first command in a text: what stands behind a pipe, a semicolon or a redirection is not its own.
pub(super) fn split(text: &str) -> Result<Vec<String>, OpenQuote> {
    let mut words = Vec::new();
    let mut word: Option<String> = None;
    let mut rest = text.chars().peekable();
    while let Some(c) = rest.next() {
        match c {
            '\'' => until(&mut rest, '\'', word.get_or_insert_default())?,
            '"' => double(&mut rest, word.get_or_insert_default())?,
            '$' if rest.peek() == Some(&'\'') => {
                rest.next();
                ansi(&mut rest, word.get_or_insert_default())?;
            }
            // Line ends are continued by `\` in shells, by `^` in cmd.exe.
            '\\' | '^' if matches!(rest.peek(), Some('\n' | '\r')) => {
                while rest.next_if(|next| matches!(next, '\n' | '\r')).is_some() {}
            }
            '\\' => word.get_or_insert_default().extend(rest.next()),
            ';' | '|' | '<' | '>' | '&' if word.is_none() => break,
            '|' | '>' | '<' | ';' => {
                // `2>/dev/null`: the number belongs to the redirection.
                if matches!(c, '>' | '<') && word.as_deref().is_some_and(|w| w.bytes().all(|b| b.is_ascii_digit())) {
                    word = None;
                }
                break;
            }
            c if c.is_whitespace() => words.extend(word.take()),
            c => word.get_or_insert_default().push(c),
        }
    }
    words.extend(word);
    Ok(words)
}

fn until(rest: &mut Peekable<Chars<'_>>, quote: char, word: &mut String) -> Result<(), OpenQuote> {
    for c in rest.by_ref() {
        if c == quote {
            return Ok(());
        }
        word.push(c);
    }
    Err(OpenQuote(quote))
}

fn double(rest: &mut Peekable<Chars<'_>>, word: &mut String) -> Result<(), OpenQuote> {
    while let Some(c) = rest.next() {
        match c {
            '"' => return Ok(()),
            '\\' => match rest.next() {
                Some(next @ ('"' | '\\' | '$' | '`')) => word.push(next),
                Some('\n') => {}
                Some(next) => word.extend(['\\', next]),
                None => break,
            },
            c => word.push(c),
        }
    }
    Err(OpenQuote('"'))
}

/// Bash's `$'…'`, in which browsers copy requests with odd characters.
fn ansi(rest: &mut Peekable<Chars<'_>>, word: &mut String) -> Result<(), OpenQuote> {
    while let Some(c) = rest.next() {
        match c {
            '\'' => return Ok(()),
            '\\' => match rest.next() {
                Some('n') => word.push('\n'),
                Some('r') => word.push('\r'),
                Some('t') => word.push('\t'),
                Some('x') => word.extend(code(rest, 2)),
                Some('u') => word.extend(code(rest, 4)),
                Some('U') => word.extend(code(rest, 8)),
                Some(other) => word.push(other),
                None => break,
            },
            c => word.push(c),
        }
    }
    Err(OpenQuote('\''))
}

/// A character by up to so many hexadecimal digits.
fn code(rest: &mut Peekable<Chars<'_>>, digits: u32) -> Option<char> {
    let mut value = 0u32;
    for _ in 0..digits {
        let Some(digit) = rest.next_if(char::is_ascii_hexdigit) else { break };
        value = (value << 4) | digit.to_digit(16).unwrap_or(0);
    }
    char::from_u32(value)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn words(text: &str) -> Vec<String> {
        split(text).unwrap()
    }

    #[test]
    fn quotes_join_and_vanish() {
        assert_eq!(words(r#"curl -H 'x: y' "a b"c ''"#), ["curl", "-H", "x: y", "a bc", ""]);
        assert_eq!(words(r#""say \"hi\" \n \\" it\'s"#), [r#"say "hi" \n \"#, "it's"]);
    }

    #[test]
    fn lines_are_continued() {
        assert_eq!(words("curl \\\n  -k \\\r\n  /x"), ["curl", "-k", "/x"]);
        assert_eq!(words("curl ^\r\n  /x"), ["curl", "/x"]);
        assert_eq!(words("curl\n/x"), ["curl", "/x"]);
    }

    #[test]
    fn ansi_quotes_have_escapes() {
        assert_eq!(words(r"$'it\'s\x21\u00e9\n'"), ["it's!é\n"]);
    }

    #[test]
    fn the_command_ends_where_a_shell_ends_it() {
        assert_eq!(words("curl /x | jq ."), ["curl", "/x"]);
        assert_eq!(words("curl /x 2>/dev/null"), ["curl", "/x"]);
        assert_eq!(words("curl /x; echo"), ["curl", "/x"]);
        assert_eq!(words("curl /x && echo"), ["curl", "/x"]);
        assert_eq!(words("curl /x?a=1&b=2"), ["curl", "/x?a=1&b=2"], "an ampersand in a word was meant for the URL");
    }

    #[test]
    fn an_open_quote_is_said() {
        assert_eq!(split("curl 'x"), Err(OpenQuote('\'')));
        assert_eq!(split("curl \"x\\"), Err(OpenQuote('"')));
        assert_eq!(split("curl $'x"), Err(OpenQuote('\'')));
    }
}
