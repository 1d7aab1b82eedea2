//! One line for each exchange, in Emissary's form or in the Module's own.

use std::fmt::Write as _;
use std::net::{IpAddr, SocketAddr};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use http::HeaderMap;
use http::header::HeaderValue;

use super::account::Entry;
use super::clock;
use super::log_service::Sink;
use crate::model::format::{FormatPart, parse};
use crate::model::{LogSettings, LogShape, LogSink};
use crate::outcome::head::Head;

/// Emissary's own format.
const TEXT: &str = "ACCESS [%START_TIME%] \"%REQ(:METHOD)% %REQ(X-ENVOY-ORIGINAL-PATH?:PATH)% %PROTOCOL%\" \
    %RESPONSE_CODE% %RESPONSE_FLAGS% %BYTES_RECEIVED% %BYTES_SENT% %DURATION% %RESP(X-ENVOY-UPSTREAM-SERVICE-TIME)% \
    \"%REQ(X-FORWARDED-FOR)%\" \"%REQ(USER-AGENT)%\" \"%REQ(X-REQUEST-ID)%\" \"%REQ(:AUTHORITY)%\" \"%UPSTREAM_HOST%\"";

/// Emissary's own keys.
const JSON: [(&str, &str); 22] = [
    ("start_time", "%START_TIME%"),
    ("method", "%REQ(:METHOD)%"),
    ("path", "%REQ(X-ENVOY-ORIGINAL-PATH?:PATH)%"),
    ("protocol", "%PROTOCOL%"),
    ("response_code", "%RESPONSE_CODE%"),
    ("response_flags", "%RESPONSE_FLAGS%"),
    ("bytes_received", "%BYTES_RECEIVED%"),
    ("bytes_sent", "%BYTES_SENT%"),
    ("duration", "%DURATION%"),
    ("upstream_service_time", "%RESP(X-ENVOY-UPSTREAM-SERVICE-TIME)%"),
    ("x_forwarded_for", "%REQ(X-FORWARDED-FOR)%"),
    ("user_agent", "%REQ(USER-AGENT)%"),
    ("request_id", "%REQ(X-REQUEST-ID)%"),
    ("authority", "%REQ(:AUTHORITY)%"),
    ("upstream_host", "%UPSTREAM_HOST%"),
    ("upstream_cluster", "%UPSTREAM_CLUSTER%"),
    ("upstream_local_address", "%UPSTREAM_LOCAL_ADDRESS%"),
    ("downstream_local_address", "%DOWNSTREAM_LOCAL_ADDRESS%"),
    ("downstream_remote_address", "%DOWNSTREAM_REMOTE_ADDRESS%"),
    ("requested_server_name", "%REQUESTED_SERVER_NAME%"),
    ("istio_policy_status", "%DYNAMIC_METADATA(istio.mixer:status)%"),
    ("upstream_transport_failure_reason", "%UPSTREAM_TRANSPORT_FAILURE_REASON%"),
];

/// How exchanges are logged.
#[derive(Debug, Default)]
pub(crate) struct LogPlan {
    shape: Shape,
    request: Vec<Vec<String>>,
    response: Vec<Vec<String>>,
    sink: Option<Sink>,
}

#[derive(Debug, Default)]
enum Shape {
    #[default]
    Off,
    Text(Vec<Piece>),
    Json(Vec<(String, Vec<Piece>)>),
}

#[derive(Debug)]
enum Piece {
    Text(String),
    Request(usize, Option<usize>),
    Response(usize, Option<usize>),
    Fact { name: String, argument: Option<String>, max_length: Option<usize> },
}

/// What one operator comes to.
enum Value {
    None,
    Text(String),
    Number(u64),
}

/// Which log is written, if that is not the Module's to say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LogChoice {
    /// Emissary's lines of text.
    Text,
    /// Emissary's JSON objects.
    Json,
    /// None.
    Off,
}

impl LogPlan {
    /// The plan for a Module's settings, or for what the user chose over them; a LogService gets its entries besides.
    pub(crate) fn new(settings: &LogSettings, choice: Option<LogChoice>, service: Option<&LogSink>) -> Self {
        let own_keys =
            || JSON.iter().map(|(key, format)| ((*key).to_owned(), (*format).to_owned())).collect::<Vec<_>>();
        let mut plan = Self::default();
        let shape = match (choice, &settings.shape) {
            (Some(LogChoice::Off), _) => Shape::Off,
            (None | Some(LogChoice::Text), LogShape::Text(format)) => {
                Shape::Text(plan.pieces(format.as_deref().unwrap_or(TEXT)))
            }
            (Some(LogChoice::Text), LogShape::Json { .. }) => Shape::Text(plan.pieces(TEXT)),
            (None | Some(LogChoice::Json), LogShape::Json { format, .. }) => {
                plan.keyed(format.clone().unwrap_or_else(own_keys))
            }
            (Some(LogChoice::Json), LogShape::Text(_)) => plan.keyed(own_keys()),
        };
        plan.shape = shape;
        plan.sink = service.map(|wish| Sink::new(wish, &mut plan));
        plan
    }

    /// Whether nothing is told of exchanges.
    pub(crate) fn is_off(&self) -> bool {
        matches!(self.shape, Shape::Off) && self.sink.is_none()
    }

    /// The LogService, if there is one.
    pub(crate) fn sink(&self) -> Option<&Sink> {
        self.sink.as_ref()
    }

    /// Notes one more request header; where its value will stand.
    pub(crate) fn want_of_request(&mut self, name: String) -> usize {
        self.request.push(vec![name]);
        self.request.len() - 1
    }

    /// Notes one more response header; where its value will stand.
    pub(crate) fn want_of_response(&mut self, name: String) -> usize {
        self.response.push(vec![name]);
        self.response.len() - 1
    }

    fn keyed(&mut self, keys: Vec<(String, String)>) -> Shape {
        let mut keyed: Vec<_> = keys.into_iter().map(|(key, format)| (key, self.pieces(&format))).collect();
        keyed.sort_by(|a, b| a.0.cmp(&b.0));
        Shape::Json(keyed)
    }

    fn pieces(&mut self, format: &str) -> Vec<Piece> {
        let parts = parse(format).unwrap_or_else(|_| vec![FormatPart::Text(format.into())]);
        parts.into_iter().map(|part| self.piece(part)).collect()
    }

    fn piece(&mut self, part: FormatPart) -> Piece {
        let (name, argument, max_length) = match part {
            FormatPart::Text(text) => return Piece::Text(text.to_string()),
            FormatPart::Operator { name, argument, max_length } => (name, argument, max_length),
        };
        let names = |argument: &str| argument.split('?').map(str::to_ascii_lowercase).collect::<Vec<_>>();
        match (&*name, argument.as_deref()) {
            ("REQ", Some(argument)) => {
                self.request.push(names(argument));
                Piece::Request(self.request.len() - 1, max_length)
            }
            ("RESP", Some(argument)) => {
                self.response.push(names(argument));
                Piece::Response(self.response.len() - 1, max_length)
            }
            _ => Piece::Fact { name: name.to_string(), argument: argument.map(|text| text.to_string()), max_length },
        }
    }

    /// The values of the request headers that the log wants.
    pub(crate) fn of_request(&self, head: &Head<'_>) -> Vec<Option<HeaderValue>> {
        // Of a request that could not be read nothing is known.
        let told = |text: &str| HeaderValue::from_str(text).ok().filter(|value| !value.is_empty());
        let value = |name: &String| match name.as_str() {
            ":method" => told(&head.method),
            ":path" => told(&head.path),
            ":authority" | "host" => told(&head.authority),
            ":scheme" => Some(HeaderValue::from_static(head.scheme())),
            name => head.headers.get(name).cloned(),
        };
        self.request.iter().map(|names| names.iter().find_map(value)).collect()
    }

    /// The values of the response headers that the log wants.
    pub(crate) fn of_response(&self, headers: &HeaderMap) -> Vec<Option<HeaderValue>> {
        self.response.iter().map(|names| names.iter().find_map(|name| headers.get(name.as_str()).cloned())).collect()
    }

    /// Writes the line of an exchange.
    pub(crate) fn write(&self, entry: &Entry, into: &mut Vec<u8>) {
        match &self.shape {
            Shape::Off => {}
            Shape::Text(pieces) => {
                let mut line = String::with_capacity(256);
                for piece in pieces {
                    match value(piece, entry) {
                        Value::None => line.push('-'),
                        Value::Text(text) => line.push_str(&text),
                        Value::Number(number) => {
                            let _ = write!(line, "{number}");
                        }
                    }
                }
                into.extend_from_slice(line.as_bytes());
                into.push(b'\n');
            }
            Shape::Json(keys) => {
                let object: serde_json::Map<String, serde_json::Value> =
                    keys.iter().map(|(key, pieces)| (key.clone(), json(pieces, entry))).collect();
                if let Ok(line) = serde_json::to_vec(&object) {
                    into.extend_from_slice(&line);
                    into.push(b'\n');
                }
            }
        }
    }
}

/// A value alone keeps its type; in company it is text.
fn json(pieces: &[Piece], entry: &Entry) -> serde_json::Value {
    if let [piece] = pieces {
        return match value(piece, entry) {
            Value::None => serde_json::Value::Null,
            Value::Text(text) => text.into(),
            Value::Number(number) => number.into(),
        };
    }
    let mut text = String::new();
    for piece in pieces {
        match value(piece, entry) {
            Value::None => text.push('-'),
            Value::Text(part) => text.push_str(&part),
            Value::Number(number) => text.push_str(&number.to_string()),
        }
    }
    text.into()
}

fn value(piece: &Piece, entry: &Entry) -> Value {
    let of_header = |headers: &[Option<HeaderValue>], at: usize, most: Option<usize>| {
        let found = headers.get(at).and_then(Option::as_ref);
        found.map_or(Value::None, |found| cut(String::from_utf8_lossy(found.as_bytes()).into_owned(), most))
    };
    match piece {
        Piece::Text(text) => Value::Text(text.clone()),
        Piece::Request(at, most) => of_header(&entry.wanted, *at, *most),
        Piece::Response(at, most) => of_header(&entry.answered, *at, *most),
        Piece::Fact { name, argument, max_length } => match fact(name, argument.as_deref(), entry) {
            Value::Text(text) => cut(text, *max_length),
            other => other,
        },
    }
}

fn cut(text: String, most: Option<usize>) -> Value {
    Value::Text(match most {
        Some(most) if text.len() > most => text.chars().take(most).collect(),
        _ => text,
    })
}

fn fact(name: &str, argument: Option<&str>, entry: &Entry) -> Value {
    let text = |text: Option<String>| text.map_or(Value::None, Value::Text);
    let number = |number: Option<u64>| number.map_or(Value::None, Value::Number);
    let millis = |time: Duration| u64::try_from(time.as_millis()).unwrap_or(u64::MAX);
    let client = entry.client.unwrap_or_else(|| entry.down.peer.ip());
    match name {
        "START_TIME" => Value::Text(start_time(entry.at, argument)),
        "PROTOCOL" => Value::Text(entry.version.name().to_owned()),
        "RESPONSE_CODE" => Value::Number(u64::from(entry.status)),
        "RESPONSE_CODE_DETAILS" => text((!entry.details.is_empty()).then(|| entry.details.to_string())),
        "RESPONSE_FLAGS" | "RESPONSE_FLAGS_LONG" => {
            let words =
                entry.flags.iter().map(|flag| if name.ends_with("LONG") { flag.words() } else { flag.letters() });
            let joined = words.collect::<Vec<_>>().join(",");
            Value::Text(if joined.is_empty() { "-".to_owned() } else { joined })
        }
        "BYTES_RECEIVED" => Value::Number(entry.progress.as_ref().map_or(0, |progress| progress.received())),
        "BYTES_SENT" => Value::Number(entry.sent.get()),
        "DURATION" => Value::Number(millis(entry.began.elapsed())),
        "RESPONSE_DURATION" => number(entry.service_time.map(millis)),
        "UPSTREAM_HOST" | "UPSTREAM_REMOTE_ADDRESS" => text(entry.upstream.map(|address| address.to_string())),
        "UPSTREAM_REMOTE_ADDRESS_WITHOUT_PORT" => text(entry.upstream.map(|address| address.ip().to_string())),
        "UPSTREAM_REMOTE_PORT" => number(entry.upstream.map(|address| u64::from(address.port()))),
        "UPSTREAM_CLUSTER" | "UPSTREAM_CLUSTER_RAW" => text(entry.cluster.as_ref().map(ToString::to_string)),
        "UPSTREAM_LOCAL_ADDRESS" => text(entry.upstream_local().map(|address| address.to_string())),
        "UPSTREAM_LOCAL_ADDRESS_WITHOUT_PORT" => text(entry.upstream_local().map(|address| address.ip().to_string())),
        "UPSTREAM_REQUEST_ATTEMPT_COUNT" => Value::Number(u64::from(entry.attempts)),
        "UPSTREAM_TRANSPORT_FAILURE_REASON" => text(entry.transport_failure.as_ref().map(|why| why.replace(' ', "_"))),
        "DOWNSTREAM_LOCAL_ADDRESS" => Value::Text(entry.down.local.to_string()),
        "DOWNSTREAM_LOCAL_ADDRESS_WITHOUT_PORT" => Value::Text(entry.down.local.ip().to_string()),
        "DOWNSTREAM_LOCAL_PORT" => Value::Number(u64::from(entry.down.local.port())),
        "DOWNSTREAM_REMOTE_ADDRESS" => Value::Text(
            if client == entry.down.peer.ip() { entry.down.peer } else { SocketAddr::new(client, 0) }.to_string(),
        ),
        "DOWNSTREAM_REMOTE_ADDRESS_WITHOUT_PORT" => Value::Text(client.to_string()),
        "DOWNSTREAM_DIRECT_REMOTE_ADDRESS" => Value::Text(entry.down.peer.to_string()),
        "DOWNSTREAM_DIRECT_REMOTE_ADDRESS_WITHOUT_PORT" => Value::Text(IpAddr::to_string(&entry.down.peer.ip())),
        "REQUESTED_SERVER_NAME" => {
            text(entry.down.tls.as_ref().and_then(|tls| tls.server_name.as_ref()).map(ToString::to_string))
        }
        "DOWNSTREAM_TLS_VERSION" => text(entry.down.tls.as_ref().map(|tls| tls.version.to_owned())),
        "DOWNSTREAM_TLS_CIPHER" => text(entry.down.tls.as_ref().map(|tls| tls.cipher.clone())),
        "GRPC_STATUS" => grpc_status(entry.grpc_status.as_ref(), argument),
        _ => Value::None,
    }
}

/// A gRPC status in Envoy's words.
fn grpc_status(status: Option<&HeaderValue>, argument: Option<&str>) -> Value {
    const WORDS: [(&str, &str); 17] = [
        ("OK", "OK"),
        ("Canceled", "CANCELLED"),
        ("Unknown", "UNKNOWN"),
        ("InvalidArgument", "INVALID_ARGUMENT"),
        ("DeadlineExceeded", "DEADLINE_EXCEEDED"),
        ("NotFound", "NOT_FOUND"),
        ("AlreadyExists", "ALREADY_EXISTS"),
        ("PermissionDenied", "PERMISSION_DENIED"),
        ("ResourceExhausted", "RESOURCE_EXHAUSTED"),
        ("FailedPrecondition", "FAILED_PRECONDITION"),
        ("Aborted", "ABORTED"),
        ("OutOfRange", "OUT_OF_RANGE"),
        ("Unimplemented", "UNIMPLEMENTED"),
        ("Internal", "INTERNAL"),
        ("Unavailable", "UNAVAILABLE"),
        ("DataLoss", "DATA_LOSS"),
        ("Unauthenticated", "UNAUTHENTICATED"),
    ];
    let Some(text) = status.and_then(|status| status.to_str().ok()) else { return Value::None };
    let Ok(number) = text.parse::<usize>() else { return Value::None };
    match (WORDS.get(number), argument) {
        (_, Some("NUMBER")) | (None, _) => Value::Number(number as u64),
        (Some((_, snake)), Some("SNAKE_STRING")) => Value::Text((*snake).to_owned()),
        (Some((camel, _)), _) => Value::Text((*camel).to_owned()),
    }
}

/// The time of now, as format strings tell it.
pub(crate) fn now(format: Option<&str>) -> String {
    start_time(SystemTime::now(), format)
}

/// A time in Envoy's form, or in a form of `strftime` of which the usual fields are known.
fn start_time(at: SystemTime, format: Option<&str>) -> String {
    let since = at.duration_since(UNIX_EPOCH).unwrap_or_default();
    let civil = clock::civil(since.as_secs());
    let Some(format) = format else {
        let clock::Civil { year, month, day, hour, minute, second, .. } = civil;
        let millis = since.subsec_millis();
        return format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.{millis:03}Z");
    };
    let mut out = String::new();
    let mut letters = format.chars().peekable();
    while let Some(letter) = letters.next() {
        if letter != '%' {
            out.push(letter);
            continue;
        }
        let mut digits = String::new();
        while let Some(digit) = letters.next_if(char::is_ascii_digit) {
            digits.push(digit);
        }
        let _ = match letters.next() {
            Some('Y') => write!(out, "{:04}", civil.year),
            Some('m') => write!(out, "{:02}", civil.month),
            Some('d') => write!(out, "{:02}", civil.day),
            Some('H') => write!(out, "{:02}", civil.hour),
            Some('M') => write!(out, "{:02}", civil.minute),
            Some('S') => write!(out, "{:02}", civil.second),
            Some('T') => write!(out, "{:02}:{:02}:{:02}", civil.hour, civil.minute, civil.second),
            Some('F') => write!(out, "{:04}-{:02}-{:02}", civil.year, civil.month, civil.day),
            Some('s') => write!(out, "{}", since.as_secs()),
            Some('f') => {
                let nanos = format!("{:09}", since.subsec_nanos());
                let length = digits.parse().unwrap_or(9usize).min(9);
                write!(out, "{}", nanos.get(..length).unwrap_or_default())
            }
            Some(other) => write!(out, "%{digits}{other}"),
            None => write!(out, "%"),
        };
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_written_as_envoy_writes_them() {
        let at = UNIX_EPOCH + Duration::from_millis(1_795_494_767_042);
        assert_eq!(start_time(at, None), "2026-11-24T04:32:47.042Z");
        assert_eq!(start_time(at, Some("%Y/%m/%d %H:%M:%S.%3f")), "2026/11/24 04:32:47.042");
    }

    #[test]
    fn a_plan_wants_only_what_its_format_names() {
        let settings = LogSettings { path: String::new(), shape: LogShape::Text(None) };
        let plan = LogPlan::new(&settings, None, None);
        assert_eq!((plan.request.len(), plan.response.len()), (6, 1));
        assert!(LogPlan::new(&settings, Some(LogChoice::Off), None).is_off());
    }
}
