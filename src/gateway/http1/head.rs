//! A request's head, judged as Envoy judges it: passed as it is, written anew, or refused.

use std::borrow::Cow;

use memchr::memchr_iter;

use super::lines::{is_name, is_plain_target, is_value, lists, next_line, number, trimmed};
use super::{Note, Refusal, Rules};
use crate::outcome::reply::Why;
use crate::outcome::target;

/// The most headers that a request may have.
const MOST_HEADERS: usize = 100;

/// How the body behind a head ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Framing {
    /// There is none.
    None,
    /// After so many bytes.
    Length(u64),
    /// By its chunks.
    Chunked,
}

/// A judged head.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Judged {
    /// Other bytes to hand on in its place.
    pub(crate) clean: Option<Vec<u8>>,
    /// How its body ends.
    pub(crate) framing: Framing,
    /// What its bytes do not say.
    pub(crate) note: Option<Note>,
    /// Whether it asks for another protocol: what follows may not be HTTP.
    pub(crate) is_upgrade: bool,
}

const NO_PATH: Refusal = Refusal::Why(Why::Target(target::TargetRefusal::NoPath));

impl Judged {
    /// A refused head.
    pub(crate) fn refused(refusal: Refusal) -> Self {
        Self {
            clean: None,
            framing: Framing::None,
            note: Some(Note { refusal: Some(refusal), ..Note::default() }),
            is_upgrade: false,
        }
    }

    /// Whether nothing behind it is read.
    pub(crate) fn ends_connection(&self) -> bool {
        self.note.as_ref().is_some_and(|note| note.refusal.is_some_and(|refusal| refusal != NO_PATH))
    }
}

/// Judges what has come of a head whose end is not there yet: some answers need no more.
pub(crate) fn begins_wrongly(bytes: &[u8], rules: Rules) -> Option<Refusal> {
    let malformed = Some(Refusal::Malformed);
    match bytes.first() {
        None => return None,
        // The first letters of all methods.
        Some(b'A'..=b'D' | b'G' | b'H' | b'L'..=b'P' | b'R'..=b'U') => {}
        Some(_) => return malformed,
    }
    let (line, _) = next_line(bytes)?;
    request_line(line, rules).err()
}

struct RequestLine<'b> {
    method: &'b str,
    target: &'b [u8],
    is_plain: bool,
    is_http10: bool,
}

fn request_line(line: &[u8], rules: Rules) -> Result<RequestLine<'_>, Refusal> {
    let mut words = line.split(|byte| matches!(byte, b' ' | b'\t')).filter(|word| !word.is_empty());
    let (method, target, version) = (words.next(), words.next(), words.next());
    let method = method.and_then(|method| std::str::from_utf8(method).ok()).ok_or(Refusal::Malformed)?;
    if !line.starts_with(method.as_bytes()) || words.next().is_some() || !target::is_method(method) {
        return Err(Refusal::Malformed);
    }
    // A version in the place of the target: there is no target.
    let target = target.filter(|target| version.is_some() || !target.starts_with(b"HTTP/"));
    let target = target.ok_or(Refusal::Malformed)?;
    let is_http10 = match version.map(|version| (version, version.strip_prefix(b"HTTP/"))) {
        Some((_, Some(b"1.1"))) => false,
        Some((_, Some(b"1.0" | b"0.9"))) if rules.http10 => true,
        None | Some((_, Some([b'0'..=b'9', b'.', b'0'..=b'9']))) => return Err(Refusal::Why(Why::Version)),
        Some(_) => return Err(Refusal::Malformed),
    };
    let is_plain = line.len() == method.len() + target.len() + " HTTP/1.1".len() + 1 && !line.contains(&b'\t');
    Ok(RequestLine { method, target, is_plain, is_http10 })
}

/// What the headers of a head come to.
#[derive(Default)]
struct Sum {
    count: usize,
    /// Something must be written anew.
    is_odd: bool,
    lengths: usize,
    length: Option<u64>,
    codings: usize,
    is_chunked: bool,
    hosts: usize,
    expects: usize,
    expects_continue: bool,
    names_upgrade: bool,
    has_upgrade: bool,
    is_h2c: bool,
}

/// Judges a whole head: `bytes` begins with the request line and ends with the empty line.
pub(crate) fn judge(bytes: &[u8], rules: Rules) -> Judged {
    let judged = match unfolded(bytes) {
        None => whole(bytes, rules),
        Some(unfolded) => {
            whole(&unfolded, rules).map(|judged| Judged { clean: Some(judged.clean.unwrap_or(unfolded)), ..judged })
        }
    };
    judged.unwrap_or_else(Judged::refused)
}

/// A head with its folded lines joined; `None` where there are none. The request line is not folded.
fn unfolded(bytes: &[u8]) -> Option<Vec<u8>> {
    let mut ends = memchr_iter(b'\n', bytes);
    if !ends.any(|end| matches!(bytes.get(end + 1), Some(b' ' | b'\t'))) {
        return None;
    }
    let (_, mut rest) = next_line(bytes)?;
    let mut out = bytes.get(..bytes.len() - rest.len())?.to_vec();
    let mut has_header = false;
    while let Some((line, after)) = next_line(rest) {
        if has_header && matches!(line.first(), Some(b' ' | b'\t')) {
            let joined = out.strip_suffix(b"\r\n").or_else(|| out.strip_suffix(b"\n")).map_or(out.len(), <[u8]>::len);
            out.truncate(joined);
        } else {
            has_header |= !line.is_empty();
        }
        out.extend_from_slice(line);
        out.extend_from_slice(b"\r\n");
        rest = after;
    }
    Some(out)
}

fn whole(bytes: &[u8], rules: Rules) -> Result<Judged, Refusal> {
    let (line, rest) = next_line(bytes).ok_or(Refusal::Malformed)?;
    let request = request_line(line, rules)?;
    let sum = headers(rest)?;
    if bytes.len() > rules.most_head || sum.count > MOST_HEADERS {
        return Err(Refusal::Why(Why::TooLarge));
    }
    if sum.codings > 0 && (sum.codings > 1 || !sum.is_chunked) {
        return Err(Refusal::Coding);
    }
    let drops_length = sum.codings > 0 && sum.lengths > 0;
    if sum.lengths > 1 || sum.lengths == 1 && sum.length.is_none() || drops_length && !rules.allows_chunked_length {
        return Err(Refusal::Malformed);
    }
    let framing = match sum.length {
        _ if sum.codings > 0 => Framing::Chunked,
        Some(0) | None => Framing::None,
        Some(length) => Framing::Length(length),
    };
    let is_plain_target = is_plain_target(request.target) && request.method != "CONNECT";
    let (path, authority) = if is_plain_target {
        (Cow::Borrowed(""), None)
    } else {
        let text = std::str::from_utf8(request.target).map_err(|_| Refusal::Malformed)?;
        let read =
            target::read(request.method, text, rules.is_tls).map_err(|why| match Refusal::Why(Why::Target(why)) {
                NO_PATH if request.method == "CONNECT" => Refusal::Tunnel,
                refusal => refusal,
            });
        // The body of a request that is answered at once is not read: nothing behind it is either.
        let read =
            read.map_err(|why| if why == NO_PATH && framing != Framing::None { Refusal::Malformed } else { why })?;
        (read.path, read.authority)
    };
    let expects = sum.expects == 1 && sum.expects_continue && !request.is_http10;
    let note = (!is_plain_target || expects || request.is_http10).then(|| Note {
        target: (!is_plain_target && !is_plain_target_text(&path)).then(|| path.as_ref().into()),
        refusal: None,
        expects,
        is_http10: request.is_http10,
    });
    let is_odd = sum.is_odd
        || !request.is_plain
        || !is_plain_target
        || drops_length
        || sum.hosts > 1
        || sum.expects > 1
        || request.is_http10
        || !bytes.ends_with(b"\r\n\r\n");
    let clean = is_odd.then(|| {
        let target = match (is_plain_target, is_plain_target_text(&path)) {
            (true, _) => request.target,
            (false, true) => path.as_bytes(),
            (false, false) => b"/",
        };
        write(&request, target, authority.as_deref(), rest, drops_length)
    });
    let is_upgrade = sum.names_upgrade && sum.has_upgrade && !sum.is_h2c && !request.is_http10;
    Ok(Judged { clean, framing, note, is_upgrade })
}

fn is_plain_target_text(path: &str) -> bool {
    is_plain_target(path.as_bytes())
}

fn headers(mut rest: &[u8]) -> Result<Sum, Refusal> {
    let mut sum = Sum::default();
    while let Some((line, after)) = next_line(rest) {
        // The line as it came, to see a bare LF at its end.
        sum.is_odd |= rest.get(line.len()) != Some(&b'\r');
        rest = after;
        if line.is_empty() {
            return Ok(sum);
        }
        if matches!(line.first(), Some(b' ' | b'\t')) {
            // A folded line that belongs to no header: all others were joined.
            return Err(Refusal::Malformed);
        }
        header(&mut sum, line)?;
    }
    Err(Refusal::Malformed)
}

fn header(sum: &mut Sum, line: &[u8]) -> Result<(), Refusal> {
    let colon = line.iter().position(|byte| *byte == b':').ok_or(Refusal::Malformed)?;
    let (name, value) = line.split_at(colon);
    let value = value.get(1..).unwrap_or_default();
    if !is_name(name) {
        return Err(Refusal::Malformed);
    }
    let without_cr: Vec<u8>;
    let value = if is_value(value) {
        trimmed(value)
    } else {
        // Bare CRs fall away; nothing else may be odd.
        without_cr = value.iter().copied().filter(|byte| !matches!(byte, b'\r' | b'\n')).collect();
        if !is_value(&without_cr) {
            return Err(Refusal::Malformed);
        }
        sum.is_odd = true;
        trimmed(&without_cr)
    };
    sum.count += 1;
    match name.len() {
        4 if name.eq_ignore_ascii_case(b"host") => sum.hosts += 1,
        6 if name.eq_ignore_ascii_case(b"expect") => {
            sum.expects += 1;
            sum.expects_continue = value.eq_ignore_ascii_case(b"100-continue");
        }
        7 if name.eq_ignore_ascii_case(b"upgrade") => {
            sum.has_upgrade = true;
            sum.is_h2c = value.eq_ignore_ascii_case(b"h2c");
        }
        10 if name.eq_ignore_ascii_case(b"connection") => {
            sum.names_upgrade |= lists(value, b"upgrade");
        }
        14 if name.eq_ignore_ascii_case(b"content-length") => {
            sum.lengths += 1;
            sum.length = number(value);
        }
        17 if name.eq_ignore_ascii_case(b"transfer-encoding") => {
            sum.codings += 1;
            sum.is_chunked = value.eq_ignore_ascii_case(b"chunked");
            sum.is_odd |= value != b"chunked";
        }
        _ => {}
    }
    Ok(())
}

/// Writes a head anew, plainly.
fn write(
    request: &RequestLine<'_>,
    target: &[u8],
    authority: Option<&str>,
    mut rest: &[u8],
    drops_length: bool,
) -> Vec<u8> {
    let mut out = Vec::with_capacity(rest.len() + target.len() + 64);
    out.extend([request.method.as_bytes(), b" ", target, b" HTTP/1.1\r\n"].concat());
    let mut hosts: Vec<&[u8]> = authority.map(str::as_bytes).into_iter().collect();
    let mut expects: Vec<&[u8]> = Vec::new();
    while let Some((line, after)) = next_line(rest).filter(|(line, _)| !line.is_empty()) {
        rest = after;
        let (name, value) = line.split_at(line.iter().position(|byte| *byte == b':').unwrap_or(line.len()));
        let value = trimmed(value.get(1..).unwrap_or_default());
        if name.eq_ignore_ascii_case(b"host") {
            if authority.is_none() {
                hosts.push(value);
            }
        } else if name.eq_ignore_ascii_case(b"expect") {
            expects.push(value);
        } else if name.eq_ignore_ascii_case(b"transfer-encoding") {
            put(&mut out, name, b"chunked");
        } else if request.is_http10 && name.eq_ignore_ascii_case(b"connection") {
            put(&mut out, name, &kept_alive(value));
        } else if !(drops_length && name.eq_ignore_ascii_case(b"content-length")) {
            put(&mut out, name, value);
        }
    }
    if !hosts.is_empty() {
        put(&mut out, b"host", &hosts.join(&b','));
    }
    if !expects.is_empty() {
        put(&mut out, b"expect", &expects.join(&b','));
    }
    out.extend_from_slice(b"\r\n");
    out
}

/// What HTTP/1.0 says of its connection: `keep-alive` weighs more than `close`.
fn kept_alive(value: &[u8]) -> Vec<u8> {
    if !lists(value, b"keep-alive") {
        return value.to_vec();
    }
    let tokens = value.split(|byte| *byte == b',').map(trimmed);
    tokens.filter(|token| !token.eq_ignore_ascii_case(b"close")).collect::<Vec<_>>().join(&b","[..])
}

fn put(out: &mut Vec<u8>, name: &[u8], value: &[u8]) {
    out.extend_from_slice(name);
    out.extend_from_slice(b": ");
    out.extend(value.iter().copied().filter(|byte| !matches!(byte, b'\r' | b'\n')));
    out.extend_from_slice(b"\r\n");
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use std::time::Duration;

    const RULES: Rules = Rules {
        most_head: 60 * 1024,
        http10: false,
        allows_chunked_length: false,
        is_tls: false,
        idle: Duration::from_secs(1),
    };

    fn of(text: &str) -> Judged {
        judge(text.as_bytes(), RULES)
    }

    fn refusal(text: &str) -> Option<Refusal> {
        of(text).note.and_then(|note| note.refusal)
    }

    fn clean(text: &str) -> String {
        let judged = of(text);
        assert!(!judged.ends_connection(), "{text:?}");
        String::from_utf8(judged.clean.unwrap()).unwrap()
    }

    #[test]
    fn plain_heads_pass_as_they_are() {
        let judged = of("GET /a?b=c HTTP/1.1\r\nHost: a\r\nX-A: b\r\n\r\n");
        assert_eq!(judged, Judged { clean: None, framing: Framing::None, note: None, is_upgrade: false });
        assert_eq!(of("POST / HTTP/1.1\r\ncontent-length: 005\r\n\r\n").framing, Framing::Length(5));
        assert_eq!(of("POST / HTTP/1.1\r\nTransfer-Encoding: CHUNKED\r\n\r\n").framing, Framing::Chunked);
    }

    #[test]
    fn framing_that_could_be_read_in_two_ways_is_refused() {
        for headers in [
            "content-length: 5\r\ntransfer-encoding: chunked",
            "content-length: 5\r\ncontent-length: 5",
            "content-length: 5, 5",
            "content-length: +5",
            "content-length: ",
            "content-length: 18446744073709551616",
            "transfer-encoding : chunked",
            "content-length\r: 5",
        ] {
            let head = format!("POST / HTTP/1.1\r\nhost: a\r\n{headers}\r\n\r\n");
            assert_eq!(refusal(&head), Some(Refusal::Malformed), "{headers}");
        }
        for coding in ["gzip", "identity, chunked", "chunked, chunked", "chunked\r\ntransfer-encoding: chunked"] {
            let head = format!("POST / HTTP/1.1\r\nhost: a\r\ntransfer-encoding: {coding}\r\n\r\n");
            assert_eq!(refusal(&head), Some(Refusal::Coding), "{coding}");
        }
    }

    #[test]
    fn odd_lines_are_written_anew() {
        assert_eq!(clean("GET  /a\tHTTP/1.1\nhost: a\n\n"), "GET /a HTTP/1.1\r\nhost: a\r\n\r\n");
        assert_eq!(clean("GET / HTTP/1.1\r\nx: a\r\n b\r\n \r\ny: c\r\n\r\n").lines().nth(1), Some("x: a b "));
        assert_eq!(clean("GET / HTTP/1.1\r\nx: a\rb\r\n\r\n").lines().nth(1), Some("x: ab"));
        assert!(clean("GET / HTTP/1.1\r\nhost: a\r\nhost: b\r\n\r\n").contains("host: a,b\r\n"));
        let folded = of("POST / HTTP/1.1\r\ntransfer-encoding:\r\n chunked\r\n\r\n");
        assert_eq!(folded.framing, Framing::Chunked);
    }

    #[test]
    fn lines_that_are_no_headers_are_refused() {
        for line in [" x: a", "x y: a", "x", ": a", "x\u{0}: a", "x: \u{1b}", "x: \u{7f}", "x(: a", "x\r: a"] {
            let head = format!("GET / HTTP/1.1\r\n{line}\r\n\r\n");
            assert_eq!(refusal(&head), Some(Refusal::Malformed), "{line:?}");
        }
    }

    #[test]
    fn versions_and_methods_are_judged() {
        let line = |line: &str| refusal(&format!("{line}\r\nhost: a\r\n\r\n"));
        for version in ["1.0", "2.0", "0.9", "1.2"] {
            assert_eq!(line(&format!("GET / HTTP/{version}")), Some(Refusal::Why(Why::Version)));
        }
        assert_eq!(line("GET /"), Some(Refusal::Why(Why::Version)));
        for bad in ["GET", "get / HTTP/1.1", "QUERY / HTTP/1.1", "GET / HTTP/1", "GET / http/1.1", "GET / x HTTP/1.1"] {
            assert_eq!(line(bad), Some(Refusal::Malformed), "{bad}");
        }
    }

    #[test]
    fn absolute_targets_bring_their_host() {
        let head = clean("GET http://b:8/x?y HTTP/1.1\r\nhost: a\r\n\r\n");
        assert_eq!(head, "GET /x?y HTTP/1.1\r\nhost: b:8\r\n\r\n");
        let odd = of("GET /a<b> HTTP/1.1\r\nhost: a\r\n\r\n");
        assert_eq!(odd.note.unwrap().target.as_deref(), Some("/a<b>"));
    }

    #[test]
    fn some_beginnings_are_refused_at_once() {
        assert_eq!(begins_wrongly(b"\x16\x03\x01", RULES), Some(Refusal::Malformed));
        assert_eq!(begins_wrongly(b"SSH-2.0-x\r\n", RULES), Some(Refusal::Malformed));
        assert_eq!(begins_wrongly(b"GET /x\r\n", RULES), Some(Refusal::Why(Why::Version)));
        assert_eq!(begins_wrongly(b"GE", RULES), None);
    }
}
