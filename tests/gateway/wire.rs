//! HTTP/1.1 by hand: bytes as they come, so that nothing is evened out on the way.

use std::io::{Read, Write};

/// Headers as they came.
pub type Headers = Vec<(String, String)>;

/// A message as it came.
#[derive(Clone, Debug, Default)]
pub struct Message {
    pub line: String,
    pub headers: Headers,
    pub body: Vec<u8>,
}

impl Message {
    pub fn value(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }

    pub fn status(&self) -> u16 {
        self.line.split(' ').nth(1).and_then(|status| status.parse().ok()).unwrap_or(0)
    }
}

/// A stream with what was read ahead of need.
pub struct Reader<S> {
    pub stream: S,
    buffer: Vec<u8>,
}

impl<S: Read + Write> Reader<S> {
    pub fn new(stream: S) -> Self {
        Self { stream, buffer: Vec::new() }
    }

    fn fill(&mut self) -> std::io::Result<usize> {
        let mut piece = [0u8; 16 * 1024];
        let length = self.stream.read(&mut piece)?;
        self.buffer.extend_from_slice(&piece[..length]);
        Ok(length)
    }

    fn line(&mut self) -> std::io::Result<Option<String>> {
        loop {
            if let Some(end) = self.buffer.iter().position(|byte| *byte == b'\n') {
                let line: Vec<u8> = self.buffer.drain(..=end).collect();
                // UTF-8 where it is, else a letter for each byte.
                let line = String::from_utf8(line)
                    .unwrap_or_else(|odd| odd.as_bytes().iter().map(|byte| char::from(*byte)).collect());
                return Ok(Some(line.trim_end_matches(['\r', '\n']).to_owned()));
            }
            if self.fill()? == 0 {
                return Ok(None);
            }
        }
    }

    fn exactly(&mut self, length: usize) -> std::io::Result<Vec<u8>> {
        while self.buffer.len() < length {
            if self.fill()? == 0 {
                return Err(std::io::ErrorKind::UnexpectedEof.into());
            }
        }
        Ok(self.buffer.drain(..length).collect())
    }

    /// Whatever comes next, at once.
    pub fn block(&mut self) -> std::io::Result<Vec<u8>> {
        if self.buffer.is_empty() {
            self.fill()?;
        }
        Ok(std::mem::take(&mut self.buffer))
    }

    /// A head, without its body.
    pub fn head(&mut self) -> std::io::Result<Option<Message>> {
        let Some(line) = self.line()? else { return Ok(None) };
        let mut message = Message { line, ..Message::default() };
        while let Some(line) = self.line()?.filter(|line| !line.is_empty()) {
            let (name, value) = line.split_once(':').unwrap_or((&line, ""));
            message.headers.push((name.to_owned(), value.trim().to_owned()));
        }
        Ok(Some(message))
    }

    /// The body behind a head; `until_close` for answers that say nothing of its length.
    pub fn body(&mut self, head: &mut Message, until_close: bool) -> std::io::Result<()> {
        if head.value("transfer-encoding").is_some_and(|coding| coding.eq_ignore_ascii_case("chunked")) {
            loop {
                let size = self.line()?.unwrap_or_default();
                let size = usize::from_str_radix(size.split(';').next().unwrap_or("0").trim(), 16).unwrap_or(0);
                if size == 0 {
                    while self.line()?.is_some_and(|line| !line.is_empty()) {}
                    return Ok(());
                }
                head.body.extend(self.exactly(size)?);
                self.line()?;
            }
        }
        if let Some(length) = head.value("content-length").and_then(|length| length.parse().ok()) {
            head.body = self.exactly(length)?;
        } else if until_close {
            while self.fill()? > 0 {}
            head.body = std::mem::take(&mut self.buffer);
        }
        Ok(())
    }
}
