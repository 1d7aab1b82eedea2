//! Another table, while requests are under way.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use super::faults::Ends;
use super::served::{Client, FRONT, Served, mapping, until};
use super::upstream::{Manner, Upstream};

/// A table whose answers tell, by their path and by a header, which one it is.
fn generation(number: u32, upstream: &Upstream) -> String {
    let more =
        format!("rewrite: /generation-{number}/\nadd_response_headers: {{ x-generation: {{ value: \"{number}\" }} }}");
    format!("{FRONT}{}", mapping("one", "/one/", upstream.address(), &more))
}

/// What a client saw: which generation each table was; and how many answers.
fn ask_on(served: &Served, is_over: &AtomicBool) -> (BTreeMap<u64, u32>, u64) {
    let mut client = Client::new(served.address());
    let (mut seen, mut answers, mut latest) = (BTreeMap::new(), 0, 0);
    while !is_over.load(Ordering::SeqCst) {
        let answer = client.get("/one/x").unwrap();
        assert_eq!(answer.status(), 200, "{answer:?}");
        let number: u32 = answer.value("x-generation").unwrap().parse().unwrap();
        let table: u64 = answer.value("x-ambassador-table").unwrap().parse().unwrap();
        assert_eq!(String::from_utf8_lossy(&answer.body), format!("/generation-{number}/x 0\n"));
        assert!(table >= latest, "table {table} answers behind {latest}");
        assert_eq!(*seen.entry(table).or_insert(number), number, "table {table} gives two answers");
        latest = table;
        answers += 1;
    }
    (seen, answers)
}

#[cfg(unix)]
#[test]
fn twenty_reloads_a_second_lose_no_request_and_mix_no_tables() {
    let upstream = Upstream::start(Manner::Echo);
    let flags = ["--access-log", "off", "--debug-header"];
    let served = Served::with(&generation(0, &upstream), &flags);
    let seconds = if super::is_long() { 30 } else { 2 };
    let is_over = AtomicBool::new(false);
    let seen = std::thread::scope(|scope| {
        let clients: Vec<_> = (0..4).map(|_| scope.spawn(|| ask_on(&served, &is_over))).collect();
        let ends = Ends(&is_over);
        let began = Instant::now();
        for number in 1..=20 * seconds {
            served.write(&generation(number, &upstream));
            served.signal("HUP");
            let next = began + Duration::from_millis(50) * number;
            std::thread::sleep(next.saturating_duration_since(Instant::now()));
        }
        let last = 20 * seconds;
        until("the last table is in force", || {
            served.get("/one/x").value("x-generation") == Some(last.to_string().as_str())
        });
        drop(ends);
        clients.into_iter().map(|client| client.join().unwrap()).collect::<Vec<_>>()
    });
    let mut all = BTreeMap::new();
    let mut answers = 0;
    for (tables, count) in seen {
        answers += count;
        for (table, number) in tables {
            assert_eq!(*all.entry(table).or_insert(number), number, "table {table} gives clients two answers");
        }
    }
    let numbers: Vec<u32> = all.values().copied().collect();
    assert!(numbers.is_sorted(), "an older table came after a newer one: {all:?}");
    assert!(all.len() > 3, "tables were seen: {all:?}");
    println!("{answers} answers under {} of {} tables: none lost, none wrong", all.len(), 20 * seconds + 1);
}

#[test]
fn a_file_that_becomes_garbage_leaves_the_last_good_table_in_force() {
    let upstream = Upstream::start(Manner::Echo);
    let served = Served::with(&generation(1, &upstream), &["--access-log", "off"]);
    served.write("\u{0}{{{ no YAML \u{1}\n\t- ]");
    served.until_said("the change is not installed: table 1 goes on");
    assert_eq!(served.get("/one/x").value("x-generation"), Some("1"));
    assert!(served.text("/config").contains("not installed"), "{}", served.text("/config"));
    assert_eq!(served.metric("ambassador_refused_total"), 1);
    served.write(&generation(2, &upstream));
    served.until_said("table 2 is in force");
    assert_eq!(served.get("/one/x").value("x-generation"), Some("2"));
    assert!(!served.text("/config").contains("not installed"), "{}", served.text("/config"));
}

/// A Mapping whose regex RE2 does not take.
fn broken(upstream: &Upstream) -> String {
    mapping("broken", "/broken/(", upstream.address(), "prefix_regex: true")
}

#[test]
fn a_change_that_envoy_would_refuse_is_told_with_its_mapping_and_not_installed() {
    let upstream = Upstream::start(Manner::Echo);
    let served = Served::with(&generation(1, &upstream), &["--access-log", "off"]);
    served.write(&format!("{}{}", generation(2, &upstream), broken(&upstream)));
    served.until_said("the change is not installed: table 1 goes on");
    assert!(served.said().contains("gateway.yaml:"), "{}", served.said());
    assert!(served.said().contains("/broken/("), "{}", served.said());
    assert_eq!(served.get("/one/x").value("x-generation"), Some("1"));
    let refused = Served::try_with(&format!("{}{}", generation(1, &upstream), broken(&upstream)), &[]);
    assert!(refused.is_err_and(|said| said.contains("/broken/(")));
}

#[test]
fn what_is_invalid_is_skipped_where_that_is_asked_for() {
    let upstream = Upstream::start(Manner::Echo);
    let configuration = format!("{}{}", generation(1, &upstream), broken(&upstream));
    let served = Served::with(&configuration, &["--access-log", "off", "--skip-invalid"]);
    assert_eq!(served.get("/one/x").value("x-generation"), Some("1"));
    assert_eq!(served.get("/broken/").status(), 404);
    let config = served.text("/config");
    assert!(config.contains("left out") && config.contains("broken.default"), "{config}");
}

#[cfg(unix)]
#[test]
fn a_gateway_that_is_told_to_stop_ends_its_exchanges_first() {
    use std::io::Write as _;
    let upstream = Upstream::start(Manner::Echo);
    let mut served = Served::start(&mapping("one", "/", upstream.address(), ""));
    let mut idle = Client::new(served.address());
    assert_eq!(idle.get("/").unwrap().status(), 200);
    let mut busy = Client::new(served.address());
    busy.send("POST /late HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\nab").unwrap();
    std::thread::sleep(Duration::from_millis(100));
    served.signal("TERM");
    until("no more connections are accepted", || std::net::TcpStream::connect(served.address()).is_err());
    assert!(idle.block().is_ok_and(|rest| rest.is_empty()), "an idle connection is closed");
    busy.stream().write_all(b"cd").unwrap();
    let answer = busy.answer().unwrap();
    assert_eq!((answer.status(), String::from_utf8_lossy(&answer.body).as_ref()), (200, "/late 4\n"));
    assert!(served.ended_well());
}
