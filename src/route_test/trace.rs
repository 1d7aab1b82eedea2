//! Every candidate in the order in which it is tried, with what it says; and the Mappings that are not there.

use std::collections::HashMap;

use http::header::HeaderMap;

use super::absent::{Absence, absences, groups};
use super::facts::MatchFacts;
use super::judge::Judge;
use super::place::MappingRef;
use crate::model::{Action, GroupId, MappingId};
use crate::outcome::exchange::receive;
use crate::outcome::request::Request;
use crate::routing::predicate::{HeaderKey, HeaderTest, Share, ValueTest, first_value};
use crate::routing::{
    Draw, Listener, Mismatch, RequestView, Route, RouteId, Serves, Treatment, VirtualHost, VirtualHosts,
};

/// How a request found its way, or did not.
#[derive(Debug)]
pub struct Trace<'a> {
    /// What kind of connection it was, in words; or that nothing listens.
    pub connection: String,
    /// Whether something listens there.
    pub is_listening: bool,
    /// The domain of the virtual host that was chosen.
    pub virtual_host: Option<&'a str>,
    /// Domains of virtual hosts that would have fitted too, and came later.
    pub passed_over: Vec<&'a str>,
    /// All domains of the chain, where none was chosen.
    pub domains: Vec<&'a str>,
    /// The routes of the virtual host, in the order in which they are tried.
    pub candidates: Vec<Candidate<'a>>,
    /// Mappings that are not under this virtual host.
    pub absent: Vec<Absence>,
}

/// One route and what it says.
#[derive(Debug)]
pub struct Candidate<'a> {
    /// Its Mapping; `None` for the gateway's own.
    pub mapping: Option<&'a MappingRef>,
    /// What it takes.
    pub matches: MatchFacts,
    /// Where it leads, in a word.
    pub target: String,
    /// What it says.
    pub verdict: Says,
}

/// What a candidate says to a request.
#[derive(Debug)]
pub enum Says {
    /// It takes the request, or this part of all such requests.
    Wins {
        /// Of a hundred draws how many.
        share: u32,
        /// Whether only to send it to https.
        to_https: bool,
    },
    /// It would take it, but another comes first.
    Later {
        /// The place of that one in the list, from 1.
        than: usize,
        /// What put that one first.
        by: &'static str,
    },
    /// It refuses.
    Refuses(Vec<Refuses>),
}

/// Why a candidate refuses.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refuses {
    /// What was looked at, such as `header x-canary`.
    pub test: String,
    /// What it had to be.
    pub want: String,
    /// What it was.
    pub got: String,
}

impl Refuses {
    fn new(test: impl Into<String>, want: impl Into<String>, got: impl Into<String>) -> Self {
        Self { test: test.into(), want: want.into(), got: got.into() }
    }
}

impl std::fmt::Display for Refuses {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}: want {}, got {}", self.test, self.want, self.got)
    }
}

impl Judge<'_> {
    /// Asks every route about a request. Without a draw, shares are told; with one, they are decided. Mappings that are
    /// not there are looked for only where they are wanted.
    pub fn trace<'a>(&'a self, request: &'a Request<'a>, draw: Option<Draw>, with_absent: bool) -> Trace<'a> {
        let absences = |host| if with_absent { absences(self, host) } else { Vec::new() };
        let table = &self.compilation.table;
        let mut trace = Trace {
            connection: String::new(),
            is_listening: false,
            virtual_host: None,
            passed_over: Vec::new(),
            domains: Vec::new(),
            candidates: Vec::new(),
            absent: Vec::new(),
        };
        let Some(listener) = table.listener(request.listener) else {
            trace.connection = nobody_listens(request.listener, table.listeners());
            trace.absent = absences(None);
            return trace;
        };
        trace.connection = connection(listener, request);
        trace.is_listening = true;
        let Some(chain) = listener.chain(request.tls.as_ref().map(Option::as_deref)) else {
            trace.absent = absences(None);
            return trace;
        };
        let Serves::Http(hosts) = &chain.serves else { return trace };
        let Ok(received) = receive(&table.settings, listener, request) else { return trace };
        let Some(host) = hosts.choose(&received.head.authority) else {
            trace.domains = hosts.iter().map(|host| &*host.domain).collect();
            trace.absent = absences(None);
            return trace;
        };
        trace.virtual_host = Some(&host.domain);
        trace.passed_over = passed_over(hosts, host, &received.head.authority);
        let view = received.head.view(received.secure, draw.unwrap_or(Draw::LOWEST));
        trace.candidates = self.candidates(host, &view, draw.is_some());
        trace.absent = absences(Some(host));
        trace
    }

    fn candidates(&self, host: &VirtualHost, view: &RequestView<'_>, drawn: bool) -> Vec<Candidate<'_>> {
        let table = &self.compilation.table;
        let groups = groups(&self.compilation.snapshot);
        let mut taken = 0;
        let mut last_winner: Option<(usize, RouteId)> = None;
        let mut candidates = Vec::with_capacity(host.routes.ranked().len());
        for (at, id) in host.routes.ranked().iter().enumerate() {
            let route = table.route(*id);
            let treatment = host.treatment(route, view.secure);
            let Share(below) = route.tests.share;
            let below = below.min(u32::from(Draw::COUNT));
            // Without a draw, a share refuses nobody: it takes its part.
            let counts = |mismatch: &Mismatch| drawn || *mismatch != Mismatch::Share || below == 0;
            let mut refusals: Vec<Mismatch> = route.tests.refusals(view).filter(counts).collect();
            refusals.extend(treatment.is_none().then_some(Mismatch::Cleartext));
            let full = u32::from(Draw::COUNT);
            let takes = if drawn { full } else { below };
            let verdict = match treatment {
                Some(treatment) if refusals.is_empty() && takes > taken => {
                    let share = takes - taken;
                    taken = takes;
                    last_winner = Some((at + 1, *id));
                    Says::Wins { share, to_https: treatment == Treatment::RedirectToHttps }
                }
                Some(_) if refusals.is_empty() => {
                    let (than, winner) = last_winner.unwrap_or((1, *id));
                    Says::Later { than, by: self.decided_by(&groups, table.route(winner).mapping, route.mapping) }
                }
                _ => Says::Refuses(refusals.into_iter().map(|mismatch| words(route, mismatch, view)).collect()),
            };
            candidates.push(Candidate {
                mapping: self.mapping(route.mapping),
                matches: MatchFacts::of(&route.tests),
                target: self.target(route),
                verdict,
            });
        }
        candidates
    }

    /// What put one Mapping's route before another's.
    fn decided_by(&self, groups: &HashMap<MappingId, GroupId>, first: MappingId, later: MappingId) -> &'static str {
        let rank = |mapping| groups.get(&mapping).map(|group| (*group, &self.compilation.snapshot.groups[*group].rank));
        match (rank(first), rank(later)) {
            (Some((a, _)), Some((b, _))) if a == b => "its share comes first in their group",
            (Some((_, a)), Some((_, b))) => a.decided_by(b).words(),
            _ => "it is tried first",
        }
    }

    fn target(&self, route: &Route) -> String {
        match &route.action {
            Action::Forward(_) => self.compilation.snapshot.mappings[route.mapping].service.to_string(),
            Action::Redirect(redirect) => format!("{} to {}", redirect.code, redirect.host),
        }
    }
}

fn nobody_listens(port: u16, listeners: &[Listener]) -> String {
    let ports: Vec<String> = listeners.iter().map(|listener| listener.port.to_string()).collect();
    match ports.as_slice() {
        [] => format!("nothing listens on {port}: there is no Listener"),
        ports => format!("nothing listens on {port}: Listeners are on {}", ports.join(", ")),
    }
}

fn connection(listener: &Listener, request: &Request<'_>) -> String {
    let port = listener.port;
    match &request.tls {
        None => format!("Listener {port}, cleartext"),
        Some(None) => format!("Listener {port}, TLS without a server name"),
        Some(Some(name)) => format!("Listener {port}, TLS for {name}"),
    }
}

/// Other virtual hosts that would take the authority.
fn passed_over<'a>(hosts: &'a VirtualHosts, chosen: &VirtualHost, authority: &str) -> Vec<&'a str> {
    let lower = authority.to_ascii_lowercase();
    let fits = |domain: &str| match (domain.strip_prefix('*'), domain.strip_suffix('*')) {
        (Some(suffix), _) => lower.ends_with(&suffix.to_ascii_lowercase()),
        (None, Some(prefix)) => lower.starts_with(&prefix.to_ascii_lowercase()),
        (None, None) => domain.eq_ignore_ascii_case(&lower),
    };
    let others = hosts.iter().map(|host| &*host.domain).filter(|domain| *domain != &*chosen.domain);
    others.filter(|domain| fits(domain)).collect()
}

/// A refusal in words, with what was compared.
fn words(route: &Route, mismatch: Mismatch, view: &RequestView<'_>) -> Refuses {
    use crate::routing::predicate::{AuthorityTest, MethodTest, PathTest};
    let tests = &route.tests;
    match mismatch {
        Mismatch::Authority => {
            let want = match &tests.authority {
                AuthorityTest::Any => "any".to_owned(),
                AuthorityTest::Exact(text) => quoted(text),
                AuthorityTest::Suffix(text) => quoted(&format!("*{text}")),
                AuthorityTest::Prefix(text) => quoted(&format!("{text}*")),
                AuthorityTest::Regex(regex) => format!("a match of {}", regex.as_str()),
            };
            Refuses::new("host", want, quoted(view.authority))
        }
        Mismatch::Method => {
            let want = match &tests.method {
                MethodTest::Any => "any".to_owned(),
                MethodTest::Exact(text) => text.to_string(),
                MethodTest::Regex(regex) => format!("a match of {}", regex.as_str()),
            };
            Refuses::new("method", want, view.method)
        }
        Mismatch::Path => {
            let want = match &tests.path {
                PathTest::Prefix { text, .. } => format!("prefix {text}"),
                PathTest::Exact { text, .. } => format!("exactly {text}"),
                PathTest::Regex(regex) => format!("a match of {}", regex.as_str()),
            };
            Refuses::new("path", want, view.path)
        }
        Mismatch::Header(at) => match tests.headers.get(usize::from(at)) {
            Some(test) => {
                Refuses::new(format!("header {}", header_name(&test.name)), want(&test.value), header(test, view))
            }
            None => Refuses::new("header", "another", "this"),
        },
        Mismatch::Query(at) => match tests.query.get(usize::from(at)) {
            Some(test) => {
                let got = first_value(view.query, &test.name).map_or("nothing".to_owned(), quoted);
                Refuses::new(format!("query {}", test.name), want(&test.value), got)
            }
            None => Refuses::new("query", "another", "this"),
        },
        Mismatch::Share => Refuses::new("draw", format!("below {}", tests.share.0), view.draw.number().to_string()),
        Mismatch::Cleartext => Refuses::new("scheme", "https", "http, which the Host rejects"),
    }
}

fn want(value: &ValueTest) -> String {
    match value {
        ValueTest::Present => "any value".to_owned(),
        ValueTest::Exact(text) => quoted(text),
        ValueTest::Regex(regex) => format!("a match of {}", regex.as_str()),
    }
}

fn header_name(key: &HeaderKey) -> &str {
    match key {
        HeaderKey::Name(name) => name.as_str(),
        HeaderKey::Authority => ":authority",
        HeaderKey::Method => ":method",
        HeaderKey::Path => ":path",
        HeaderKey::Scheme => ":scheme",
        HeaderKey::Impossible(name) => name,
    }
}

fn header(test: &HeaderTest, view: &RequestView<'_>) -> String {
    match &test.name {
        HeaderKey::Name(name) => values(view.headers, name),
        HeaderKey::Authority => quoted(view.authority),
        HeaderKey::Method => quoted(view.method),
        HeaderKey::Path => quoted(view.path),
        HeaderKey::Scheme => if view.secure { "\"https\"" } else { "\"http\"" }.to_owned(),
        HeaderKey::Impossible(_) => "nothing: no request can carry it".to_owned(),
    }
}

fn values(headers: &HeaderMap, name: &http::HeaderName) -> String {
    let values: Vec<String> =
        headers.get_all(name).iter().map(|value| quoted(&String::from_utf8_lossy(value.as_bytes()))).collect();
    if values.is_empty() { "nothing".to_owned() } else { values.join(", ") }
}

fn quoted(text: &str) -> String {
    format!("\"{text}\"")
}
