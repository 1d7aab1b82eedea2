//! The ways into two gateways, sorted: requests of one scene meet the same virtual host on each side.
//!
//! One gateway is looked at as two that are the same.

use std::collections::BTreeSet;
use std::sync::Arc;

use http::HeaderName;
use rustc_hash::FxHashMap;

use super::language::{Language, Limits, Names, PathForm, plainest};
use super::space::{Part, Point, RequestSet, Schemes};
use super::witness::{Way, Witness};
use super::{Budget, Reason};
use crate::model::{Cleartext, ClusterId};
use crate::outcome::exchange::receive;
use crate::outcome::normalise::PathRules;
use crate::routing::predicate::HeaderKey;
use crate::routing::{Listener, Route, RouteTable, Serves, VirtualHost, VirtualHosts};

/// Two gateways.
#[derive(Clone, Copy, Debug)]
pub struct Pair<'t> {
    /// The one before.
    pub before: &'t RouteTable,
    /// The one after.
    pub after: &'t RouteTable,
}

/// What a virtual host does to the requests of a scene.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Mode {
    /// Their route serves them.
    Serve,
    /// Their route sends them to https.
    Redirect,
    /// They have no route.
    Reject,
}

/// A virtual host as the requests of a scene meet it.
#[derive(Clone, Copy, Debug)]
pub struct Stage<'t> {
    /// The virtual host.
    pub host: &'t VirtualHost,
    /// What it does.
    pub mode: Mode,
}

/// Requests that meet the same virtual hosts.
#[derive(Clone, Debug)]
pub struct Scene<'t> {
    /// The ways in, plainest first.
    pub ways: Vec<(Way, bool)>,
    /// The requests.
    pub set: RequestSet,
    /// What they meet before.
    pub before: Option<Stage<'t>>,
    /// What they meet after.
    pub after: Option<Stage<'t>>,
    /// What they meet instead where their connection serves no HTTP: before, or after.
    pub outside: [Option<Outside<'t>>; 2],
}

/// What a connection comes to that no HTTP is served on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Outside<'t> {
    /// Nobody listens, or refuses it.
    Nowhere,
    /// It is carried as bytes, to clusters by weight.
    Tcp(&'t [(ClusterId, u32)]),
}

/// A connection that no HTTP is served on, on either side.
#[derive(Clone, Debug)]
pub struct Connection<'t> {
    /// How it comes in.
    pub way: Way,
    /// What it comes to before.
    pub before: Outside<'t>,
    /// What it comes to after.
    pub after: Outside<'t>,
}

/// All ways into two gateways.
#[derive(Clone, Debug)]
pub struct Scenes<'t> {
    /// Requests that are read as HTTP, on both sides or on one.
    pub scenes: Vec<Scene<'t>>,
    /// The other connections.
    pub connections: Vec<Connection<'t>>,
}

impl Stage<'_> {
    /// Whether a route is there at all for requests of the scene.
    pub fn has(&self, route: &Route) -> bool {
        self.mode != Mode::Reject || route.acme
    }

    /// Whether a route serves them itself.
    pub fn serves(&self, route: &Route) -> bool {
        self.mode == Mode::Serve || route.acme
    }
}

impl<'t> Scene<'t> {
    /// The witness for a request of the scene.
    pub fn witness(&self, point: Point) -> Option<Witness> {
        let (way, _) = self.ways.iter().find(|(_, secure)| *secure == point.secure)?;
        Some(Witness { way: way.clone(), point })
    }
}

impl Connection<'_> {
    /// The plainest request over such a connection.
    pub fn witness(&self) -> Witness {
        let name = self.way.tls.as_ref().and_then(Option::as_deref).unwrap_or("example.com");
        let point = Point { authority: name.to_owned(), ..Point::plain() };
        Witness { way: self.way.clone(), point }
    }
}

impl<'t> Scenes<'t> {
    /// Finds all ways.
    ///
    /// # Errors
    ///
    /// The budget does not suffice to tell authorities apart.
    pub fn of(pair: Pair<'t>, budget: &mut Budget) -> Result<Self, Reason> {
        let mut finder = Finder {
            pair,
            found: Self { scenes: Vec::new(), connections: Vec::new() },
            known: FxHashMap::default(),
            cells: FxHashMap::default(),
            by_scheme: tests_scheme(pair),
        };
        let tables = [pair.before, pair.after];
        let ports: BTreeSet<u16> = tables.iter().flat_map(|table| table.listeners()).map(|l| l.port).collect();
        for port in ports {
            let listeners = tables.map(|table| table.listener(port));
            finder.connections(port, None, listeners, budget)?;
            for name in server_names(listeners) {
                finder.connections(port, Some(name), listeners, budget)?;
            }
        }
        Ok(finder.found)
    }
}

/// What tells scenes apart: the authorities, and for each side the routes and what becomes of them.
type Key<'t> = (RequestSetKey, [Option<(usize, Mode)>; 2], [Option<Outside<'t>>; 2]);
type RequestSetKey = (Vec<Language>, Vec<Language>, PathForm, Option<bool>);

struct Finder<'t> {
    pair: Pair<'t>,
    found: Scenes<'t>,
    known: FxHashMap<Key<'t>, usize>,
    cells: FxHashMap<[Option<usize>; 2], Arc<Vec<Cell>>>,
    by_scheme: bool,
}

/// Authorities that meet the same virtual host on each side.
struct Cell {
    within: Vec<Language>,
    without: Vec<Language>,
    example: String,
}

impl<'t> Finder<'t> {
    /// One kind of connection to a port.
    fn connections(
        &mut self,
        port: u16,
        tls: Option<Option<Arc<str>>>,
        listeners: [Option<&'t Listener>; 2],
        budget: &mut Budget,
    ) -> Result<(), Reason> {
        let asked = tls.as_ref().map(Option::as_deref);
        let served = listeners.map(|listener| listener.and_then(|l| l.chain(asked)).map(|chain| &chain.serves));
        let hosts = served.map(|serves| match serves {
            Some(Serves::Http(hosts)) => Some(hosts),
            _ => None,
        });
        let outside = served.map(|serves| match serves {
            None => Some(Outside::Nowhere),
            Some(Serves::Tcp(clusters)) => Some(Outside::Tcp(clusters)),
            Some(Serves::Http(_)) => None,
        });
        let way = Way { port, tls, forwarded_proto: None };
        if let [Some(before), Some(after)] = outside {
            self.found.connections.push(Connection { way, before, after });
            return Ok(());
        }
        let cells = self.cells(hosts, budget)?;
        for forwarded_proto in [None, Some("https"), Some("http")] {
            let way = Way { forwarded_proto, ..way.clone() };
            for cell in cells.iter() {
                self.scene(&way, cell, hosts, listeners, outside);
            }
        }
        Ok(())
    }

    fn scene(
        &mut self,
        way: &Way,
        cell: &Cell,
        hosts: [Option<&'t VirtualHosts>; 2],
        listeners: [Option<&'t Listener>; 2],
        outside: [Option<Outside<'t>>; 2],
    ) {
        let point = Point { authority: cell.example.clone(), ..Point::plain() };
        let witness = Witness { way: way.clone(), point };
        let tables = [self.pair.before, self.pair.after];
        let secure: Vec<Option<bool>> =
            tables.iter().zip(listeners).map(|(table, listener)| witness.is_secure(table, listener?)).collect();
        let stage = |side: usize| -> Option<Stage<'t>> {
            let host = hosts.get(side).copied().flatten()?.choose(&cell.example)?;
            let secure = secure.get(side).copied().flatten()?;
            let mode = match (secure, host.cleartext) {
                (true, _) | (_, Cleartext::Route) => Mode::Serve,
                (_, Cleartext::Redirect) => Mode::Redirect,
                (_, Cleartext::Reject) => Mode::Reject,
            };
            Some(Stage { host, mode })
        };
        let (before, after) = (stage(0), stage(1));
        if before.is_none() && after.is_none() && outside == [None, None] {
            return;
        }
        let is_secure = secure.iter().flatten().next().copied().unwrap_or(false);
        let rules = tables.map(|table| PathRules::of(&table.settings));
        let form = PathForm {
            merged: rules.iter().any(|rules| rules.merge_slashes),
            unescaped_slashes: rules.iter().any(|rules| rules.reject_escaped_slashes),
        };
        let mut without = cell.without.clone();
        for (table, listener) in tables.iter().zip(listeners) {
            without.extend(listener.and_then(|listener| own_port(table, listener)));
        }
        let sides = [before, after].map(|stage| stage.map(|s| (Arc::as_ptr(&s.host.routes) as usize, s.mode)));
        let key = ((cell.within.clone(), without, form, self.by_scheme.then_some(is_secure)), sides, outside);
        if let Some(scene) = self.known.get(&key).and_then(|at| self.found.scenes.get_mut(*at)) {
            if scene.ways.iter().all(|(known, _)| known.port != way.port || known.tls.is_some() != way.tls.is_some()) {
                scene.ways.push((way.clone(), is_secure));
                scene.set.schemes = scene.set.schemes.or(Schemes::only(is_secure));
            }
            return;
        }
        let mut set = RequestSet::all();
        set.schemes = Schemes::only(is_secure);
        set.form = form;
        for language in &key.0.0 {
            set.require(Part::Authority, language.clone());
        }
        for language in &key.0.1 {
            set.exclude(Part::Authority, language.clone());
        }
        self.known.insert(key, self.found.scenes.len());
        self.found.scenes.push(Scene { ways: vec![(way.clone(), is_secure)], set, before, after, outside });
    }

    /// The authorities, by the virtual hosts that they meet.
    fn cells(&mut self, hosts: [Option<&'t VirtualHosts>; 2], budget: &mut Budget) -> Result<Arc<Vec<Cell>>, Reason> {
        let key = hosts.map(|hosts| hosts.map(|hosts| std::ptr::from_ref(hosts) as usize));
        if let Some(known) = self.cells.get(&key) {
            return Ok(Arc::clone(known));
        }
        let cells = Arc::new(Domains::of(hosts).cells(budget)?);
        self.cells.insert(key, Arc::clone(&cells));
        Ok(cells)
    }
}

/// The domains of both sides, in lower case.
struct Domains {
    exact: BTreeSet<String>,
    suffixes: Vec<String>,
    prefixes: Vec<String>,
}

impl Domains {
    fn of(hosts: [Option<&VirtualHosts>; 2]) -> Self {
        let mut found = Self { exact: BTreeSet::new(), suffixes: Vec::new(), prefixes: Vec::new() };
        for host in hosts.iter().flatten().flat_map(|hosts| hosts.iter()) {
            let domain = host.domain.to_ascii_lowercase();
            if domain == "*" {
            } else if let Some(suffix) = domain.strip_prefix('*') {
                found.suffixes.push(suffix.to_owned());
            } else if let Some(prefix) = domain.strip_suffix('*') {
                found.prefixes.push(prefix.to_owned());
            } else {
                found.exact.insert(domain);
            }
        }
        for globs in [&mut found.suffixes, &mut found.prefixes] {
            globs.sort_by_key(|text| (std::cmp::Reverse(text.len()), text.clone()));
            globs.dedup();
        }
        found
    }

    /// Each exact name; then, for what is none of these, each longest suffix with each longest prefix.
    fn cells(&self, budget: &mut Budget) -> Result<Vec<Cell>, Reason> {
        let mut cells: Vec<Cell> = self
            .exact
            .iter()
            .map(|name| Cell {
                within: vec![Language::Exact { text: name.as_str().into(), fold: true }],
                without: Vec::new(),
                example: name.clone(),
            })
            .collect();
        let names = Language::OneOf(Arc::new(Names::new(self.exact.iter().map(String::as_str))));
        let texts = |globs: &[String]| -> Vec<Option<Arc<str>>> {
            globs.iter().map(|text| Some(Arc::from(text.as_str()))).chain([None]).collect()
        };
        let (suffixes, prefixes) = (texts(&self.suffixes), texts(&self.prefixes));
        for (at, suffix) in suffixes.iter().enumerate() {
            for (also_at, prefix) in prefixes.iter().enumerate() {
                let mut within = Vec::new();
                let mut without = Vec::new();
                if !self.exact.is_empty() {
                    without.push(names.clone());
                }
                within.extend(suffix.clone().map(Language::Behind));
                within.extend(prefix.clone().map(Language::Before));
                // Of the longer ones only those that could be meant matter.
                let longer = suffixes.iter().take(at).flatten();
                let ends = |text: &Arc<str>| suffix.as_ref().is_none_or(|suffix| text.ends_with(&**suffix));
                without.extend(longer.filter(|text| ends(text)).cloned().map(Language::Behind));
                let longer = prefixes.iter().take(also_at).flatten();
                let begins = |text: &Arc<str>| prefix.as_ref().is_none_or(|prefix| text.starts_with(&**prefix));
                without.extend(longer.filter(|text| begins(text)).cloned().map(Language::Before));
                let limits = Limits { within: &within, without: &without };
                let Some(example) = plainest(super::language::Alphabet::Authority, limits, budget)? else { continue };
                let example = String::from_utf8(example).map_err(|_| Reason::NotReproduced)?;
                cells.push(Cell { within, without, example });
            }
        }
        Ok(cells)
    }
}

/// The server names that lead to different chains, and no name, and one that nobody has.
fn server_names(listeners: [Option<&Listener>; 2]) -> Vec<Option<Arc<str>>> {
    let chains = || listeners.iter().flatten().flat_map(|listener| &listener.chains).filter(|c| c.tls.is_some());
    let known: BTreeSet<&str> = chains().flat_map(|chain| &chain.server_names).map(String::as_str).collect();
    let wildcards: Vec<&str> = known.iter().filter_map(|name| name.strip_prefix('*')).collect();
    let longest = |name: &str| {
        wildcards.iter().filter(|end| name.len() > end.len() && name.ends_with(**end)).max_by_key(|end| end.len())
    };
    let labels = ["a", "b", "c", "x1", "any", "some-other-name"];
    let mut names: Vec<Arc<str>> =
        known.iter().filter(|name| !name.starts_with('*')).map(|name| Arc::from(*name)).collect();
    for end in &wildcards {
        let example = labels
            .iter()
            .map(|label| format!("{label}{end}"))
            .find(|name| !known.contains(name.as_str()) && longest(name) == Some(end));
        names.extend(example.map(Arc::from));
    }
    let others = ["example.com", "example.org", "nobody.example", "unknown.invalid", "a", "-"];
    names.extend(
        others.iter().find(|name| !known.contains(**name) && longest(name).is_none()).map(|name| Arc::from(*name)),
    );
    let mut seen = BTreeSet::new();
    let candidates = names.into_iter().map(Some).chain([None]);
    candidates
        .filter(|name| {
            let at = listeners.map(|listener| {
                listener.and_then(|l| l.chain(Some(name.as_deref()))).map(|chain| std::ptr::from_ref(chain) as usize)
            });
            at.iter().any(Option::is_some) && seen.insert(at)
        })
        .collect()
}

/// Authorities whose port is cut off before anything looks at them.
fn own_port(table: &RouteTable, listener: &Listener) -> Option<Language> {
    let cut = table.settings.strip_matching_host_port;
    cut.then(|| Language::Suffix { text: format!(":{}", listener.port).into() })
}

fn tests_scheme(pair: Pair<'_>) -> bool {
    let tests = |table: &RouteTable| {
        let mut headers = table.routes().iter().flat_map(|route| &route.tests.headers);
        headers.any(|test| test.name == HeaderKey::Scheme)
    };
    tests(pair.before) || tests(pair.after)
}

/// What of a header that a client sends arrives at the routes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Arrival {
    AsSent,
    Never,
    Otherwise,
}

/// Finds out by sending it.
pub(super) fn arrival(table: &RouteTable, way: &Way, name: &HeaderName) -> Arrival {
    // Of these some values pass and others do not.
    if ["te", "upgrade", "connection", "expect", "content-length", "transfer-encoding"].contains(&name.as_str()) {
        return Arrival::Otherwise;
    }
    let Some(listener) = table.listener(way.port) else { return Arrival::Otherwise };
    let mut point = Point::plain();
    let arrived = |point: &Point| {
        let witness = Witness { way: way.clone(), point: point.clone() };
        let request = witness.request();
        let received = receive(&table.settings, listener, &request).ok()?;
        Some(received.head.headers.get(name).cloned())
    };
    let probe = http::HeaderValue::from_static("a");
    let absent = arrived(&point);
    point.headers.insert(name.clone(), probe.clone());
    match (absent, arrived(&point)) {
        (Some(None), Some(Some(value))) if value == probe => Arrival::AsSent,
        (Some(None), Some(None) | None) => Arrival::Never,
        _ => Arrival::Otherwise,
    }
}

/// Why a request that should meet conditions does not, or the other way round.
pub(super) fn why_changed(sent: &Point, arrived: &Point, conditions: &[&RequestSet]) -> Reason {
    if conditions.iter().any(|set| !set.targets.is_empty()) {
        return Reason::PathHeader;
    }
    let differs = |name: &&HeaderName| !sent.headers.get_all(*name).iter().eq(arrived.headers.get_all(*name));
    let mut names = conditions.iter().flat_map(|set| set.header_names());
    names.find(differs).map_or(Reason::NotReproduced, |name| Reason::WrittenByGateway(name.as_str().into()))
}
