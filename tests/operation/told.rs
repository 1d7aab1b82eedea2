//! What is told of exchanges to others: entries for a LogService, counts of gRPC calls.

use prost::Message;

use super::grpc::Service;
use super::served::{Client, FRONT, Served, mapping};
use super::upstream::{Manner, Upstream};

/// `StreamAccessLogsMessage`, as far as it is looked at.
#[derive(Clone, PartialEq, Message)]
struct Told {
    #[prost(message, optional, tag = "1")]
    identifier: Option<Identifier>,
    #[prost(message, optional, tag = "2")]
    http: Option<HttpEntries>,
    #[prost(message, optional, tag = "3")]
    tcp: Option<TcpEntries>,
}

#[derive(Clone, PartialEq, Message)]
struct Identifier {
    #[prost(string, tag = "2")]
    log_name: String,
}

#[derive(Clone, PartialEq, Message)]
struct HttpEntries {
    #[prost(message, repeated, tag = "1")]
    entries: Vec<HttpEntry>,
}

#[derive(Clone, PartialEq, Message)]
struct HttpEntry {
    #[prost(message, optional, tag = "3")]
    request: Option<Asked>,
    #[prost(message, optional, tag = "4")]
    response: Option<Answered>,
}

#[derive(Clone, PartialEq, Message)]
struct Asked {
    #[prost(int32, tag = "1")]
    method: i32,
    #[prost(string, tag = "3")]
    authority: String,
    #[prost(string, tag = "5")]
    path: String,
    #[prost(string, tag = "10")]
    original_path: String,
    #[prost(btree_map = "string, string", tag = "13")]
    headers: std::collections::BTreeMap<String, String>,
}

#[derive(Clone, PartialEq, Message)]
struct Answered {
    #[prost(message, optional, tag = "1")]
    code: Option<Code>,
    #[prost(uint64, tag = "3")]
    body_bytes: u64,
    #[prost(string, tag = "6")]
    details: String,
}

#[derive(Clone, Copy, PartialEq, Message)]
struct Code {
    #[prost(uint32, tag = "1")]
    value: u32,
}

#[derive(Clone, PartialEq, Message)]
struct TcpEntries {
    #[prost(message, repeated, tag = "1")]
    entries: Vec<TcpEntry>,
}

#[derive(Clone, PartialEq, Message)]
struct TcpEntry {
    #[prost(message, optional, tag = "2")]
    connection: Option<Connection>,
}

#[derive(Clone, Copy, PartialEq, Message)]
struct Connection {
    #[prost(uint64, tag = "2")]
    sent_bytes: u64,
}

fn log_service(service: &Service, driver: &str, config: &str) -> String {
    format!(
        "---\napiVersion: getambassador.io/v3alpha1\nkind: LogService\nmetadata: {{ name: log }}\nspec:\n  service: \
         {}\n  driver: {driver}\n  grpc: true\n  protocol_version: v3\n  driver_config: {config}\n",
        service.address()
    )
}

const QUIET: [&str; 2] = ["--access-log", "off"];

#[test]
fn a_log_service_is_told_of_every_exchange_over_one_stream() {
    let (service, upstream) = (Service::start(), Upstream::start(Manner::Echo));
    let log = log_service(&service, "http", "{ additional_log_headers: [{ header_name: X-Colour }] }");
    let served = Served::with(&format!("{FRONT}{}{log}", mapping("one", "/one/", upstream.address(), "")), &QUIET);
    let mut client = Client::new(served.address());
    client.send("GET /one/x?y HTTP/1.1\r\nHost: a.example\r\nX-Colour: red\r\n\r\n").unwrap();
    let answer = client.answer().unwrap();
    let first = service.until_heard(1);
    assert_eq!(served.get("/nowhere").status(), 404);
    let heard = service.until_heard(2);
    assert_eq!(first[0].path, "/envoy.service.accesslog.v3.AccessLogService/StreamAccessLogs");
    let told: Vec<Told> = heard.iter().map(|heard| Told::decode(heard.message.clone()).unwrap()).collect();
    // Two workers have a stream each, which begins with a name.
    let named = told.iter().filter(|told| told.identifier.as_ref().is_some_and(|id| id.log_name == "logservice"));
    let calls = heard.iter().map(|heard| heard.call).collect::<std::collections::BTreeSet<_>>();
    assert_eq!(named.count(), calls.len(), "{told:?}");
    let entries: Vec<HttpEntry> = told.iter().flat_map(|told| told.http.clone().unwrap_or_default().entries).collect();
    let (asked, answered) = (entries[0].request.clone().unwrap(), entries[0].response.clone().unwrap());
    let wanted = Asked {
        method: 1,
        authority: "a.example".to_owned(),
        path: "/x?y".to_owned(),
        original_path: "/one/x?y".to_owned(),
        headers: [("x-colour".to_owned(), "red".to_owned())].into(),
    };
    assert_eq!(asked, wanted);
    assert_eq!((answered.code, &*answered.details), (Some(Code { value: 200 }), "via_upstream"));
    assert_eq!(answered.body_bytes, answer.body.len() as u64);
    assert_eq!(entries[1].response.clone().unwrap().code, Some(Code { value: 404 }));
}

#[test]
fn the_driver_tcp_is_told_of_the_same_exchanges_as_tcp_entries() {
    let (service, upstream) = (Service::start(), Upstream::start(Manner::Echo));
    let log = log_service(&service, "tcp", "{}");
    let served = Served::with(&format!("{FRONT}{}{log}", mapping("one", "/one/", upstream.address(), "")), &QUIET);
    let sent = served.get("/one/x").body.len() as u64;
    let told = Told::decode(service.until_heard(1)[0].message.clone()).unwrap();
    assert_eq!(told.http, None);
    assert_eq!(told.tcp.unwrap().entries[0].connection, Some(Connection { sent_bytes: sent }));
}

#[test]
fn a_log_service_that_is_not_there_harms_nobody() {
    let upstream = Upstream::start(Manner::Echo);
    let service = Service::start();
    let log = log_service(&service, "http", "{}").replace(&service.address().to_string(), "127.0.0.1:1");
    let served = Served::with(&format!("{FRONT}{}{log}", mapping("one", "/one/", upstream.address(), "")), &QUIET);
    for _ in 0..50 {
        assert_eq!(served.get("/one/x").status(), 200);
    }
}

#[test]
fn the_last_entries_are_told_before_the_gateway_ends() {
    let (service, upstream) = (Service::start(), Upstream::start(Manner::Echo));
    let log = log_service(&service, "http", "{}").replace("  grpc", "  flush_interval_time: 3600\n  grpc");
    let mut served = Served::with(&format!("{FRONT}{}{log}", mapping("one", "/one/", upstream.address(), "")), &QUIET);
    // The first entry of a worker is due at once.
    assert_eq!(served.get("/one/x").status(), 200);
    let before = service.until_heard(1).len();
    for _ in 0..8 {
        assert_eq!(served.get("/one/x").status(), 200);
    }
    served.signal("TERM");
    assert!(served.ended_well());
    let told = service.heard();
    assert!(told.len() > before, "{told:?}");
    let entries = told.iter().filter_map(|heard| Told::decode(heard.message.clone()).unwrap().http);
    assert_eq!(entries.map(|http| http.entries.len()).sum::<usize>(), 9);
}

#[test]
fn grpc_calls_are_counted_by_service_and_method() {
    let service = Service::start();
    let module = "---\napiVersion: getambassador.io/v3alpha1\nkind: Module\nmetadata: { name: ambassador }\nspec: { \
                  config: { grpc_stats: { all_methods: true, upstream_stats: true } } }\n";
    let calls = mapping("calls", "/a.B/", service.address(), "rewrite: \"\"\ngrpc: true");
    let served = Served::with(&format!("{FRONT}{calls}{module}"), &QUIET);
    let mut client = Client::new(served.address());
    for status in ["0", "0", "5"] {
        let head = format!("POST /a.B/Get HTTP/1.1\r\nHost: a\r\nContent-Type: application/grpc\r\nX-Status: {status}");
        client.send([head.as_bytes(), b"\r\nContent-Length: 10\r\n\r\n", &[0; 10]].concat()).unwrap();
        assert_eq!(client.answer().unwrap().status(), 200);
    }
    let metrics = served.text("/metrics");
    let value = |name: &str, label: &str| {
        let line = metrics.lines().find(|line| line.starts_with(name) && line.contains(label));
        let value = line.and_then(|line| line.rsplit(' ').next()).and_then(|value| value.parse::<f64>().ok());
        value.unwrap_or_else(|| panic!("there is no {name} with {label} in\n{metrics}"))
    };
    let method = "service=\"a.B\",method=\"Get\"";
    assert_eq!(value("ambassador_grpc_calls_total", &format!("{method},status=\"0\"")), 2.0);
    assert_eq!(value("ambassador_grpc_calls_total", &format!("{method},status=\"5\"")), 1.0);
    assert_eq!(value("ambassador_grpc_request_messages_total", method), 6.0);
    assert_eq!(value("ambassador_grpc_response_messages_total", method), 3.0);
    assert_eq!(value("ambassador_grpc_call_seconds_count", method), 3.0);
}
