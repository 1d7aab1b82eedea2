//! The AuthService, over HTTP and over gRPC.

use std::borrow::Cow;
use std::cell::Cell;
use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::UNIX_EPOCH;

use bytes::Bytes;
use http::StatusCode;
use http::header::{CONTENT_LENGTH, CONTENT_TYPE, HOST, HeaderMap, HeaderName, HeaderValue, TRANSFER_ENCODING};

use super::auth_messages::{
    Address, AttributeContext, CheckRequest, CheckResponse, DeniedHttpResponse, HeaderValueOption, HttpRequest,
    HttpResponse, OkHttpResponse, Peer, Request, SocketAddress, Timestamp, TlsSession,
};
use super::grpc;
use crate::gateway::exchange::Exchange;
use crate::gateway::fault::Fault;
use crate::gateway::forward;
use crate::gateway::loaded::Loaded;
use crate::gateway::reply::Answer;
use crate::gateway::upload::UpBody;
use crate::gateway::upstream::{Sending, Upstream};
use crate::model::{Auth, AuthBody, AuthProtocol, Priority};
use crate::outcome::auth::{BodyShown, HttpRules, Verdict, failed};
use crate::outcome::reply::{Reply, Why};

const CHECK: &str = "/envoy.service.auth.v3.Authorization/Check";

/// The most that an answer may be.
const MOST: usize = 1 << 20;

/// Asks about a request; tells whether its headers were changed.
pub(crate) async fn ask(
    exchange: &mut Exchange,
    loaded: &Loaded,
    auth: &Auth,
    extensions: &[(Arc<str>, Arc<str>)],
) -> Result<bool, Answer> {
    let body = match auth.body {
        Some(body) if !exchange.upload.is_empty() => Some(shown(exchange, body).await?),
        _ => None,
    };
    let Some(upstream) = loaded.upstream(auth.cluster).map(Arc::clone) else { return fail(auth) };
    match &auth.protocol {
        AuthProtocol::Http { path_prefix, request_headers, authorization_headers, add } => {
            let rules = HttpRules { path_prefix: path_prefix.as_deref(), request_headers, authorization_headers, add };
            match over_http(exchange, auth, &upstream, rules, body).await {
                Verdict::Allowed(headers) => Ok(set(&mut exchange.head.headers, headers)),
                Verdict::Denied(reply) => Err(Answer::Reply(Box::new(reply))),
                Verdict::Failed => fail(auth),
            }
        }
        AuthProtocol::Grpc => over_grpc(exchange, auth, &upstream, extensions, body).await,
    }
}

fn fail(auth: &Auth) -> Result<bool, Answer> {
    failed(auth).map_or(Ok(false), |reply| Err(Answer::Reply(Box::new(reply))))
}

/// Sets headers on the request, in the place of those with the same names; tells whether there were any.
fn set(request: &mut HeaderMap, headers: HeaderMap) -> bool {
    let has_any = !headers.is_empty();
    for name in headers.keys() {
        request.remove(name);
    }
    for (name, value) in &headers {
        request.append(name, value.clone());
    }
    has_any
}

/// The part of the body that is shown.
async fn shown(exchange: &mut Exchange, rules: AuthBody) -> Result<(Bytes, bool), Answer> {
    let most = u64::from(rules.max_bytes);
    let filled = exchange.upload.fill(most).await;
    let (mut bytes, is_all) = filled.map_err(|()| Answer::Fault(Fault::Client, false))?;
    if !is_all && !rules.allow_partial {
        return Err(Why::Body.into());
    }
    bytes.truncate(rules.max_bytes as usize);
    Ok((bytes, !is_all))
}

async fn over_http(
    exchange: &Exchange,
    auth: &Auth,
    upstream: &Arc<Upstream>,
    rules: HttpRules<'_>,
    body: Option<(Bytes, bool)>,
) -> Verdict {
    let told =
        body.as_ref().map(|(bytes, is_partial)| BodyShown { length: bytes.len() as u64, is_partial: *is_partial });
    let question = rules.question(auth, &exchange.head, told);
    let body = body.map_or(UpBody::Empty, |(bytes, _)| UpBody::Full(bytes));
    let is_head = question.method == "HEAD";
    let asked = async {
        let request = Sending::new(Cow::Owned(question), body, upstream.cluster.http2)?;
        let set = upstream.discover().await;
        let endpoint = upstream.choose(&set, None, 0)?;
        let sent = exchange.worker.pools.send(upstream, &endpoint, Priority::Default, request, &Cell::new(None)).await;
        let response = sent.ok()?;
        let (parts, body) = response.into_parts();
        let body = if is_head { Bytes::new() } else { forward::read_whole(body, MOST).await?.0 };
        Some(rules.verdict(parts.status.as_u16(), &parts.headers, &String::from_utf8_lossy(&body)))
    };
    tokio::select! {
        verdict = tokio::time::timeout(auth.timeout, asked) => verdict.ok().flatten().unwrap_or(Verdict::Failed),
        () = exchange.upload.gather() => Verdict::Failed,
    }
}

async fn over_grpc(
    exchange: &mut Exchange,
    auth: &Auth,
    upstream: &Arc<Upstream>,
    extensions: &[(Arc<str>, Arc<str>)],
    body: Option<(Bytes, bool)>,
) -> Result<bool, Answer> {
    let question = question(exchange, extensions, body);
    let call = grpc::unary::<CheckResponse>(&exchange.worker, upstream, CHECK, question, auth.timeout);
    let answered = tokio::select! {
        answered = call => answered,
        () = exchange.upload.gather() => Err(grpc::CallFailed),
    };
    let Ok(answer) = answered else { return fail(auth) };
    let code = answer.status.map_or(0, |status| status.code);
    match (code, answer.http_response) {
        (0, Some(HttpResponse::Ok(ok))) => match bad_value(&ok) {
            Some(name) => Err(refused_value(name)),
            None => allow(exchange, ok).ok_or(()).or_else(|()| fail(auth)),
        },
        (0, _) => Ok(false),
        (_, Some(HttpResponse::Denied(denied))) => Err(deny(denied)),
        (_, _) => Err(Why::AuthDenied.into()),
    }
}

fn question(exchange: &Exchange, extensions: &[(Arc<str>, Arc<str>)], body: Option<(Bytes, bool)>) -> CheckRequest {
    let head = &exchange.head;
    let mut headers: HashMap<String, String> = HashMap::with_capacity(head.headers.len() + 5);
    for name in head.headers.keys().filter(|name| *name != TRANSFER_ENCODING) {
        let values = head.headers.get_all(name).iter().map(|value| String::from_utf8_lossy(value.as_bytes()));
        headers.insert(name.as_str().to_owned(), values.collect::<Vec<_>>().join(","));
    }
    for (name, value) in [
        (":authority", &*head.authority),
        (":method", &*head.method),
        (":path", &*head.path),
        (":scheme", head.scheme()),
    ] {
        headers.insert(name.to_owned(), value.to_owned());
    }
    if let Some((_, is_partial)) = &body {
        headers.insert("x-envoy-auth-partial-body".to_owned(), is_partial.to_string());
    }
    // Only a body that is shown has a size.
    let size = body.as_ref().map(|_| i64::try_from(exchange.upload.held()).unwrap_or(i64::MAX));
    let mut now = None;
    exchange.account.look(|entry| now = entry.at.duration_since(UNIX_EPOCH).ok());
    let time = now.map(|now| Timestamp {
        seconds: i64::try_from(now.as_secs()).unwrap_or_default(),
        nanos: i32::try_from(now.subsec_nanos()).unwrap_or_default(),
    });
    let peer = |address: SocketAddr| {
        let socket = SocketAddress { address: address.ip().to_string(), port_value: u32::from(address.port()) };
        Some(Peer { address: Some(Address { socket_address: Some(socket) }) })
    };
    let down = &exchange.down;
    let client =
        if exchange.origin.client == down.peer.ip() { down.peer } else { SocketAddr::new(exchange.origin.client, 0) };
    CheckRequest {
        attributes: Some(AttributeContext {
            source: peer(client),
            destination: peer(down.local),
            request: Some(Request {
                time,
                http: Some(HttpRequest {
                    id: fastrand::u64(..).to_string(),
                    method: head.method.clone().into_owned(),
                    headers,
                    path: head.path.clone().into_owned(),
                    host: head.authority.clone().into_owned(),
                    scheme: head.scheme().to_owned(),
                    size: size.unwrap_or(0),
                    protocol: exchange.version.name().to_owned(),
                    body: body.map_or_else(String::new, |(bytes, _)| String::from_utf8_lossy(&bytes).into_owned()),
                }),
            }),
            context_extensions: extensions.iter().map(|(key, value)| (key.to_string(), value.to_string())).collect(),
            tls_session: Some(TlsSession {
                sni: down.tls.as_ref().and_then(|tls| tls.server_name.as_deref()).unwrap_or_default().to_owned(),
            }),
        }),
    }
}

/// A header of an answer; `None`: a name or a value that no header may have.
fn header(option: &HeaderValueOption) -> Option<(HeaderName, HeaderValue)> {
    let header = option.header.as_ref()?;
    let value = if header.raw_value.is_empty() { header.value.as_bytes() } else { &header.raw_value };
    Some((HeaderName::from_bytes(header.key.as_bytes()).ok()?, HeaderValue::from_bytes(value).ok()?))
}

/// The name of a header that is to be set to what no header may be.
fn bad_value(ok: &OkHttpResponse) -> Option<&str> {
    let headers = ok.headers.iter().filter_map(|option| option.header.as_ref());
    let mut bad = headers.filter(|header| {
        let value = if header.raw_value.is_empty() { header.value.as_bytes() } else { &header.raw_value };
        HeaderValue::from_bytes(value).is_err()
    });
    bad.next().map(|header| header.key.as_str())
}

fn refused_value(name: &str) -> Answer {
    let mut reply = Reply::new(Why::AuthFailed);
    reply.status = StatusCode::SERVICE_UNAVAILABLE.as_u16();
    reply.headers.insert(CONTENT_TYPE, HeaderValue::from_static("text/plain"));
    reply.body = Cow::Owned(format!("invalid header value for: {}", name.to_ascii_lowercase()));
    Answer::Reply(Box::new(reply))
}

/// Lets a request go on, with what the answer changes in it. `None`: the answer is one that Envoy does not take.
fn allow(exchange: &mut Exchange, ok: OkHttpResponse) -> Option<bool> {
    let mut has_changed = false;
    let headers = &mut exchange.head.headers;
    // All are read before any is set: an answer is taken whole or not at all.
    let mut additions = Vec::with_capacity(ok.headers.len());
    let mut pseudo: Vec<(String, String)> = Vec::new();
    for option in &ok.headers {
        let key = option.header.as_ref().map(|header| header.key.as_str()).unwrap_or_default();
        if key.starts_with(':') || key.eq_ignore_ascii_case("host") {
            pseudo
                .push((key.to_owned(), option.header.as_ref().map(|header| header.value.clone()).unwrap_or_default()));
            continue;
        }
        additions.push((header(option)?, option.append.is_some_and(|append| append.value)));
    }
    for ((name, value), appends) in additions {
        has_changed = true;
        let before = headers.get(&name).filter(|_| appends).cloned();
        let joined = before
            .and_then(|before| HeaderValue::from_bytes(&[before.as_bytes(), b",", value.as_bytes()].concat()).ok());
        headers.insert(name, joined.unwrap_or(value));
    }
    for (name, value) in pseudo {
        has_changed = true;
        match name.as_str() {
            ":method" => exchange.head.method = Cow::Owned(value),
            ":path" => exchange.head.path = Cow::Owned(value),
            ":scheme" => {}
            _ => exchange.head.authority = Cow::Owned(value),
        }
    }
    let headers = &mut exchange.head.headers;
    for name in &ok.headers_to_remove {
        if !name.starts_with(':') && !name.eq_ignore_ascii_case("host") {
            has_changed |= headers.remove(name.as_str()).is_some();
        }
    }
    for option in &ok.response_headers_to_add {
        let (name, value) = header(option)?;
        if option.append.is_none_or(|append| append.value) {
            exchange.on_response.append(name, value);
        } else {
            exchange.on_response.insert(name, value);
        }
    }
    Some(has_changed)
}

/// The answer of a denial.
fn deny(denied: DeniedHttpResponse) -> Answer {
    let mut reply = Reply::new(Why::AuthDenied);
    let status = denied.status.map_or(0, |status| status.code);
    if let Ok(status) = u16::try_from(status)
        && StatusCode::from_u16(status).is_ok()
    {
        reply.status = status;
    }
    if !denied.body.is_empty() {
        reply.headers.insert(CONTENT_TYPE, HeaderValue::from_static("text/plain"));
    }
    let mut seen = HeaderMap::new();
    for option in &denied.headers {
        let Some((name, value)) = header(option) else { continue };
        if matches!(name, CONTENT_LENGTH | HOST) || name == TRANSFER_ENCODING {
            continue;
        }
        // Envoy appends only to what is there.
        if !option.append.is_some_and(|append| append.value) {
            seen.insert(name, value);
        } else if seen.contains_key(&name) {
            seen.append(name, value);
        }
    }
    for name in seen.keys() {
        reply.headers.remove(name);
    }
    for (name, value) in &seen {
        reply.headers.append(name, value.clone());
    }
    reply.body = Cow::Owned(denied.body);
    Answer::Reply(Box::new(reply))
}
