//! Chunked bodies of both sides, read as Envoy reads them; trailers go no further.

use super::Refusal;
use super::lines::{is_name, is_value};
use crate::outcome::reply::Why;

/// The most bytes that trailers, or an extension, may have.
const MOST_TRAILERS: usize = 60 * 1024;
const MOST_EXTENSION: usize = 64 * 1024;

/// Where in a chunked body the reading is.
#[derive(Clone, Debug, PartialEq, Eq)]
enum At {
    /// In the digits of a size.
    Size { value: u64, digits: usize },
    /// Behind the size: blanks, or an extension.
    Extension { size: u64, length: usize, is_named: bool },
    /// Behind a CR that must be followed by LF.
    SizeEnd { size: u64 },
    /// In the data.
    Data(u64),
    /// Behind the data, up to the end of the line: Envoy looks at nothing there.
    DataEnd,
    /// In the trailers; the line so far.
    Trailers { line: Vec<u8>, total: usize },
    /// Behind the end.
    Done,
}

/// What was read at once: bytes that frame the body, and behind them bytes of its data.
pub(crate) struct Taken {
    pub(crate) framing: usize,
    pub(crate) data: usize,
}

/// Reads a chunked body.
#[derive(Debug)]
pub(crate) struct Chunks(At);

impl Default for Chunks {
    fn default() -> Self {
        Self(At::Size { value: 0, digits: 0 })
    }
}

impl Chunks {
    /// Whether the body has ended.
    pub(crate) fn is_done(&self) -> bool {
        self.0 == At::Done
    }

    /// Reads up to the next piece of data, or to the end of the body or of `bytes`.
    pub(crate) fn take(&mut self, bytes: &[u8]) -> Result<Taken, Refusal> {
        let mut framing = 0;
        while let Some(&byte) = bytes.get(framing) {
            match &mut self.0 {
                At::Done => break,
                At::Data(left) => {
                    let data = usize::try_from(*left).unwrap_or(usize::MAX).min(bytes.len() - framing);
                    *left -= data as u64;
                    if *left == 0 {
                        self.0 = At::DataEnd;
                    }
                    return Ok(Taken { framing, data });
                }
                _ => self.step(byte)?,
            }
            framing += 1;
        }
        Ok(Taken { framing, data: 0 })
    }

    fn step(&mut self, byte: u8) -> Result<(), Refusal> {
        let malformed = Err(Refusal::Malformed);
        match &mut self.0 {
            At::Size { value, digits } => match char::from(byte).to_digit(16) {
                Some(digit) => {
                    if *value >> 60 != 0 {
                        return malformed;
                    }
                    *value = *value << 4 | u64::from(digit);
                    *digits += 1;
                    if *digits > MOST_EXTENSION {
                        return malformed;
                    }
                }
                None if *digits == 0 => return malformed,
                None => {
                    let size = *value;
                    self.0 = match byte {
                        b'\r' => At::SizeEnd { size },
                        b' ' | b'\t' => At::Extension { size, length: 0, is_named: false },
                        b';' => At::Extension { size, length: 0, is_named: true },
                        _ => return malformed,
                    };
                }
            },
            At::Extension { size, length, is_named } => match byte {
                b'\r' => self.0 = At::SizeEnd { size: *size },
                b'\n' => return malformed,
                b';' => *is_named = true,
                b' ' | b'\t' => *length += 1,
                _ if !*is_named || *length > MOST_EXTENSION => return malformed,
                _ => *length += 1,
            },
            At::SizeEnd { size } => {
                if byte != b'\n' {
                    return malformed;
                }
                self.0 = match size {
                    0 => At::Trailers { line: Vec::new(), total: 0 },
                    size => At::Data(*size),
                };
            }
            At::DataEnd => {
                if byte == b'\n' {
                    self.0 = At::Size { value: 0, digits: 0 };
                }
            }
            At::Trailers { line, total } => {
                *total += 1;
                if *total > MOST_TRAILERS {
                    return Err(Refusal::Why(Why::TooLarge));
                }
                if byte != b'\n' {
                    line.push(byte);
                    return Ok(());
                }
                let text = line.strip_suffix(b"\r").unwrap_or(line);
                if text.is_empty() {
                    self.0 = At::Done;
                } else if is_trailer(text) {
                    line.clear();
                } else {
                    return malformed;
                }
            }
            At::Data(_) | At::Done => {}
        }
        Ok(())
    }
}

fn is_trailer(line: &[u8]) -> bool {
    let Some(colon) = line.iter().position(|byte| *byte == b':') else { return false };
    let (name, value) = line.split_at(colon);
    is_name(name) && is_value(value)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    /// The data, and how many bytes are left behind the end, if that has come.
    fn read(text: &str) -> Result<(String, Option<usize>), Refusal> {
        let (mut chunks, mut data, mut rest) = (Chunks::default(), String::new(), text);
        while !rest.is_empty() && !chunks.is_done() {
            let taken = chunks.take(rest.as_bytes())?;
            data.push_str(&rest[taken.framing..taken.framing + taken.data]);
            rest = &rest[taken.framing + taken.data..];
        }
        Ok((data, chunks.is_done().then_some(rest.len())))
    }

    #[test]
    fn the_end_is_found() {
        assert_eq!(read("5\r\nhello\r\n0\r\n\r\nGET"), Ok(("hello".to_owned(), Some(3))));
        assert_eq!(read("5\r\nhel"), Ok(("hel".to_owned(), None)));
    }

    #[test]
    fn what_envoy_takes_is_taken() {
        for odd in [
            "5;a=b\r\nhello\r\n0\r\n\r\n",
            "5 ;a\r\nhello\n0\r\n\r\n",
            "0005 \r\nhello\r\n00\r\n\r\n",
            "5\r\nhello\r\n0\r\nx: y\r\n\r\n",
            "5\r\nhello and more\r\n0\r\n\r\n",
        ] {
            assert_eq!(read(odd), Ok(("hello".to_owned(), Some(0))), "{odd:?}");
        }
    }

    #[test]
    fn sizes_and_line_ends_are_strict() {
        for bad in
            ["g\r\n", "0x5\r\n", "+5\r\n", " 5\r\n", "5h\r\n", "5\nhello", "5\rhello", "5;a\nb", "5;a\rb", "\r\n"]
        {
            assert_eq!(read(bad), Err(Refusal::Malformed), "{bad:?}");
        }
        assert_eq!(read("10000000000000000\r\n"), Err(Refusal::Malformed));
        assert!(read("ffffffffffffffff\r\nx").is_ok());
        assert_eq!(read("5\r\nhello\r\n0\n\n"), Err(Refusal::Malformed));
    }

    #[test]
    fn trailers_must_be_headers() {
        for bad in ["broken", "x y: a", "x: \0"] {
            assert_eq!(read(&format!("0\r\n{bad}\r\n\r\n")), Err(Refusal::Malformed), "{bad:?}");
        }
        assert_eq!(read(&format!("0\r\nx: {}", "a".repeat(70_000))), Err(Refusal::Why(Why::TooLarge)));
    }
}
