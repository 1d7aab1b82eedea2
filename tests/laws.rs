//! The laws of the engine (`docs/architecture.md`, section 5.6) over generated routes and requests. Alphabets are small,
//! so that routes collide. That nothing is allocated is a test of its own, `no_alloc`.

#![allow(clippy::unwrap_used)]

use std::sync::{Arc, LazyLock};

use http::{HeaderMap, HeaderName, HeaderValue};
use kubectl_ambassador::analysis::RequestSet;
use kubectl_ambassador::model::{Action, AuthUse, Cleartext, MappingId, Redirect, RedirectPath};
use kubectl_ambassador::pipeline::{self, Options};
use kubectl_ambassador::routing::predicate::{
    AuthorityTest, HeaderKey, HeaderTest, MethodTest, PathTest, QueryTest, Share, ValueTest,
};
use kubectl_ambassador::routing::rank::Rank;
use kubectl_ambassador::routing::regex::Regex;
use kubectl_ambassador::routing::{
    Draw, RequestView, Route, RouteId, RouteList, Serves, Tests, Treatment, Verdict, VirtualHost,
};
use kubectl_ambassador::source::{Origin, SourceMap};
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;

/// A virtual host and what is asked of it.
#[derive(Clone, Debug)]
struct Scene {
    routes: Vec<Route>,
    host: VirtualHost,
    requests: Vec<Sent>,
}

/// A request that owns what a view borrows.
#[derive(Clone, Debug)]
struct Sent {
    secure: bool,
    authority: String,
    method: &'static str,
    path: String,
    query: Option<String>,
    headers: Vec<(&'static str, String)>,
    draw: Draw,
}

impl Sent {
    fn header_map(&self) -> HeaderMap {
        let mut map = HeaderMap::new();
        for (name, value) in &self.headers {
            map.append(HeaderName::from_static(name), HeaderValue::from_str(value).unwrap());
        }
        map
    }

    fn view<'a>(&'a self, headers: &'a HeaderMap) -> RequestView<'a> {
        RequestView {
            secure: self.secure,
            authority: &self.authority,
            method: self.method,
            path: &self.path,
            query: self.query.as_deref(),
            headers,
            draw: self.draw,
        }
    }
}

const METHODS: [&str; 3] = ["GET", "POST", "get"];
const SHARES: [u32; 5] = [0, 1, 30, 60, 100];

fn regexes(patterns: &[&str]) -> Vec<Regex> {
    patterns.iter().map(|pattern| Regex::new(pattern).unwrap()).collect()
}

static PATHS: LazyLock<Vec<Regex>> = LazyLock::new(|| {
    regexes(&["/a.*", "/a|/b.*", "/(a|b)+", "(?i)/ab.*", ".*", "/a?b/.*", "/[ab]/", "/ab{0,2}", "/aa/b", "", "(/a)*"])
});
static AUTHORITIES: LazyLock<Vec<Regex>> = LazyLock::new(|| regexes(&["a.*", ".*\\.b", "(?i)A", "a|b", "[^.]+"]));
static VALUES: LazyLock<Vec<Regex>> = LazyLock::new(|| regexes(&["0.*", "[12]", ".*", "1|2|", "GET|/a.*"]));

fn authority_test() -> impl Strategy<Value = AuthorityTest> {
    prop_oneof![
        3 => Just(AuthorityTest::Any),
        3 => "[aAb.]{0,3}".prop_map(|text| AuthorityTest::Exact(text.into())),
        3 => "[aAb.]{0,3}".prop_map(|text| AuthorityTest::Suffix(text.into())),
        2 => "[aAb.]{0,3}".prop_map(|text| AuthorityTest::Prefix(text.into())),
        1 => select(&AUTHORITIES[..]).prop_map(AuthorityTest::Regex),
    ]
}

fn method_test() -> impl Strategy<Value = MethodTest> {
    prop_oneof![
        6 => Just(MethodTest::Any),
        2 => select(&METHODS[..]).prop_map(|text| MethodTest::Exact(text.into())),
        1 => Just(MethodTest::Regex(VALUES[4].clone())),
    ]
}

fn path_test() -> impl Strategy<Value = PathTest> {
    prop_oneof![
        6 => ("/[abA/]{0,4}", any::<bool>())
            .prop_map(|(text, case_sensitive)| PathTest::Prefix { text: text.into(), case_sensitive }),
        1 => Just(PathTest::Prefix { text: "".into(), case_sensitive: true }),
        2 => ("/[abA/]{0,4}", any::<bool>())
            .prop_map(|(text, case_sensitive)| PathTest::Exact { text: text.into(), case_sensitive }),
        2 => select(&PATHS[..]).prop_map(PathTest::Regex),
    ]
}

fn value_test() -> impl Strategy<Value = ValueTest> {
    prop_oneof![
        1 => Just(ValueTest::Present),
        6 => "[0-4]".prop_map(|text| ValueTest::Exact(text.into())),
        1 => select(&VALUES[..]).prop_map(ValueTest::Regex),
    ]
}

fn header_test() -> impl Strategy<Value = HeaderTest> {
    let name =
        prop_oneof![12 => select(&["x-a", "x-b"][..]), 1 => select(&[":path", ":method", ":scheme", "Host", "é"][..])];
    (name, value_test()).prop_map(|(name, value)| HeaderTest { name: HeaderKey::of(name), value })
}

fn query_test() -> impl Strategy<Value = QueryTest> {
    ("[pq]", value_test()).prop_map(|(name, value)| QueryTest { name: name.into(), value })
}

fn tests() -> impl Strategy<Value = Tests> {
    let headers = prop_oneof![2 => Just(Vec::new()), 3 => vec(header_test(), 1..3)];
    let query = prop_oneof![5 => Just(Vec::new()), 1 => vec(query_test(), 1..3)];
    let share = prop_oneof![3 => Just(Share::ALL), 1 => select(&SHARES[..]).prop_map(Share)];
    (authority_test(), method_test(), path_test(), headers, query, share).prop_map(
        |(authority, method, path, headers, query, share)| Tests {
            authority,
            method,
            path,
            headers: headers.into(),
            query: query.into(),
            share,
        },
    )
}

fn route() -> impl Strategy<Value = (i64, Route)> {
    let redirect = Redirect { host: "b".into(), path: RedirectPath::Keep, code: 301, auth: AuthUse::Bypassed };
    let action = Action::Redirect(Box::new(redirect));
    let precedence = prop_oneof![8 => Just(0), 1 => 1..3i64, 1 => -2..0i64];
    (precedence, tests(), prop::bool::weighted(0.1)).prop_map(move |(precedence, tests, acme)| {
        (precedence, Route { mapping: MappingId(0), tests, action: action.clone(), acme })
    })
}

/// Routes in Emissary's order, or in any: what precedence can bring about, the index must bear.
fn ranked_routes(most: usize) -> impl Strategy<Value = Vec<Route>> {
    (any::<bool>(), vec(route(), 0..most)).prop_map(|(sorted, mut routes)| {
        if sorted {
            routes.sort_by(|(p, a), (q, b)| rank(*p, &a.tests).tried_before(&rank(*q, &b.tests)));
        }
        routes.into_iter().map(|(_, route)| route).collect()
    })
}

fn rank(precedence: i64, tests: &Tests) -> Rank {
    let prefix: Arc<str> = match &tests.path {
        PathTest::Prefix { text, .. } | PathTest::Exact { text, .. } => Arc::clone(text),
        PathTest::Regex(regex) => regex.as_str().into(),
    };
    Rank {
        precedence,
        prefix_length: prefix.chars().count(),
        header_length: tests.headers.len() * 4,
        query_length: tests.query.len() * 2,
        prefix,
        conditions: Vec::new(),
        created: 0,
    }
}

fn sent() -> impl Strategy<Value = Sent> {
    let headers = vec((select(&["x-a", "x-b", "x-c"][..]), "[0-5]"), 0..4);
    let query = option::of("([pq]=[0-3]&?){0,3}");
    (any::<bool>(), "[aAbB.]{0,4}", select(&METHODS[..]), "/[abAB/]{0,6}", query, headers, 0..100u64).prop_map(
        |(secure, authority, method, path, query, headers, draw)| Sent {
            secure,
            authority,
            method,
            path,
            query,
            headers,
            draw: Draw::new(draw),
        },
    )
}

/// A virtual host that has some of the routes.
fn scene(most: usize) -> impl Strategy<Value = Scene> {
    let cleartext = select(&[Cleartext::Route, Cleartext::Redirect, Cleartext::Reject][..]);
    (ranked_routes(most), vec(prop::bool::weighted(0.9), most), cleartext, vec(sent(), 1..12)).prop_map(
        |(routes, attached, cleartext, requests)| {
            let attached = (0u32..).zip(attached).filter(|(_, here)| *here).map(|(id, _)| RouteId(id));
            let ranked: Vec<RouteId> = attached.take_while(|id| (id.0 as usize) < routes.len()).collect();
            let list = Arc::new(RouteList::new(ranked, &routes));
            let host = VirtualHost { domain: "*".into(), host: None, cleartext, routes: list };
            Scene { routes, host, requests }
        },
    )
}

/// What a plain scan of all routes answers.
fn scan(scene: &Scene, request: &RequestView<'_>) -> Option<(RouteId, Treatment)> {
    scene
        .host
        .routes
        .ranked()
        .iter()
        .find_map(|id| Some((*id, scene.host.judge(&scene.routes[id.0 as usize], request)?)))
}

fn selected(scene: &Scene, request: &RequestView<'_>) -> Option<(RouteId, Treatment)> {
    scene.host.select(&scene.routes, request).map(|selection| (selection.id, selection.treatment))
}

/// Small scenes shrink well; large ones have long lists, which the index splits.
fn scenes() -> impl Strategy<Value = Scene> {
    prop_oneof![3 => scene(12), 1 => scene(80)]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn nothing_is_missed_and_order_is_kept(scene in scenes()) {
        for sent in &scene.requests {
            let headers = sent.header_map();
            let request = sent.view(&headers);
            let likely: Vec<RouteId> = scene.host.routes.likely(&request).collect();
            prop_assert!(likely.is_sorted_by(|a, b| a < b), "{likely:?} for {sent:?}");
            for id in scene.host.routes.ranked() {
                let taken = scene.routes[id.0 as usize].check(&request).is_ok();
                prop_assert!(!taken || likely.contains(id), "{id:?} not in {likely:?} for {sent:?}");
            }
            prop_assert!(likely.iter().all(|id| scene.host.routes.ranked().contains(id)));
        }
    }

    #[test]
    fn there_is_one_answer(scene in scenes()) {
        for sent in &scene.requests {
            let headers = sent.header_map();
            let request = sent.view(&headers);
            let answer = scan(&scene, &request);
            prop_assert_eq!(selected(&scene, &request), answer, "{:?}", sent);
            let explanation = scene.host.explain(&scene.routes, &request);
            prop_assert_eq!(explanation.winner, answer.map(|(id, _)| id), "{:?}", sent);
            let wins = explanation.candidates.iter().filter_map(|(id, verdict)| match verdict {
                Verdict::Wins(treatment) => Some((*id, *treatment)),
                _ => None,
            });
            prop_assert_eq!(wins.collect::<Vec<_>>(), Vec::from_iter(answer));
        }
    }

    #[test]
    fn a_verdict_says_what_check_says(scene in scene(12)) {
        for sent in &scene.requests {
            let headers = sent.header_map();
            let request = sent.view(&headers);
            let explanation = scene.host.explain(&scene.routes, &request);
            prop_assert_eq!(explanation.candidates.len(), scene.host.routes.ranked().len());
            for (id, verdict) in &explanation.candidates {
                let judged = scene.host.judge(&scene.routes[id.0 as usize], &request);
                match verdict {
                    Verdict::Wins(treatment) => prop_assert_eq!(judged, Some(*treatment)),
                    Verdict::Later { than } => prop_assert!(judged.is_some() && than < id),
                    Verdict::Refused(why) => prop_assert!(judged.is_none() && !why.is_empty()),
                }
            }
        }
    }

    #[test]
    fn sets_and_tests_agree(scene in scene(12)) {
        for route in &scene.routes {
            let set = RequestSet::of(&route.tests);
            for sent in &scene.requests {
                let headers = sent.header_map();
                let request = sent.view(&headers);
                let taken = route.check(&request).is_ok();
                prop_assert_eq!(set.contains(&request), taken, "{:?} for {:?}", sent, route.tests);
            }
        }
    }

    #[test]
    fn only_the_view_matters(scene in scenes()) {
        let answers: Vec<_> = scene
            .requests
            .iter()
            .map(|sent| selected(&scene, &sent.view(&sent.header_map())))
            .collect();
        // The same again: in another order, on another thread, with copies of everything and other headers before.
        let copy = scene.clone();
        let again = std::thread::spawn(move || {
            let mut again: Vec<_> = copy.requests.iter().rev().map(|sent| {
                let mut headers = HeaderMap::with_capacity(64);
                headers.insert("unrelated", HeaderValue::from_static("1"));
                headers.extend(sent.header_map());
                headers.remove("unrelated");
                selected(&copy, &sent.clone().view(&headers))
            }).collect();
            again.reverse();
            again
        });
        prop_assert_eq!(answers, again.join().unwrap());
    }
}

/// A request made for a route: what its tests ask for, as far as it is told in plain text.
fn request_for(tests: &Tests, secure: bool, draw: Draw) -> Sent {
    let authority = match &tests.authority {
        AuthorityTest::Exact(text) => text.to_string(),
        AuthorityTest::Suffix(text) => format!("a{text}"),
        AuthorityTest::Prefix(text) => format!("{text}a"),
        AuthorityTest::Any | AuthorityTest::Regex(_) => "a.example.com".to_owned(),
    };
    let literal = String::from_utf8_lossy(tests.path.literal()).into_owned();
    let path = if matches!(tests.path, PathTest::Exact { .. }) { literal } else { format!("{literal}x/y") };
    let query = tests.query.iter().map(|test| match &test.value {
        ValueTest::Exact(value) => format!("{}={value}", test.name),
        _ => test.name.to_string(),
    });
    let query: Vec<String> = query.collect();
    let query = (!query.is_empty()).then(|| query.join("&"));
    Sent { secure, authority, method: "GET", path, query, headers: Vec::new(), draw }
}

#[test]
fn recorded_configurations_have_one_answer_too() {
    let cases = concat!(env!("CARGO_MANIFEST_DIR"), "/testdata/truth/conformance/cases");
    let mut asked = 0;
    for case in std::fs::read_dir(cases).unwrap() {
        let text = std::fs::read_to_string(case.unwrap().path().join("manifests.yaml")).unwrap();
        let mut sources = SourceMap::default();
        sources.add(Origin::Stdin, text);
        let table = pipeline::compile(sources, &Options::default()).table;
        for chain in table.listeners().iter().flat_map(|listener| &listener.chains) {
            let Serves::Http(hosts) = &chain.serves else { continue };
            for host in hosts.iter() {
                for id in host.routes.ranked() {
                    let tests = &table.route(*id).tests;
                    for (secure, draw) in [(true, 0), (false, 0), (true, 99)] {
                        let sent = request_for(tests, secure, Draw::new(draw));
                        let mut headers = HeaderMap::new();
                        for test in &tests.headers {
                            if let (HeaderKey::Name(name), ValueTest::Exact(value)) = (&test.name, &test.value) {
                                headers.append(name, HeaderValue::from_str(value).unwrap());
                            }
                        }
                        let request = sent.view(&headers);
                        let judge = |id: &RouteId| Some((*id, host.judge(table.route(*id), &request)?));
                        let scanned = host.routes.ranked().iter().find_map(judge);
                        let selected = table.select(host, &request).map(|taken| (taken.id, taken.treatment));
                        assert_eq!(selected, scanned, "{request:?}");
                        assert_eq!(table.explain(host, &request).winner, scanned.map(|(id, _)| id), "{request:?}");
                        asked += 1;
                    }
                }
            }
        }
    }
    assert!(asked > 1_000, "only {asked} requests asked");
}
