//! The whole way of a request: listener, chain, virtual host, filters in their order, action.

use http::header::HeaderValue;

use super::auth::{self, Verdict};
use super::exchange::{Received, receive_next};
use super::facts::Described;
use super::head::{Head, is_grpc_type};
use super::headers;
use super::parties::{Agreeable, Parties};
use super::rate_limit::{self, Around};
use super::redirect::{self, Redirected};
use super::reply::{Reply, Why};
use super::request::Request;
use super::spare::Spare;
use super::{cors, ip_rules, upstream};
use crate::model::{Action, AuthBody, AuthUse, ClusterId, Cors, Filter, Forward, MappingId};
use crate::routing::predicate::Share;
use crate::routing::{Chain, Draw, Listener, Route, RouteId, RouteTable, Selection, Serves, Treatment, VirtualHost};

/// Stands for the gateway's own address.
const GATEWAY: HeaderValue = HeaderValue::from_static("<gateway-ip>");

/// The gateway's own service cluster, as descriptors tell it.
pub const SOURCE_CLUSTER: &str = "ambassador-default";

/// What happens to a request.
#[derive(Clone, Debug)]
pub struct Decision<'t, 'r> {
    /// The virtual host, if the request came so far.
    pub virtual_host: Option<&'t VirtualHost>,
    /// The route that took it, with its Mapping.
    pub route: Option<(RouteId, MappingId)>,
    /// The services that were asked first, in order.
    pub asked: Vec<Asked<'t>>,
    /// What happens.
    pub outcome: Outcome<'t, 'r>,
    /// Whether our own answer ends the connection.
    pub closes: bool,
}

/// A service that was asked about a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Asked<'t> {
    /// The filter's name: `ext_authz` or `ratelimit`.
    pub filter: &'static str,
    /// The service as written.
    pub service: &'t str,
}

/// What happens to a request.
#[derive(Clone, Debug)]
pub enum Outcome<'t, 'r> {
    /// It goes to a cluster.
    Forward(Box<Forwarded<'t, 'r>>),
    /// It is sent elsewhere.
    Redirect(Box<Redirected>),
    /// The gateway answers itself.
    Reply(Box<Reply>),
    /// Its bytes go to a cluster as they are.
    Tcp(ClusterId),
    /// Nothing listens there.
    NoListener,
    /// No chain is for this connection: a TLS handshake is refused, a cleartext connection closed.
    NoChain,
}

/// A forwarded request.
#[derive(Clone, Debug)]
pub struct Forwarded<'t, 'r> {
    /// How it is forwarded.
    pub forward: &'t Forward,
    /// The request as the upstream gets it.
    pub upstream: Head<'r>,
    /// Whether its connection may become something else.
    pub is_upgrade: bool,
    /// The copy that a shadow gets, of so many requests in a hundred.
    pub mirror: Option<(ClusterId, u32)>,
}

impl Forwarded<'_, '_> {
    /// The copy that a shadow gets.
    pub fn mirrored(&self) -> Option<Head<'static>> {
        self.mirror.map(|_| upstream::mirrored(&self.upstream, &GATEWAY))
    }
}

/// What happens to a request if all parties agree.
pub fn decide<'t, 'r>(table: &'t RouteTable, request: &'r Request<'_>, draw: Draw) -> Decision<'t, 'r> {
    decide_with(table, request, draw, &mut Agreeable)
}

/// What happens to a request, by what the parties say.
pub fn decide_with<'t, 'r>(
    table: &'t RouteTable,
    request: &'r Request<'_>,
    draw: Draw,
    parties: &mut dyn Parties,
) -> Decision<'t, 'r> {
    match arrive(table, request, &mut Spare::default()) {
        Err(Short::Ends(outcome)) => ended(outcome),
        Err(Short::Bytes(clusters)) => {
            let total: u64 = clusters.iter().map(|(_, weight)| u64::from(*weight)).sum();
            let mut place = u64::from(draw.number()) * total / u64::from(Draw::COUNT);
            let chosen = clusters.iter().find(|(_, weight)| match place.checked_sub(u64::from(*weight)) {
                Some(rest) => {
                    place = rest;
                    false
                }
                None => true,
            });
            ended(chosen.map_or(Outcome::NoChain, |(cluster, _)| Outcome::Tcp(*cluster)))
        }
        Ok(mut at) => carry(table, request, &mut at, draw, None, parties),
    }
}

/// Every possible outcome with its share of requests, in the order of the draws. Shares add up to 1.
pub fn outcomes<'t, 'r>(table: &'t RouteTable, request: &'r Request<'_>) -> Vec<(f64, Decision<'t, 'r>)> {
    let mut all = Vec::new();
    each_outcome(table, request, &mut Spare::default(), |share, decision| all.push((share, decision)));
    all
}

/// The same, one after the other, with what an earlier request left.
pub fn each_outcome<'t, 'r>(
    table: &'t RouteTable,
    request: &'r Request<'_>,
    spare: &mut Spare,
    mut visit: impl FnMut(f64, Decision<'t, 'r>),
) {
    match arrive(table, request, spare) {
        Err(Short::Ends(outcome)) => visit(1.0, ended(outcome)),
        Err(Short::Bytes(clusters)) => {
            let total: f64 = clusters.iter().map(|(_, weight)| f64::from(*weight)).sum();
            if total == 0.0 {
                return visit(1.0, ended(Outcome::NoChain));
            }
            for (cluster, weight) in clusters {
                visit(f64::from(*weight) / total, ended(Outcome::Tcp(*cluster)));
            }
        }
        Ok(mut at) => match takers(table, &at) {
            Takers::One(route) => visit(1.0, carry(table, request, &mut at, Draw::LOWEST, route, &mut Agreeable)),
            Takers::Many(bounds) => {
                for (draws, decision) in shared(table, request, &at, &bounds) {
                    visit(f64::from(draws) / f64::from(Draw::COUNT), decision);
                }
            }
        },
    }
}

/// The outcomes where the draw decides, with how many draws lead to each.
fn shared<'t, 'r>(
    table: &'t RouteTable,
    request: &'r Request<'_>,
    at: &At<'t, 'r>,
    bounds: &[u32],
) -> Vec<(u32, Decision<'t, 'r>)> {
    let mut decisions: Vec<(u32, Decision<'t, 'r>)> = Vec::with_capacity(bounds.len());
    let mut low = 0;
    for &high in bounds {
        let draw = Draw::new(u64::from(low));
        let decision = carry(table, request, &mut at.clone(), draw, None, &mut Agreeable);
        match decisions.iter_mut().find(|(_, known)| known.route == decision.route) {
            Some((draws, _)) => *draws += high - low,
            None => decisions.push((high - low, decision)),
        }
        low = high;
    }
    decisions
}

/// How a request ends before a draw matters.
enum Short<'t, 'r> {
    Ends(Outcome<'t, 'r>),
    Bytes(&'t [(ClusterId, u32)]),
}

/// A request before its virtual host.
#[derive(Clone)]
struct At<'t, 'r> {
    listener: &'t Listener,
    received: Received<'r>,
    host: Option<&'t VirtualHost>,
}

fn ended<'t, 'r>(outcome: Outcome<'t, 'r>) -> Decision<'t, 'r> {
    let closes = matches!(&outcome, Outcome::Reply(reply) if reply.closes);
    Decision { virtual_host: None, route: None, asked: Vec::new(), outcome, closes }
}

fn arrive<'t, 'r>(
    table: &'t RouteTable,
    request: &'r Request<'_>,
    spare: &mut Spare,
) -> Result<At<'t, 'r>, Short<'t, 'r>> {
    let listener = table.listener(request.listener).ok_or(Short::Ends(Outcome::NoListener))?;
    let chain = listener.chain(request.tls.as_ref().map(Option::as_deref)).ok_or(Short::Ends(Outcome::NoChain))?;
    let hosts = match chain {
        Chain { serves: Serves::Tcp(clusters), .. } => return Err(Short::Bytes(clusters)),
        Chain { serves: Serves::Http(hosts), .. } => hosts,
    };
    let received = receive_next(&table.settings, listener, request, spare).map_err(|why| {
        let reply = Reply::new(why);
        Short::Ends(Outcome::Reply(Box::new(if is_grpc_call(request) { reply.for_grpc() } else { reply })))
    })?;
    let host = hosts.choose(&received.head.authority).filter(|_| received.origin.https.is_some());
    Ok(At { listener, received, host })
}

/// The routes that take some draws of a request.
enum Takers<'t> {
    /// One takes all, or none any.
    One(Option<Selection<'t>>),
    /// Others take it from these draws on; the last is the end of all draws.
    Many(Vec<u32>),
}

fn takers<'t>(table: &'t RouteTable, at: &At<'t, '_>) -> Takers<'t> {
    let all = u32::from(Draw::COUNT);
    let Some(host) = at.host else { return Takers::One(None) };
    // The lowest draw falls into every share but an empty one: routes are asked for what their other tests say.
    let view = at.received.head.view(at.received.secure, Draw::LOWEST);
    let mut bounds = Vec::new();
    for id in host.routes.likely(&view) {
        let route = table.route(id);
        let Share(below) = route.tests.share;
        let Some(treatment) = host.judge(route, &view) else { continue };
        if below >= all {
            if bounds.is_empty() {
                return Takers::One(Some(Selection { route, id, treatment }));
            }
            break;
        }
        bounds.push(below);
    }
    if bounds.is_empty() {
        return Takers::One(None);
    }
    bounds.push(all);
    bounds.sort_unstable();
    bounds.dedup();
    Takers::Many(bounds)
}

/// What the filters and the action do to a request. The route for this draw may be known already.
fn carry<'t, 'r>(
    table: &'t RouteTable,
    request: &'r Request<'_>,
    at: &mut At<'t, 'r>,
    draw: Draw,
    known: Option<Selection<'t>>,
    parties: &mut dyn Parties,
) -> Decision<'t, 'r> {
    let host = at.host;
    let is_upgrade = at.received.upgrade.is_some();
    let mut walk = Walk {
        table,
        request,
        listener: at.listener,
        received: &mut at.received,
        host,
        draw,
        asked: Vec::new(),
        crosses: None,
    };
    let mut selection = known.or_else(|| walk.select());
    let outcome = walk.outcome(&mut selection, parties);
    // Asking takes time: the body has come to its end by then.
    let has_more = request.body.is_some_and(|length| length > 0) && walk.asked.is_empty();
    let closes = match &outcome {
        Outcome::Reply(reply) => reply.closes || has_more || is_upgrade,
        Outcome::Redirect(_) => has_more || is_upgrade,
        _ => false,
    };
    let route = selection.map(|selection| (selection.id, selection.route.mapping));
    Decision { virtual_host: host, route, asked: walk.asked, outcome, closes }
}

/// A request on its way through the filters.
struct Walk<'t, 'r, 'q, 'w> {
    table: &'t RouteTable,
    request: &'r Request<'q>,
    listener: &'t Listener,
    received: &'w mut Received<'r>,
    host: Option<&'t VirtualHost>,
    draw: Draw,
    asked: Vec<Asked<'t>>,
    /// The rules and the origin of an allowed cross-origin request, once CORS has seen it.
    crosses: Option<(&'t Cors, HeaderValue)>,
}

/// Why the way ends before the action.
type Early<T> = Result<T, Box<Reply>>;

fn early<T>(why: Why) -> Early<T> {
    Err(Box::new(Reply::new(why)))
}

impl<'t, 'r> Walk<'t, 'r, '_, '_> {
    fn select(&self) -> Option<Selection<'t>> {
        let view = self.received.head.view(self.received.secure, self.draw);
        self.table.select(self.host?, &view)
    }

    fn outcome(&mut self, selection: &mut Option<Selection<'t>>, parties: &mut dyn Parties) -> Outcome<'t, 'r> {
        let is_grpc = self.received.head.is_grpc();
        match self.filters(selection, parties) {
            Ok(()) => {}
            Err(mut reply) => {
                if let Some((rules, origin)) = &self.crosses {
                    cors::on_response(rules, origin, &mut reply.headers);
                }
                return Outcome::Reply(if is_grpc { Box::new(reply.for_grpc()) } else { reply });
            }
        }
        let Some(selection) = selection else {
            let why = if self.host.is_some() { Why::NoRoute } else { Why::NoVirtualHost };
            let reply = Reply::new(why);
            return Outcome::Reply(Box::new(if is_grpc { reply.for_grpc() } else { reply }));
        };
        let head = &self.received.head;
        match (&selection.route.action, selection.treatment) {
            (action, Treatment::RedirectToHttps) => Outcome::Redirect(Box::new(self.redirect_to_https(action))),
            (Action::Redirect(redirect), Treatment::Serve) => {
                Outcome::Redirect(Box::new(redirect::by_mapping(redirect, &selection.route.tests.path, head)))
            }
            (Action::Forward(forward), Treatment::Serve) => self.forward(selection.route, forward),
        }
    }

    /// Lets the filters see the request, in their order.
    fn filters(&mut self, selection: &mut Option<Selection<'t>>, parties: &mut dyn Parties) -> Early<()> {
        self.check_upgrade(*selection)?;
        for filter in &self.table.filters.chain {
            match filter {
                Filter::Buffer { max_request_bytes } => {
                    if self.request.body.is_some_and(|length| length > u64::from(*max_request_bytes)) {
                        return early(Why::Body);
                    }
                }
                Filter::IpRules(rules) => {
                    if !ip_rules::lets_in(rules, &self.received.origin) {
                        return early(Why::IpRules);
                    }
                }
                Filter::Cors => self.see_cors(*selection)?,
                Filter::AuthBroken(service) => self.refuse_unless_probe(service)?,
                Filter::Auth(_) => self.ask_auth(filter, selection, parties)?,
                Filter::RateLimit(_) => self.ask_rate_limit(filter, *selection, parties)?,
                Filter::GrpcHttp1Bridge
                | Filter::GrpcWeb
                | Filter::GrpcStats(_)
                | Filter::Lua(_)
                | Filter::Gzip(_)
                | Filter::ResponseMap
                | Filter::Router => {}
            }
        }
        Ok(())
    }

    fn check_upgrade(&self, selection: Option<Selection<'t>>) -> Early<()> {
        // Without a route it is a request like any other that nobody takes.
        let (Some(upgrade), Some(_)) = (&self.received.upgrade, selection) else { return Ok(()) };
        let allowed = forward_of(selection)
            .is_some_and(|(_, forward)| forward.upgrades.iter().any(|allowed| **allowed == *upgrade.protocol));
        if allowed { Ok(()) } else { early(Why::Upgrade) }
    }

    /// Answers a preflight; what later filters answer to another cross-origin request gets its headers, too.
    fn see_cors(&mut self, selection: Option<Selection<'t>>) -> Early<()> {
        let head = &self.received.head;
        let Some(rules) = forward_of(selection).and_then(|(_, forward)| forward.cors.as_deref()) else { return Ok(()) };
        if let Some(headers) = cors::preflight(rules, &head.method, &head.headers) {
            return Err(Box::new(Reply { headers, ..Reply::new(Why::Preflight) }));
        }
        self.crosses = cors::allowed_origin(rules, &head.headers).map(|origin| (rules, origin.clone()));
        Ok(())
    }

    fn refuse_unless_probe(&self, service: &str) -> Early<()> {
        let head = &self.received.head;
        if auth::is_probe(&head.path) { Ok(()) } else { Err(Box::new(auth::broken(service, &head.headers))) }
    }

    fn ask_auth(
        &mut self,
        filter: &'t Filter,
        selection: &mut Option<Selection<'t>>,
        parties: &mut dyn Parties,
    ) -> Early<()> {
        let (Filter::Auth(auth), Some(chosen)) = (filter, *selection) else { return Ok(()) };
        let is_asked = match (&chosen.route.action, chosen.treatment) {
            (_, Treatment::RedirectToHttps) => false,
            (Action::Forward(forward), _) => forward.auth != AuthUse::Bypassed,
            (Action::Redirect(redirect), _) => redirect.auth != AuthUse::Bypassed,
        };
        if !is_asked {
            return Ok(());
        }
        let shows_too_much =
            |rules: &AuthBody| self.request.body > Some(u64::from(rules.max_bytes)) && !rules.allow_partial;
        if auth.body.as_ref().is_some_and(shows_too_much) {
            return early(Why::Body);
        }
        self.asked.push(Asked { filter: filter.name(), service: &auth.service });
        match parties.authorise(auth, &self.received.head, &self.received.origin) {
            Verdict::Allowed(headers) if headers.is_empty() => Ok(()),
            Verdict::Allowed(headers) => {
                let names: Vec<_> = headers.keys().cloned().collect();
                for name in names {
                    self.received.head.headers.remove(name);
                }
                for (name, value) in &headers {
                    self.received.head.headers.append(name, value.clone());
                }
                // Changed headers may lead to another route; the draw is kept.
                *selection = self.select();
                Ok(())
            }
            Verdict::Denied(reply) => Err(Box::new(reply)),
            Verdict::Failed => auth::failed(auth).map_or(Ok(()), |reply| Err(Box::new(reply))),
        }
    }

    fn ask_rate_limit(
        &mut self,
        filter: &'t Filter,
        selection: Option<Selection<'t>>,
        parties: &mut dyn Parties,
    ) -> Early<()> {
        let (Filter::RateLimit(limit), Some((_, forward))) = (filter, forward_of(selection)) else { return Ok(()) };
        let around = Around {
            source_cluster: SOURCE_CLUSTER,
            destination_cluster: &self.table.cluster(forward.cluster).name,
            client: self.received.origin.client,
        };
        let descriptors = rate_limit::descriptors(&forward.rate_limits, &self.received.head, around);
        if descriptors.is_empty() {
            return Ok(());
        }
        let answer = parties.limit(limit, &descriptors);
        self.asked.push(Asked { filter: filter.name(), service: &limit.service });
        answer.map_or(Ok(()), |reply| Err(Box::new(reply)))
    }

    /// The redirect to https carries what the Mapping adds to responses.
    fn redirect_to_https(&self, action: &Action) -> Redirected {
        let mut redirected = redirect::to_https(&self.received.head);
        if let Action::Forward(forward) = action {
            headers::remove(&mut redirected.headers, &forward.response_headers);
            let additions = headers::additions(&forward.response_headers, &self.facts(&self.received.head, ""));
            headers::add(&mut redirected.headers, additions);
        }
        redirected
    }

    fn facts<'f>(&'f self, head: &'f Head<'f>, cluster: &'f str) -> Described<'f> {
        Described {
            head,
            origin: &self.received.origin,
            port: self.listener.port,
            version: self.request.version,
            server_name: self.request.tls.as_ref().and_then(Option::as_deref),
            cluster,
        }
    }

    fn forward(&mut self, route: &'t Route, forward: &'t Forward) -> Outcome<'t, 'r> {
        let cluster = self.table.cluster(forward.cluster);
        let suppress = self.table.settings.suppress_envoy_headers;
        let is_upgrade = self.received.upgrade.is_some();
        let mut head = std::mem::take(&mut self.received.head);
        if !suppress {
            upstream::tell_timeout(&mut head.headers, forward);
        }
        headers::remove(&mut head.headers, &forward.request_headers);
        if !forward.request_headers.add.is_empty() {
            let additions = headers::additions(&forward.request_headers, &self.facts(&head, &cluster.name));
            headers::add(&mut head.headers, additions);
        }
        upstream::rewrite(route, forward, cluster, suppress, &mut head);
        if !cluster.http2 {
            upstream::tell_no_body(&mut head, is_upgrade);
        }
        let mirror = forward.mirror.as_ref().map(|mirror| (mirror.cluster, mirror.percent));
        Outcome::Forward(Box::new(Forwarded { forward, upstream: head, is_upgrade, mirror }))
    }
}

/// Whether a request that was not taken in is a gRPC call.
fn is_grpc_call(request: &Request<'_>) -> bool {
    request.values("content-type").next().is_some_and(is_grpc_type)
}

/// The forwarding of a route, where the request comes so far.
fn forward_of(selection: Option<Selection<'_>>) -> Option<(&Route, &Forward)> {
    let selection = selection?;
    match (&selection.route.action, selection.treatment) {
        (Action::Forward(forward), Treatment::Serve) => Some((selection.route, forward)),
        _ => None,
    }
}
