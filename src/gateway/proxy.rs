//! The PROXY header, in its two versions: who the client is, told by a balancer in front.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

/// The first bytes of version 2.
const SIGNATURE: &[u8] = b"\r\n\r\n\0\r\nQUIT\n";

/// The longest header of version 1.
const LONGEST: usize = 107;

/// What stands at the beginning of a connection.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Read {
    /// More bytes are needed.
    Incomplete,
    /// No PROXY header, or a broken one.
    Refused,
    /// A header of so many bytes; source and destination, if it tells them.
    Header {
        /// How long it is.
        length: usize,
        /// Source and destination.
        told: Option<(SocketAddr, SocketAddr)>,
    },
}

/// Reads the header at the beginning of a connection.
pub(crate) fn read(bytes: &[u8]) -> Read {
    if bytes.starts_with(SIGNATURE) {
        return version_2(bytes);
    }
    if SIGNATURE.starts_with(bytes.get(..SIGNATURE.len().min(bytes.len())).unwrap_or_default())
        || b"PROXY ".starts_with(bytes.get(..6.min(bytes.len())).unwrap_or_default()) && bytes.len() < 6
    {
        return Read::Incomplete;
    }
    if bytes.starts_with(b"PROXY ") { version_1(bytes) } else { Read::Refused }
}

fn version_1(bytes: &[u8]) -> Read {
    let window = bytes.get(..LONGEST.min(bytes.len())).unwrap_or_default();
    let Some(end) = window.windows(2).position(|pair| pair == b"\r\n") else {
        return if bytes.len() >= LONGEST { Read::Refused } else { Read::Incomplete };
    };
    let Some(line) = window.get(..end).and_then(|line| std::str::from_utf8(line).ok()) else { return Read::Refused };
    let length = end + 2;
    let words: Vec<&str> = line.split(' ').collect();
    match words.as_slice() {
        ["PROXY", "UNKNOWN", ..] => Read::Header { length, told: None },
        ["PROXY", family, source, destination, source_port, destination_port] => {
            let address = |ip: &str, port: &str| {
                let is_plain = !port.is_empty() && port.bytes().all(|byte| byte.is_ascii_digit());
                let ip: IpAddr = match *family {
                    "TCP4" => ip.parse::<Ipv4Addr>().ok()?.into(),
                    "TCP6" => ip.parse::<Ipv6Addr>().ok()?.into(),
                    _ => return None,
                };
                is_plain.then(|| Some(SocketAddr::new(ip, port.parse().ok()?)))?
            };
            match (address(source, source_port), address(destination, destination_port)) {
                (Some(source), Some(destination)) => Read::Header { length, told: Some((source, destination)) },
                _ => Read::Refused,
            }
        }
        _ => Read::Refused,
    }
}

fn version_2(bytes: &[u8]) -> Read {
    let [command, family, high, low] = match bytes.get(12..16) {
        Some(&[command, family, high, low]) => [command, family, high, low],
        _ => return Read::Incomplete,
    };
    let length = 16 + usize::from(u16::from_be_bytes([high, low]));
    if command >> 4 != 2 || command & 0xf > 1 {
        return Read::Refused;
    }
    let Some(rest) = bytes.get(16..length) else { return Read::Incomplete };
    if command & 0xf == 0 {
        return Read::Header { length, told: None };
    }
    let port = |at: usize| rest.get(at..at + 2).and_then(|port| port.try_into().ok()).map(u16::from_be_bytes);
    let told = match family {
        0x11 => {
            let ip = |at: usize| rest.get(at..at + 4)?.try_into().ok().map(|octets: [u8; 4]| IpAddr::from(octets));
            address_pair(ip(0), port(8), ip(4), port(10))
        }
        0x21 => {
            let ip = |at: usize| rest.get(at..at + 16)?.try_into().ok().map(|octets: [u8; 16]| IpAddr::from(octets));
            address_pair(ip(0), port(32), ip(16), port(34))
        }
        _ => None,
    };
    match (family, told) {
        (0x11 | 0x21, None) => Read::Refused,
        (_, told) if told.is_some() => Read::Header { length, told },
        _ => Read::Refused,
    }
}

fn address_pair(
    source: Option<IpAddr>,
    source_port: Option<u16>,
    destination: Option<IpAddr>,
    destination_port: Option<u16>,
) -> Option<(SocketAddr, SocketAddr)> {
    Some((SocketAddr::new(source?, source_port?), SocketAddr::new(destination?, destination_port?)))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn told(bytes: &[u8]) -> Option<String> {
        match read(bytes) {
            Read::Header { told, .. } => Some(told.map_or("none".to_owned(), |(source, _)| source.to_string())),
            _ => None,
        }
    }

    #[test]
    fn version_1_tells_addresses_or_that_it_knows_none() {
        assert_eq!(told(b"PROXY TCP4 1.2.3.4 5.6.7.8 1000 80\r\nGET").as_deref(), Some("1.2.3.4:1000"));
        assert_eq!(told(b"PROXY TCP6 ::1 ::2 1000 80\r\n").as_deref(), Some("[::1]:1000"));
        assert_eq!(told(b"PROXY UNKNOWN whatever\r\n").as_deref(), Some("none"));
        for broken in ["PROXY TCP4 1.2.3.4 5.6.7.8 1000\r\n", "PROXY TCP4 ::1 ::2 1 2\r\n", "GET / HTTP/1.1\r\n"] {
            assert_eq!(read(broken.as_bytes()), Read::Refused, "{broken}");
        }
        assert_eq!(read(b"PROXY TCP4 1.2"), Read::Incomplete);
    }

    #[test]
    fn version_2_tells_addresses_or_is_local() {
        let header = |command: u8, family: u8, rest: &[u8]| {
            let length = u16::try_from(rest.len()).unwrap().to_be_bytes();
            [SIGNATURE, &[command, family], &length, rest].concat()
        };
        let four = [1, 2, 3, 4, 5, 6, 7, 8, 0x03, 0xe8, 0, 80];
        assert_eq!(told(&header(0x21, 0x11, &four)).as_deref(), Some("1.2.3.4:1000"));
        assert_eq!(told(&header(0x20, 0, &[])).as_deref(), Some("none"));
        assert_eq!(read(&header(0x21, 0x11, &four[..8])), Read::Refused);
        assert_eq!(read(&header(0x31, 0x11, &four)), Read::Refused);
        assert_eq!(read(&header(0x21, 0x11, &four)[..20]), Read::Incomplete);
    }
}
