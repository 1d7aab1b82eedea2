//! From a plain request to its head inside the gateway.

use std::borrow::Cow;
use std::net::IpAddr;

use http::header::{CONTENT_LENGTH, HeaderMap, HeaderValue};

use super::forwarded::{FORWARDED_PROTO, Origin, Trust, forward_certificate};
use super::head::Head;
use super::intake::{self, HeaderRefusal, Upgrade};
use super::normalise::{PathRules, normalise};
use super::reply::Why;
use super::request::{Request, Version, trimmed};
use super::spare::{Kind, Spare};
use super::target::{self, Target};
use crate::model::{Settings, Underscores};
use crate::routing::Listener;

/// Stands for a request id that nobody has drawn.
pub const SOME_UUID: HeaderValue = HeaderValue::from_static("<uuid>");

/// The most headers that a request may have, the host counted.
const MOST_HEADERS: usize = 100;

/// A request that the gateway has taken in.
#[derive(Clone, Debug)]
pub struct Received<'r> {
    /// Its head.
    pub head: Head<'r>,
    /// Whence it comes.
    pub origin: Origin,
    /// What it asks its connection to become.
    pub upgrade: Option<Upgrade>,
    /// Whether the Listener's security model counts it as https.
    pub secure: bool,
}

impl PathRules {
    /// The Module's rules.
    pub fn of(settings: &Settings) -> Self {
        Self {
            merge_slashes: settings.merge_slashes,
            reject_escaped_slashes: settings.reject_requests_with_escaped_slashes,
        }
    }
}

impl Trust {
    /// What is believed of clients on a listener.
    pub fn of(settings: &Settings, listener: &Listener) -> Self {
        Self {
            use_remote_address: settings.use_remote_address,
            trusted_hops: listener.l7_depth,
            preserve_request_id: settings.preserve_external_request_id,
        }
    }
}

/// Takes a request in, as Envoy's HTTP parser and connection manager do before any filter.
///
/// # Errors
///
/// Why it is answered at once.
pub fn receive<'r>(settings: &Settings, listener: &Listener, request: &'r Request<'_>) -> Result<Received<'r>, Why> {
    receive_next(settings, listener, request, &mut Spare::default())
}

/// The same for one of many requests, with what an earlier one left.
pub(super) fn receive_next<'r>(
    settings: &Settings,
    listener: &Listener,
    request: &'r Request<'_>,
    spare: &mut Spare,
) -> Result<Received<'r>, Why> {
    let is_http1 = request.version < Version::Http2;
    if is_http1 && head_size(request) > settings.max_request_headers_kb as usize * 1024 {
        return Err(Why::TooLarge);
    }
    if is_http1 && !target::is_method(&request.method) {
        return Err(Why::Method);
    }
    let target = if is_http1 {
        target::read(&request.method, &request.target, request.is_tls())
    } else {
        target::read_http2(&request.method, &request.target)
    };
    let target = target.map_err(Why::Target)?;
    let (headers, host) = headers_of(settings, request, spare)?;
    let arrival = Arrival {
        version: request.version,
        is_tls: request.is_tls(),
        client: request.client,
        port: listener.port,
        method: Cow::Borrowed(&*request.method),
        target,
        headers,
        host,
        certificate: None,
    };
    admit(settings, listener, arrival, || SOME_UUID)
}

/// A request whose head has been read: what is left to do is the connection manager's.
#[derive(Clone, Debug)]
pub struct Arrival<'r> {
    /// The version.
    pub version: Version,
    /// Whether it comes over TLS.
    pub is_tls: bool,
    /// The address that the connection comes from.
    pub client: IpAddr,
    /// The port that it came to.
    pub port: u16,
    /// The method.
    pub method: Cow<'r, str>,
    /// The target.
    pub target: Target<'r>,
    /// All headers but the host.
    pub headers: HeaderMap,
    /// The Host header, or `:authority`; several are joined.
    pub host: Option<Cow<'r, str>>,
    /// What we tell of the certificate that the client showed.
    pub certificate: Option<HeaderValue>,
}

/// Takes a request in whose head has been read.
///
/// # Errors
///
/// Why it is answered at once.
pub fn admit<'r>(
    settings: &Settings,
    listener: &Listener,
    arrival: Arrival<'r>,
    request_id: impl FnOnce() -> HeaderValue,
) -> Result<Received<'r>, Why> {
    let mut headers = arrival.headers;
    intake::join_repeated(&mut headers);
    let upgrade = intake::take_hop_by_hop(&mut headers).map_err(Why::Header)?;
    if arrival.version == Version::Http10 && !settings.enable_http10 {
        return Err(Why::Version);
    }
    let authority = match (arrival.target.authority, arrival.host) {
        (Some(authority), _) => authority,
        (None, Some(host)) => host,
        (None, None) => return Err(Why::NoAuthority),
    };
    if !target::is_authority(&authority) {
        return Err(Why::Authority);
    }
    let path = normalise(arrival.target.path, PathRules::of(settings)).map_err(Why::Path)?;
    let authority = if settings.strip_matching_host_port { without_port(authority, arrival.port) } else { authority };
    let mode = settings.forward_client_cert_details.as_deref();
    forward_certificate(&mut headers, mode, arrival.certificate.as_ref());
    let trust = Trust::of(settings, listener);
    let origin = trust.receive(&mut headers, arrival.client, arrival.is_tls, request_id);
    // Only what counts as https can say it to the letter.
    let proto = if origin.https == Some(true) { headers.get(FORWARDED_PROTO) } else { None };
    let secure = listener.security.is_secure(proto.map(HeaderValue::as_bytes));
    let head = Head { method: arrival.method, https: origin.https == Some(true), authority, path, headers };
    Ok(Received { head, origin, upgrade, secure })
}

/// The bytes of the head as HTTP/1 writes it, one blank behind each colon.
fn head_size(request: &Request<'_>) -> usize {
    let line = request.method.len() + request.target.len() + " HTTP/1.1\r\n".len() + 1;
    let host = request.authority.as_ref().map_or(0, |host| host.len() + "host: \r\n".len());
    let headers: usize = request.headers.iter().map(|(name, value)| name.len() + value.len() + 4).sum();
    line + host + headers + 2
}

/// The headers of a request, and all its hosts joined.
fn headers_of<'r>(
    settings: &Settings,
    request: &'r Request<'_>,
    spare: &mut Spare,
) -> Result<(HeaderMap, Option<Cow<'r, str>>), Why> {
    let mut host = request.authority.as_deref().map(|host| Cow::Borrowed(trimmed(host)));
    // The gateway adds some of its own.
    let mut headers = spare.take_headers(request.headers.len() + 8);
    let mut says_length = false;
    for (place, (name, value)) in request.headers.iter().enumerate() {
        let (name, kind) = spare.name(place, name).ok_or(Why::HeaderBytes)?;
        let value = trimmed(value);
        match kind {
            Kind::Plain => {}
            Kind::Host => {
                host = Some(match host {
                    None => Cow::Borrowed(value),
                    Some(before) => Cow::Owned(format!("{before},{value}")),
                });
                continue;
            }
            Kind::Underscored => match settings.underscores {
                Underscores::Allow => {}
                Underscores::RejectRequest => return Err(Why::Underscore),
                Underscores::DropHeader => continue,
            },
            Kind::Framing => says_length = true,
        }
        headers.append(name, spare.value(place, value).ok_or(Why::HeaderBytes)?);
    }
    if request.version == Version::Http2 {
        intake::join_cookies(&mut headers);
    }
    if says_length {
        intake::check_framing(&mut headers, settings.allow_chunked_length).map_err(Why::Framing)?;
    } else if let Some(length) = request.body {
        headers.insert(CONTENT_LENGTH, HeaderValue::from(length));
    }
    if headers.len() + usize::from(host.is_some()) > MOST_HEADERS {
        return Err(Why::TooLarge);
    }
    Ok((headers, host))
}

fn without_port(authority: Cow<'_, str>, port: u16) -> Cow<'_, str> {
    match authority {
        Cow::Borrowed(authority) => Cow::Borrowed(target::without_port(authority, port)),
        Cow::Owned(authority) => {
            let length = target::without_port(&authority, port).len();
            Cow::Owned(authority.get(..length).unwrap_or_default().to_owned())
        }
    }
}

impl From<HeaderRefusal> for Why {
    fn from(refusal: HeaderRefusal) -> Self {
        Self::Header(refusal)
    }
}
