//! Answers made here: replies, redirects, and what a fault comes to.

use std::borrow::Cow;

use bytes::Bytes;
use http::header::{CONNECTION, CONTENT_TYPE, DATE, HeaderMap, HeaderName, HeaderValue, SERVER, TRANSFER_ENCODING};
use http::{Response, StatusCode};

use super::account::Flag;
use super::body::{Body, Failure};
use super::exchange::Exchange;
use super::facts::Known;
use super::fault::Fault;
use super::http1::Refusal;
use crate::outcome::redirect::Redirected;
use crate::outcome::reply::{Reply, Why, grpc_message, grpc_status};
use crate::outcome::request::Version;
use crate::outcome::target::TargetRefusal;
use crate::outcome::{cors, headers};

/// `x-ambassador-mapping`
pub(crate) const MAPPING: HeaderName = HeaderName::from_static("x-ambassador-mapping");

/// Why the way of a request ends here.
#[derive(Debug)]
pub(crate) enum Answer {
    /// A rule answers.
    Reply(Box<Reply>),
    /// It is sent elsewhere.
    Redirect(Box<Redirected>),
    /// Its bytes are none that Envoy takes.
    Refused(Refusal),
    /// Something went wrong towards the upstream; whether there was more than one try.
    Fault(Fault, bool),
    /// The upstream declined the upgrade, with this status.
    Declined(StatusCode),
    /// The listener is gone: the connection ends.
    Gone,
}

impl From<Why> for Answer {
    fn from(why: Why) -> Self {
        Self::Reply(Box::new(Reply::new(why)))
    }
}

/// An answer before it is written.
struct Draft {
    status: StatusCode,
    headers: HeaderMap,
    body: Cow<'static, str>,
    closes: bool,
    flag: Option<Flag>,
    details: Cow<'static, str>,
    /// gRPC clients get 200 and the status in headers.
    suits_grpc: bool,
}

fn plain(status: StatusCode, body: Cow<'static, str>, closes: bool) -> Draft {
    let mut headers = HeaderMap::new();
    if !body.is_empty() {
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("text/plain"));
    }
    Draft { status, headers, body, closes, flag: None, details: Cow::Borrowed(""), suits_grpc: true }
}

impl Exchange {
    /// Makes the answer.
    pub(crate) fn answer(mut self, answer: Answer) -> Result<Response<Body>, Failure> {
        let is_grpc = self.is_grpc;
        let draft = match answer {
            Answer::Gone => return Err("the listener is gone".into()),
            Answer::Reply(reply) => draft_of(*reply),
            Answer::Redirect(redirected) => Draft {
                status: StatusCode::from_u16(redirected.status).unwrap_or(StatusCode::MOVED_PERMANENTLY),
                headers: redirected.headers,
                body: Cow::Borrowed(""),
                closes: false,
                flag: None,
                details: Cow::Borrowed("direct_response"),
                suits_grpc: false,
            },
            Answer::Refused(refusal) => draft_of_refusal(refusal),
            Answer::Declined(status) => plain(status, Cow::Borrowed(""), true),
            Answer::Fault(Fault::Client, _) => {
                // The body broke off: where it was malformed, the client is told, else it is gone.
                match self.notes.as_ref().and_then(|notes| notes.body_fault.get()) {
                    Some(refusal) => draft_of_refusal(refusal),
                    None => return Err("the client is gone".into()),
                }
            }
            Answer::Fault(fault, retried) => {
                let (status, body, details) = fault.answer(retried);
                let mut draft = plain(status, body, false);
                if fault == Fault::Overflow && !self.view.loaded.table.settings.suppress_envoy_headers {
                    draft.headers.insert("x-envoy-overloaded", HeaderValue::from_static("true"));
                }
                if let Fault::ConnectFailed(why) = &fault {
                    self.account.note(|entry| entry.transport_failure = Some(why.reason()));
                }
                Draft { flag: Some(fault.flag()), details, ..draft }
            }
        };
        Ok(self.write(draft, is_grpc))
    }

    fn write(mut self, mut draft: Draft, is_grpc: bool) -> Response<Body> {
        if is_grpc && draft.suits_grpc {
            to_grpc(&mut draft);
        }
        for (name, value) in std::mem::take(&mut self.on_response).iter() {
            draft.headers.append(name, value.clone());
        }
        self.edit_reply(&mut draft);
        let Draft { status, mut headers, body, closes, flag, details, .. } = draft;
        self.complete_headers(&mut headers);
        let is_head = self.head.method == "HEAD";
        headers.remove(TRANSFER_ENCODING);
        if is_head && body.is_empty() {
            self.tell_chunked(&mut headers);
        }
        if closes || self.wants_close || !self.upload.progress().is_complete() {
            self.close(&mut headers);
        } else {
            self.keep(&mut headers);
        }
        self.note_request();
        let log = &self.view.loaded.log;
        let answered = if log.is_off() { Vec::new() } else { log.of_response(&headers) };
        let length = if is_head { 0 } else { body.len() };
        let grpc_status = headers.get("grpc-status").cloned();
        self.account.note(|entry| {
            entry.status = status.as_u16();
            entry.details = details;
            entry.grpc_status = grpc_status;
            entry.answered = answered;
        });
        if let Some(flag) = flag {
            self.account.flag(flag);
        }
        self.account.sent(length);
        self.account.complete();
        let body = match body {
            Cow::Borrowed(text) => Bytes::from_static(text.as_bytes()),
            Cow::Owned(text) => Bytes::from(text),
        };
        let body = if body.is_empty() { Body::Empty } else { Body::Full(body) };
        let mut response = Response::new(body);
        *response.status_mut() = status;
        *response.headers_mut() = headers;
        *response.version_mut() = self.answer_version();
        response
    }

    /// Answers that a route gives itself carry the Mapping's edits, as its upstream's answers do.
    fn edit_reply(&self, draft: &mut Draft) {
        if let Some((rules, origin)) = &self.crosses {
            cors::on_response(rules, origin, &mut draft.headers);
        }
        let Some(edits) = self.response_edits.as_ref() else { return };
        headers::remove(&mut draft.headers, edits);
        if !edits.add.is_empty() {
            let additions = {
                let mut facts = Known::new(self, &self.head, Some(&draft.headers), "");
                facts.status = Some(draft.status.as_u16());
                headers::additions(edits, &facts)
            };
            headers::add(&mut draft.headers, additions);
        }
    }

    /// What every answer tells.
    pub(crate) fn complete_headers(&mut self, headers: &mut HeaderMap) {
        headers.insert(SERVER, self.view.loaded.server.clone());
        if !headers.contains_key(DATE) {
            headers.insert(DATE, self.worker.date());
        }
        if self.worker.shared.options.debug_header {
            let mut mapping = None;
            self.account.note(|entry| mapping = entry.mapping.clone());
            if let Some(mapping) = mapping.and_then(|mapping| HeaderValue::from_str(&mapping).ok()) {
                headers.insert(MAPPING, mapping);
            }
            headers.insert("x-ambassador-table", HeaderValue::from(self.view.loaded.version));
        }
    }

    /// The version of an answer; that of HTTP/2 is said by nobody.
    pub(crate) fn answer_version(&self) -> http::Version {
        if self.version == Version::Http10 { http::Version::HTTP_10 } else { http::Version::HTTP_11 }
    }

    /// Keeps the connection behind this answer, which HTTP/1.0 must say.
    pub(crate) fn keep(&self, headers: &mut HeaderMap) {
        if self.version == Version::Http10 {
            headers.insert(CONNECTION, HeaderValue::from_static("keep-alive"));
        }
    }

    /// Ends the connection behind this answer; HTTP/2 has other means.
    pub(crate) fn close(&self, headers: &mut HeaderMap) {
        if self.version != Version::Http2 {
            headers.insert(CONNECTION, HeaderValue::from_static("close"));
        }
    }
}

fn draft_of(reply: Reply) -> Draft {
    let (flag, details) = match reply.why {
        Why::NoRoute | Why::NoVirtualHost => (Some(Flag::NoRoute), "route_not_found"),
        Why::AuthDenied => (Some(Flag::Unauthorised), "ext_authz_denied"),
        Why::AuthFailed => (Some(Flag::Unauthorised), "ext_authz_error"),
        Why::RateLimited => (Some(Flag::RateLimited), "request_rate_limited"),
        Why::RateLimitFailed => (Some(Flag::RateLimitService), "rate_limiter_error"),
        Why::Path(_) => (None, "path_normalization_failed"),
        Why::NoAuthority => (None, "missing_host_header"),
        Why::Version => (Some(Flag::DownstreamProtocol), "low_version"),
        Why::IpRules => (None, "rbac_access_denied_matched_policy[none]"),
        Why::Body => (None, "request_payload_too_large"),
        Why::Upgrade => (None, "upgrade_failed"),
        Why::Preflight => (None, "cors_response"),
        Why::Method | Why::Target(_) | Why::Authority | Why::HeaderBytes | Why::TooLarge => {
            (Some(Flag::DownstreamProtocol), "http1.codec_error")
        }
        _ => (None, "direct_response"),
    };
    Draft {
        status: StatusCode::from_u16(reply.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR),
        suits_grpc: reply.why != Why::Preflight,
        headers: reply.headers,
        body: reply.body,
        // The rest of such a body is not waited for.
        closes: reply.closes || reply.why == Why::Body,
        flag,
        details: Cow::Borrowed(details),
    }
}

fn draft_of_refusal(refusal: Refusal) -> Draft {
    let mut draft = match refusal {
        Refusal::Why(why) => draft_of(Reply::new(why)),
        Refusal::Malformed => plain(StatusCode::BAD_REQUEST, Cow::Borrowed("Bad Request"), true),
        Refusal::Coding => plain(StatusCode::NOT_IMPLEMENTED, Cow::Borrowed("Not Implemented"), true),
        Refusal::Tunnel => return Draft { closes: true, ..draft_of(Reply::new(Why::Target(TargetRefusal::NoPath))) },
    };
    if draft.flag.is_none() && draft.status != StatusCode::NOT_FOUND {
        draft.flag = Some(Flag::DownstreamProtocol);
        draft.details = Cow::Borrowed("http1.codec_error");
    }
    if draft.status == StatusCode::NOT_FOUND {
        draft.closes = false;
    }
    draft
}

/// The same answer as a gRPC client gets it.
fn to_grpc(draft: &mut Draft) {
    let status = grpc_status(draft.status.as_u16());
    draft.headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/grpc"));
    draft.headers.insert("grpc-status", HeaderValue::from(status));
    if !draft.body.is_empty()
        && let Ok(message) = HeaderValue::try_from(grpc_message(&draft.body))
    {
        draft.headers.insert("grpc-message", message);
    }
    draft.body = Cow::Borrowed("");
    draft.status = StatusCode::OK;
}
