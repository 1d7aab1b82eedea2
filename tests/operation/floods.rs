//! Floods of HTTP/2 frames: the connection ends, memory stays, others are served.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use super::served::{Client, PATIENCE, Served, mapping};
use super::upstream::{Manner, Upstream};

const DATA: u8 = 0;
const HEADERS: u8 = 1;
const PRIORITY: u8 = 2;
const RST_STREAM: u8 = 3;
const SETTINGS: u8 = 4;
const PING: u8 = 6;
const WINDOW_UPDATE: u8 = 8;
const CONTINUATION: u8 = 9;

const END_STREAM: u8 = 1;
const END_HEADERS: u8 = 4;

fn frame(kind: u8, flags: u8, stream: u32, payload: &[u8]) -> Vec<u8> {
    let length = u32::try_from(payload.len()).unwrap().to_be_bytes();
    let mut frame = vec![length[1], length[2], length[3], kind, flags];
    frame.extend(stream.to_be_bytes());
    frame.extend(payload);
    frame
}

/// `GET /good/x` of `a`: pseudo-headers out of HPACK's table, the others as they are.
fn request() -> Vec<u8> {
    let mut block = vec![0x82, 0x86, 0x04, 7];
    block.extend(b"/good/x");
    block.extend([0x01, 1, b'a']);
    block
}

/// A connection on which a client floods.
struct Flooder(TcpStream);

impl Flooder {
    fn new(served: &Served) -> Self {
        Self::over(TcpStream::connect(served.address()).unwrap())
    }

    /// One for which the system keeps little that is not read.
    fn deaf(served: &Served) -> Self {
        let socket = socket2::Socket::new(socket2::Domain::IPV4, socket2::Type::STREAM, None).unwrap();
        socket.set_recv_buffer_size(4096).unwrap();
        socket.connect(&served.address().into()).unwrap();
        let flooder = Self::over(socket.into());
        flooder.0.set_write_timeout(Some(PATIENCE)).unwrap();
        flooder
    }

    fn over(mut stream: TcpStream) -> Self {
        stream.set_read_timeout(Some(Duration::from_millis(1))).unwrap();
        stream.set_write_timeout(Some(Duration::from_secs(2))).unwrap();
        stream.write_all(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n").unwrap();
        stream.write_all(&frame(SETTINGS, 0, 0, &[])).unwrap();
        Self(stream)
    }

    /// Sends frames on and on; whether the gateway ends the connection before so many.
    fn is_ended_within(&mut self, most: u32, mut frames: impl FnMut(u32) -> Vec<u8>) -> bool {
        let began = Instant::now();
        for number in 0..most {
            if self.0.write_all(&frames(number)).is_err() {
                return true;
            }
            // What comes back is read, so that it is not the full buffers that end it.
            if number % 256 == 0 && self.is_over() {
                return true;
            }
            assert!(began.elapsed() < PATIENCE, "the flood takes too long");
        }
        self.is_over_soon()
    }

    /// Sends frames on and on and reads nothing; whether the gateway ends the connection before so many.
    fn is_ended_unread_within(&mut self, most: u32, frame: &[u8]) -> bool {
        const AT_ONCE: u32 = 1000;
        let piece = frame.repeat(AT_ONCE as usize);
        let began = Instant::now();
        for _ in 0..most / AT_ONCE {
            if let Err(error) = self.0.write_all(&piece) {
                // Not to be read from any more is no end.
                return !matches!(error.kind(), std::io::ErrorKind::WouldBlock | std::io::ErrorKind::TimedOut);
            }
            assert!(began.elapsed() < PATIENCE, "the flood takes too long");
        }
        // What is sent after the end is read for a while, so that the client gets the last words.
        self.is_over_soon()
    }

    fn is_over_soon(&mut self) -> bool {
        let end = Instant::now() + Duration::from_secs(5);
        while Instant::now() < end {
            if self.is_over() {
                return true;
            }
        }
        false
    }

    fn is_over(&mut self) -> bool {
        let mut bytes = [0; 16 * 1024];
        match self.0.read(&mut bytes) {
            Ok(0) => true,
            Ok(_) => false,
            Err(error) => !matches!(error.kind(), std::io::ErrorKind::WouldBlock | std::io::ErrorKind::TimedOut),
        }
    }
}

/// Floods, with another client served beside; memory must stay.
fn flood(name: &str, most: u32, frames: impl FnMut(u32) -> Vec<u8>) -> bool {
    flood_with(name, |served| Flooder::new(served).is_ended_within(most, frames))
}

fn flood_with(name: &str, floods: impl FnOnce(&Served) -> bool) -> bool {
    let good = Upstream::start(Manner::Echo);
    let served = Served::start(&mapping("good", "/good/", good.address(), ""));
    let before = served.memory_kib();
    let is_ended = std::thread::scope(|scope| {
        let other = scope.spawn(|| {
            let mut client = Client::new(served.address());
            for _ in 0..20 {
                assert_eq!(client.get("/good/x").unwrap().status(), 200);
            }
        });
        let is_ended = floods(&served);
        other.join().unwrap();
        is_ended
    });
    let grown = served.memory_kib().zip(before).map(|(now, before)| now.saturating_sub(before));
    assert!(grown.is_none_or(|kib| kib < 32 * 1024), "{name} costs {grown:?} KiB");
    assert_eq!(served.get("/good/x").status(), 200);
    is_ended
}

fn stream(number: u32) -> u32 {
    number * 2 + 1
}

#[test]
fn rapid_resets_end_the_connection() {
    assert!(flood("rapid reset", 20_000, |number| {
        let mut frames = frame(HEADERS, END_HEADERS | END_STREAM, stream(number), &request());
        frames.extend(frame(RST_STREAM, 0, stream(number), &[0, 0, 0, 8]));
        frames
    }));
}

/// Only answers that wait to be sent count against a client; one that reads them may go on. So it follows from how the
/// recorded floods end; Envoy was not asked about a client that reads.
#[test]
fn settings_and_pings_whose_answers_are_read_cost_nothing() {
    flood("settings", 20_000, |_| frame(SETTINGS, 0, 0, &[0, 4, 0, 1, 0, 0]));
    flood("pings", 20_000, |_| frame(PING, 0, 0, &[0; 8]));
}

/// A client that asks and reads nothing: what waits for it is bounded, and then the connection ends.
#[test]
fn settings_and_pings_whose_answers_are_not_read_end_the_connection() {
    for (name, frame) in
        [("unread settings", frame(SETTINGS, 0, 0, &[0, 4, 0, 1, 0, 0])), ("unread pings", frame(PING, 0, 0, &[0; 8]))]
    {
        let is_ended = flood_with(name, |served| Flooder::deaf(served).is_ended_unread_within(2_000_000, &frame));
        assert!(is_ended, "{name} go on");
    }
}

#[test]
fn frames_of_nothing_end_the_connection() {
    assert!(flood("priorities", 200_000, |number| frame(PRIORITY, 0, stream(number), &[0, 0, 0, 0, 1])));
    assert!(flood("empty data", 200_000, |number| match number {
        0 => frame(HEADERS, END_HEADERS, 1, &request()),
        _ => frame(DATA, 0, 1, &[]),
    }));
}

#[test]
fn heads_without_end_end_the_connection() {
    assert!(flood("continuations", 100_000, |number| match number {
        0 => frame(HEADERS, 0, 1, &request()),
        // A header that is not kept in the table: x: y.
        _ => frame(CONTINUATION, 0, 1, &[0, 1, b'x', 1, b'y']),
    }));
    assert!(flood("empty continuations", 100_000, |number| match number {
        0 => frame(HEADERS, 0, 1, &request()),
        _ => frame(CONTINUATION, 0, 1, &[]),
    }));
}

#[test]
fn windows_that_open_a_little_at_a_time_are_borne_or_end_the_connection() {
    // One byte of window for each frame: whatever comes of it, memory stays and others are served.
    let _ = flood("window updates", 50_000, |number| match number {
        0 => frame(HEADERS, END_HEADERS | END_STREAM, 1, &request()),
        _ => frame(WINDOW_UPDATE, 0, 0, &[0, 0, 0, 1]),
    });
}
