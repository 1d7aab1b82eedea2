//! One request and its answer: the straight line. What a rule says stands in `outcome`; here it is asked in order.

use std::borrow::Cow;
use std::cell::Cell;
use std::net::IpAddr;
use std::rc::Rc;
use std::sync::Arc;
use std::time::{Instant, SystemTime};

use http::Response;
use http::header::{CONNECTION, HOST, HeaderMap, HeaderName, HeaderValue};

use super::account::{Account, Entry};
use super::arrived::Arrived;
use super::body::{Body, Failure};
use super::downstream::Downstream;
use super::facts::Known;
use super::filters::{self, gzip, web};
use super::http1::{Notes, Refusal};
use super::loaded::Loaded;
use super::reply::Answer;
use super::retired::View;
use super::tracing;
use super::upload::Upload;
use super::worker::Worker;
use crate::model::{Action, AuthUse, Cors, Filter, Forward, HeaderEdits, Underscores};
use crate::outcome::exchange::{Arrival, admit};
use crate::outcome::forwarded::Origin;
use crate::outcome::head::{Head, is_grpc};
use crate::outcome::intake::{PROXY_CONNECTION, Upgrade};
use crate::outcome::rate_limit::Around;
use crate::outcome::reply::{Reply, Why};
use crate::outcome::request::Version;
use crate::outcome::target::{self, Target};
use crate::outcome::{auth, cors, headers, ip_rules, rate_limit, redirect};
use crate::routing::{Draw, Listener, Route, Selection, Serves, Treatment, VirtualHost};

/// A request on its way.
pub(crate) struct Exchange {
    pub(crate) worker: Rc<Worker>,
    pub(crate) view: Rc<View>,
    pub(crate) down: Rc<Downstream>,
    pub(crate) notes: Option<Rc<Notes>>,
    pub(crate) version: Version,
    pub(crate) head: Head<'static>,
    pub(crate) origin: Origin,
    pub(crate) upgrade: Option<Upgrade>,
    pub(crate) upload: Upload,
    pub(crate) account: Account,
    /// Headers that the AuthService and the RateLimitService put on the answer.
    pub(crate) on_response: HeaderMap,
    /// How the answer is compressed, if it is.
    pub(crate) gzip: Option<gzip::Wish>,
    /// Whether the request is a gRPC call.
    pub(crate) is_grpc: bool,
    /// The rules of another origin that the request comes from, if they let it.
    pub(crate) crosses: Option<(Arc<Cors>, HeaderValue)>,
    /// What the Mapping edits in answers, once the request goes to its cluster.
    pub(crate) response_edits: Option<HeaderEdits>,
    /// How the answer is changed for a client that does not speak gRPC itself.
    pub(crate) translation: Option<web::Translation>,
    /// Whether the client wants the connection to end.
    pub(crate) wants_close: bool,
    secure: bool,
    draw: Draw,
}

/// A route with its action, where the request goes to a cluster.
pub(crate) type Forwarding<'t> = (&'t Route, &'t Forward);

/// Serves one request of a connection.
pub(crate) async fn serve(
    worker: Rc<Worker>,
    down: Rc<Downstream>,
    arrived: Arrived,
    notes: Option<Rc<Notes>>,
) -> Result<Response<Body>, Failure> {
    let refusal = arrived.note.refusal;
    let mut exchange = Exchange::begin(worker, down, notes, arrived);
    match exchange.carry(refusal).await {
        Ok(response) => Ok(response),
        Err(answer) => exchange.answer(answer),
    }
}

impl Exchange {
    /// What is known before anything is judged.
    fn begin(worker: Rc<Worker>, down: Rc<Downstream>, notes: Option<Rc<Notes>>, arrived: Arrived) -> Self {
        let (view, now) = (worker.view(), Instant::now());
        let Arrived { version, method, path, authority, headers, body, note: _ } = arrived;
        let upload = Upload::new(body, now.into());
        let account = Account::new(Entry {
            worker: Rc::clone(&worker),
            down: Rc::clone(&down),
            version,
            began: now,
            at: SystemTime::now(),
            method: String::new(),
            path: String::new(),
            authority: String::new(),
            wanted: Vec::new(),
            answered: Vec::new(),
            counters: None,
            mapping: None,
            cluster: None,
            upstream: None,
            client: None,
            attempts: 0,
            status: 0,
            details: Cow::Borrowed(""),
            flags: Vec::new(),
            progress: Some(Rc::clone(upload.progress())),
            sent: Cell::new(0),
            service_time: None,
            grpc_status: None,
            trailers: HeaderMap::new(),
            log: None,
            trace: None,
            call: None,
            transport_failure: None,
        });
        let peer = down.peer.ip();
        let head = Head {
            method,
            https: false,
            authority: authority.map_or(Cow::Borrowed(""), Cow::Owned),
            path: Cow::Owned(path),
            headers,
        };
        Self {
            worker,
            view,
            down,
            notes,
            version,
            head,
            origin: Origin { peer, client: peer, https: Some(false) },
            upgrade: None,
            upload,
            account,
            on_response: HeaderMap::new(),
            gzip: None,
            is_grpc: false,
            crosses: None,
            response_edits: None,
            translation: None,
            wants_close: false,
            secure: false,
            draw: Draw::new(fastrand::u64(..)),
        }
    }

    /// The life of a request.
    async fn carry(&mut self, refusal: Option<Refusal>) -> Result<Response<Body>, Answer> {
        if let Some(refusal) = refusal {
            return Err(Answer::Refused(refusal));
        }
        let view = Rc::clone(&self.view);
        let loaded = &*view.loaded;
        let Some(listener) = loaded.table.listener(self.down.port) else { return Err(Answer::Gone) };
        self.take_in(loaded, listener)?;
        tracing::begin(self, loaded);
        let host = self.virtual_host(listener);
        let mut selection = self.select(loaded, host);
        self.note_cluster(loaded, selection);
        self.check_upgrade(selection)?;
        for filter in &loaded.table.filters.chain {
            match filter {
                Filter::Gzip(rules) => self.gzip = Some(gzip::Wish::of(rules, &mut self.head)),
                Filter::GrpcWeb => web::take_web(self).await?,
                Filter::GrpcHttp1Bridge => web::take_bridge(self),
                Filter::GrpcStats(stats) => filters::grpc_stats::begin(self, stats),
                Filter::Buffer { max_request_bytes } => {
                    Box::pin(filters::buffer(self, u64::from(*max_request_bytes))).await?;
                }
                Filter::IpRules(rules) if !ip_rules::lets_in(rules, &self.origin) => {
                    return Err(Why::IpRules.into());
                }
                Filter::Cors => self.see_cors(selection)?,
                Filter::AuthBroken(service) => self.refuse_unless_probe(service)?,
                Filter::Auth(auth) if self.is_asked_about(selection) => {
                    let extensions = extensions_of(selection);
                    if Box::pin(filters::auth::ask(self, loaded, auth, extensions)).await? {
                        // Changed headers may lead to another route; the draw is kept.
                        selection = self.select(loaded, host);
                        self.note_cluster(loaded, selection);
                    }
                }
                Filter::RateLimit(limit) => {
                    if let Some((_, forward)) = forwarding(selection) {
                        Box::pin(self.ask_rate_limit(loaded, limit, forward)).await?;
                    }
                }
                _ => {}
            }
        }
        let Some(selection) = selection else {
            return Err(if host.is_some() { Why::NoRoute.into() } else { Why::NoVirtualHost.into() });
        };
        self.note_route(loaded, selection.route);
        match (&selection.route.action, selection.treatment) {
            (action, Treatment::RedirectToHttps) => Err(self.redirect_to_https(action)),
            (Action::Redirect(wanted), Treatment::Serve) => {
                Err(Answer::Redirect(Box::new(redirect::by_mapping(wanted, &selection.route.tests.path, &self.head))))
            }
            (Action::Forward(forward), Treatment::Serve) => self.forward(loaded, selection.route, forward).await,
        }
    }

    /// Judges and completes the head: what the connection manager does before any filter.
    fn take_in(&mut self, loaded: &Loaded, listener: &Listener) -> Result<(), Answer> {
        let settings = &loaded.table.settings;
        let mut headers = std::mem::take(&mut self.head.headers);
        self.is_grpc = is_grpc(&headers);
        self.wants_close = match self.version {
            Version::Http10 => !says_of_connection(&headers, "keep-alive"),
            _ => says_of_connection(&headers, "close"),
        };
        if self.version == Version::Http2 {
            target::read_http2(&self.head.method, &self.head.path).map_err(Why::Target)?;
        }
        if settings.underscores != Underscores::Allow {
            judge_underscores(&mut headers, settings.underscores)?;
        }
        let hosts = headers.remove(HOST).map(|host| String::from_utf8_lossy(host.as_bytes()).into_owned());
        let authority = std::mem::take(&mut self.head.authority);
        let arrival = Arrival {
            version: self.version,
            is_tls: self.down.tls.is_some(),
            client: self.down.peer.ip(),
            port: self.down.local.port(),
            method: self.head.method.clone(),
            target: Target { path: std::mem::take(&mut self.head.path), authority: None },
            headers,
            host: if authority.is_empty() { hosts.map(Cow::Owned) } else { Some(authority) },
            certificate: self.down.tls.as_ref().and_then(|tls| tls.told.clone()),
        };
        let received = admit(settings, listener, arrival, request_id)?;
        self.head = received.head;
        self.origin = received.origin;
        self.upgrade = received.upgrade;
        self.secure = received.secure;
        let (client, head) = (self.origin.client, &self.head);
        let is_watched = self.worker.shared.live.is_watched();
        self.account.note(|entry| {
            entry.client = Some(client);
            if is_watched {
                entry.method = head.method.clone().into_owned();
                entry.path = head.path.clone().into_owned();
                entry.authority = head.authority.clone().into_owned();
            }
        });
        Ok(())
    }

    fn virtual_host<'t>(&self, listener: &'t Listener) -> Option<&'t VirtualHost> {
        let chain = listener.chain(self.down.server_name())?;
        let Serves::Http(hosts) = &chain.serves else { return None };
        hosts.choose(&self.head.authority).filter(|_| self.origin.https.is_some())
    }

    fn select<'t>(&self, loaded: &'t Loaded, host: Option<&VirtualHost>) -> Option<Selection<'t>> {
        loaded.table.select(host?, &self.head.view(self.secure, self.draw))
    }

    fn check_upgrade(&self, selection: Option<Selection<'_>>) -> Result<(), Answer> {
        let Some(upgrade) = &self.upgrade else { return Ok(()) };
        let is_allowed = forwarding(selection)
            .is_some_and(|(_, forward)| forward.upgrades.iter().any(|allowed| **allowed == *upgrade.protocol));
        if is_allowed { Ok(()) } else { Err(Why::Upgrade.into()) }
    }

    fn see_cors(&mut self, selection: Option<Selection<'_>>) -> Result<(), Answer> {
        let Some(rules) = forwarding(selection).and_then(|(_, forward)| forward.cors.as_ref()) else { return Ok(()) };
        if let Some(headers) = cors::preflight(rules, &self.head.method, &self.head.headers) {
            return Err(Answer::Reply(Box::new(Reply { headers, ..Reply::new(Why::Preflight) })));
        }
        let origin = cors::allowed_origin(rules, &self.head.headers);
        self.crosses = origin.map(|origin| (Arc::clone(rules), origin.clone()));
        Ok(())
    }

    fn refuse_unless_probe(&self, service: &str) -> Result<(), Answer> {
        let head = &self.head;
        if auth::is_probe(&head.path) {
            Ok(())
        } else {
            Err(Answer::Reply(Box::new(auth::broken(service, &head.headers))))
        }
    }

    fn is_asked_about(&self, selection: Option<Selection<'_>>) -> bool {
        let Some(selection) = selection else { return false };
        match (&selection.route.action, selection.treatment) {
            (_, Treatment::RedirectToHttps) => false,
            (Action::Forward(forward), _) => forward.auth != AuthUse::Bypassed,
            (Action::Redirect(redirect), _) => redirect.auth != AuthUse::Bypassed,
        }
    }

    async fn ask_rate_limit(
        &mut self,
        loaded: &Loaded,
        limit: &crate::model::RateLimit,
        forward: &Forward,
    ) -> Result<(), Answer> {
        if forward.rate_limits.is_empty() {
            return Ok(());
        }
        let around = Around {
            source_cluster: &loaded.source_cluster,
            destination_cluster: &loaded.table.cluster(forward.cluster).name,
            client: self.origin.client,
        };
        let question = {
            let descriptors = rate_limit::descriptors(&forward.rate_limits, &self.head, around);
            if descriptors.is_empty() {
                return Ok(());
            }
            filters::rate_limit::question(&limit.domain, &descriptors)
        };
        filters::rate_limit::ask(self, loaded, limit, question).await
    }

    /// The redirect to https carries what the Mapping adds to answers.
    fn redirect_to_https(&self, action: &Action) -> Answer {
        let mut redirected = redirect::to_https(&self.head);
        if let Action::Forward(forward) = action {
            headers::remove(&mut redirected.headers, &forward.response_headers);
            if !forward.response_headers.add.is_empty() {
                let additions = headers::additions(&forward.response_headers, &Known::new(self, &self.head, None, ""));
                headers::add(&mut redirected.headers, additions);
            }
        }
        Answer::Redirect(Box::new(redirected))
    }

    fn note_cluster(&mut self, loaded: &Loaded, selection: Option<Selection<'_>>) {
        let name =
            forwarding(selection).map(|(_, forward)| Arc::clone(&loaded.table.cluster(forward.cluster).stats_name));
        self.account.note(|entry| entry.cluster = name);
    }

    fn note_route(&mut self, loaded: &Loaded, route: &Route) {
        use crate::model::Id as _;
        let counters = loaded.counters.get(route.mapping.index()).map(Arc::clone);
        let mapping = loaded.mapping(route).map(Arc::clone);
        self.account.note(|entry| {
            entry.counters = counters;
            entry.mapping = mapping;
        });
    }

    /// Notes what the log wants of the request as it is now.
    pub(crate) fn note_request(&mut self) {
        let log = &self.view.loaded.log;
        let mut is_noted = false;
        self.account.look(|entry| is_noted = !entry.wanted.is_empty());
        if !log.is_off() && !is_noted {
            let (wanted, log) = (log.of_request(&self.head), Arc::clone(log));
            self.account.note(|entry| (entry.wanted, entry.log) = (wanted, Some(log)));
        }
    }
}

/// The forwarding of a route, where the request comes so far.
pub(crate) fn forwarding(selection: Option<Selection<'_>>) -> Option<Forwarding<'_>> {
    let selection = selection?;
    match (&selection.route.action, selection.treatment) {
        (Action::Forward(forward), Treatment::Serve) => Some((selection.route, forward)),
        _ => None,
    }
}

fn extensions_of(selection: Option<Selection<'_>>) -> &[(Arc<str>, Arc<str>)] {
    let used = selection.map(|selection| match &selection.route.action {
        Action::Forward(forward) => &forward.auth,
        Action::Redirect(redirect) => &redirect.auth,
    });
    match used {
        Some(AuthUse::Asked { extensions }) => extensions,
        _ => &[],
    }
}

fn judge_underscores(headers: &mut HeaderMap, action: Underscores) -> Result<(), Answer> {
    let odd: Vec<HeaderName> = headers.keys().filter(|name| name.as_str().contains('_')).cloned().collect();
    if !odd.is_empty() && action == Underscores::RejectRequest {
        return Err(Why::Underscore.into());
    }
    for name in odd {
        headers.remove(name);
    }
    Ok(())
}

/// Whether a client says so of its connection.
fn says_of_connection(headers: &HeaderMap, what: &str) -> bool {
    [&CONNECTION, &PROXY_CONNECTION].into_iter().any(|name| {
        let values = headers.get_all(name).iter().filter_map(|value| value.to_str().ok());
        values.flat_map(|value| value.split(',')).any(|token| token.trim().eq_ignore_ascii_case(what))
    })
}

/// A fresh id: a random UUID.
pub(crate) fn request_id() -> HeaderValue {
    const HEX: &[u8; 16] = b"0123456789abcdef";
    let mut bits = fastrand::u128(..);
    // Version 4, variant 1.
    bits = bits & !(0xf << 76) | 4 << 76;
    bits = bits & !(0b11 << 62) | 0b10 << 62;
    let mut text = [b'-'; 36];
    let mut at = 0;
    for (nth, byte) in bits.to_be_bytes().into_iter().enumerate() {
        at += usize::from(matches!(nth, 4 | 6 | 8 | 10));
        text[at] = HEX[usize::from(byte >> 4)];
        text[at + 1] = HEX[usize::from(byte & 0xf)];
        at += 2;
    }
    HeaderValue::from_bytes(&text).unwrap_or_else(|_| HeaderValue::from_static("-"))
}

/// Whose address a mirrored request tells beside the client's: our own end of the client's connection.
pub(crate) fn own_address(down: &Downstream) -> IpAddr {
    down.local.ip()
}

impl From<Refusal> for Answer {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn request_ids_are_random_uuids() {
        let (one, other) = (request_id(), request_id());
        assert_ne!(one, other);
        let text = one.to_str().unwrap();
        assert_eq!(text.len(), 36);
        assert_eq!(&text[14..15], "4");
        assert!(matches!(&text[19..20], "8" | "9" | "a" | "b"));
        let dashes: Vec<usize> = text.match_indices('-').map(|(at, _)| at).collect();
        assert_eq!(dashes, [8, 13, 18, 23]);
    }
}
