//! A request as one line of JSON, read without copying what need not be copied: many are asked at once.

use std::borrow::Cow;
use std::net::IpAddr;

use super::ask::Ask;
use super::url::Scheme;
use crate::outcome::request::Version;

/// Why a line is no request.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LineError {
    /// It is no JSON.
    #[error("column {column}: this is no JSON: {message}")]
    NotJson {
        /// Where it stops being JSON, from 1.
        column: usize,
        /// What the reader says.
        message: String,
    },
    /// It is JSON and no object.
    #[error("a request is an object, such as {{\"path\": \"/cart/7\"}}")]
    NotObject,
    /// A key has a value that it cannot have.
    #[error("`{key}` must be {wanted}")]
    Wrong {
        /// The key.
        key: String,
        /// What it must be.
        wanted: &'static str,
    },
}

/// Headers on the way from one line to the next, so that their memory is used again.
pub type Headers<'a> = Vec<(Cow<'a, str>, Cow<'a, str>)>;

/// Takes the memory of headers that are no longer needed.
pub fn recycle<'b>(mut headers: Headers<'_>) -> Headers<'b> {
    headers.clear();
    // Nothing is left to map; collecting in place keeps the allocation.
    headers.into_iter().map(|_| (Cow::Borrowed(""), Cow::Borrowed(""))).collect()
}

/// Reads a line. Keys that are missing have their defaults; keys that are not known are passed over.
///
/// # Errors
///
/// Why it is no request.
pub fn read<'a>(line: &'a str, headers: Headers<'a>) -> Result<Ask<'a>, LineError> {
    let mut ask = Ask { headers, ..Ask::default() };
    let mut rest = Rest { text: line, at: 0 };
    match rest.object(&mut ask) {
        Ok(()) => Ok(ask),
        Err(stop) => Err(error(line, stop)),
    }
}

/// Where reading stopped: at a key with a wrong value, or anywhere else.
struct Stop<'a>(Option<(Cow<'a, str>, &'static str)>);

fn error(line: &str, stop: Stop<'_>) -> LineError {
    // What is passed over is not decoded: half of a surrogate pair shows only when it is.
    let ignored = serde_json::from_str::<serde::de::IgnoredAny>(line).err();
    let decoded = || serde_json::from_str::<serde_json::Value>(line).err().filter(|_| stop.0.is_none());
    if let Some(error) = ignored.or_else(decoded) {
        let message = error.to_string();
        let message = message.rsplit_once(" at line ").map_or(message.clone(), |(message, _)| message.to_owned());
        return LineError::NotJson { column: error.column(), message };
    }
    match stop.0 {
        Some((key, wanted)) => LineError::Wrong { key: key.into_owned(), wanted },
        None => LineError::NotObject,
    }
}

/// The bytes at which a string must be looked at: its end, an escape, and what no string may have.
const STOPS: [bool; 256] = {
    let mut stops = [false; 256];
    let mut byte = 0;
    while byte < b' ' {
        stops[byte as usize] = true;
        byte += 1;
    }
    stops[b'"' as usize] = true;
    stops[b'\\' as usize] = true;
    stops
};

/// The bytes among eight at which a string must be looked at: the highest bit of each. What stands behind the first
/// one may be told wrongly.
fn stops(eight: [u8; 8]) -> u64 {
    const EACH: u64 = 0x0101_0101_0101_0101;
    const HIGHEST: u64 = EACH << 7;
    let word = u64::from_le_bytes(eight);
    let is_below = |word: u64, limit: u8| word.wrapping_sub(EACH * u64::from(limit)) & !word;
    let is = |byte: u8| is_below(word ^ (EACH * u64::from(byte)), 1);
    (is_below(word, b' ') | is(b'"') | is(b'\\')) & HIGHEST
}

/// Where, from a place on, a string of JSON ends, has an escape, or has what no string may have.
fn stop_from(bytes: &[u8], mut at: usize) -> usize {
    while let Some(eight) = bytes.get(at..).and_then(<[u8]>::first_chunk) {
        let found = stops(*eight);
        if found != 0 {
            return at + found.trailing_zeros() as usize / 8;
        }
        at += 8;
    }
    let rest = bytes.get(at..).unwrap_or_default();
    at + rest.iter().take_while(|byte| !STOPS[usize::from(**byte)]).count()
}

/// A line, read up to a place.
struct Rest<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Rest<'a> {
    fn object(&mut self, ask: &mut Ask<'a>) -> Result<(), Stop<'a>> {
        self.expect(b'{')?;
        if self.take(b'}') {
            return self.end();
        }
        loop {
            let key = self.string().ok_or(Stop(None))?;
            self.expect(b':')?;
            let wanted = self.value(&key, ask);
            wanted.map_err(|wanted| Stop(Some((key, wanted))))?;
            if !self.take(b',') {
                self.expect(b'}')?;
                return self.end();
            }
        }
    }

    /// Reads the value of a key; an error says what it must be.
    fn value(&mut self, key: &str, ask: &mut Ask<'a>) -> Result<(), &'static str> {
        // As bytes, for these are told apart by length and letters; texts are compared one after the other.
        match key.as_bytes() {
            b"path" => ask.target = self.string().ok_or("a text")?,
            b"method" => ask.method = self.string().ok_or("a text")?,
            b"authority" => ask.authority = Some(self.optional().ok_or("a text or null")?),
            b"headers" => self.headers(&mut ask.headers).ok_or("a list of [name, value]")?,
            b"listener" => ask.listener = Some(self.port().ok_or("a port from 1 to 65535")?),
            b"scheme" => {
                let scheme = self.string().and_then(|text| Scheme::parse(&text));
                ask.scheme = scheme.ok_or("`http` or `https`")?;
            }
            b"sni" => ask.sni = Some(self.optional().ok_or("a text or null")?),
            b"http_version" => {
                let version = self.string().and_then(|text| Version::parse(&text));
                ask.version = version.ok_or("`1.0`, `1.1` or `2`")?;
            }
            b"client_ip" => {
                let address = self.string().and_then(|text| text.parse::<IpAddr>().ok());
                ask.client = address.ok_or("an address")?;
            }
            b"body" => ask.body = self.optional().ok_or("a text or null")?.map(|body| body.len() as u64),
            b"id" => ask.id = Some(Cow::Borrowed(self.skip().ok_or("JSON")?)),
            _ => {
                self.skip().ok_or("JSON")?;
            }
        }
        Ok(())
    }

    fn headers(&mut self, headers: &mut Headers<'a>) -> Option<()> {
        headers.clear();
        self.expect(b'[').ok()?;
        if self.take(b']') {
            return Some(());
        }
        loop {
            self.expect(b'[').ok()?;
            let name = self.string()?;
            self.expect(b',').ok()?;
            let value = self.string()?;
            self.expect(b']').ok()?;
            headers.push((name, value));
            if !self.take(b',') {
                return self.expect(b']').ok();
            }
        }
    }

    fn port(&mut self) -> Option<u16> {
        self.peek()?;
        let rest = self.text.get(self.at..)?;
        let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
        self.at += digits;
        let port = rest.get(..digits).filter(|digits| !digits.starts_with('0'))?.parse().ok();
        // Anything else behind the digits would be a number that is no port.
        port.filter(|_| matches!(self.peek(), Some(b',' | b'}')))
    }

    fn optional(&mut self) -> Option<Option<Cow<'a, str>>> {
        if self.peek() == Some(b'n') {
            return (self.skip()? == "null").then_some(None);
        }
        self.string().map(Some)
    }

    /// A string; without escapes it is borrowed.
    #[inline]
    fn string(&mut self) -> Option<Cow<'a, str>> {
        match self.plain() {
            Some(text) => Some(Cow::Borrowed(text)),
            None => self.escaped().map(Cow::Owned),
        }
    }

    /// A string without escapes.
    fn plain(&mut self) -> Option<&'a str> {
        if self.peek()? != b'"' {
            return None;
        }
        let start = self.at + 1;
        let bytes = self.text.as_bytes();
        let end = stop_from(bytes, start);
        if *bytes.get(end)? != b'"' {
            return None;
        }
        self.at = end + 1;
        self.text.get(start..end)
    }

    /// Any string.
    #[cold]
    fn escaped(&mut self) -> Option<String> {
        if self.peek()? != b'"' {
            return None;
        }
        let start = self.at;
        self.at = self.string_end()? + 1;
        serde_json::from_str(self.text.get(start..self.at)?).ok()
    }

    /// Where the string that begins here ends.
    fn string_end(&self) -> Option<usize> {
        let mut at = self.at + 1;
        loop {
            at = stop_from(self.text.as_bytes(), at);
            match *self.text.as_bytes().get(at)? {
                b'"' => return Some(at),
                b'\\' => at += 2,
                _ => return None,
            }
        }
    }

    /// Passes over any value, and tells its text.
    fn skip(&mut self) -> Option<&'a str> {
        self.peek()?;
        let rest = self.text.get(self.at..)?;
        match simple_length(rest.as_bytes()) {
            Some(length) => {
                self.at += length;
                rest.get(..length)
            }
            None => self.skip_any(),
        }
    }

    fn skip_any(&mut self) -> Option<&'a str> {
        let start = self.at;
        let mut depth = 0usize;
        loop {
            match self.text.as_bytes().get(self.at) {
                Some(b'"') => {
                    self.at = self.string_end()? + 1;
                    if depth == 0 {
                        break;
                    }
                    continue;
                }
                Some(b'{' | b'[') => depth += 1,
                Some(b'}' | b']') if depth == 0 => break,
                Some(b'}' | b']') => {
                    depth -= 1;
                    if depth == 0 {
                        self.at += 1;
                        break;
                    }
                }
                Some(b',' | b' ' | b'\t' | b'\n' | b'\r') if depth == 0 => break,
                Some(_) => {}
                None if depth == 0 => break,
                None => return None,
            }
            self.at += 1;
        }
        let value = self.text.get(start..self.at)?;
        // Whatever is passed over must be JSON all the same: it may be told again.
        serde_json::from_str::<serde::de::IgnoredAny>(value).ok().map(|_| value)
    }

    fn peek(&mut self) -> Option<u8> {
        let bytes = self.text.as_bytes();
        while let Some(b' ' | b'\t' | b'\n' | b'\r') = bytes.get(self.at) {
            self.at += 1;
        }
        bytes.get(self.at).copied()
    }

    fn take(&mut self, byte: u8) -> bool {
        let found = self.peek() == Some(byte);
        self.at += usize::from(found);
        found
    }

    fn expect(&mut self, byte: u8) -> Result<(), Stop<'a>> {
        if self.take(byte) { Ok(()) } else { Err(Stop(None)) }
    }

    fn end(&mut self) -> Result<(), Stop<'a>> {
        if self.peek().is_none() { Ok(()) } else { Err(Stop(None)) }
    }
}

/// The length of the value that some JSON begins with, where that is a string without escapes, `null`, or a whole
/// number above zero.
fn simple_length(bytes: &[u8]) -> Option<usize> {
    let length = match bytes {
        [b'"', ..] => {
            let end = stop_from(bytes, 1);
            return (bytes.get(end) == Some(&b'"')).then_some(end + 1);
        }
        [b'1'..=b'9', digits @ ..] => 1 + digits.iter().take_while(|byte| byte.is_ascii_digit()).count(),
        [b'n', b'u', b'l', b'l', ..] => 4,
        _ => return None,
    };
    matches!(bytes.get(length), None | Some(b',' | b'}' | b']' | b' ' | b'\t' | b'\n' | b'\r')).then_some(length)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn ask(line: &str) -> Ask<'_> {
        read(line, Vec::new()).unwrap()
    }

    fn error(line: &str) -> String {
        read(line, Vec::new()).unwrap_err().to_string()
    }

    #[test]
    fn the_line_of_the_contract_is_read_without_copies() {
        let ask = ask(r#"{"id": "1", "listener": 8080, "scheme": "http", "sni": null, "method": "GET",
             "authority": "shop.example.com", "path": "/cart/7?x=1", "headers": [["x-canary", "always"]],
             "http_version": "1.1", "client_ip": "127.0.0.1"}"#);
        assert_eq!(ask.id.as_deref(), Some("\"1\""));
        assert_eq!(ask.listener, Some(8080));
        assert_eq!(ask.sni, Some(None));
        assert_eq!(ask.authority, Some(Some("shop.example.com".into())));
        assert!(matches!(ask.target, Cow::Borrowed("/cart/7?x=1")));
        assert_eq!(ask.headers, [("x-canary".into(), "always".into())]);
    }

    #[test]
    fn missing_keys_have_their_defaults() {
        let ask = ask(" {} ");
        assert_eq!((&*ask.method, &*ask.target, ask.scheme), ("GET", "/", Scheme::Http));
        assert_eq!((ask.id, ask.listener, ask.authority, ask.sni), (None, None, None, None));
    }

    #[test]
    fn escapes_are_decoded() {
        let ask = ask(r#"{"path": "\/\u00e9\"\\", "headers": [["x","a\tb"]], "id": 7}"#);
        assert_eq!(ask.target, "/é\"\\");
        assert_eq!(ask.headers, [("x".into(), "a\tb".into())]);
        assert_eq!(ask.id.as_deref(), Some("7"));
    }

    #[test]
    fn other_keys_are_passed_over() {
        let ask = ask(r#"{"name": {"a": [1, "}"]}, "alpn": ["h2"], "path": "/x", "z": -1.5e3}"#);
        assert_eq!(ask.target, "/x");
    }

    #[test]
    fn what_is_wrong_is_said() {
        assert!(error("").starts_with("column 0: this is no JSON: EOF"));
        assert!(error("{\"path\": \"/x\"").starts_with("column 13: this is no JSON"));
        assert!(error("{\"path\": nope}").starts_with("column"));
        assert!(error("{} {}").starts_with("column 4: this is no JSON: trailing"));
        assert!(error("{\"id\": 01}").starts_with("column"));
        assert!(error("[1]").starts_with("a request is an object"));
        assert_eq!(error(r#"{"listener": "8080"}"#), "`listener` must be a port from 1 to 65535");
        for port in ["0", "080", "65536", "8080.5", "1e3", "-1", "null", "[]"] {
            let line = format!("{{\"listener\": {port}}}");
            assert!(error(&line).contains("port") || error(&line).contains("no JSON"), "{port}: {}", error(&line));
        }
        assert_eq!(error(r#"{"headers": {"x": "y"}}"#), "`headers` must be a list of [name, value]");
        assert_eq!(error(r#"{"headers": [["x"]]}"#), "`headers` must be a list of [name, value]");
        assert_eq!(error(r#"{"scheme": "ftp"}"#), "`scheme` must be `http` or `https`");
        assert_eq!(error(r#"{"client_ip": "here"}"#), "`client_ip` must be an address");
        assert_eq!(error(r#"{"http_version": "3"}"#), "`http_version` must be `1.0`, `1.1` or `2`");
        assert_eq!(error(r#"{"path": null}"#), "`path` must be a text");
        assert_eq!(error(r#"{"authority": nul}"#).split(':').next(), Some("column 18"));
    }

    #[test]
    fn half_a_surrogate_pair_is_no_text() {
        // Found by fuzzing: such a key made the line no object.
        assert!(
            error(r#"{"\udddd": []}"#).starts_with("column 8: this is no JSON: lone"),
            "{}",
            error(r#"{"\udddd": []}"#)
        );
    }

    #[test]
    fn no_line_panics() {
        for line in
            ["{\"", "{\"a\\", "{\"a\":\"\\", "{\"id\":", "{\"id\":[", "{\"id\":\"\\\"}", "{\"headers\":[[", "\u{1}"]
        {
            assert!(read(line, Vec::new()).is_err(), "{line}");
        }
    }

    #[test]
    fn strings_are_plain_up_to_the_first_byte_that_is_not() {
        for stop in ["\"", "\\", "\u{1f}", "\0", "\n"] {
            for before in 0..20 {
                let text = format!(
                    "{}{stop}{}",
                    "\u{7f}é!# [".repeat(3).chars().take(before).collect::<String>(),
                    "\"x".repeat(5)
                );
                let end = text.find(stop).unwrap();
                for from in 0..=end {
                    assert_eq!(stop_from(text.as_bytes(), from), end, "{text:?} {from}");
                }
            }
        }
        for text in ["", "a", "12345678", "é😀\u{7f}é😀 ~!#[]"] {
            assert_eq!(stop_from(text.as_bytes(), 0), text.len());
        }
    }

    #[test]
    fn memory_is_used_again() {
        let headers: Headers<'_> = Vec::with_capacity(17);
        assert_eq!(recycle(headers).capacity(), 17);
    }
}
