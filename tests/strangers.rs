//! Random bytes, and requests that were changed at random, against all that reads what strangers send: no panic, and a
//! head that is written anew reads the same again. `STRANGERS_BYTES` says how much; a little where it is not set.

#![allow(clippy::unwrap_used, clippy::print_stdout)]

use kubectl_ambassador::gateway::strangers;

const SEEDS: [&[u8]; 9] = [
    b"GET /a?b=c HTTP/1.1\r\nHost: a\r\nX-A: b\r\n\r\n",
    b"POST /u HTTP/1.1\r\nhost: a\r\ncontent-length: 5\r\n\r\nhelloGET / HTTP/1.1\r\nhost: a\r\n\r\n",
    b"POST /u HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\n\r\n5;x=y\r\nhello\r\n0\r\nt: v\r\n\r\nGET / HTTP/1.1\r\n\r\n",
    b"GET http://b:8/x HTTP/1.0\nHost: a\n folded\nConnection: keep-alive, close\n\n",
    b"POST / HTTP/1.1\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\nExpect: 100-continue\r\n\r\n0\r\n\r\n",
    b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0\0\0\x06\x01\x05\0\0\0\x01\x82\x86\x84\x01\x01a\0\0\x04\x03\0\0\0\0\x01\0\0\0\x08",
    b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0\0\0\x06\x01\0\0\0\0\x01\x82\x86\x84\x01\x01a\0\0\x02\x09\x04\0\0\0\x01\xbe\x41\0\0\x08\x06\0\0\0\0\x0012345678",
    b"PROXY TCP4 1.2.3.4 5.6.7.8 1 2\r\nGET / HTTP/1.1\r\n\r\n",
    b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\ntransfer-encoding: chunked\r\n\r\nok",
];

const PIECES: [&[u8]; 12] = [
    b"\r\n",
    b"\n",
    b"\r",
    b"\0",
    b" ",
    b"\t",
    b": ",
    b"chunked",
    b"Content-Length: 5",
    b"Transfer-Encoding: chunked",
    b"\r\n\r\n",
    b"0\r\n\r\n",
];

fn mutated(random: &mut fastrand::Rng) -> Vec<u8> {
    let mut bytes = SEEDS[random.usize(..SEEDS.len())].to_vec();
    for _ in 0..random.usize(..6) {
        let at = random.usize(..=bytes.len());
        match random.u8(..5) {
            0 => bytes.insert(at, random.u8(..)),
            1 if at < bytes.len() => bytes[at] = random.u8(..),
            2 => {
                bytes.drain(at..bytes.len().min(at + random.usize(..8)));
            }
            3 => {
                bytes.splice(at..at, PIECES[random.usize(..PIECES.len())].iter().copied());
            }
            _ => {
                let other = SEEDS[random.usize(..SEEDS.len())];
                let from = random.usize(..other.len());
                bytes.splice(at..at, other[from..].iter().copied());
            }
        }
    }
    bytes
}

fn throw(bytes: &[u8], piece: usize) {
    strangers::http1(bytes).unwrap();
    strangers::http2(bytes, piece);
    strangers::others(bytes).unwrap();
}

#[test]
fn strangers_do_no_harm() {
    let most: usize = std::env::var("STRANGERS_BYTES").ok().and_then(|text| text.parse().ok()).unwrap_or(1 << 20);
    let mut random = fastrand::Rng::with_seed(7);
    let (mut thrown, mut times) = (0, 0);
    while thrown < most {
        let bytes = if random.u8(..8) == 0 {
            (0..random.usize(1..2000)).map(|_| random.u8(..)).collect()
        } else {
            mutated(&mut random)
        };
        throw(&bytes, random.usize(1..64));
        thrown += bytes.len();
        times += 1;
    }
    println!("{thrown} bytes in {times} inputs");
}

/// What could be split in two ways is refused, or comes out in one way only.
#[test]
fn smuggled_requests_are_refused_or_evened_out() {
    for seed in SEEDS {
        strangers::http1(seed).unwrap();
    }
    for odd in [
        "POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 6\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\nG",
        "POST / HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\ncontent-length: 4\r\n\r\n5c\r\nGPOST",
        "POST / HTTP/1.1\r\nhost: a\r\ntransfer-encoding: xchunked\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n",
        "POST / HTTP/1.1\r\nhost: a\r\ntransfer-encoding:\r\n chunked\r\n\r\n0\r\n\r\n",
        "POST / HTTP/1.1\r\nhost: a\r\nx: y\rcontent-length: 5\r\n\r\nhello",
        "POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 5\r\ncontent-length: 5\r\n\r\nhello",
        "GET http://a/ HTTP/1.1\r\nhost: b\r\n\r\n",
    ] {
        strangers::http1(odd.as_bytes()).unwrap();
    }
}
