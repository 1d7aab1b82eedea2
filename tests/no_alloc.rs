//! Nothing is allocated to select a route. Its own binary, because it counts in the global allocator.

#![allow(clippy::unwrap_used, clippy::expect_used)]

#[path = "../benches/shapes/mod.rs"]
mod shapes;

use std::sync::Arc;

use allocation_counter::measure;
use http::HeaderMap;
use kubectl_ambassador::model::Cleartext;
use kubectl_ambassador::routing::predicate::{
    AuthorityTest, HeaderKey, HeaderTest, MethodTest, PathTest, QueryTest, Share, ValueTest,
};
use kubectl_ambassador::routing::regex::Regex;
use kubectl_ambassador::routing::{Draw, RequestView, Route, VirtualHost, VirtualHosts};
use shapes::{Random, Shape};

fn hosts(routes: &[Route]) -> VirtualHosts {
    let list = Arc::new(shapes::index(routes));
    let host = |domain: &str| VirtualHost {
        domain: domain.into(),
        host: None,
        cleartext: Cleartext::Redirect,
        routes: Arc::clone(&list),
    };
    VirtualHosts::new(["shop.example.com", "*.example.com", "shop.*", "*"].map(host).into())
}

/// How many requests of so many found a route.
fn found(hosts: &VirtualHosts, routes: &[Route], requests: &[RequestView<'_>], rounds: usize) -> usize {
    let select = |request: &&RequestView<'_>| {
        hosts.choose(request.authority).and_then(|host| host.select(routes, request)).is_some()
    };
    (0..rounds).map(|_| requests.iter().filter(select).count()).sum()
}

#[test]
fn a_million_selections_allocate_nothing() {
    for shape in Shape::ALL {
        let mut random = Random(7);
        let routes = shapes::routes(shape, 2_000, &mut random);
        let hosts = hosts(&routes);
        let sent = shapes::requests(&routes, 2_500, &mut random);
        let requests: Vec<RequestView<'_>> = sent.iter().map(shapes::Sent::view).collect();
        // A regex may make its scratch memory when a thread first asks it.
        found(&hosts, &routes, &requests, 1);
        let mut taken = 0;
        let allocated = measure(|| taken = found(&hosts, &routes, &requests, 100));
        assert_eq!(allocated.count_total, 0, "{}", shape.name());
        assert!(taken > 150_000, "{}: only {taken} of 250,000 found a route", shape.name());
    }
}

#[test]
fn no_kind_of_test_allocates() {
    let regex = |pattern: &str| Regex::new(pattern).unwrap();
    let template = shapes::routes(Shape::Nested, 1, &mut Random(1)).remove(0);
    let mut routes = Vec::new();
    let mut add = |change: &dyn Fn(&mut Route)| {
        let mut route = template.clone();
        route.tests.authority = AuthorityTest::Any;
        // It refuses by its share, after all other tests have been asked.
        route.tests.share = Share(10);
        change(&mut route);
        routes.push(route);
    };
    for name in ["x-a", ":path", ":method", ":authority", ":scheme", "é"] {
        for value in [ValueTest::Present, ValueTest::Exact("/a/b?q=1".into()), ValueTest::Regex(regex(".*[a-z]+.*"))] {
            add(&|route| route.tests.headers = [HeaderTest { name: HeaderKey::of(name), value: value.clone() }].into());
            add(&|route| route.tests.query = [QueryTest { name: "q".into(), value: value.clone() }].into());
        }
    }
    add(&|route| route.tests.authority = AuthorityTest::Exact("Shop.example.com".into()));
    add(&|route| route.tests.authority = AuthorityTest::Suffix(".example.com".into()));
    add(&|route| route.tests.authority = AuthorityTest::Prefix("Shop".into()));
    add(&|route| route.tests.authority = AuthorityTest::Regex(regex("(?i)shop\\..*")));
    add(&|route| route.tests.method = MethodTest::Regex(regex("G.T")));
    add(&|route| route.tests.path = PathTest::Exact { text: "/A/B".into(), case_sensitive: false });
    add(&|route| route.tests.path = PathTest::Regex(regex("/(a|c)/.*")));
    add(&|route| route.tests.share = Share::ALL);
    let hosts = hosts(&routes);
    let mut headers = HeaderMap::new();
    for value in ["one", "two", "three"] {
        headers.append("x-a", value.parse().unwrap());
    }
    let request = RequestView {
        secure: false,
        authority: "Shop.example.com",
        method: "GET",
        path: "/a/b",
        query: Some("q=1&q=2"),
        headers: &headers,
        draw: Draw::new(50),
    };
    found(&hosts, &routes, &[request], 1);
    let mut taken = 0;
    let allocated = measure(|| taken = found(&hosts, &routes, &[request], 1_000));
    assert_eq!((allocated.count_total, taken), (0, 1_000));
}

#[test]
fn the_counter_counts() {
    assert_eq!(measure(|| drop(std::hint::black_box(Box::new(1)))).count_total, 1);
}
