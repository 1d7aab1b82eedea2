//! A request on its way to a cluster, try by try, and the answer on its way back.

use std::borrow::Cow;
use std::cell::Cell;
use std::future::Future;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use http::header::{CONTENT_LENGTH, COOKIE, HeaderMap, HeaderName, HeaderValue, SET_COOKIE, TRANSFER_ENCODING};
use http::{Response, StatusCode};
use tokio::time::Instant;

use super::account::Flag;
use super::body::Body;
use super::exchange::{Exchange, own_address};
use super::facts::Known;
use super::fault::Fault;
use super::filters::{gzip, web};
use super::loaded::Loaded;
use super::passing::Passing;
use super::reply::Answer;
use super::tracing;
use super::upload::{Gathering, Progress};
use super::upstream::balance::hash;
use super::upstream::breaker::Counted;
use super::upstream::upgrade::Tunnel;
use super::upstream::{Arriving, Endpoint, Place, Sending, Upstream, retry};
use crate::model::{Forward, HashPolicy};
use crate::outcome::head::Head;
use crate::outcome::request::Version;
use crate::outcome::{cors, headers, intake, upstream as rules};
use crate::routing::Route;

const GRPC_STATUS: HeaderName = HeaderName::from_static("grpc-status");
const SERVICE_TIME: HeaderName = HeaderName::from_static("x-envoy-upstream-service-time");
const EXPECTED_TIMEOUT: HeaderName = HeaderName::from_static("x-envoy-expected-rq-timeout-ms");

/// The longest silence on a stream; Envoy's own default.
const SILENCE: Duration = Duration::from_secs(300);

/// How much of a body is kept for another try; Envoy's own default.
const KEPT: u64 = 1 << 20;

/// The head of an answer with all that belongs to it.
struct Answered {
    response: Response<Arriving>,
    began: Instant,
    took: Duration,
}

impl Exchange {
    /// Forwards a request and gives its answer.
    pub(crate) async fn forward(
        &mut self,
        loaded: &Loaded,
        route: &Route,
        forward: &Forward,
    ) -> Result<Response<Body>, Answer> {
        let Some(upstream) = loaded.upstream(forward.cluster) else {
            return Err(Answer::Fault(Fault::NoHealthyUpstream, false));
        };
        let upstream = Arc::clone(self.detour(upstream));
        if !forward.response_headers.is_empty() {
            self.response_edits = Some(forward.response_headers.clone());
        }
        let key = self.sticky(forward);
        self.prepare(loaded, route, forward, &upstream);
        tracing::hand_on(self, loaded);
        self.note_request();
        if forward.retry.is_some() || upstream.is_followed() {
            self.upload.keep(loaded.table.settings.buffer_limit_bytes.map_or(KEPT, u64::from));
        }
        if upstream.cluster.http2 && self.version == Version::Http2 {
            self.upload.pass_trailers();
        }
        self.mirror(loaded, forward);
        let limits = Limits {
            progress: Rc::clone(self.upload.progress()),
            whole: forward.timeout.filter(|limit| !limit.is_zero()),
            idle: match forward.idle_timeout {
                None => Some(SILENCE),
                Some(limit) if limit.is_zero() => None,
                limit => limit,
            },
        };
        let (key, cookie) = key.map_or((None, None), |(key, cookie)| (Some(key), cookie));
        let deadline = limits.whole.filter(|_| limits.progress.is_complete()).map(|limit| Instant::now() + limit);
        let gathering = self.upload.gather();
        let tried = {
            // Pinned here, it is not moved on its way through the timers.
            let tries = std::pin::pin!(self.tries(forward, &upstream, key, deadline));
            limits.keep(deadline, gathering, tries).await
        };
        let answered = tried.map_err(|fault| {
            let mut tries = 0;
            self.account.note(|entry| tries = entry.attempts);
            Answer::Fault(fault, tries > 1)
        })?;
        if self.upgrade.is_some() && answered.response.status() != StatusCode::SWITCHING_PROTOCOLS {
            return Err(Answer::Declined(answered.response.status()));
        }
        let mut response = self.take_answer(loaded, forward, &upstream, answered, deadline, limits.idle);
        if let Some((rules, origin)) = &self.crosses {
            cors::on_response(rules, origin, response.headers_mut());
        }
        if let Some(cookie) = cookie {
            response.headers_mut().append(SET_COOKIE, cookie);
        }
        match self.translation {
            None => Ok(response),
            Some(translation) => Ok(web::translate(translation, response).await),
        }
    }

    /// Another place for a request with certain headers.
    fn detour<'u>(&self, upstream: &'u Arc<Upstream>) -> &'u Arc<Upstream> {
        let takes = |name: &HeaderName, value: &str| {
            self.head.headers.get_all(name).iter().any(|found| found.as_bytes() == value.as_bytes())
        };
        let detour = upstream.detours.iter().find(|(name, value, _)| takes(name, value));
        detour.map_or(upstream, |(_, _, elsewhere)| elsewhere)
    }

    /// Edits and rewrites the head for the upstream.
    fn prepare(&mut self, loaded: &Loaded, route: &Route, forward: &Forward, upstream: &Upstream) {
        let suppress = loaded.table.settings.suppress_envoy_headers;
        if !suppress {
            rules::tell_timeout(&mut self.head.headers, forward);
        }
        headers::remove(&mut self.head.headers, &forward.request_headers);
        if !forward.request_headers.add.is_empty() {
            let facts = Known::new(self, &self.head, None, &upstream.cluster.stats_name);
            let additions = headers::additions(&forward.request_headers, &facts);
            headers::add(&mut self.head.headers, additions);
        }
        rules::rewrite(route, forward, &upstream.cluster, suppress, &mut self.head);
        if !upstream.cluster.http2 && self.upload.is_empty() {
            rules::tell_no_body(&mut self.head, self.upgrade.is_some());
        }
    }

    /// What a sticky choice hangs on, and the cookie that is issued for it.
    fn sticky(&self, forward: &Forward) -> Option<(u64, Option<HeaderValue>)> {
        match forward.hash.as_ref()? {
            HashPolicy::Header(name) => {
                let value = self.head.headers.get(&**name)?;
                Some((hash(value.as_bytes()), None))
            }
            HashPolicy::SourceIp => Some((hash(self.origin.client.to_string().as_bytes()), None)),
            HashPolicy::Cookie { name, path, ttl } => {
                if let Some(value) = cookie(&self.head.headers, name).filter(|value| !value.is_empty()) {
                    return Some((hash(value.as_bytes()), None));
                }
                let ttl = (*ttl)?;
                let value = format!("{:016x}", fastrand::u64(..));
                let mut text = format!("{name}=\"{value}\"");
                if !ttl.is_zero() {
                    text.push_str(&format!("; Max-Age={}", ttl.as_secs()));
                }
                if let Some(path) = path {
                    text.push_str(&format!("; Path={path}"));
                }
                text.push_str("; HttpOnly");
                Some((hash(value.as_bytes()), HeaderValue::from_str(&text).ok()))
            }
        }
    }

    /// Sends the copy that a shadow gets; nobody waits for its answer.
    fn mirror(&mut self, loaded: &Loaded, forward: &Forward) {
        let Some(mirror) = forward.mirror.as_ref().filter(|mirror| fastrand::u32(..100) < mirror.percent) else {
            return;
        };
        let Some(upstream) = loaded.upstream(mirror.cluster).map(Arc::clone) else { return };
        let own = HeaderValue::from_str(&own_address(&self.down).to_string());
        let Ok(own) = own else { return };
        let head = rules::mirrored(&self.head, &own);
        self.upload.keep(KEPT);
        let body = self.upload.reader();
        let priority = forward.priority;
        let limit = forward.timeout.filter(|limit| !limit.is_zero()).unwrap_or(SILENCE);
        let worker = Rc::clone(&self.worker);
        tokio::task::spawn_local(async move {
            let _ = tokio::time::timeout(limit, async {
                let set = upstream.discover().await;
                let endpoint = upstream.choose(&set, None, 0)?;
                let request = Sending::new(Cow::Owned(head), body, upstream.cluster.http2)?;
                let sent = worker.pools.send(&upstream, &endpoint, priority, request, &Cell::new(None)).await;
                read_out(sent.ok()?).await
            })
            .await;
        });
    }

    /// Tries until there is an answer, or none is to be had.
    async fn tries(
        &mut self,
        forward: &Forward,
        upstream: &Arc<Upstream>,
        key: Option<u64>,
        deadline: Option<Instant>,
    ) -> Result<Answered, Fault> {
        let policy = forward.retry.as_ref();
        let allowed = retry::allowed(policy);
        let tunnels = if upstream.is_followed() { retry::TUNNELS } else { 0 };
        let mut tries = 0;
        loop {
            tries += 1;
            self.account.note(|entry| entry.attempts = tries);
            let is_last = tries > allowed;
            let tried = self.attempt(forward, upstream, key, tries - 1, tries > allowed.max(tunnels)).await;
            if let Err(fault) = &tried
                && tries <= tunnels
                && retry::lost_tunnel(fault, &self.head.method)
                && self.upload.is_repeatable()
            {
                tokio::time::sleep(retry::pause(tries)).await;
                continue;
            }
            let Some(policy) = policy else { return tried };
            let wants_more = match &tried {
                Ok(answered) => retry::answers(policy, answered.response.status(), answered.response.headers()),
                Err(fault) => retry::faults(policy, fault),
            };
            if !wants_more {
                return tried;
            }
            if is_last {
                self.account.flag(Flag::RetryLimit);
                return tried;
            }
            if !self.upload.is_repeatable() {
                return tried;
            }
            let Some(place) = Place::take(upstream, forward.priority, Counted::Retry) else { return tried };
            if let Ok(answered) = tried {
                tokio::task::spawn_local(read_out(answered.response));
            }
            tokio::time::sleep(retry::pause(tries)).await;
            drop(place);
            self.tell_time_left(deadline);
        }
    }

    /// Tells how much is left of the timeout.
    fn tell_time_left(&mut self, deadline: Option<Instant>) {
        let (Some(deadline), Some(told)) = (deadline, self.head.headers.get(EXPECTED_TIMEOUT)) else { return };
        let told: u64 = told.to_str().ok().and_then(|told| told.parse().ok()).unwrap_or(u64::MAX);
        let left = deadline.saturating_duration_since(Instant::now()).as_millis();
        let left = u64::try_from(left).unwrap_or(u64::MAX).min(told);
        self.head.headers.insert(EXPECTED_TIMEOUT, HeaderValue::from(left));
    }

    async fn attempt(
        &mut self,
        forward: &Forward,
        upstream: &Arc<Upstream>,
        key: Option<u64>,
        earlier: u32,
        is_last: bool,
    ) -> Result<Answered, Fault> {
        let set = upstream.discover().await;
        let endpoint: Arc<Endpoint> = upstream.choose(&set, key, earlier).ok_or(Fault::NoHealthyUpstream)?;
        self.account.note(|entry| entry.upstream = Some(endpoint.address));
        let body = self.upload.reader();
        // HTTP/2 keeps the head, which is given away where it is not needed again.
        let head = if is_last && upstream.cluster.http2 {
            Cow::Owned(take(&mut self.head))
        } else {
            Cow::Borrowed(&self.head)
        };
        let Some(request) = Sending::new(head, body, upstream.cluster.http2) else { return Err(Fault::Protocol) };
        let began = Instant::now();
        upstream.has_traffic.store(true, Ordering::Relaxed);
        let local = &self.upload.progress().local;
        let pools = &self.worker.pools;
        let sent = async {
            if endpoint.tunnel.is_some() {
                // Seldom and large: it would make every exchange as large.
                Box::pin(pools.send_through_tunnel(upstream, &endpoint, forward.priority, request, local)).await
            } else {
                pools.send(upstream, &endpoint, forward.priority, request, local).await
            }
        };
        let per_try = forward.retry.as_ref().and_then(|policy| policy.per_try_timeout).filter(|limit| !limit.is_zero());
        let response = match per_try {
            None => sent.await?,
            Some(limit) => tokio::time::timeout(limit, sent).await.unwrap_or(Err(Fault::PerTryTimeout))?,
        };
        Ok(Answered { response, began, took: began.elapsed() })
    }

    /// Makes the upstream's answer the client's.
    fn take_answer(
        &mut self,
        loaded: &Loaded,
        forward: &Forward,
        upstream: &Arc<Upstream>,
        answered: Answered,
        deadline: Option<Instant>,
        idle: Option<Duration>,
    ) -> Response<Body> {
        let Answered { response, began, took } = answered;
        let (mut parts, incoming) = response.into_parts();
        let is_upgraded = parts.status == StatusCode::SWITCHING_PROTOCOLS;
        parts.version = self.answer_version();
        let headers = &mut parts.headers;
        let has_none = http_body::Body::is_end_stream(&incoming);
        let suppress = loaded.table.settings.suppress_envoy_headers;
        if !suppress && !is_upgraded && self.upload.progress().is_complete() {
            headers.insert(SERVICE_TIME, HeaderValue::from(u64::try_from(took.as_millis()).unwrap_or(u64::MAX)));
        }
        headers::remove(headers, &forward.response_headers);
        if !forward.response_headers.add.is_empty() {
            let additions = {
                let mut facts = Known::new(self, &self.head, Some(headers), &upstream.cluster.stats_name);
                facts.status = Some(parts.status.as_u16());
                headers::additions(&forward.response_headers, &facts)
            };
            headers::add(headers, additions);
        }
        for (name, value) in &self.on_response {
            headers.append(name, value.clone());
        }
        intake::join_repeated_in_answer(headers);
        self.complete_headers(headers);
        let progress = Rc::clone(self.upload.progress());
        if (self.wants_close || !progress.is_complete()) && !is_upgraded {
            self.close(headers);
        } else if !is_upgraded {
            self.keep(headers);
        }
        let answers = if loaded.log.is_off() { Vec::new() } else { loaded.log.of_response(headers) };
        let grpc_status = headers.get(&GRPC_STATUS).cloned();
        self.account.note(|entry| {
            entry.status = parts.status.as_u16();
            entry.details = Cow::Borrowed("via_upstream");
            entry.service_time = Some(took);
            entry.answered = answers;
            entry.grpc_status = grpc_status;
        });
        let account = std::mem::replace(&mut self.account, super::account::Account::none());
        if is_upgraded {
            let upgraded = incoming.into_upgraded().filter(|_| self.upgrade.is_some());
            if let (Some(upgraded), Some(notes)) = (upgraded, &self.notes) {
                let (upstream, lease) = *upgraded;
                notes.tunnel.set(Some(Box::new(Tunnel { upstream, account, lease, idle })));
            }
            return Response::from_parts(parts, Body::Empty);
        }
        let mut passing = Passing {
            incoming,
            account,
            progress,
            rest: self.upload.rest(),
            deadline,
            timer: None,
            idle,
            silence: None,
            trailers: upstream.cluster.http2 && (self.version == Version::Http2 || self.translation.is_some()),
            last: began + took,
            lingers: self.version != Version::Http2,
            broken: None,
        };
        if has_none {
            passing.end();
            if self.head.method == "HEAD" && !parts.headers.contains_key(CONTENT_LENGTH) {
                self.tell_chunked(&mut parts.headers);
            }
            return Response::from_parts(parts, Body::Empty);
        }
        let compressed = self.gzip.take().filter(|wish| wish.suits(parts.status, &parts.headers));
        if let Some(wish) = &compressed {
            wish.vary(&mut parts.headers);
        }
        match compressed.filter(gzip::Wish::is_asked) {
            None => Response::from_parts(parts, Body::Passing(Box::new(passing))),
            Some(wish) => {
                let body = wish.compress(&mut parts.headers, passing);
                Response::from_parts(parts, body)
            }
        }
    }

    /// An answer to HEAD without a length says that its body would come in chunks.
    pub(crate) fn tell_chunked(&self, headers: &mut HeaderMap) {
        if self.version == Version::Http11 {
            headers.insert(TRANSFER_ENCODING, HeaderValue::from_static("chunked"));
        }
    }
}

/// How long an exchange may take.
struct Limits {
    progress: Rc<Progress>,
    whole: Option<Duration>,
    idle: Option<Duration>,
}

impl Limits {
    /// Waits for the head of an answer within the limits. The time of the whole begins when the request has come.
    async fn keep<T>(
        &self,
        deadline: Option<Instant>,
        gathering: Gathering,
        future: impl Future<Output = Result<T, Fault>>,
    ) -> Result<T, Fault> {
        // The usual case, where all of the request is here, needs one timer only.
        if let (Some(deadline), Some(whole)) = (deadline, self.whole)
            && self.idle.is_none_or(|idle| whole < idle)
        {
            return tokio::time::timeout_at(deadline, future).await.unwrap_or(Err(Fault::Timeout));
        }
        Box::pin(self.keep_watching(deadline, gathering, future)).await
    }

    async fn keep_watching<T>(
        &self,
        deadline: Option<Instant>,
        gathering: Gathering,
        future: impl Future<Output = Result<T, Fault>>,
    ) -> Result<T, Fault> {
        let whole = async {
            self.progress.completed().await;
            match (deadline, self.whole) {
                (Some(deadline), _) => tokio::time::sleep_until(deadline).await,
                (None, Some(limit)) => tokio::time::sleep(limit).await,
                (None, None) => std::future::pending().await,
            }
        };
        let idle = async {
            let Some(idle) = self.idle else { return std::future::pending().await };
            let began = Instant::now();
            loop {
                let last = self.progress.last().max(began);
                if last + idle <= Instant::now() {
                    return;
                }
                tokio::time::sleep_until(last + idle).await;
            }
        };
        tokio::select! {
            biased;
            result = future => result,
            () = whole => Err(Fault::Timeout),
            () = idle => Err(Fault::Idle),
            () = gathering => Err(Fault::Client),
        }
    }
}

/// Reads an answer to its end, for the sake of its connection.
pub(crate) async fn read_out(response: Response<Arriving>) -> Option<()> {
    use http_body::Body as _;
    let mut body = std::pin::pin!(response.into_body());
    while let Some(frame) = std::future::poll_fn(|cx| body.as_mut().poll_frame(cx)).await {
        frame.ok()?;
    }
    Some(())
}

/// A whole body with its trailers, if it is no larger than that.
pub(crate) async fn read_whole(body: Arriving, most: usize) -> Option<(Bytes, Option<HeaderMap>)> {
    let mut body = std::pin::pin!(body);
    let mut whole = BytesMut::new();
    let mut trailers = None;
    while let Some(frame) = std::future::poll_fn(|cx| http_body::Body::poll_frame(body.as_mut(), cx)).await {
        match frame.ok()?.into_data() {
            Ok(data) => whole.extend_from_slice(&data),
            Err(frame) => trailers = frame.into_trailers().ok(),
        }
        if whole.len() > most {
            return None;
        }
    }
    Some((whole.freeze(), trailers))
}

/// Takes a head away; what is left serves for the log and for format strings.
fn take(head: &mut Head<'static>) -> Head<'static> {
    let left = Head {
        method: head.method.clone(),
        https: head.https,
        authority: head.authority.clone(),
        path: head.path.clone(),
        headers: HeaderMap::new(),
    };
    std::mem::replace(head, left)
}

/// The value of a cookie.
fn cookie<'h>(headers: &'h HeaderMap, name: &str) -> Option<&'h str> {
    headers.get_all(COOKIE).iter().filter_map(|value| value.to_str().ok()).flat_map(|value| value.split(';')).find_map(
        |pair| {
            let (key, value) = pair.trim().split_once('=')?;
            (key == name).then(|| value.trim_matches('"'))
        },
    )
}
