#![allow(clippy::unwrap_used)]

use http::{HeaderMap, HeaderName, HeaderValue};
use proptest::collection::vec;
use proptest::prelude::*;

use super::*;
use crate::model::{Action, AuthUse, MappingId, Redirect, RedirectPath};
use crate::routing::predicate::{HeaderKey, HeaderTest, MethodTest, PathTest, Share, ValueTest};
use crate::routing::request::Draw;
use crate::routing::route::Tests;

fn route(authority: AuthorityTest, path: &str, headers: &[(&str, &str)]) -> Route {
    let headers = headers
        .iter()
        .map(|(name, value)| HeaderTest { name: HeaderKey::of(name), value: ValueTest::Exact((*value).into()) });
    let tests = Tests {
        authority,
        method: MethodTest::Any,
        path: PathTest::Prefix { text: path.into(), case_sensitive: true },
        headers: headers.collect(),
        query: Box::default(),
        share: Share::ALL,
    };
    let redirect = Redirect { host: "b".into(), path: RedirectPath::Keep, code: 301, auth: AuthUse::Bypassed };
    Route { mapping: MappingId(0), tests, action: Action::Redirect(Box::new(redirect)), acme: false }
}

fn any(path: &str) -> Route {
    route(AuthorityTest::Any, path, &[])
}

fn index(routes: &[Route]) -> RouteList {
    limited(routes, Limits::default())
}

fn limited(routes: &[Route], limits: Limits) -> RouteList {
    let ranked: Vec<RouteId> = (0..routes.len() as u32).map(RouteId).collect();
    RouteList::with_limits(ranked.into(), routes, limits)
}

fn headers(of: &[(&str, &str)]) -> HeaderMap {
    of.iter()
        .map(|(name, value)| (name.parse::<HeaderName>().unwrap(), HeaderValue::from_str(value).unwrap()))
        .collect()
}

fn likely(list: &RouteList, authority: &str, path: &str, headers: &HeaderMap) -> Vec<u32> {
    let request =
        RequestView { secure: true, authority, method: "GET", path, query: None, headers, draw: Draw::LOWEST };
    list.likely(&request).map(|id| id.0).collect()
}

#[test]
fn only_what_the_path_begins_with_is_likely() {
    let list = index(&["/api/v1/", "/api/v2/", "/other/", "/api/", "/"].map(any));
    assert_eq!(likely(&list, "a", "/api/v2/x", &HeaderMap::new()), [1, 3, 4]);
    assert_eq!(likely(&list, "a", "/", &HeaderMap::new()), [4]);
}

#[test]
fn a_shorter_prefix_of_higher_precedence_comes_first() {
    let list = index(&["/", "/api/v1/", "/api/"].map(any));
    assert_eq!(likely(&list, "a", "/api/v1/x", &HeaderMap::new()), [0, 1, 2]);
    assert_eq!(likely(&list, "a", "/api/", &HeaderMap::new()), [0, 2]);
}

#[test]
fn partitions_are_read_together() {
    let list = index(&[
        route(AuthorityTest::Suffix(".b".into()), "/x/", &[]),
        route(AuthorityTest::Exact("a.b".into()), "/", &[]),
        any("/"),
        route(AuthorityTest::Prefix("a.".into()), "/", &[]),
        route(AuthorityTest::Exact("other".into()), "/", &[]),
    ]);
    assert_eq!(likely(&list, "a.b", "/x/", &HeaderMap::new()), [0, 1, 2, 3]);
    assert_eq!(likely(&list, "c.b", "/", &HeaderMap::new()), [2]);
}

#[test]
fn a_long_list_is_split_by_a_header() {
    let mut routes: Vec<Route> =
        (0..100).map(|n| route(AuthorityTest::Any, "/", &[("x-tenant", &n.to_string())])).collect();
    routes.push(any("/"));
    let list = index(&routes);
    assert_eq!(likely(&list, "a", "/x", &headers(&[("x-tenant", "42")])), [42, 100]);
    assert_eq!(likely(&list, "a", "/x", &headers(&[("x-tenant", "7"), ("x-tenant", "3")])), [3, 7, 100]);
    assert_eq!(likely(&list, "a", "/x", &headers(&[("x-tenant", "no"), ("x-tenant", "3")])), [3, 100]);
    assert_eq!(likely(&list, "a", "/x", &HeaderMap::new()), [100]);
}

#[test]
fn a_switch_above_is_asked_only_for_what_is_above() {
    let mut routes = vec![any("/deep/")];
    routes.extend((0..20).map(|n| route(AuthorityTest::Any, "/", &[("x-tenant", &n.to_string())])));
    let list = index(&routes);
    assert_eq!(likely(&list, "a", "/deep/", &headers(&[("x-tenant", "4")])), [0, 5]);
}

#[test]
fn more_chains_than_there_is_room_for_are_still_read_in_order() {
    let nested = |n: usize| route(AuthorityTest::Suffix("a".repeat(n).into()), "/", &[]);
    let routes: Vec<Route> = (1..60).map(nested).collect();
    let list = index(&routes);
    let found = likely(&list, &"a".repeat(70), "/", &HeaderMap::new());
    assert_eq!(found, (0..59).collect::<Vec<_>>());

    let many: Vec<Route> = (0..100).map(|n| route(AuthorityTest::Any, "/", &[("x", &n.to_string())])).collect();
    let values: Vec<String> = (0..50).map(|n| n.to_string()).collect();
    let sent: Vec<(&str, &str)> = values.iter().map(|value| ("x", value.as_str())).collect();
    let found = likely(&index(&many), "a", "/", &headers(&sent));
    assert!((0..50).all(|n| found.contains(&n)));
    assert!(found.is_sorted());
}

#[test]
fn thousands_of_nested_prefixes_are_no_danger() {
    let nested = |n: usize| any(&format!("/{}", "a".repeat(n)));
    // The longest comes first, so that what is too much for the cursors is met only behind it.
    let routes: Vec<Route> = std::iter::once(3000).chain(0..3000).map(nested).collect();
    let path = format!("/{}", "a".repeat(4000));
    assert_eq!(likely(&index(&routes), "h", &path, &HeaderMap::new()), (0..=3000).collect::<Vec<_>>());
}

/// Few texts, so that they collide.
fn authority() -> impl Strategy<Value = AuthorityTest> {
    prop_oneof![
        Just(AuthorityTest::Any),
        "[aA.]{0,3}".prop_map(|text| AuthorityTest::Exact(text.into())),
        "[aA.]{0,4}".prop_map(|text| AuthorityTest::Suffix(text.into())),
        "[aA.]{0,3}".prop_map(|text| AuthorityTest::Prefix(text.into())),
    ]
}

fn some_route() -> impl Strategy<Value = Route> {
    (authority(), "/[aB/]{0,4}", vec(("[xy]", "[0-3]"), 0..3)).prop_map(|(authority, path, headers)| {
        let headers: Vec<(&str, &str)> = headers.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        route(authority, &path, &headers)
    })
}

fn some_limits() -> impl Strategy<Value = Limits> {
    (0..3usize, 0..5usize, 2..6usize).prop_map(|(copies_per_route, copies_at_once, switch_from)| Limits {
        copies_per_route,
        copies_at_once,
        switch_from,
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn whatever_the_limits_nothing_is_missed_and_order_is_kept(
        routes in vec(some_route(), 0..40),
        limits in some_limits(),
        requests in vec(("[aA.]{0,5}", "/[aAbB/]{0,6}", vec(("[xy]", "[0-4]"), 0..5)), 8),
    ) {
        let list = limited(&routes, limits);
        for (authority, path, sent) in &requests {
            let sent: Vec<(&str, &str)> = sent.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
            let sent = headers(&sent);
            let found = likely(&list, authority, path, &sent);
            prop_assert!(found.is_sorted_by(|a, b| a < b), "{found:?}");
            let request = RequestView {
                secure: true, authority, method: "GET", path, query: None, headers: &sent, draw: Draw::LOWEST,
            };
            for (id, route) in (0u32..).zip(&routes) {
                prop_assert!(route.check(&request).is_err() || found.contains(&id), "{id} not in {found:?}");
            }
        }
    }
}
