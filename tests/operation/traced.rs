//! Traces: what upstreams are told of them, and what a TracingService is.

use std::net::SocketAddr;
use std::sync::mpsc::Receiver;

use prost::Message as _;

use super::grpc::Service;
use super::served::{Client, FRONT, PATIENCE, Served, mapping};
use super::upstream::recorder;
use super::wire::Message;

const TRACE: &str = "4bf92f3577b34da6a3ce929d0e0e4736";
const SPAN: &str = "00f067aa0ba902b7";

fn tracing(service: SocketAddr, driver: &str, more: &str) -> String {
    format!(
        "---\napiVersion: getambassador.io/v3alpha1\nkind: TracingService\nmetadata: {{ name: tracing }}\nspec:\n  \
         service: {service}\n  driver: {driver}\n{more}"
    )
}

/// Asks three times over one connection, that is of one worker; what the upstream was asked the first time.
fn ask(upstream: (SocketAddr, &Receiver<Message>), tracing: &str, headers: &str) -> (Served, Message) {
    let one = mapping("one", "/one/", upstream.0, "");
    let served = Served::with(&format!("{FRONT}{one}{tracing}"), &["--access-log", "off"]);
    let mut client = Client::new(served.address());
    for _ in 0..3 {
        client.send(format!("GET /one/x HTTP/1.1\r\nHost: a.example\r\n{headers}\r\n")).unwrap();
        assert_eq!(client.answer().unwrap().status(), 202);
    }
    (served, upstream.1.recv_timeout(PATIENCE).unwrap())
}

#[test]
fn zipkin_is_told_of_spans_and_the_upstream_goes_on_with_the_trace() {
    let ((upstream, asked), (zipkin, told)) = (recorder(), recorder());
    let headers = format!("X-B3-TraceId: {TRACE}\r\nX-B3-SpanId: {SPAN}\r\nX-B3-Sampled: 1\r\nX-Colour: red\r\n");
    let tracing = tracing(zipkin, "zipkin", "  tag_headers: [x-colour]\n");
    let (_served, forwarded) = ask((upstream, &asked), &tracing, &headers);
    assert_eq!(forwarded.value("x-b3-traceid"), Some(TRACE));
    assert_eq!(forwarded.value("x-b3-parentspanid"), Some(SPAN));
    assert_eq!(forwarded.value("x-b3-sampled"), Some("1"));
    assert_eq!(&forwarded.value("x-request-id").unwrap()[14..15], "9");
    let posted = told.recv_timeout(PATIENCE).unwrap();
    assert!(posted.line.starts_with("POST /api/v2/spans "), "{}", posted.line);
    let spans: Vec<serde_json::Value> = serde_json::from_slice(&posted.body).unwrap();
    let (server, client) = (&spans[0], &spans[1]);
    assert_eq!((&server["traceId"], &server["id"], &server["shared"]), (&TRACE.into(), &SPAN.into(), &true.into()));
    assert_eq!((&server["kind"], &server["name"]), (&"SERVER".into(), &"a.example".into()));
    assert_eq!(server["tags"]["http.url"], "http://a.example/one/x");
    assert_eq!((&server["tags"]["http.status_code"], &server["tags"]["x-colour"]), (&"202".into(), &"red".into()));
    assert_eq!((&client["kind"], &client["parentId"]), (&"CLIENT".into(), &SPAN.into()));
    assert_eq!(client["id"], forwarded.value("x-b3-spanid").unwrap());
}

#[test]
fn what_is_not_sampled_is_not_told_and_the_upstream_knows() {
    let ((upstream, asked), (zipkin, told)) = (recorder(), recorder());
    let tracing = tracing(zipkin, "zipkin", "  sampling: { random: 0 }\n");
    let (mut served, forwarded) = ask((upstream, &asked), &tracing, "");
    assert_eq!(forwarded.value("x-b3-sampled"), Some("0"));
    assert_eq!(forwarded.value("x-b3-traceid").map(str::len), Some(32));
    assert_eq!(&forwarded.value("x-request-id").unwrap()[14..15], "4");
    served.signal("TERM");
    assert!(served.ended_well());
    assert!(told.try_recv().is_err());
}

/// `ExportTraceServiceRequest`, as far as it is looked at.
#[derive(Clone, PartialEq, prost::Message)]
struct Export {
    #[prost(message, repeated, tag = "1")]
    resource_spans: Vec<ResourceSpans>,
}

#[derive(Clone, PartialEq, prost::Message)]
struct ResourceSpans {
    #[prost(message, repeated, tag = "2")]
    scope_spans: Vec<ScopeSpans>,
}

#[derive(Clone, PartialEq, prost::Message)]
struct ScopeSpans {
    #[prost(message, repeated, tag = "2")]
    spans: Vec<Span>,
}

#[derive(Clone, PartialEq, prost::Message)]
struct Span {
    #[prost(bytes = "vec", tag = "1")]
    trace_id: Vec<u8>,
    #[prost(bytes = "vec", tag = "2")]
    span_id: Vec<u8>,
    #[prost(bytes = "vec", tag = "4")]
    parent_span_id: Vec<u8>,
    #[prost(string, tag = "5")]
    name: String,
    #[prost(int32, tag = "6")]
    kind: i32,
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[test]
fn opentelemetry_is_told_of_spans_and_the_upstream_goes_on_with_the_trace() {
    let ((upstream, asked), service) = (recorder(), Service::start());
    let headers = format!("Traceparent: 00-{TRACE}-{SPAN}-01\r\n");
    let (_served, forwarded) = ask((upstream, &asked), &tracing(service.address(), "opentelemetry", ""), &headers);
    let told = service.until_heard(1);
    assert_eq!(told[0].path, "/opentelemetry.proto.collector.trace.v1.TraceService/Export");
    let export = Export::decode(told[0].message.clone()).unwrap();
    let spans = &export.resource_spans[0].scope_spans[0].spans;
    let (server, client) = (&spans[0], &spans[1]);
    assert_eq!((hex(&server.trace_id), hex(&server.parent_span_id)), (TRACE.to_owned(), SPAN.to_owned()));
    assert_eq!((server.kind, &*server.name, client.kind), (2, "ingress", 3));
    assert_eq!(client.parent_span_id, server.span_id);
    let handed_on = format!("00-{TRACE}-{}-01", hex(&client.span_id));
    assert_eq!(forwarded.value("traceparent"), Some(&*handed_on));
}
