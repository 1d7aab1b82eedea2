//! The Huffman code of HPACK (RFC 7541, appendix B). It is canonical: the lengths of its codes say all.

use std::sync::LazyLock;

const LENGTHS: [u8; 257] = [
    13, 23, 28, 28, 28, 28, 28, 28, 28, 24, 30, 28, 28, 30, 28, 28, //
    28, 28, 28, 28, 28, 28, 30, 28, 28, 28, 28, 28, 28, 28, 28, 28, //
    6, 10, 10, 12, 13, 6, 8, 11, 10, 10, 8, 11, 8, 6, 6, 6, //
    5, 5, 5, 6, 6, 6, 6, 6, 6, 6, 7, 8, 15, 6, 12, 10, //
    13, 6, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, //
    7, 7, 7, 7, 7, 7, 7, 7, 8, 7, 8, 13, 19, 13, 14, 6, //
    15, 5, 6, 5, 6, 5, 6, 6, 6, 5, 7, 7, 6, 6, 6, 5, //
    6, 7, 6, 5, 5, 6, 7, 7, 7, 7, 7, 15, 11, 14, 13, 28, //
    20, 22, 20, 20, 22, 22, 22, 23, 22, 23, 23, 23, 23, 23, 24, 23, //
    24, 24, 22, 23, 24, 23, 23, 23, 23, 21, 22, 23, 22, 23, 23, 24, //
    22, 21, 20, 22, 22, 23, 23, 21, 23, 22, 22, 24, 21, 22, 23, 23, //
    21, 21, 22, 21, 23, 22, 23, 23, 20, 22, 22, 22, 23, 22, 22, 23, //
    26, 26, 20, 19, 22, 23, 22, 25, 26, 26, 26, 27, 27, 26, 24, 25, //
    19, 21, 26, 27, 27, 26, 27, 24, 21, 21, 26, 26, 28, 27, 27, 27, //
    20, 24, 20, 21, 22, 21, 21, 23, 22, 22, 25, 25, 24, 24, 26, 23, //
    26, 27, 26, 26, 27, 27, 27, 27, 27, 28, 27, 27, 27, 27, 27, 26, //
    30,
];

/// What stands for the end of a string; it may not occur.
const END: u16 = 256;

/// Codes of at most so many bits are looked up at once.
const SHORT: u32 = 9;

struct Tables {
    /// By the first bits: the letter and the length of its code, which is 0 for longer ones.
    short: Vec<(u8, u8)>,
    /// By length: the first code, how many there are, and where their letters begin.
    longer: [(u32, u32, usize); 31],
    letters: Vec<u16>,
}

static TABLES: LazyLock<Tables> = LazyLock::new(|| {
    let mut letters: Vec<u16> = (0..=END).collect();
    let length_of = |letter: u16| LENGTHS.get(usize::from(letter)).copied().unwrap_or(0);
    letters.sort_by_key(|letter| (length_of(*letter), *letter));
    let mut short = vec![(0, 0); 1 << SHORT];
    let mut longer = [(0, 0, 0); 31];
    let (mut code, mut before) = (0u32, 0u8);
    for (at, letter) in letters.iter().enumerate() {
        let length = length_of(*letter);
        code <<= length - before;
        if let Some(of_length) = longer.get_mut(usize::from(length)) {
            if of_length.1 == 0 {
                *of_length = (code, 0, at);
            }
            of_length.1 += 1;
        }
        if u32::from(length) <= SHORT {
            let first = (code << (SHORT - u32::from(length))) as usize;
            let many = 1usize << (SHORT - u32::from(length));
            for slot in short.iter_mut().skip(first).take(many) {
                *slot = (*letter as u8, length);
            }
        }
        code += 1;
        before = length;
    }
    Tables { short, longer, letters }
});

/// Decodes a string; `None` where it is none.
pub(super) fn decode(bytes: &[u8]) -> Option<Vec<u8>> {
    let tables = &*TABLES;
    let mut out = Vec::with_capacity(bytes.len() * 2);
    let mut input = bytes.iter();
    // Bits to be read stand at the top.
    let (mut bits, mut count) = (0u64, 0u32);
    loop {
        while count <= 56
            && let Some(byte) = input.next()
        {
            bits |= u64::from(*byte) << (56 - count);
            count += 8;
        }
        let (letter, length) = next(tables, bits)?;
        if length > count || count == 0 {
            // What is left is padding: less than a byte, of ones.
            let is_padding = count < 8 && (bits | (u64::MAX >> count)) == u64::MAX;
            return is_padding.then_some(out);
        }
        out.push(letter);
        bits <<= length;
        count -= length;
    }
}

/// The letter whose code the bits begin with, and its length.
fn next(tables: &Tables, bits: u64) -> Option<(u8, u32)> {
    let (letter, length) = tables.short.get((bits >> (64 - SHORT)) as usize).copied()?;
    if length > 0 {
        return Some((letter, u32::from(length)));
    }
    for length in SHORT + 1..=30 {
        let (first, many, from) = tables.longer.get(length as usize).copied()?;
        let offset = u32::try_from(bits >> (64 - length)).ok()?.wrapping_sub(first);
        if offset < many {
            let letter = tables.letters.get(from + offset as usize).copied()?;
            // The end of a string may not be written out.
            return (letter != END).then_some((letter as u8, length));
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn examples_of_the_rfc_are_read() {
        let bytes = [0xf1, 0xe3, 0xc2, 0xe5, 0xf2, 0x3a, 0x6b, 0xa0, 0xab, 0x90, 0xf4, 0xff];
        assert_eq!(decode(&bytes).as_deref(), Some(&b"www.example.com"[..]));
        assert_eq!(decode(&[0xa8, 0xeb, 0x10, 0x64, 0x9c, 0xbf]).as_deref(), Some(&b"no-cache"[..]));
        assert_eq!(decode(&[]).as_deref(), Some(&b""[..]));
    }

    #[test]
    fn padding_is_short_and_of_ones() {
        // '0' is five zeros.
        assert_eq!(decode(&[0b0000_0111]).as_deref(), Some(&b"0"[..]));
        assert_eq!(decode(&[0b0000_0110]), None);
        assert_eq!(decode(&[0b0000_0111, 0xff]), None);
        assert_eq!(decode(&[0xff]), None);
        assert_eq!(decode(&[0xff, 0xff, 0xff, 0xff]), None);
    }

    #[test]
    fn every_letter_is_read() {
        for letter in 0..=255u8 {
            let length = u32::from(LENGTHS[usize::from(letter)]);
            let (first, _, from) = TABLES.longer[length as usize];
            let at = TABLES.letters.iter().position(|known| *known == u16::from(letter)).unwrap_or(0);
            let code = u64::from(first) + (at - from) as u64;
            let bits = code << (64 - length) | (u64::MAX >> length);
            let bytes = bits.to_be_bytes();
            let used = length.div_ceil(8) as usize;
            assert_eq!(decode(&bytes[..used]).as_deref(), Some(&[letter][..]), "{letter}");
        }
    }
}
