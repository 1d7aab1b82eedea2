//! Header lists judged as Envoy judges them, and written anew for h2.

use bytes::{Bytes, BytesMut};

use super::hpack::Field;
use super::{AUTHORITY, Rules, TARGET};
use crate::gateway::http1::lines::{is_plain_target, is_value};
use crate::outcome::target::{is_authority, read_http2};

/// The most headers that a request may have, those of HTTP/2 itself counted.
const MOST_HEADERS: usize = 100;

/// The header list of one block.
#[derive(Debug, Default)]
pub(super) struct List {
    fields: Vec<Field>,
    count: usize,
    size: usize,
    is_too_large: bool,
}

/// What is wrong with a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Wrong {
    /// It is none that HTTP/2 allows: the connection ends.
    Malformed,
    /// There is too much of it: the stream ends.
    TooLarge,
}

/// A list that is taken.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Taken {
    /// Its block for h2.
    pub(super) block: Vec<u8>,
    /// Whether the client waits for `100 Continue`.
    pub(super) expects: bool,
}

/// What a request says of itself.
#[derive(Default)]
struct Sum<'f> {
    method: Option<&'f Bytes>,
    scheme: Option<&'f Bytes>,
    path: Option<&'f Bytes>,
    authority: Option<&'f Bytes>,
    has_host: bool,
    has_regular: bool,
    length: Option<&'f Bytes>,
    expects: usize,
    expects_continue: bool,
}

impl List {
    /// Takes a header in; what is too much is only counted.
    pub(super) fn push(&mut self, field: Field, rules: Rules) {
        // The crumbs of a cookie make one header.
        self.count += usize::from(&*field.name != b"cookie");
        self.size += field.name.len() + field.value.len();
        self.is_too_large |= self.size > rules.most_head || self.count > MOST_HEADERS;
        if !self.is_too_large {
            self.fields.push(field);
        }
    }

    /// Judges the headers of a request. `ends` tells that it has no body.
    pub(super) fn request(&self, ends: bool) -> Result<Taken, Wrong> {
        let mut sum = Sum::default();
        for field in &self.fields {
            judge(field, &mut sum).ok_or(Wrong::Malformed)?;
        }
        if self.is_too_large {
            return Err(Wrong::TooLarge);
        }
        let method = sum.method.and_then(|method| std::str::from_utf8(method).ok()).ok_or(Wrong::Malformed)?;
        let is_tunnel = method == "CONNECT";
        let names_all = sum.scheme.is_some() && sum.path.is_some() && (sum.authority.is_some() || sum.has_host);
        if is_tunnel && (sum.scheme.is_some() || sum.path.is_some() || sum.authority.is_none())
            || !(is_tunnel || names_all)
            || ends && sum.length.is_some_and(|length| length.iter().any(|digit| *digit != b'0'))
        {
            return Err(Wrong::Malformed);
        }
        let path = match sum.path {
            None => None,
            Some(path) => Some(plain(method, path).ok_or(Wrong::Malformed)?),
        };
        let expects = sum.expects == 1 && sum.expects_continue;
        Ok(Taken { block: self.write(path.as_ref(), expects), expects })
    }

    /// Judges trailers.
    pub(super) fn trailers(&self) -> Result<Taken, Wrong> {
        let mut sum = Sum { has_regular: true, ..Sum::default() };
        for field in &self.fields {
            judge(field, &mut sum).ok_or(Wrong::Malformed)?;
        }
        if sum.length.is_some() {
            return Err(Wrong::Malformed);
        }
        if self.is_too_large {
            return Err(Wrong::TooLarge);
        }
        let mut block = Vec::with_capacity(self.size);
        self.fields.iter().for_each(|field| field.write(&mut block));
        Ok(Taken { block, expects: false })
    }

    fn write(&self, path: Option<&Bytes>, expects: bool) -> Vec<u8> {
        let mut block = Vec::with_capacity(self.size + 16);
        let mut cookie = BytesMut::new();
        let mut odd: Vec<Field> = Vec::new();
        for field in &self.fields {
            match &*field.name {
                // The client's scheme is believed by nobody; h2 knows few.
                b":scheme" => block.push(HTTP),
                b":path" => match path {
                    Some(path) if is_plain_target(path) || &**path == b"*" => {
                        let index = if *path == field.value { field.index } else { 0 };
                        Field { value: path.clone(), index, ..field.clone() }.write(&mut block);
                    }
                    _ => {
                        block.push(ROOT);
                        odd.extend(path.map(|path| Field::new(name_of(&TARGET), path.clone())));
                    }
                },
                b":authority" if !is_plain_authority(&field.value) => {
                    Field { value: Bytes::from_static(b"odd"), index: 0, ..field.clone() }.write(&mut block);
                    odd.push(Field::new(name_of(&AUTHORITY), field.value.clone()));
                }
                b"cookie" => {
                    if !cookie.is_empty() {
                        cookie.extend_from_slice(b"; ");
                    }
                    cookie.extend_from_slice(&field.value);
                }
                b"expect" if expects => {}
                name if name == TARGET.as_str().as_bytes() || name == AUTHORITY.as_str().as_bytes() => {}
                _ => field.write(&mut block),
            }
        }
        if !cookie.is_empty() {
            Field::new(Bytes::from_static(b"cookie"), cookie.freeze()).write(&mut block);
        }
        odd.iter().for_each(|field| field.write(&mut block));
        block
    }
}

/// `:scheme: http` and `:path: /` in the static table.
const HTTP: u8 = 0x86;
const ROOT: u8 = 0x84;

fn name_of(name: &http::HeaderName) -> Bytes {
    Bytes::copy_from_slice(name.as_str().as_bytes())
}

/// A path with what is beyond ASCII percent-encoded; `None` where it is no path.
fn plain(method: &str, path: &Bytes) -> Option<Bytes> {
    let path = if path.is_ascii() {
        path.clone()
    } else {
        let mut encoded = Vec::with_capacity(path.len() + 16);
        for byte in path {
            if byte.is_ascii() {
                encoded.push(*byte);
            } else {
                encoded.extend_from_slice(format!("%{byte:02X}").as_bytes());
            }
        }
        Bytes::from(encoded)
    };
    let text = std::str::from_utf8(&path).ok()?;
    use crate::outcome::target::TargetRefusal::Malformed;
    (read_http2(method, text) != Err(Malformed)).then_some(path)
}

fn is_plain_authority(value: &[u8]) -> bool {
    let is_plain = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_');
    let host = value.iter().rposition(|byte| *byte == b':').map_or(value, |colon| value.get(..colon).unwrap_or(value));
    let port = value.get(host.len() + 1..).unwrap_or_default();
    !host.is_empty() && host.iter().all(is_plain) && port.len() < 6 && port.iter().all(u8::is_ascii_digit)
}

/// What nghttp2 asks of one header.
fn judge<'f>(field: &'f Field, sum: &mut Sum<'f>) -> Option<()> {
    let (name, value) = (&*field.name, &field.value);
    if let Some(pseudo) = name.strip_prefix(b":") {
        let is_first = !sum.has_regular && !value.is_empty();
        let (slot, is_allowed) = match pseudo {
            b"method" => (&mut sum.method, value.iter().all(is_token)),
            b"scheme" => (&mut sum.scheme, is_scheme(value)),
            b"path" => (&mut sum.path, true),
            b"authority" => (&mut sum.authority, is_host(value)),
            _ => return None,
        };
        return (is_first && is_allowed && slot.replace(value).is_none()).then_some(());
    }
    sum.has_regular = true;
    let is_name = !name.is_empty() && name.iter().all(|byte| is_token(byte) && !byte.is_ascii_uppercase());
    let is_allowed = match name {
        b"connection" | b"keep-alive" | b"proxy-connection" | b"transfer-encoding" | b"upgrade" => false,
        b"te" => value.eq_ignore_ascii_case(b"trailers"),
        b"host" => {
            sum.has_host = true;
            is_host(value)
        }
        b"content-length" => {
            let number = std::str::from_utf8(value).ok().and_then(|text| text.parse::<i64>().ok());
            let is_number = value.iter().all(u8::is_ascii_digit) && number.is_some();
            is_number && sum.length.replace(value).is_none()
        }
        b"expect" => {
            sum.expects += 1;
            sum.expects_continue = value.eq_ignore_ascii_case(b"100-continue");
            true
        }
        _ => true,
    };
    (is_name && is_allowed && is_value(value)).then_some(())
}

/// Envoy takes no user in an authority of HTTP/2.
fn is_host(value: &[u8]) -> bool {
    std::str::from_utf8(value).is_ok_and(|text| is_authority(text) && !text.contains('@'))
}

fn is_scheme(value: &[u8]) -> bool {
    value.first().is_some_and(u8::is_ascii_alphabetic)
        && value.iter().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'-' | b'.'))
}

fn is_token(byte: &u8) -> bool {
    byte.is_ascii_alphanumeric()
        || matches!(
            byte,
            b'!' | b'#' | b'$' | b'%' | b'&' | b'\'' | b'*' | b'+' | b'-' | b'.' | b'^' | b'_' | b'`' | b'|' | b'~'
        )
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::super::hpack::Decoder;
    use super::*;

    const RULES: Rules = Rules { most_head: 60 * 1024, most_streams: 100 };
    const GET: [(&str, &str); 4] = [(":method", "GET"), (":scheme", "http"), (":path", "/u"), (":authority", "a")];

    fn list(fields: &[(&str, &str)]) -> List {
        let mut list = List::default();
        for (name, value) in fields {
            list.push(Field::new(Bytes::from(name.to_string()), Bytes::from(value.to_string())), RULES);
        }
        list
    }

    fn with(more: &[(&str, &str)]) -> List {
        list(&[&GET, more].concat())
    }

    fn written(list: &List) -> Vec<(String, String)> {
        let taken = list.request(true).unwrap();
        let mut out = Vec::new();
        let text = |bytes: &Bytes| String::from_utf8_lossy(bytes).into_owned();
        let tell = |field: Field| out.push((text(&field.name), text(&field.value)));
        Decoder::default().decode(&Bytes::from(taken.block), tell).unwrap();
        out
    }

    #[test]
    fn lists_that_http_forbids_are_malformed() {
        for more in [
            ("X-Foo", "a"),
            ("x:a", "a"),
            ("", "a"),
            ("connection", "close"),
            ("te", "gzip"),
            ("upgrade", "x"),
            ("transfer-encoding", "chunked"),
            ("content-length", "5"),
            ("content-length", "+0"),
            ("x-a", "a\nb"),
            (":path", "/"),
            (":foo", "/"),
            ("host", "a b"),
        ] {
            assert_eq!(with(&[more]).request(true), Err(Wrong::Malformed), "{more:?}");
        }
        for missing in 0..4 {
            let mut fields = GET.to_vec();
            fields.remove(missing);
            assert_eq!(list(&fields).request(true), Err(Wrong::Malformed), "{missing}");
        }
        let late = [&[("x-a", "b")][..], &GET].concat();
        assert_eq!(list(&late).request(true), Err(Wrong::Malformed));
        for (at, value) in [(3, "u@a"), (3, "a/b"), (2, "x"), (2, "*"), (1, "h t"), (0, "G T"), (2, "")] {
            let mut fields = GET;
            fields[at].1 = value;
            assert_eq!(list(&fields).request(true), Err(Wrong::Malformed), "{value}");
        }
    }

    #[test]
    fn too_much_is_told_apart() {
        let many: Vec<(String, &str)> = (0..96).map(|at| (format!("x-{at}"), "v")).collect();
        let borrowed: Vec<(&str, &str)> = many.iter().map(|(name, value)| (&**name, *value)).collect();
        assert!(with(&borrowed).request(true).is_ok());
        assert_eq!(with(&[&borrowed[..], &[("x", "y")]].concat()).request(true), Err(Wrong::TooLarge));
        let long = "a".repeat(62_000);
        assert_eq!(with(&[("x-a", &long)]).request(true), Err(Wrong::TooLarge));
    }

    #[test]
    fn odd_targets_go_beside() {
        let mut fields = GET;
        fields[2].1 = "/u#f";
        let out = written(&list(&fields));
        assert!(out.contains(&(":path".to_owned(), "/".to_owned())));
        assert!(out.contains(&(TARGET.as_str().to_owned(), "/u#f".to_owned())));
        let forged = written(&with(&[(TARGET.as_str(), "/x")]));
        assert_eq!(forged.len(), 4);
    }

    #[test]
    fn crumbs_make_one_cookie() {
        let out = written(&with(&[("cookie", "a=1"), ("x", "y"), ("cookie", "b=2")]));
        assert!(out.contains(&("cookie".to_owned(), "a=1; b=2".to_owned())));
    }

    #[test]
    fn trailers_have_rules_of_their_own() {
        assert!(list(&[("x-t", "v")]).trailers().is_ok());
        for bad in [(":path", "/"), ("content-length", "5"), ("X", "y"), ("te", "x")] {
            assert_eq!(list(&[bad]).trailers(), Err(Wrong::Malformed), "{bad:?}");
        }
    }
}
