//! What stands behind the gateway: echo servers, the AuthService, the RateLimitService.

use std::collections::HashMap;
use std::convert::Infallible;
use std::io::{Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex, OnceLock};
use std::time::Duration;

use bytes::Bytes;
use http_body::Frame;
use hyper::body::Incoming;
use hyper::{Request, Response};
use prost::Message as _;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};

use super::wire::{Headers, Message, Reader};

/// A request that came to a stand-in.
#[derive(Clone, Debug)]
pub struct Seen {
    pub service: String,
    pub kind: String,
    pub method: String,
    pub path: String,
    pub authority: String,
    pub protocol: String,
    pub headers: Headers,
    pub body_length: usize,
    pub tls_sni: Option<Option<String>>,
    pub ratelimit: Option<(String, Vec<Vec<[String; 2]>>)>,
    /// What the stand-in answered, to compare with what the client got.
    pub answered: Headers,
}

/// All that came, in order.
pub type Log = Arc<Mutex<Vec<Seen>>>;

/// How often requests with a key have failed.
type Failures = Arc<Mutex<HashMap<String, u32>>>;

/// Starts the stand-in of a service and tells where it is.
pub fn start(service: &str, kind: &str, log: &Log) -> SocketAddr {
    if kind == "dead" {
        // Bound and given up again: nobody listens there.
        let free = TcpListener::bind("127.0.0.1:0").unwrap();
        return free.local_addr().unwrap();
    }
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let stand_in = StandIn {
        service: service.to_owned(),
        kind: kind.to_owned(),
        log: Arc::clone(log),
        failures: Failures::default(),
    };
    match kind {
        "h2" | "ratelimit" => {
            listener.set_nonblocking(true).unwrap();
            runtime().spawn(accept_http2(listener, stand_in));
        }
        _ => {
            std::thread::spawn(move || {
                for stream in listener.incoming().flatten() {
                    let stand_in = stand_in.clone();
                    std::thread::spawn(move || stand_in.connection(stream));
                }
            });
        }
    }
    address
}

fn runtime() -> &'static tokio::runtime::Handle {
    static RUNTIME: OnceLock<tokio::runtime::Handle> = OnceLock::new();
    RUNTIME.get_or_init(|| {
        // One thread in the background is enough.
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let handle = runtime.handle().clone();
        std::thread::spawn(move || runtime.block_on(std::future::pending::<()>()));
        handle
    })
}

/// A certificate for servers that nobody verifies: that of the recorded client serves as well.
fn server_config() -> Arc<rustls::ServerConfig> {
    let pem = std::fs::read("testdata/truth/conformance/cases/tls-client-cert/client.pem").unwrap();
    let chain = CertificateDer::pem_slice_iter(&pem).collect::<Result<Vec<_>, _>>().unwrap();
    let key = PrivateKeyDer::from_pem_slice(&pem).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let builder = rustls::ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions().unwrap();
    Arc::new(builder.with_no_client_auth().with_single_cert(chain, key).unwrap())
}

#[derive(Clone)]
struct StandIn {
    service: String,
    kind: String,
    log: Log,
    failures: Failures,
}

impl StandIn {
    fn connection(&self, stream: TcpStream) {
        let raw = stream.try_clone().unwrap();
        if self.kind != "tls" {
            self.serve(Reader::new(stream), &raw, None);
            return;
        }
        let mut connection = rustls::ServerConnection::new(server_config()).unwrap();
        let mut stream = stream;
        while connection.is_handshaking() {
            if connection.complete_io(&mut stream).is_err() {
                return;
            }
        }
        let sni = connection.server_name().map(ToOwned::to_owned);
        self.serve(Reader::new(rustls::StreamOwned::new(connection, stream)), &raw, Some(sni));
    }

    fn serve<S: Read + Write>(&self, mut reader: Reader<S>, raw: &TcpStream, sni: Option<Option<String>>) {
        while let Ok(Some(mut head)) = reader.head() {
            if reader.body(&mut head, false).is_err() {
                return;
            }
            let answer = if self.kind == "auth" { auth(&head) } else { self.echo(&head) };
            let is_upgrade =
                head.value("upgrade").is_some() && head.value("x-echo-no-upgrade").is_none() && self.kind != "auth";
            let mut words = head.line.split(' ');
            let mut next = || words.next().unwrap_or_default().to_owned();
            let answered = match &answer {
                Some(answer) if is_upgrade => {
                    let _ = answer;
                    vec![("connection".into(), "Upgrade".into()), ("upgrade".into(), "x".into())]
                }
                Some(answer) => answer.headers.clone(),
                None => Vec::new(),
            };
            self.log.lock().unwrap().push(Seen {
                service: self.service.clone(),
                kind: self.kind.clone(),
                method: next(),
                path: next(),
                protocol: next(),
                authority: head.value("host").unwrap_or_default().to_owned(),
                headers: head.headers.clone(),
                body_length: head.body.len(),
                tls_sni: sni.clone(),
                ratelimit: None,
                answered: if is_upgrade { Vec::new() } else { answered },
            });
            let Some(answer) = answer else {
                let _ = raw.shutdown(Shutdown::Both);
                return;
            };
            if let Some(delay) = head.value("x-echo-delay-ms").and_then(|delay| delay.parse().ok()) {
                std::thread::sleep(Duration::from_millis(delay));
            }
            if self.kind == "auth" && head.value("authorization") == Some("Bearer slow") {
                std::thread::sleep(Duration::from_millis(1200));
            }
            if is_upgrade {
                let protocol = head.value("upgrade").unwrap_or_default().to_owned();
                let text =
                    format!("HTTP/1.1 101 Switching Protocols\r\nconnection: Upgrade\r\nupgrade: {protocol}\r\n\r\n");
                let _ = reader.stream.write_all(text.as_bytes());
                while let Ok(block) = reader.block()
                    && !block.is_empty()
                {
                    let _ = reader.stream.write_all(&[b"<", &block[..], b">"].concat());
                    let _ = reader.stream.flush();
                }
                return;
            }
            let is_head = head.line.starts_with("HEAD ");
            let mut text = format!("HTTP/1.1 {} X\r\n", answer.line);
            for (name, value) in &answer.headers {
                text.push_str(&format!("{name}: {value}\r\n"));
            }
            text.push_str("\r\n");
            let mut bytes: Vec<u8> = text.chars().map(|letter| letter as u8).collect();
            if !is_head && answer.line != "204" && answer.line != "304" {
                bytes.extend(&answer.body);
            }
            if reader.stream.write_all(&bytes).and_then(|()| reader.stream.flush()).is_err() {
                return;
            }
        }
    }

    /// The echo's answer: its status stands where a line would; `None`: the connection is closed.
    fn echo(&self, head: &Message) -> Option<Message> {
        if head.value("x-echo-reset").is_some() {
            return None;
        }
        let mut status = head.value("x-echo-status").unwrap_or("200").to_owned();
        if let (Some(first), Some(key)) = (head.value("x-echo-fail-first"), head.value("x-echo-key")) {
            let mut failures = self.failures.lock().unwrap();
            let count = failures.entry(key.to_owned()).or_default();
            *count += 1;
            if *count <= first.parse().unwrap_or(0) {
                status = head.value("x-echo-fail-status").unwrap_or("503").to_owned();
            }
        }
        let (mut body, mut content_type) = (format!("{}\n", self.service).into_bytes(), "text/plain".to_owned());
        if let Some((length, kind)) = head.value("x-echo-body").and_then(|wish| wish.split_once(';')) {
            body = b"abcdefghij".iter().copied().cycle().take(length.parse().unwrap()).collect();
            content_type = kind.to_owned();
        }
        let mut headers = vec![("content-type".to_owned(), content_type)];
        if status != "204" {
            headers.push(("content-length".to_owned(), body.len().to_string()));
        }
        for (_, wish) in head.headers.iter().filter(|(name, _)| name.eq_ignore_ascii_case("x-echo-header")) {
            let (name, value) = wish.split_once('=').unwrap_or((wish, ""));
            headers.push((name.to_owned(), value.to_owned()));
        }
        Some(Message { line: status, headers, body })
    }
}

fn auth(head: &Message) -> Option<Message> {
    let value = head.value("authorization").unwrap_or_default();
    let (status, headers, body): (u16, Vec<(&str, String)>, &str) = match value {
        "Bearer allow" => {
            let text = |text: &str| text.to_owned();
            (
                200,
                vec![("x-auth-user", text("alice")), ("x-auth-team", text("blue")), ("set-cookie", text("sess=1"))],
                "",
            )
        }
        "Bearer slow" => (200, Vec::new(), ""),
        "Bearer rewrite" => {
            let pairs =
                [("authorization", "Bearer rewritten"), ("x-auth-user", "bob"), ("x-secret", "not-allowed-through")];
            (200, pairs.map(|(name, value)| (name, value.to_owned())).to_vec(), "")
        }
        "Bearer forbid" => (403, vec![("x-auth-reason", "no".to_owned())], "forbidden by auth"),
        "Bearer redirect" => {
            let path = head.line.split(' ').nth(1).unwrap_or_default();
            (302, vec![("location", format!("https://login.example.com/?next={path}"))], "")
        }
        "Bearer error" => (500, Vec::new(), ""),
        "Bearer reset" => return None,
        _ => {
            let basic = ("www-authenticate", "Basic realm=\"demo\"".to_owned());
            (401, vec![basic, ("x-auth-reason", "missing".to_owned())], "who are you\n")
        }
    };
    let mut headers: Headers = headers.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
    headers.push(("content-length".to_owned(), body.len().to_string()));
    Some(Message { line: status.to_string(), headers, body: body.as_bytes().to_vec() })
}

// gRPC and HTTP/2

#[derive(Clone, PartialEq, prost::Message)]
struct LimitQuestion {
    #[prost(string, tag = "1")]
    domain: String,
    #[prost(message, repeated, tag = "2")]
    descriptors: Vec<LimitDescriptor>,
}

#[derive(Clone, PartialEq, prost::Message)]
struct LimitDescriptor {
    #[prost(message, repeated, tag = "1")]
    entries: Vec<LimitEntry>,
}

#[derive(Clone, PartialEq, prost::Message)]
struct LimitEntry {
    #[prost(string, tag = "1")]
    key: String,
    #[prost(string, tag = "2")]
    value: String,
}

#[derive(Clone, PartialEq, prost::Message)]
struct LimitAnswer {
    #[prost(int32, tag = "1")]
    overall_code: i32,
}

/// A body in frames.
struct Frames(std::collections::VecDeque<Frame<Bytes>>);

impl http_body::Body for Frames {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: std::pin::Pin<&mut Self>,
        _: &mut std::task::Context<'_>,
    ) -> std::task::Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        std::task::Poll::Ready(self.0.pop_front().map(Ok))
    }
}

async fn accept_http2(listener: TcpListener, stand_in: StandIn) {
    let listener = tokio::net::TcpListener::from_std(listener).unwrap();
    while let Ok((stream, _)) = listener.accept().await {
        let stand_in = stand_in.clone();
        tokio::spawn(async move {
            let service = hyper::service::service_fn(move |request| {
                let stand_in = stand_in.clone();
                async move { Ok::<_, Infallible>(stand_in.http2(request).await) }
            });
            let executor = hyper_util::rt::TokioExecutor::new();
            let io = hyper_util::rt::TokioIo::new(stream);
            let _ = hyper::server::conn::http2::Builder::new(executor).serve_connection(io, service).await;
        });
    }
}

impl StandIn {
    async fn http2(&self, request: Request<Incoming>) -> Response<Frames> {
        let (parts, body) = request.into_parts();
        let mut body = std::pin::pin!(body);
        let mut bytes = Vec::new();
        while let Some(Ok(frame)) = std::future::poll_fn(|cx| http_body::Body::poll_frame(body.as_mut(), cx)).await {
            if let Ok(data) = frame.into_data() {
                bytes.extend_from_slice(&data);
            }
        }
        let headers: Headers = parts
            .headers
            .iter()
            .map(|(name, value)| (name.to_string(), value.as_bytes().iter().map(|byte| char::from(*byte)).collect()))
            .collect();
        let is_grpc =
            parts.headers.get("content-type").is_some_and(|kind| kind.as_bytes().starts_with(b"application/grpc"));
        let mut ratelimit = None;
        let mut frames = std::collections::VecDeque::new();
        let mut response = Response::builder();
        if self.kind == "ratelimit" {
            let question = LimitQuestion::decode(&bytes[5..]).unwrap();
            let pair = |entry: &LimitEntry| [entry.key.clone(), entry.value.clone()];
            let descriptors: Vec<Vec<[String; 2]>> =
                question.descriptors.iter().map(|one| one.entries.iter().map(pair).collect()).collect();
            let is_over = descriptors.iter().flatten().any(|[_, value]| value.contains("limited"));
            ratelimit = Some((question.domain, descriptors));
            let answer = LimitAnswer { overall_code: if is_over { 2 } else { 1 } }.encode_to_vec();
            let mut framed = vec![0, 0, 0, 0, answer.len() as u8];
            framed.extend(answer);
            frames.push_back(Frame::data(Bytes::from(framed)));
        } else if is_grpc {
            frames.push_back(Frame::data(Bytes::from_static(&[0, 0, 0, 0, 0])));
        } else {
            frames.push_back(Frame::data(Bytes::from(format!("{}\n", self.service))));
        }
        let mut answered: Headers = Vec::new();
        if is_grpc {
            let trailers = [("grpc-status", "0")].map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap()));
            frames.push_back(Frame::trailers(trailers.into_iter().collect()));
            answered.push(("content-type".into(), "application/grpc".into()));
            response = response.header("content-type", "application/grpc");
            // In the trailers.
            answered.push(("grpc-status".into(), "0".into()));
        } else {
            answered.push(("content-type".into(), "text/plain".into()));
            answered.push(("content-length".into(), (self.service.len() + 1).to_string()));
        }
        for (name, value) in answered.iter().filter(|_| !is_grpc) {
            response = response.header(name, value);
        }
        self.log.lock().unwrap().push(Seen {
            service: self.service.clone(),
            kind: self.kind.clone(),
            method: parts.method.to_string(),
            path: parts.uri.path_and_query().map(ToString::to_string).unwrap_or_default(),
            authority: parts.uri.authority().map(ToString::to_string).unwrap_or_default(),
            protocol: "HTTP/2".to_owned(),
            headers,
            body_length: bytes.len(),
            tls_sni: None,
            ratelimit,
            answered,
        });
        response.body(Frames(frames)).unwrap()
    }
}
