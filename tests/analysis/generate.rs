//! Small tables of routes, and all requests of a small alphabet.

use std::sync::Arc;

use http::{HeaderMap, HeaderName, HeaderValue};
use kubectl_ambassador::analysis::Point;
use kubectl_ambassador::model::{
    Action, AuthUse, Cleartext, Filters, MappingId, Redirect, RedirectPath, SecurityModel, Settings, Stack, TlsId,
};
use kubectl_ambassador::routing::predicate::{
    AuthorityTest, HeaderKey, HeaderTest, MethodTest, PathTest, QueryTest, Share, ValueTest,
};
use kubectl_ambassador::routing::regex::Regex;
use kubectl_ambassador::routing::{
    Chain, Draw, Listener, Route, RouteId, RouteList, RouteTable, Serves, Tests, Treatment, VirtualHost, VirtualHosts,
};

/// Numbers that follow from a seed.
pub(crate) struct Dice(u64);

impl Dice {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ 0x1234_5678_9abc_def1)
    }

    /// A number below `end`.
    pub(crate) fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ (z >> 31)) % end as u64) as usize
    }

    pub(crate) fn pick<T: Clone>(&mut self, from: &[T]) -> T {
        from[self.below(from.len())].clone()
    }

    /// True once in `n` times.
    pub(crate) fn once_in(&mut self, n: usize) -> bool {
        self.below(n) == 0
    }
}

const HOSTS: &[&str] = &["a.x", "b.x", "A.x", "c", "a.x:81"];
const PATHS: &[&str] =
    &["/", "/a", "/b", "/A", "//", "/aa", "/ab", "/a/", "/b/", "/A/", "/a/a", "/a/b", "/aab", "/abb"];
const LITERALS: &[&str] =
    &["/", "/a", "/b", "/a/", "/A", "/ab", "/aa", "/b/", "/a/a", "/A/", "", "/a/b", "//", "/./a", "/a?x", "a"];
const PATH_REGEXES: &[&str] = &[
    "/.*",
    "/a.*",
    "/[ab]",
    "/[ab]/.*",
    ".*b",
    "(?i)/a/.*",
    "/a+",
    "/(a|b)+",
    "/a?b?",
    "[^a]*",
    "/[^/]*",
    ".*",
    "/aa|/ab",
    "/a/?",
];
const AUTHORITY_REGEXES: &[&str] = &["a.*", ".*x", "[ab]\\.x", "c|b\\.x", ".*"];
const VALUES: &[&str] = &["1", "2", "12", ""];
const VALUE_REGEXES: &[&str] = &["1.*", ".*", "[12]", "2?", ".+"];
const METHODS: &[&str] = &["GET", "POST", "FOO"];
const METHOD_REGEXES: &[&str] = &["GET|POST", ".*", "[A-Z]{3}", "F.*"];

/// Which parts of requests are looked at: the fewer, the more often routes meet.
#[derive(Clone, Copy)]
pub(crate) struct Parts {
    authority: bool,
    method: bool,
    header: bool,
    other_header: bool,
    query: bool,
    share: bool,
    cleartext: bool,
}

impl Parts {
    /// Three of them at most, so that all requests can be tried.
    pub(crate) fn of(dice: &mut Dice) -> Self {
        let chosen = [dice.below(8), dice.below(8), dice.below(8)];
        let has = |part: usize| chosen.contains(&part);
        Self {
            authority: has(0),
            method: has(1),
            header: has(2),
            other_header: has(3),
            query: has(4),
            share: has(5),
            cleartext: has(6),
        }
    }

    /// All requests of the alphabet, as far as these parts are concerned.
    pub(crate) fn requests(self) -> Vec<Point> {
        let headers: &[&[&str]] =
            if self.header { &[&[], &["1"], &["2"], &["12"], &[""], &["1", "2"]] } else { &[&[]] };
        let others: &[&str] = if self.other_header { &["-", "1", "2", "1,2"] } else { &["-"] };
        let queries: &[Option<&str>] =
            if self.query { &[None, Some("q=1"), Some("q=2"), Some("q"), Some("q=2&q=1")] } else { &[None] };
        let draws: &[u64] = if self.share { &[0, 29, 30, 59, 60, 99] } else { &[0] };
        let mut points: Vec<Point> = PATHS
            .iter()
            .map(|path| Point {
                secure: false,
                authority: HOSTS[0].into(),
                method: "GET".into(),
                path: (*path).into(),
                query: None,
                headers: HeaderMap::new(),
                draw: Draw::LOWEST,
            })
            .collect();
        let mut vary = |on: bool, count: usize, change: &dyn Fn(&mut Point, usize)| {
            if on {
                let varied = points.iter().flat_map(|point| {
                    (0..count).map(|nth| {
                        let mut point = point.clone();
                        change(&mut point, nth);
                        point
                    })
                });
                points = varied.collect();
            }
        };
        let add = |point: &mut Point, name: &'static str, value: &str| {
            point.headers.append(HeaderName::from_static(name), HeaderValue::from_str(value).unwrap());
        };
        vary(self.authority, HOSTS.len(), &|point, nth| point.authority = HOSTS[nth].into());
        vary(self.method, METHODS.len(), &|point, nth| point.method = METHODS[nth].into());
        vary(self.header, headers.len(), &|point, nth| headers[nth].iter().for_each(|value| add(point, "h", value)));
        vary(self.other_header, others.len(), &|point, nth| {
            if nth > 0 {
                add(point, "accept", others[nth]);
            }
        });
        vary(self.query, queries.len(), &|point, nth| point.query = queries[nth].map(str::to_owned));
        vary(self.share, draws.len(), &|point, nth| point.draw = Draw::new(draws[nth]));
        vary(self.cleartext, 2, &|point, nth| point.secure = nth == 1);
        points
    }

    pub(crate) fn route(self, dice: &mut Dice) -> Route {
        let regex = |pattern: &str| Regex::new(pattern).unwrap();
        let path = match dice.below(5) {
            0 => PathTest::Regex(regex(dice.pick(PATH_REGEXES))),
            1 => PathTest::Exact { text: dice.pick(LITERALS).into(), case_sensitive: !dice.once_in(3) },
            _ => PathTest::Prefix { text: dice.pick(&LITERALS[..9]).into(), case_sensitive: !dice.once_in(4) },
        };
        let authority = if !self.authority || dice.once_in(3) {
            AuthorityTest::Any
        } else {
            match dice.below(5) {
                0 => AuthorityTest::Suffix(dice.pick(&[".x", "x", "a.x"]).into()),
                1 => AuthorityTest::Prefix(dice.pick(&["a", "a.", "A"]).into()),
                2 => AuthorityTest::Regex(regex(dice.pick(AUTHORITY_REGEXES))),
                _ => AuthorityTest::Exact(dice.pick(HOSTS).into()),
            }
        };
        let method = if !self.method || dice.once_in(2) {
            MethodTest::Any
        } else if dice.once_in(2) {
            MethodTest::Regex(regex(dice.pick(METHOD_REGEXES)))
        } else {
            MethodTest::Exact(dice.pick(METHODS).into())
        };
        let value = |dice: &mut Dice| match dice.below(4) {
            0 => ValueTest::Present,
            1 => ValueTest::Regex(regex(dice.pick(VALUE_REGEXES))),
            _ => ValueTest::Exact(dice.pick(VALUES).into()),
        };
        let mut headers = Vec::new();
        for (on, name) in [(self.header, "h"), (self.header, "h"), (self.other_header, "accept")] {
            if on && dice.once_in(3) {
                headers.push(HeaderTest { name: HeaderKey::of(name), value: value(dice) });
            }
        }
        if self.header && dice.once_in(30) {
            let name = dice.pick(&[":scheme", "host", "keep-alive", "(", ":method"]);
            headers.push(HeaderTest { name: HeaderKey::of(name), value: value(dice) });
        }
        let query: Vec<QueryTest> = (self.query && dice.once_in(2))
            .then(|| QueryTest { name: "q".into(), value: value(dice) })
            .into_iter()
            .collect();
        let share = if self.share && dice.once_in(2) { Share(dice.pick(&[30, 60, 0])) } else { Share::ALL };
        Route {
            mapping: MappingId(0),
            tests: Tests { authority, method, path, headers: headers.into(), query: query.into(), share },
            action: action(dice),
            acme: dice.once_in(20),
        }
    }

    pub(crate) fn host(self, dice: &mut Dice, domain: &str, routes: &[Route]) -> VirtualHost {
        let ranked: Vec<RouteId> = (0..routes.len() as u32).map(RouteId).filter(|_| !dice.once_in(8)).collect();
        VirtualHost {
            domain: domain.into(),
            host: None,
            cleartext: if self.cleartext {
                dice.pick(&[Cleartext::Route, Cleartext::Redirect, Cleartext::Reject])
            } else {
                Cleartext::Route
            },
            routes: Arc::new(RouteList::new(ranked, routes)),
        }
    }

    pub(crate) fn domains(self, dice: &mut Dice) -> Vec<&'static str> {
        let mut domains = vec!["*"];
        if self.authority {
            domains.extend(["a.x", "*.x", "a*", "c", "a.x:81"].iter().filter(|_| dice.once_in(3)));
            if dice.once_in(4) {
                domains.remove(0);
            }
        }
        domains
    }

    pub(crate) fn table(self, dice: &mut Dice, routes: Vec<Route>) -> RouteTable {
        let domains = self.domains(dice);
        let hosts = domains.iter().map(|domain| self.host(dice, domain, &routes)).collect();
        self.serve(hosts, routes)
    }

    pub(crate) fn serve(self, hosts: Vec<VirtualHost>, mut routes: Vec<Route>) -> RouteTable {
        for (at, route) in (0..).zip(&mut routes) {
            route.mapping = MappingId(at);
        }
        let chain =
            |tls| Chain { tls, server_names: Vec::new(), serves: Serves::Http(VirtualHosts::new(hosts.clone())) };
        let listener = Listener {
            name: "l".into(),
            port: 80,
            address: None,
            stack: Stack { http: true, tls: true, proxy: None, udp: false },
            security: SecurityModel::Xfp,
            l7_depth: 0,
            http2_max_concurrent_streams: None,
            announces_http3: false,
            chains: vec![chain(None), chain(Some(TlsId(0)))],
        };
        RouteTable::new(vec![listener], routes, Vec::new(), Arc::new(Filters::default()), Arc::new(Settings::default()))
    }
}

/// An action that shows in full where a request is sent.
pub(crate) fn action(dice: &mut Dice) -> Action {
    let regex = |pattern: &str, with: &str| RedirectPath::Regex {
        pattern: Regex::new(pattern).unwrap(),
        substitution: with.into(),
    };
    Action::Redirect(Box::new(Redirect {
        host: dice.pick(&["one", "two", "three"]).into(),
        path: match dice.below(8) {
            0 => RedirectPath::Prefix(dice.pick(LITERALS).into()),
            1 => RedirectPath::Path(dice.pick(PATHS).into()),
            2 => regex("a", "b"),
            3 => regex("^/a", "/c"),
            _ => RedirectPath::Keep,
        },
        code: 301,
        auth: AuthUse::Bypassed,
    }))
}

/// The routes of the only listener's virtual hosts that a request comes to.
pub(crate) fn lands(table: &RouteTable, point: &Point) -> Option<(RouteId, Treatment)> {
    let chain = table.listeners()[0].chain(point.secure.then_some(None)).unwrap();
    let Serves::Http(hosts) = &chain.serves else { return None };
    let selection = table.select(hosts.choose(&point.authority)?, &point.view())?;
    Some((selection.id, selection.treatment))
}
