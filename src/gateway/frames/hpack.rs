//! Header lists out of their compression (RFC 7541), and written without it.

use std::collections::VecDeque;

use bytes::Bytes;

use super::huffman;

/// The size of the table that a client may fill; Envoy's, and the default.
pub(super) const TABLE_SIZE: u32 = 4096;

const STATIC: [(&str, &str); 61] = [
    (":authority", ""),
    (":method", "GET"),
    (":method", "POST"),
    (":path", "/"),
    (":path", "/index.html"),
    (":scheme", "http"),
    (":scheme", "https"),
    (":status", "200"),
    (":status", "204"),
    (":status", "206"),
    (":status", "304"),
    (":status", "400"),
    (":status", "404"),
    (":status", "500"),
    ("accept-charset", ""),
    ("accept-encoding", "gzip, deflate"),
    ("accept-language", ""),
    ("accept-ranges", ""),
    ("accept", ""),
    ("access-control-allow-origin", ""),
    ("age", ""),
    ("allow", ""),
    ("authorization", ""),
    ("cache-control", ""),
    ("content-disposition", ""),
    ("content-encoding", ""),
    ("content-language", ""),
    ("content-length", ""),
    ("content-location", ""),
    ("content-range", ""),
    ("content-type", ""),
    ("cookie", ""),
    ("date", ""),
    ("etag", ""),
    ("expect", ""),
    ("expires", ""),
    ("from", ""),
    ("host", ""),
    ("if-match", ""),
    ("if-modified-since", ""),
    ("if-none-match", ""),
    ("if-range", ""),
    ("if-unmodified-since", ""),
    ("last-modified", ""),
    ("link", ""),
    ("location", ""),
    ("max-forwards", ""),
    ("proxy-authenticate", ""),
    ("proxy-authorization", ""),
    ("range", ""),
    ("referer", ""),
    ("refresh", ""),
    ("retry-after", ""),
    ("server", ""),
    ("set-cookie", ""),
    ("strict-transport-security", ""),
    ("transfer-encoding", ""),
    ("user-agent", ""),
    ("vary", ""),
    ("via", ""),
    ("www-authenticate", ""),
];

/// A header as it came.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Field {
    /// The name.
    pub(super) name: Bytes,
    /// The value.
    pub(super) value: Bytes,
    /// Its place in the static table, where it stands there.
    pub(super) index: u8,
    /// The place of its name there.
    pub(super) name_index: u8,
}

impl Field {
    /// A header that is in no table.
    pub(super) fn new(name: Bytes, value: Bytes) -> Self {
        Self { name, value, index: 0, name_index: 0 }
    }

    fn size(&self) -> usize {
        self.name.len() + self.value.len() + 32
    }

    /// Writes it so that no table is needed to read it.
    pub(super) fn write(&self, out: &mut Vec<u8>) {
        if self.index > 0 {
            out.push(0x80 | self.index);
            return;
        }
        put_integer(out, 0, 4, usize::from(self.name_index));
        if self.name_index == 0 {
            put_integer(out, 0, 7, self.name.len());
            out.extend_from_slice(&self.name);
        }
        put_integer(out, 0, 7, self.value.len());
        out.extend_from_slice(&self.value);
    }
}

fn put_integer(out: &mut Vec<u8>, high: u8, bits: u32, mut value: usize) {
    let most = (1usize << bits) - 1;
    if value < most {
        out.push(high | value as u8);
        return;
    }
    out.push(high | most as u8);
    value -= most;
    while value >= 128 {
        out.push(value as u8 | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
}

/// A block that cannot be decompressed.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Broken;

/// The table of one connection.
#[derive(Debug)]
pub(super) struct Decoder {
    table: VecDeque<Field>,
    size: usize,
    most: usize,
}

impl Default for Decoder {
    fn default() -> Self {
        Self { table: VecDeque::new(), size: 0, most: TABLE_SIZE as usize }
    }
}

impl Decoder {
    /// Reads a block, header by header.
    pub(super) fn decode(&mut self, block: &Bytes, mut tell: impl FnMut(Field)) -> Result<(), Broken> {
        let mut input = Input { block, at: 0 };
        let mut has_begun = false;
        while let Some(first) = input.peek() {
            if first & 0xe0 == 0x20 {
                let size = input.integer(5)?;
                if has_begun || size > TABLE_SIZE as usize {
                    return Err(Broken);
                }
                self.most = size;
                self.evict();
                continue;
            }
            has_begun = true;
            if first & 0x80 != 0 {
                let index = input.integer(7)?;
                tell(self.indexed(index)?);
                continue;
            }
            let is_kept = first & 0x40 != 0;
            let index = input.integer(if is_kept { 6 } else { 4 })?;
            let (name, name_index) = if index == 0 {
                (input.string()?, 0)
            } else {
                let known = self.indexed(index)?;
                (known.name, known.name_index)
            };
            let field = Field { name, value: input.string()?, index: 0, name_index };
            if is_kept {
                self.keep(field.clone());
            }
            tell(field);
        }
        Ok(())
    }

    fn indexed(&self, index: usize) -> Result<Field, Broken> {
        let below = index.checked_sub(1).ok_or(Broken)?;
        if let Some((name, value)) = STATIC.get(below) {
            let index = u8::try_from(index).map_err(|_| Broken)?;
            let (name, value) = (Bytes::from_static(name.as_bytes()), Bytes::from_static(value.as_bytes()));
            return Ok(Field { name, value, index, name_index: index });
        }
        self.table.get(below - STATIC.len()).cloned().ok_or(Broken)
    }

    fn keep(&mut self, field: Field) {
        // Slices of a block would keep all of it.
        let (name, value) = (own(&field.name), own(&field.value));
        let field = Field { name, value, ..field };
        self.size += field.size();
        self.table.push_front(field);
        self.evict();
    }

    fn evict(&mut self) {
        while self.size > self.most
            && let Some(oldest) = self.table.pop_back()
        {
            self.size -= oldest.size();
        }
    }
}

fn own(bytes: &Bytes) -> Bytes {
    Bytes::copy_from_slice(bytes)
}

struct Input<'b> {
    block: &'b Bytes,
    at: usize,
}

impl Input<'_> {
    fn peek(&self) -> Option<u8> {
        self.block.get(self.at).copied()
    }

    fn byte(&mut self) -> Result<u8, Broken> {
        let byte = self.peek().ok_or(Broken)?;
        self.at += 1;
        Ok(byte)
    }

    fn integer(&mut self, bits: u32) -> Result<usize, Broken> {
        let most = (1usize << bits) - 1;
        let mut value = usize::from(self.byte()?) & most;
        if value < most {
            return Ok(value);
        }
        for shift in [0, 7, 14, 21] {
            let byte = self.byte()?;
            value += usize::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                return Ok(value);
            }
        }
        Err(Broken)
    }

    fn string(&mut self) -> Result<Bytes, Broken> {
        let is_coded = self.peek().is_some_and(|byte| byte & 0x80 != 0);
        let length = self.integer(7)?;
        let end = self.at + length;
        let raw = self.block.get(self.at..end).ok_or(Broken)?;
        let text =
            if is_coded { Bytes::from(huffman::decode(raw).ok_or(Broken)?) } else { self.block.slice(self.at..end) };
        self.at = end;
        Ok(text)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn read(decoder: &mut Decoder, block: &[u8]) -> Result<Vec<(String, String)>, Broken> {
        let mut out = Vec::new();
        let text = |bytes: &Bytes| String::from_utf8(bytes.to_vec()).unwrap();
        decoder.decode(&Bytes::copy_from_slice(block), |field| out.push((text(&field.name), text(&field.value))))?;
        Ok(out)
    }

    #[test]
    fn the_requests_of_the_rfc_are_read() {
        let mut decoder = Decoder::default();
        let first =
            [0x82, 0x86, 0x84, 0x41, 0x8c, 0xf1, 0xe3, 0xc2, 0xe5, 0xf2, 0x3a, 0x6b, 0xa0, 0xab, 0x90, 0xf4, 0xff];
        let list = read(&mut decoder, &first).unwrap();
        assert_eq!(list.last().unwrap(), &(":authority".to_owned(), "www.example.com".to_owned()));
        let second = [0x82, 0x86, 0x84, 0xbe, 0x58, 0x86, 0xa8, 0xeb, 0x10, 0x64, 0x9c, 0xbf];
        let list = read(&mut decoder, &second).unwrap();
        assert_eq!(list[3], (":authority".to_owned(), "www.example.com".to_owned()));
        assert_eq!(list[4], ("cache-control".to_owned(), "no-cache".to_owned()));
        assert_eq!(decoder.size, 57 + 53);
    }

    #[test]
    fn what_is_written_is_read_again() {
        let long = "v".repeat(300);
        let fields = [
            Field { index: 2, ..Field::new(Bytes::from_static(b":method"), Bytes::from_static(b"GET")) },
            Field { name_index: 58, ..Field::new(Bytes::from_static(b"user-agent"), Bytes::from(long.clone())) },
            Field::new(Bytes::from_static(b"x-a"), Bytes::from_static(b"b")),
        ];
        let mut out = Vec::new();
        fields.iter().for_each(|field| field.write(&mut out));
        let list = read(&mut Decoder::default(), &out).unwrap();
        assert_eq!(list[0], (":method".to_owned(), "GET".to_owned()));
        assert_eq!(list[1], ("user-agent".to_owned(), long));
        assert_eq!(list[2], ("x-a".to_owned(), "b".to_owned()));
    }

    #[test]
    fn blocks_that_are_none_are_refused() {
        for block in [
            &[0x80][..],
            &[0xff, 0xff, 0xff, 0xff, 0xff, 0x01],
            &[0xbe],
            &[0x00, 0x05, b'a'],
            &[0x82, 0x20],
            &[0x3f, 0xe2, 0x1f],
            &[0x40],
        ] {
            assert_eq!(read(&mut Decoder::default(), block), Err(Broken), "{block:?}");
        }
        // The table may be made smaller, at the beginning.
        assert!(read(&mut Decoder::default(), &[0x20, 0x82]).is_ok());
    }
}
