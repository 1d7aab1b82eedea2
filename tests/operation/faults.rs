//! Upstreams and clients that fail while others are served.

use std::io::Write as _;
use std::net::{Shutdown, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use super::served::{Client, PATIENCE, Served, mapping, until};
use super::upstream::{Manner, Upstream};

/// Tells that it is over, also where something failed before.
pub struct Ends<'a>(pub &'a AtomicBool);

impl Drop for Ends<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::SeqCst);
    }
}

/// Asks for a good path on and on while something goes wrong elsewhere; every answer must be the right one.
fn while_others_are_served(served: &Served, misbehave: impl FnOnce()) {
    let is_over = AtomicBool::new(false);
    std::thread::scope(|scope| {
        let others = scope.spawn(|| {
            let mut client = Client::new(served.address());
            let mut answers = 0;
            while answers == 0 || !is_over.load(Ordering::SeqCst) {
                let answer = client.get("/good/x").unwrap();
                assert_eq!((answer.status(), answer.body.as_slice()), (200, b"/x 0\n".as_slice()));
                answers += 1;
            }
        });
        let ends = Ends(&is_over);
        misbehave();
        drop(ends);
        others.join().unwrap();
    });
}

/// No connection of a client is left but those of the admin pages, which are not counted.
fn until_nobody_is_left(served: &Served) {
    until("all connections are given up", || served.metric("ambassador_connections_open") == 0);
}

#[test]
fn an_upstream_that_is_killed_and_restarted_is_used_again() {
    let good = Upstream::start(Manner::Echo);
    let weak = Upstream::start(Manner::Echo);
    let place = weak.address();
    let served =
        Served::start(&(mapping("good", "/good/", good.address(), "") + &mapping("weak", "/weak/", place, "")));
    while_others_are_served(&served, || {
        let mut client = Client::new(served.address());
        assert_eq!(client.get("/weak/").unwrap().status(), 200);
        drop(weak);
        assert_eq!(client.get("/weak/").unwrap().status(), 503);
        let _weak = Upstream::at(place, Manner::Echo);
        // A connection that was killed may still be found once: that is no try.
        assert_eq!(client.get("/weak/").unwrap().status(), 200);
    });
}

#[test]
fn an_upstream_that_never_answers_harms_no_other() {
    let (good, silent) = (Upstream::start(Manner::Echo), Upstream::start(Manner::Silent));
    let silent_one = mapping("silent", "/silent/", silent.address(), "timeout_ms: 500");
    let served = Served::start(&(mapping("good", "/good/", good.address(), "") + &silent_one));
    while_others_are_served(&served, || {
        let mut clients: Vec<Client> = (0..50).map(|_| Client::new(served.address())).collect();
        for client in &mut clients {
            client.send("GET /silent/ HTTP/1.1\r\nHost: a\r\n\r\n").unwrap();
        }
        for client in &mut clients {
            assert_eq!(client.answer().unwrap().status(), 504);
        }
    });
    until_nobody_is_left(&served);
}

#[test]
fn an_answer_that_breaks_off_is_not_passed_for_a_whole_one() {
    let (good, broken) = (Upstream::start(Manner::Echo), Upstream::start(Manner::BreaksOff));
    let closing = Upstream::start(Manner::Closes);
    let served = Served::start(
        &(mapping("good", "/good/", good.address(), "")
            + &mapping("broken", "/broken/", broken.address(), "")
            + &mapping("closing", "/closing/", closing.address(), "")),
    );
    while_others_are_served(&served, || {
        for _ in 0..5 {
            let broken = Client::new(served.address()).get("/broken/");
            assert!(broken.is_err(), "{broken:?}");
            assert_eq!(served.get("/closing/").status(), 503);
        }
    });
    until_nobody_is_left(&served);
}

#[test]
fn clients_that_go_away_at_any_point_leave_nothing_behind() {
    let (good, silent) = (Upstream::start(Manner::Echo), Upstream::start(Manner::Silent));
    let endless = Upstream::start(Manner::Endless);
    let served = Served::start(
        &(mapping("good", "/good/", good.address(), "")
            + &mapping("silent", "/silent/", silent.address(), "timeout_ms: 0")
            + &mapping("endless", "/endless/", endless.address(), "timeout_ms: 0")),
    );
    let body = "POST /good/ HTTP/1.1\r\nHost: a\r\nContent-Length: 1000000\r\n\r\nbegun";
    let chunked = "POST /good/ HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nbegun\r\n";
    let ways =
        ["", "GET /good/", "GET /silent/ HTTP/1.1\r\nHost: a\r\n\r\n", "GET /endless/ HTTP/1.1\r\nHost: a\r\n\r\n"];
    while_others_are_served(&served, || {
        for sent in ways.into_iter().chain([body, chunked]) {
            for way in [Shutdown::Both, Shutdown::Write] {
                let mut client = Client::new(served.address());
                client.send(sent).unwrap();
                std::thread::sleep(Duration::from_millis(20));
                client.stream().shutdown(way).unwrap();
            }
            // Closed with unread bytes, a connection is reset.
            let mut client = Client::new(served.address());
            client.send("GET /good/ HTTP/1.1\r\nHost: a\r\n\r\n").and_then(|()| client.send(sent)).unwrap();
            std::thread::sleep(Duration::from_millis(20));
            drop(client);
        }
    });
    until_nobody_is_left(&served);
}

#[test]
fn a_client_that_does_not_read_holds_back_its_upstream_and_not_memory() {
    let (good, endless) = (Upstream::start(Manner::Echo), Upstream::start(Manner::Endless));
    let served = Served::start(
        &(mapping("good", "/good/", good.address(), "")
            + &mapping("endless", "/endless/", endless.address(), "timeout_ms: 0")),
    );
    let before = served.memory_kib();
    while_others_are_served(&served, || {
        let lazy: Vec<Client> = (0..20)
            .map(|_| {
                let mut client = Client::new(served.address());
                client.send("GET /endless/ HTTP/1.1\r\nHost: a\r\n\r\n").unwrap();
                client
            })
            .collect();
        std::thread::sleep(Duration::from_secs(1));
        let grown = served.memory_kib().zip(before).map(|(now, before)| now.saturating_sub(before));
        assert!(grown.is_none_or(|kib| kib < 48 * 1024), "20 lazy clients cost {grown:?} KiB");
        drop(lazy);
    });
    until_nobody_is_left(&served);
}

#[test]
fn a_request_goes_on_though_nobody_reads_the_answer_that_comes_already() {
    const MUCH: usize = 16 << 20;
    let eager = Upstream::start(Manner::Eager);
    let served = Served::start(&mapping("eager", "/eager/", eager.address(), ""));
    let mut client = Client::new(served.address());
    client.stream().set_write_timeout(Some(PATIENCE)).unwrap();
    client.send(format!("PUT /eager/x HTTP/1.1\r\nHost: a\r\nContent-Length: {MUCH}\r\n\r\n")).unwrap();
    client.send(vec![b'y'; MUCH]).unwrap();
    let answer = client.answer().unwrap();
    assert_eq!((answer.status(), answer.body.len()), (200, MUCH));
}

#[test]
fn slow_clients_cost_little_and_harm_nobody() {
    let good = Upstream::start(Manner::Echo);
    let served = Served::start(&mapping("good", "/good/", good.address(), ""));
    let wanted = if super::is_long() { 10_000 } else { 300 };
    let before = served.memory_kib();
    while_others_are_served(&served, || {
        let mut slow: Vec<TcpStream> = Vec::new();
        // As many as the system lets this process have.
        while slow.len() < wanted
            && let Ok(stream) = TcpStream::connect(served.address())
        {
            slow.push(stream);
        }
        for piece in ["G", "ET /good/ HTTP/1.1\r\nHo", "s"] {
            slow.iter_mut().for_each(|stream| stream.write_all(piece.as_bytes()).unwrap());
        }
        let count = slow.len() as u64;
        until("all are connected", || served.metric("ambassador_connections_open") > count);
        let grown = served.memory_kib().zip(before).map(|(now, before)| now.saturating_sub(before));
        println!("{count} slow clients cost {grown:?} KiB");
        assert!(grown.is_none_or(|kib| kib < 16 * 1024 + count * 32), "{count} slow clients cost {grown:?} KiB");
        let began = Instant::now();
        assert_eq!(served.get("/good/x").status(), 200);
        assert!(began.elapsed() < Duration::from_secs(10));
    });
    until_nobody_is_left(&served);
}

#[test]
fn heads_without_end_are_refused() {
    let good = Upstream::start(Manner::Echo);
    let served = Served::start(&mapping("good", "/good/", good.address(), ""));
    let before = served.memory_kib();
    let long_value = format!("GET /good/ HTTP/1.1\r\nHost: a\r\nX: {}\r\n\r\n", "x".repeat(70_000));
    let many = format!("GET /good/ HTTP/1.1\r\nHost: a\r\n{}\r\n", "x: y\r\n".repeat(200));
    let long_target = format!("GET /good/{} HTTP/1.1\r\nHost: a\r\n\r\n", "x".repeat(70_000));
    while_others_are_served(&served, || {
        for head in [long_value, many, long_target] {
            let mut client = Client::new(served.address());
            let _ = client.send(head);
            let answer = client.answer().unwrap();
            assert_eq!(answer.status(), 431, "{answer:?}");
        }
        for _ in 0..20 {
            let mut client = Client::new(served.address());
            client.send("GET /good/ HTTP/1.1\r\nHost: a\r\nX: ").unwrap();
            // Nobody reads on for ever: the connection ends.
            let began = Instant::now();
            while client.send([b'x'; 16 * 1024]).is_ok() {
                assert!(began.elapsed() < PATIENCE, "a head without end is read without end");
            }
        }
    });
    let grown = served.memory_kib().zip(before).map(|(now, before)| now.saturating_sub(before));
    assert!(grown.is_none_or(|kib| kib < 20 * 1024), "heads without end cost {grown:?} KiB");
    until_nobody_is_left(&served);
}
