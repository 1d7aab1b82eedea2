//! The index and a plain scan give the same answer, and the index keeps the order, whatever the routes.

#![no_main]

use std::sync::{Arc, LazyLock};

use http::{HeaderMap, HeaderName, HeaderValue};
use kubectl_ambassador::model::{Action, AuthUse, MappingId, Redirect, RedirectPath};
use kubectl_ambassador::routing::predicate::{
    AuthorityTest, HeaderKey, HeaderTest, MethodTest, PathTest, QueryTest, Share, ValueTest,
};
use kubectl_ambassador::routing::regex::Regex;
use kubectl_ambassador::routing::{Draw, RequestView, Route, RouteId, RouteList, Tests};
use libfuzzer_sys::arbitrary::{Result, Unstructured};
use libfuzzer_sys::fuzz_target;

static REGEXES: LazyLock<Vec<Regex>> = LazyLock::new(|| {
    let patterns = [".*", "/a.*", "/(a|b)+", "(?i)/ab.*", "a?b", "[0-9]", "(/a)*", "/aa/?b.*", ""];
    patterns.iter().filter_map(|pattern| Regex::new(pattern).ok()).collect()
});

fuzz_target!(|data: &[u8]| {
    let mut from = Unstructured::new(data);
    let _ = run(&mut from);
});

fn run(from: &mut Unstructured<'_>) -> Result<()> {
    let routes = (0..from.int_in_range(0..=96u32)?).map(|_| route(from)).collect::<Result<Vec<_>>>()?;
    let ranked: Vec<RouteId> = (0..routes.len() as u32).map(RouteId).collect();
    let list = RouteList::new(ranked, &routes);
    for _ in 0..8 {
        ask(from, &list, &routes)?;
    }
    Ok(())
}

fn ask(from: &mut Unstructured<'_>, list: &RouteList, routes: &[Route]) -> Result<()> {
    let (authority, path) = (text(from, b"aAb.", 30)?, format!("/{}", text(from, b"aAb/", 40)?));
    let query = from.ratio(1, 2)?.then(|| text(from, b"pq=&01", 9)).transpose()?;
    let mut headers = HeaderMap::new();
    for _ in 0..from.int_in_range(0..=40)? {
        if let Ok(value) = HeaderValue::from_str(&text(from, b"0123", 1)?) {
            headers.append(HeaderName::from_static(from.choose(&["x-a", "x-b"])?), value);
        }
    }
    let request = RequestView {
        secure: from.arbitrary()?,
        authority: &authority,
        method: from.choose(&["GET", "POST"])?,
        path: &path,
        query: query.as_deref(),
        headers: &headers,
        draw: Draw::new(from.arbitrary()?),
    };
    let likely: Vec<RouteId> = list.likely(&request).collect();
    assert!(likely.is_sorted_by(|a, b| a < b), "{likely:?}");
    let takes = |id: &RouteId| routes[id.0 as usize].check(&request).is_ok();
    let taken: Vec<RouteId> = list.ranked().iter().copied().filter(takes).collect();
    let proposed: Vec<RouteId> = likely.into_iter().filter(takes).collect();
    assert_eq!(taken, proposed, "{request:?}");
    Ok(())
}

fn route(from: &mut Unstructured<'_>) -> Result<Route> {
    let case_sensitive = from.arbitrary()?;
    let tests = Tests {
        authority: match from.int_in_range(0..=5)? {
            0 => AuthorityTest::Exact(text(from, b"aAb.", 4)?),
            1 | 2 => AuthorityTest::Suffix(text(from, b"aAb.", 30)?),
            3 => AuthorityTest::Prefix(text(from, b"aAb.", 4)?),
            4 => AuthorityTest::Regex(regex(from)?),
            _ => AuthorityTest::Any,
        },
        method: match from.int_in_range(0..=3)? {
            0 => MethodTest::Exact((*from.choose(&["GET", "POST", "get"])?).into()),
            1 => MethodTest::Regex(regex(from)?),
            _ => MethodTest::Any,
        },
        path: match from.int_in_range(0..=4)? {
            0 => PathTest::Exact { text: format!("/{}", text(from, b"aAb/", 30)?).into(), case_sensitive },
            1 => PathTest::Regex(regex(from)?),
            _ => PathTest::Prefix { text: format!("/{}", text(from, b"aAb/", 30)?).into(), case_sensitive },
        },
        headers: (0..from.int_in_range(0..=2)?)
            .map(|_| {
                let name = HeaderKey::of(from.choose(&["x-a", "x-b", ":path", ":authority", ":method"])?);
                Ok(HeaderTest { name, value: value(from)? })
            })
            .collect::<Result<_>>()?,
        query: (0..from.int_in_range(0..=1)?)
            .map(|_| Ok(QueryTest { name: text(from, b"pq", 1)?, value: value(from)? }))
            .collect::<Result<_>>()?,
        share: Share(*from.choose(&[0, 30, 100, 100])?),
    };
    let redirect = Redirect { host: "a".into(), path: RedirectPath::Keep, code: 301, auth: AuthUse::Bypassed };
    Ok(Route { mapping: MappingId(0), tests, action: Action::Redirect(Box::new(redirect)), acme: false })
}

fn value(from: &mut Unstructured<'_>) -> Result<ValueTest> {
    Ok(match from.int_in_range(0..=5)? {
        0 => ValueTest::Present,
        1 => ValueTest::Regex(regex(from)?),
        _ => ValueTest::Exact(text(from, b"0123", 1)?),
    })
}

fn regex(from: &mut Unstructured<'_>) -> Result<Regex> {
    from.choose(&REGEXES).cloned()
}

fn text(from: &mut Unstructured<'_>, letters: &[u8], longest: usize) -> Result<Arc<str>> {
    let len = from.int_in_range(0..=longest)?;
    let text: String = (0..len).map(|_| Ok(char::from(*from.choose(letters)?))).collect::<Result<_>>()?;
    Ok(text.into())
}
