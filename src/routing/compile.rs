//! Snapshot → route table: groups ranked, conditions made into tests, virtual hosts indexed.

use std::collections::HashMap;
use std::sync::Arc;

use super::RouteTable;
use super::index::RouteList;
use super::predicate::{AuthorityTest, HeaderKey, HeaderTest, MethodTest, PathTest, QueryTest, Share, ValueTest};
use super::regex::Regex;
use super::route::{Route, RouteId, Tests};
use super::shared::SharedTexts;
use super::vhost::{Chain, Listener, Serves, VirtualHost, VirtualHosts};
use crate::model::{self, Condition, ConditionValue, Group, GroupId, GroupKind, Id as _, Mapping, Snapshot};

/// The prefix whose routes are served in cleartext whatever a Host says.
const ACME_PREFIX: &str = "/.well-known/acme-challenge/";

impl RouteTable {
    /// Compiles a snapshot. A route whose regex cannot be read is left out; the snapshot says that nothing is served
    /// then.
    pub fn compile(snapshot: &Snapshot) -> Self {
        let mut order: Vec<(GroupId, &Group)> = snapshot.groups.iter().collect();
        order.sort_by(|(_, a), (_, b)| a.rank.tried_before(&b.rank));
        let mut routes: Vec<Route> = Vec::with_capacity(snapshot.groups.len());
        let mut shared = SharedTexts::default();
        let mut of_group: Vec<std::ops::Range<u32>> = vec![0..0; snapshot.groups.len()];
        for (id, group) in order {
            let start = routes.len() as u32;
            routes.extend(group_routes(snapshot, id, group));
            for route in routes.iter_mut().skip(start as usize) {
                shared.share(&mut route.tests);
            }
            of_group[id.index()] = start..routes.len() as u32;
        }
        let mut lists: HashMap<*const GroupId, Arc<RouteList>> = HashMap::new();
        let mut list = |groups: &Arc<[GroupId]>| {
            let shared = lists.entry(groups.as_ptr()).or_insert_with(|| {
                let mut ranked: Vec<RouteId> =
                    groups.iter().flat_map(|id| of_group[id.index()].clone()).map(RouteId).collect();
                ranked.sort_unstable();
                Arc::new(RouteList::new(ranked, &routes))
            });
            Arc::clone(shared)
        };
        let listeners = snapshot.listeners.iter().map(|listener| compile_listener(listener, &mut list)).collect();
        Self {
            listeners,
            routes,
            clusters: snapshot.clusters.values().cloned().collect(),
            filters: Arc::clone(&snapshot.filters),
            settings: Arc::clone(&snapshot.settings),
        }
    }
}

fn compile_listener(listener: &model::Listener, list: &mut impl FnMut(&Arc<[GroupId]>) -> Arc<RouteList>) -> Listener {
    let chains = listener.chains.iter().map(|chain| Chain {
        tls: chain.tls,
        server_names: chain.server_names.clone(),
        serves: match &chain.serves {
            model::Serves::Tcp(clusters) => Serves::Tcp(clusters.clone()),
            model::Serves::Http(hosts) => Serves::Http(VirtualHosts::new(
                hosts
                    .iter()
                    .map(|host| VirtualHost {
                        domain: Arc::clone(&host.domain),
                        host: host.host,
                        cleartext: host.cleartext,
                        routes: list(&host.groups),
                    })
                    .collect(),
            )),
        },
    });
    Listener {
        name: listener.name.clone(),
        port: listener.port,
        address: listener.address.clone(),
        stack: listener.stack,
        security: listener.security,
        l7_depth: listener.l7_depth,
        http2_max_concurrent_streams: listener.http2_max_concurrent_streams,
        announces_http3: listener.announces_http3,
        chains: chains.collect(),
    }
}

/// The routes of a group: one for each member; the tests are the founder's but for what a member says itself.
fn group_routes(snapshot: &Snapshot, id: GroupId, group: &Group) -> Vec<Route> {
    let founder = &snapshot.mappings[group.founder];
    let Some(common) = tests(founder) else { return Vec::new() };
    let acme = *founder.matches.prefix == *ACME_PREFIX;
    snapshot.routes[id]
        .iter()
        .filter_map(|draft| {
            let mapping = &snapshot.mappings[draft.member.mapping];
            let mut tests = common.clone();
            tests.path = path_test(founder, mapping.matches.case_sensitive.or(group.case_sensitive))?;
            tests.query = match &group.kind {
                GroupKind::Redirect(_) => Box::default(),
                GroupKind::Forward { speakers, .. } => {
                    let last = speakers.last().map_or(founder, |speaker| &snapshot.mappings[*speaker]);
                    query_tests(&last.matches.query)?
                }
            };
            tests.share = Share(draft.member.below);
            Some(Route { mapping: draft.member.mapping, tests, action: draft.action.clone(), acme })
        })
        .collect()
}

fn tests(mapping: &Mapping) -> Option<Tests> {
    let mut authority = AuthorityTest::Any;
    let mut method = MethodTest::Any;
    let mut headers = Vec::new();
    for condition in &mapping.matches.headers {
        match (&*condition.name, &condition.value) {
            // Replaced by the secure variant's own condition, and removed in the insecure one.
            (name, _) if name.eq_ignore_ascii_case("x-forwarded-proto") => {}
            (":authority", value @ ConditionValue::Glob(_)) => {
                // One of `regex_headers` stands before it, and both must hold.
                let own = authority_test(value)?;
                if let AuthorityTest::Regex(regex) = std::mem::replace(&mut authority, own) {
                    headers.push(HeaderTest { name: HeaderKey::Authority, value: ValueTest::Regex(regex) });
                }
            }
            (":authority", value) if authority == AuthorityTest::Any => authority = authority_test(value)?,
            (":method", ConditionValue::Exact(text)) => method = MethodTest::Exact(Arc::clone(text)),
            (":method", ConditionValue::Regex(text)) => method = MethodTest::Regex(Regex::new(text).ok()?),
            (name, value) => headers.push(HeaderTest { name: HeaderKey::of(name), value: value_test(value)? }),
        }
    }
    Some(Tests {
        authority,
        method,
        path: path_test(mapping, mapping.matches.case_sensitive)?,
        headers: headers.into(),
        query: Box::default(),
        share: Share::ALL,
    })
}

fn path_test(founder: &Mapping, case_sensitive: Option<bool>) -> Option<PathTest> {
    let matches = &founder.matches;
    let text = Arc::clone(&matches.prefix);
    let case_sensitive = case_sensitive.unwrap_or(true);
    Some(if matches.regex == Some(true) {
        PathTest::Regex(Regex::new(&text).ok()?)
    } else if matches.exact == Some(true) {
        PathTest::Exact { text, case_sensitive }
    } else {
        PathTest::Prefix { text, case_sensitive }
    })
}

fn authority_test(value: &ConditionValue) -> Option<AuthorityTest> {
    Some(match value {
        ConditionValue::Present => AuthorityTest::Any,
        ConditionValue::Exact(text) => AuthorityTest::Exact(Arc::clone(text)),
        ConditionValue::Regex(text) => AuthorityTest::Regex(Regex::new(text).ok()?),
        ConditionValue::Glob(text) if **text == *"*" => AuthorityTest::Any,
        ConditionValue::Glob(text) => match (text.strip_prefix('*'), text.strip_suffix('*')) {
            (Some(suffix), _) => AuthorityTest::Suffix(suffix.into()),
            (None, Some(prefix)) => AuthorityTest::Prefix(prefix.into()),
            (None, None) => AuthorityTest::Exact(Arc::clone(text)),
        },
    })
}

fn value_test(value: &ConditionValue) -> Option<ValueTest> {
    Some(match value {
        ConditionValue::Present => ValueTest::Present,
        ConditionValue::Exact(text) | ConditionValue::Glob(text) => ValueTest::Exact(Arc::clone(text)),
        ConditionValue::Regex(text) => ValueTest::Regex(Regex::new(text).ok()?),
    })
}

fn query_tests(conditions: &[Condition]) -> Option<Box<[QueryTest]>> {
    conditions
        .iter()
        .map(|condition| Some(QueryTest { name: Arc::clone(&condition.name), value: value_test(&condition.value)? }))
        .collect()
}
