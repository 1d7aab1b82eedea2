//! Route tables of four shapes, generated from a seed, and requests for them.

#[path = "../random/mod.rs"]
mod random;

use http::{HeaderMap, HeaderName, HeaderValue};
use kubectl_ambassador::model::{Action, AuthUse, MappingId, Redirect, RedirectPath};
use kubectl_ambassador::routing::predicate::{
    AuthorityTest, HeaderKey, HeaderTest, MethodTest, PathTest, Share, ValueTest,
};
use kubectl_ambassador::routing::rank::Rank;
use kubectl_ambassador::routing::regex::Regex;
use kubectl_ambassador::routing::{Draw, RequestView, Route, RouteId, RouteList, SharedTexts, Tests};

pub(crate) use self::random::Random;
use self::random::WORDS;

/// What a table looks like.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Shape {
    /// Nested prefixes under one host.
    Nested,
    /// Many hosts with wildcards and fallbacks.
    Hosts,
    /// Nested prefixes; 5 % have a precedence, 20 % a header condition, 1 % are regexes.
    Mixed,
    /// One prefix, as many values of one header.
    Header,
}

impl Shape {
    pub(crate) const ALL: [Self; 4] = [Self::Nested, Self::Hosts, Self::Mixed, Self::Header];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Nested => "nested prefixes, one host",
            Self::Hosts => "hosts, wildcards, fallbacks",
            Self::Mixed => "5% precedence 20% headers 1% regex",
            Self::Header => "one prefix, many header values",
        }
    }
}

/// A request that owns what a view borrows.
pub(crate) struct Sent {
    pub(crate) authority: String,
    pub(crate) path: String,
    pub(crate) headers: HeaderMap,
}

impl Sent {
    pub(crate) fn view(&self) -> RequestView<'_> {
        RequestView {
            secure: true,
            authority: &self.authority,
            method: "GET",
            path: &self.path,
            query: None,
            headers: &self.headers,
            draw: Draw::LOWEST,
        }
    }
}

/// A match before it has a rank.
struct Draft {
    precedence: i64,
    authority: AuthorityTest,
    path: String,
    regex: bool,
    header: Option<(&'static str, String)>,
}

const HOST: &str = "shop.example.com";

/// Routes in rank order.
pub(crate) fn routes(shape: Shape, count: usize, random: &mut Random) -> Vec<Route> {
    let mut drafts = drafts(shape, count, random);
    let rank = |draft: &Draft| Rank {
        precedence: draft.precedence,
        prefix_length: draft.path.chars().count(),
        header_length: draft.header.as_ref().map_or(0, |(name, value)| name.len() + value.len()),
        query_length: 0,
        prefix: draft.path.as_str().into(),
        conditions: Vec::new(),
        created: 0,
    };
    drafts.sort_by(|a, b| rank(a).tried_before(&rank(b)));
    let mut routes: Vec<Route> = (0u32..).zip(drafts).map(|(id, draft)| route(id, draft)).collect();
    let mut shared = SharedTexts::default();
    for route in &mut routes {
        shared.share(&mut route.tests);
    }
    routes
}

/// The index over all routes.
pub(crate) fn index(routes: &[Route]) -> RouteList {
    let ranked: Vec<RouteId> = (0..routes.len() as u32).map(RouteId).collect();
    RouteList::new(ranked, routes)
}

/// Requests of which most find a route, each at another place of the table.
pub(crate) fn requests(routes: &[Route], count: usize, random: &mut Random) -> Vec<Sent> {
    (0..count).map(|_| request(&routes[random.below(routes.len())].tests, random)).collect()
}

fn drafts(shape: Shape, count: usize, random: &mut Random) -> Vec<Draft> {
    let host = || AuthorityTest::Exact(HOST.into());
    let plain = |authority, path| Draft { precedence: 0, authority, path, regex: false, header: None };
    match shape {
        Shape::Nested => nested(count, random).into_iter().map(|path| plain(host(), path)).collect(),
        Shape::Hosts => (0..count)
            .map(|n| {
                let (tenant, part) = (n / 8, n % 8);
                let authority = match part {
                    0 => AuthorityTest::Any,
                    1 if tenant.is_multiple_of(16) => {
                        AuthorityTest::Suffix(format!(".zone{tenant}.example.com").into())
                    }
                    _ => AuthorityTest::Exact(format!("t{tenant}.zone{}.example.com", tenant / 16 * 16).into()),
                };
                let path = match part {
                    0 => format!("/fallback/{tenant}/"),
                    1 => "/".to_owned(),
                    _ => format!("/{}/{}/", WORDS[random.below(WORDS.len())], WORDS[part]),
                };
                plain(authority, path)
            })
            .collect(),
        Shape::Mixed => nested(count, random)
            .into_iter()
            .map(|path| {
                let mut draft = plain(host(), path);
                // The root stays what it is: with a precedence it would take every request.
                if draft.path != "/" && random.one_in(20) {
                    draft.precedence = 1 + random.below(10) as i64;
                }
                if random.one_in(5) {
                    draft.header = Some(("x-channel", WORDS[random.below(WORDS.len())].to_owned()));
                }
                if random.one_in(100) {
                    draft.regex = true;
                    draft.path.push_str("[0-9]+/.*");
                }
                draft
            })
            .collect(),
        Shape::Header => (0..count)
            .map(|n| Draft {
                header: (n > 0).then(|| ("x-tenant", format!("tenant-{n:06}"))),
                ..plain(host(), "/service/".to_owned())
            })
            .collect(),
    }
}

/// Distinct prefixes, most of them inside others: each grows from an earlier one, never deeper than six words.
fn nested(count: usize, random: &mut Random) -> Vec<String> {
    let mut paths = vec!["/".to_owned()];
    while paths.len() < count {
        let parent = &paths[random.below(paths.len())];
        let parent = if parent.matches('/').count() > 6 { "/" } else { parent };
        paths.push(format!("{parent}{}-{}/", WORDS[random.below(WORDS.len())], paths.len()));
    }
    paths.truncate(count);
    paths
}

fn route(id: u32, draft: Draft) -> Route {
    let path = if draft.regex {
        PathTest::Regex(Regex::new(&draft.path).expect("the generator writes valid regexes"))
    } else {
        PathTest::Prefix { text: draft.path.into(), case_sensitive: true }
    };
    let headers = draft
        .header
        .map(|(name, value)| HeaderTest { name: HeaderKey::of(name), value: ValueTest::Exact(value.into()) });
    let redirect = Redirect { host: "elsewhere".into(), path: RedirectPath::Keep, code: 301, auth: AuthUse::Bypassed };
    Route {
        mapping: MappingId(id),
        tests: Tests {
            authority: draft.authority,
            method: MethodTest::Any,
            path,
            headers: headers.into_iter().collect(),
            query: Box::default(),
            share: Share::ALL,
        },
        action: Action::Redirect(Box::new(redirect)),
        acme: false,
    }
}

fn request(tests: &Tests, random: &mut Random) -> Sent {
    let authority = match &tests.authority {
        AuthorityTest::Exact(text) => text.to_string(),
        AuthorityTest::Suffix(text) => format!("x{}{text}", random.below(1000)),
        _ => format!("{HOST}:{}", random.below(1000)),
    };
    let mut path = match &tests.path {
        PathTest::Prefix { text, .. } | PathTest::Exact { text, .. } => text.to_string(),
        PathTest::Regex(regex) => format!("{}77/", String::from_utf8_lossy(regex.literal_prefix())),
    };
    path.push_str(&format!("{}/{}", WORDS[random.below(WORDS.len())], random.below(100_000)));
    let mut headers = HeaderMap::new();
    headers.insert("user-agent", HeaderValue::from_static("curl/8.5.0"));
    headers.insert("accept", HeaderValue::from_static("*/*"));
    for test in &tests.headers {
        if let (HeaderKey::Name(name), ValueTest::Exact(value)) = (&test.name, &test.value)
            && !random.one_in(4)
        {
            headers.insert(HeaderName::clone(name), HeaderValue::from_str(value).expect("a word"));
        }
    }
    Sent { authority, path, headers }
}
