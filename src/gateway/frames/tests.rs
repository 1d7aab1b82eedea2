//! Whole connections against the gate: what a client says, what h2 gets, and what the client hears.

use super::session::{PREFACE, Session};
use super::*;

const RULES: Rules = Rules { most_head: 60 * 1024, most_streams: 2 };

/// GET / of http://a, as a block.
const BLOCK: &[u8] = &[0x82, 0x86, 0x84, 0x01, 0x01, b'a'];

fn greeted() -> Session {
    let mut session = Session::new(RULES);
    session.inbox().extend_from_slice(PREFACE);
    say(&mut session, kind::SETTINGS, 0, 0, &[]);
    session.inward().clear();
    session
}

fn say(session: &mut Session, kind: u8, flags: u8, stream: u32, payload: &[u8]) {
    let mut out = Vec::new();
    put_frame(&mut out, kind, flags, stream, payload);
    session.inbox().extend_from_slice(&out);
    session.receive();
}

fn kinds(session: &mut Session) -> Vec<u8> {
    session.inward().iter().filter_map(|frame| frame.get(3).copied()).collect()
}

fn heard(session: &mut Session) -> Vec<u8> {
    let mut out = Vec::new();
    session.take_own(&mut out);
    out
}

fn frame(kind: u8, flags: u8, stream: u32, payload: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    put_frame(&mut out, kind, flags, stream, payload);
    out
}

#[test]
fn another_preface_ends_without_a_word() {
    let mut session = Session::new(RULES);
    session.inbox().extend_from_slice(b"GET / HTTP/1.1\r\n\r\n");
    session.receive();
    assert_eq!(session.end(), Some(End::Quiet));
    assert!(!session.is_welcome());
}

#[test]
fn settings_come_first() {
    let mut session = Session::new(RULES);
    session.inbox().extend_from_slice(PREFACE);
    say(&mut session, kind::PING, 0, 0, &[0; 8]);
    assert_eq!(session.end(), Some(End::GoAway(Code::Protocol)));
    assert_eq!(heard(&mut session), frame(kind::GOAWAY, 0, 0, &[0, 0, 0, 0, 0, 0, 0, 1]));
}

#[test]
fn requests_reach_h2() {
    let mut session = greeted();
    say(&mut session, kind::HEADERS, flag::END_HEADERS, 1, BLOCK);
    say(&mut session, kind::DATA, flag::END_STREAM, 1, b"hi");
    assert_eq!(kinds(&mut session), [kind::HEADERS, kind::DATA]);
    say(&mut session, kind::DATA, 0, 1, b"more");
    assert_eq!(session.end(), Some(End::GoAway(Code::StreamClosed)));
}

#[test]
fn frames_that_cannot_be_end_the_connection() {
    let ends: [(u8, u8, u32, &[u8], End); 14] = [
        (kind::DATA, 0, 0, b"x", End::GoAway(Code::Protocol)),
        (kind::DATA, 0, 1, b"x", End::GoAway(Code::Protocol)),
        (kind::HEADERS, flag::END_HEADERS, 2, BLOCK, End::Quiet),
        (kind::HEADERS, flag::END_HEADERS, 1, &[0x82], End::Quiet),
        (kind::HEADERS, flag::END_HEADERS, 1, &[0, 5, b'a'], End::GoAway(Code::Compression)),
        (kind::HEADERS, flag::END_HEADERS | flag::PADDED, 1, &[9, 0x82], End::GoAway(Code::Protocol)),
        (kind::CONTINUATION, 0, 1, &[0x82], End::GoAway(Code::Protocol)),
        (kind::RST_STREAM, 0, 7, &[0; 4], End::Quiet),
        (kind::RST_STREAM, 0, 7, &[0; 3], End::GoAway(Code::FrameSize)),
        (kind::SETTINGS, 0, 1, &[], End::Quiet),
        (kind::SETTINGS, 0, 0, &[0, 2, 0, 0, 0, 2], End::Quiet),
        (kind::PING, 0, 0, &[0; 7], End::GoAway(Code::FrameSize)),
        (kind::PING, 0, 1, &[0; 8], End::Quiet),
        (kind::WINDOW_UPDATE, 0, 0, &[0; 4], End::Quiet),
    ];
    for (kind, flags, stream, payload, end) in ends {
        let mut session = greeted();
        say(&mut session, kind, flags, stream, payload);
        assert_eq!(session.end(), Some(end), "{kind} {flags} {stream} {payload:?}");
    }
}

#[test]
fn old_streams_and_unknown_frames_are_passed_over() {
    let mut session = greeted();
    say(&mut session, kind::HEADERS, flag::END_HEADERS | flag::END_STREAM, 5, BLOCK);
    say(&mut session, kind::HEADERS, flag::END_HEADERS | flag::END_STREAM, 3, BLOCK);
    say(&mut session, kind::DATA, 0, 3, b"xy");
    say(&mut session, 200, 0, 0, b"abc");
    say(&mut session, kind::PRIORITY, 0, 9, &[0, 0, 0, 9, 1]);
    assert_eq!(kinds(&mut session), [kind::HEADERS]);
    assert_eq!(session.end(), None);
    assert_eq!(heard(&mut session), frame(kind::WINDOW_UPDATE, 0, 0, &[0, 0, 0, 2]));
}

#[test]
fn streams_are_counted() {
    let mut session = greeted();
    for stream in [1, 3, 5] {
        say(&mut session, kind::HEADERS, flag::END_HEADERS | flag::END_STREAM, stream, BLOCK);
    }
    assert_eq!(heard(&mut session), frame(kind::RST_STREAM, 0, 5, &[0, 0, 0, 7]));
    say(&mut session, kind::SETTINGS, flag::ACK, 0, &[]);
    say(&mut session, kind::HEADERS, flag::END_HEADERS | flag::END_STREAM, 7, BLOCK);
    assert_eq!(session.end(), Some(End::Quiet));
}

#[test]
fn an_answer_before_the_end_of_the_request_ends_the_stream() {
    let mut session = greeted();
    say(&mut session, kind::HEADERS, flag::END_HEADERS, 1, BLOCK);
    session.inward().clear();
    let answer = frame(kind::HEADERS, flag::END_HEADERS | flag::END_STREAM, 1, &[0x88]);
    let mut out = Vec::new();
    session.send(&answer, &mut out);
    assert_eq!(out, [answer, frame(kind::RST_STREAM, 0, 1, &[0; 4])].concat());
    assert_eq!(kinds(&mut session), [kind::RST_STREAM]);
    assert!(session.is_idle());
}

#[test]
fn our_settings_are_envoys() {
    let mut session = greeted();
    let mut out = Vec::new();
    session.send(&frame(kind::SETTINGS, 0, 0, &[0, 5, 0, 0, 64, 0]), &mut out);
    let [.., a, b, c, d] = out.as_slice() else { panic!("nothing was sent") };
    assert_eq!(u32::from_be_bytes([*a, *b, *c, *d]), session::WINDOW);
    assert_eq!(out.len(), HEADER + 24);
}

#[test]
fn floods_end_the_connection() {
    let floods: [(u8, u8, u32, &[u8], usize); 5] = [
        (kind::PING, 0, 0, &[0; 8], 1000),
        (kind::SETTINGS, 0, 0, &[], 1000),
        (kind::PRIORITY, 0, 1, &[0; 5], 101),
        (kind::WINDOW_UPDATE, 0, 0, &[0, 0, 0, 1], 6),
        (kind::CONTINUATION, 0, 1, b"@", 1001),
    ];
    for (kind, flags, stream, payload, times) in floods {
        let mut session = greeted();
        if kind == kind::CONTINUATION {
            say(&mut session, kind::HEADERS, 0, 1, BLOCK);
        }
        let one = frame(kind, flags, stream, payload);
        session.inbox().extend_from_slice(&one.repeat(times - 1));
        session.receive();
        assert_eq!(session.end(), None, "{kind}");
        session.inbox().extend_from_slice(&one);
        session.receive();
        assert_eq!(session.end(), Some(End::Quiet), "{kind}");
    }
}

#[test]
fn random_bytes_do_no_harm() {
    for seed in 0..2000u64 {
        let mut random = fastrand::Rng::with_seed(seed);
        let mut session = greeted();
        for _ in 0..random.usize(1..40) {
            let payload: Vec<u8> = match random.u8(..3) {
                0 => BLOCK.to_vec(),
                _ => (0..random.usize(..60)).map(|_| random.u8(..)).collect(),
            };
            say(&mut session, random.u8(..11), random.u8(..), random.u32(..8), &payload);
            let mut out = Vec::new();
            session.send(&payload, &mut out);
            session.take_own(&mut out);
        }
    }
}
