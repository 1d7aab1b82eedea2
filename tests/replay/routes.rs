//! The facts of `routes.yaml` against the compiled table.

use std::collections::BTreeSet;
use std::time::Duration;

use kubectl_ambassador::model::{
    Action, AuthUse, Cleartext, Cors, Filter, Forward, HashPolicy, HeaderValue, HostRewrite, Priority, RedirectPath,
    Rewrite, SecurityModel,
};
use kubectl_ambassador::routing::predicate::{
    AuthorityTest, HeaderKey, HeaderTest, MethodTest, PathTest, QueryTest, Share, ValueTest,
};
use kubectl_ambassador::routing::regex::Regex;
use kubectl_ambassador::routing::{Chain, Listener, Route, RouteTable, Serves, VirtualHost};
use serde_yaml::{Mapping, Value};

use super::case::Case;
use super::facts::{Facts, difference, short};
use super::value::{list, text};
use super::{Tally, clusters, compiled};

/// Compares all facts of a case: each listener, the clusters, and what compiling said.
pub(crate) fn compare_all(case: &Case, tally: &mut Tally) {
    let name = |what: &str| format!("{} (routes): {what}", case.name);
    if case.routes["compile"].get("crashed").is_some() {
        let refusal = case.compilation.refusal();
        let problems = refusal.is_none().then(|| "the gateway ended itself; we found nothing wrong".to_owned());
        return tally.compare(&name("crash"), problems.into_iter().collect());
    }
    let recorded: Vec<&Value> = list(case.routes.get("listeners")).iter().collect();
    let got: Vec<&Listener> = case.compilation.table.listeners().iter().collect();
    let ports = |ports: Vec<u64>| {
        let mut ports = ports;
        ports.sort_unstable();
        ports
    };
    let recorded_ports = ports(recorded.iter().map(|listener| listener["port"].as_u64().unwrap()).collect());
    let got_ports = ports(got.iter().map(|listener| u64::from(listener.port)).collect());
    let mut problems = Vec::new();
    if recorded_ports != got_ports {
        problems.push(format!("ports: recorded {recorded_ports:?}, got {got_ports:?}"));
    }
    tally.compare(&name("ports"), problems);
    for listener in recorded {
        let port = listener["port"].as_u64().unwrap();
        let Some(found) = got.iter().find(|got| u64::from(got.port) == port) else { continue };
        let mut problems = Vec::new();
        let mut wanted = listener.clone();
        let unread = normalise(&mut wanted);
        if unread > 0 {
            tally.undecided.push((name(&format!("port {port}")), "a regex that nobody can read has no route"));
        }
        difference(&format!("port {port}"), &wanted, &render_listener(&case.compilation.table, found), &mut problems);
        tally.compare(&name(&format!("port {port}")), problems);
    }
    tally.compare(&name("clusters"), clusters::compare(case));
    tally.compare(&name("compile"), compiled::compare(case));
}

/// Brings recorded facts into the form in which we have them: the order of virtual hosts says nothing, header names are
/// lower case, letter case says nothing
/// about a regex, and a route whose regex cannot be read is left out. Tells how many were left out.
fn normalise(listener: &mut Value) -> usize {
    let mut unread = 0;
    let chains = listener.get_mut("chains").and_then(Value::as_sequence_mut);
    for chain in chains.into_iter().flatten() {
        let mut hosts = chain.get_mut("vhosts").and_then(Value::as_sequence_mut);
        if let Some(hosts) = &mut hosts {
            hosts.sort_by_key(|host| text(&host["domains"][0]));
        }
        for host in hosts.into_iter().flatten() {
            let routes = host.get_mut("routes").and_then(Value::as_sequence_mut).unwrap();
            let before = routes.len();
            routes.retain(|route| route["match"].get("regex").is_none_or(|regex| Regex::new(&text(regex)).is_ok()));
            unread += before - routes.len();
            for route in routes {
                let matches = route.get_mut("match").unwrap().as_mapping_mut().unwrap();
                if matches.contains_key("regex") {
                    matches.remove("case_sensitive");
                }
                if let Some(headers) = matches.get_mut("headers").and_then(Value::as_sequence_mut) {
                    headers.iter_mut().for_each(normalise_header);
                    sort_repeated(headers);
                }
                normalise_action(route.as_mapping_mut().unwrap());
            }
        }
    }
    unread
}

/// Envoy finds the host of a request under two names.
fn normalise_header(header: &mut Value) {
    let name = text(&header["name"]).to_ascii_lowercase();
    header["name"] = if name == "host" { ":authority".into() } else { name.into() };
}

/// Conditions on the same header have no order of their own.
fn sort_repeated(headers: &mut [Value]) {
    let names: BTreeSet<String> = headers.iter().map(|header| text(&header["name"])).collect();
    if names.len() < headers.len() {
        headers.sort_by_key(short);
    }
}

/// Numbers of Envoy's enumeration are statuses; of two ways to rewrite the host, which Envoy refuses together, the
/// table holds one.
fn normalise_action(route: &mut Mapping) {
    if let Some(code) = route.get_mut("redirect").and_then(|redirect| redirect.get_mut("code")) {
        let status = match code.as_u64() {
            Some(0) => 301,
            Some(1) => 302,
            Some(2) => 303,
            Some(3) => 307,
            Some(4) => 308,
            _ => return,
        };
        *code = status.into();
    }
    if route.contains_key("host_rewrite") {
        route.remove("auto_host_rewrite");
    }
    if let Some(service) = route.get_mut("service") {
        *service = bare(&text(service)).into();
    }
}

/// A service text without what some corpora leave out: its scheme and its capitals.
pub(crate) fn bare(service: &str) -> String {
    let lower = service.to_lowercase();
    lower.split_once("://").map_or(lower.as_str(), |(_, rest)| rest).to_owned()
}

fn render_listener(table: &RouteTable, listener: &Listener) -> Value {
    let chains: Vec<Value> = listener.chains.iter().map(|chain| render_chain(table, listener, chain)).collect();
    Facts::default().with("port", u64::from(listener.port)).with("chains", chains).done()
}

fn render_chain(table: &RouteTable, listener: &Listener, chain: &Chain) -> Value {
    let names = chain.server_names.iter().map(|name| name.as_str().into()).collect();
    let facts = Facts::default().with("tls", chain.tls.is_some()).with_list("server_names", names);
    match &chain.serves {
        Serves::Tcp(clusters) => {
            let clusters: Vec<Value> = clusters
                .iter()
                .map(|(id, weight)| {
                    let service = table.cluster(*id).service.to_string();
                    Facts::default().with("service", service).with("weight", u64::from(*weight)).done()
                })
                .collect();
            facts.with("tcp", clusters).done()
        }
        Serves::Http(hosts) => {
            let filters: Vec<Value> = table.filters.chain.iter().map(Filter::name).map(Value::from).collect();
            let mut hosts: Vec<Value> = hosts.iter().map(|host| render_host(table, listener.security, host)).collect();
            hosts.sort_by_key(|host| text(&host["domains"][0]));
            facts.with("http_filters", filters).with("vhosts", hosts).done()
        }
    }
}

fn render_host(table: &RouteTable, security: SecurityModel, host: &VirtualHost) -> Value {
    let mut routes = Vec::new();
    for route in host.routes.ranked().iter().map(|id| table.route(*id)) {
        if security != SecurityModel::Insecure {
            routes.push(render_route(table, route, security == SecurityModel::Xfp, false));
        }
        if security != SecurityModel::Secure {
            match host.cleartext {
                Cleartext::Route => routes.push(render_route(table, route, false, false)),
                _ if route.acme => routes.push(render_route(table, route, false, false)),
                Cleartext::Redirect => routes.push(render_route(table, route, false, true)),
                Cleartext::Reject => {}
            }
        }
    }
    let domains = vec![Value::from(host.domain.to_string())];
    Facts::default().with("domains", domains).with("routes", routes).done()
}

fn render_route(table: &RouteTable, route: &Route, secure_only: bool, to_https: bool) -> Value {
    let facts = Facts::default().with("match", render_match(route, secure_only));
    if to_https {
        let redirect = Facts::default().with("https", true).with("code", 301).done();
        // The redirect to https goes round an AuthService, whatever the Mapping says.
        let has_auth = table.filters.chain.iter().any(|filter| matches!(filter, Filter::Auth(_)));
        let bypassed = has_auth
            || match &route.action {
                Action::Forward(forward) => forward.auth == AuthUse::Bypassed,
                Action::Redirect(redirect) => redirect.auth == AuthUse::Bypassed,
            };
        let facts = facts.with("redirect", redirect).with_some("auth", bypassed.then_some("bypassed"));
        return match &route.action {
            Action::Forward(forward) => with_response_edits(facts, forward).done(),
            Action::Redirect(_) => facts.done(),
        };
    }
    match &route.action {
        Action::Forward(forward) => render_forward(table, facts, forward),
        Action::Redirect(redirect) => {
            let to = Facts::default().with("host", redirect.host.to_string());
            let to = match &redirect.path {
                RedirectPath::Keep => to,
                RedirectPath::Path(path) => to.with("path", path.to_string()),
                RedirectPath::Prefix(prefix) => to.with("prefix", prefix.to_string()),
                RedirectPath::Regex { pattern, substitution } => to.with("regex", render_regex(pattern, substitution)),
            };
            let bypassed = (redirect.auth == AuthUse::Bypassed).then_some("bypassed");
            facts.with("redirect", to.with("code", u64::from(redirect.code)).done()).with_some("auth", bypassed).done()
        }
    }
}

fn render_regex(pattern: &Regex, substitution: &str) -> Value {
    Facts::default().with("pattern", pattern.as_str()).with("substitution", substitution).done()
}

fn render_match(route: &Route, secure_only: bool) -> Value {
    let tests = &route.tests;
    let insensitive = |case_sensitive: bool| (!case_sensitive).then_some(false);
    let facts = match &tests.path {
        PathTest::Prefix { text, case_sensitive } => {
            Facts::default().with("prefix", text.to_string()).with_some("case_sensitive", insensitive(*case_sensitive))
        }
        PathTest::Exact { text, case_sensitive } => {
            Facts::default().with("exact", text.to_string()).with_some("case_sensitive", insensitive(*case_sensitive))
        }
        PathTest::Regex(regex) => Facts::default().with("regex", regex.as_str()),
    };
    let percent = (tests.share != Share::ALL).then_some(u64::from(tests.share.0));
    let mut headers: Vec<Value> = tests.headers.iter().map(render_header).collect();
    headers.extend(render_authority(&tests.authority));
    headers.extend(render_method(&tests.method));
    if secure_only {
        headers.push(Facts::default().with("name", "x-forwarded-proto").with("exact", "https").done());
    }
    sort_repeated(&mut headers);
    let query = tests.query.iter().map(render_query).collect();
    facts.with_some("percent", percent).with_list("headers", headers).with_list("query", query).done()
}

fn render_header(test: &HeaderTest) -> Value {
    let name = match &test.name {
        HeaderKey::Name(name) => name.as_str(),
        HeaderKey::Authority => ":authority",
        HeaderKey::Method => ":method",
        HeaderKey::Path => ":path",
        HeaderKey::Scheme => ":scheme",
        HeaderKey::Impossible(name) => name,
    };
    render_value(Facts::default().with("name", name), &test.value)
}

fn render_query(test: &QueryTest) -> Value {
    render_value(Facts::default().with("name", test.name.to_string()), &test.value)
}

fn render_value(facts: Facts, value: &ValueTest) -> Value {
    match value {
        ValueTest::Present => facts.with("present", true).done(),
        ValueTest::Exact(text) => facts.with("exact", text.to_string()).done(),
        ValueTest::Regex(regex) => facts.with("regex", regex.as_str()).done(),
    }
}

fn render_authority(test: &AuthorityTest) -> Option<Value> {
    let facts = Facts::default().with("name", ":authority");
    Some(match test {
        AuthorityTest::Any => return None,
        AuthorityTest::Exact(text) => facts.with("exact", text.to_string()).done(),
        AuthorityTest::Suffix(text) => facts.with("suffix", text.to_string()).done(),
        AuthorityTest::Prefix(text) => facts.with("prefix", text.to_string()).done(),
        AuthorityTest::Regex(regex) => facts.with("regex", regex.as_str()).done(),
    })
}

fn render_method(test: &MethodTest) -> Option<Value> {
    let facts = Facts::default().with("name", ":method");
    Some(match test {
        MethodTest::Any => return None,
        MethodTest::Exact(text) => facts.with("exact", text.to_string()).done(),
        MethodTest::Regex(regex) => facts.with("regex", regex.as_str()).done(),
    })
}

fn render_forward(table: &RouteTable, facts: Facts, forward: &Forward) -> Value {
    let facts = facts.with("service", bare(&table.cluster(forward.cluster).service));
    let facts = match &forward.rewrite {
        Rewrite::Keep => facts,
        Rewrite::Prefix(prefix) => facts.with("prefix_rewrite", prefix.to_string()),
        Rewrite::Regex { pattern, substitution } => facts.with("regex_rewrite", render_regex(pattern, substitution)),
    };
    let facts = match &forward.host {
        HostRewrite::Keep => facts,
        HostRewrite::Literal(host) => facts.with("host_rewrite", host.to_string()),
        HostRewrite::Auto => facts.with("auto_host_rewrite", true),
    };
    let timeout = forward.timeout.unwrap_or_default();
    let retry = forward.retry.as_ref().map(|retry| {
        Facts::default()
            .with("retry_on", retry.retry_on.to_string())
            .with_some("num_retries", retry.num_retries.map(u64::from))
            .with_some("per_try_timeout", retry.per_try_timeout.map(seconds))
            .done()
    });
    let mirror = forward.mirror.iter().map(|mirror| {
        let service = table.cluster(mirror.cluster).service.to_string();
        Facts::default().with("service", service).with("percent", u64::from(mirror.percent)).done()
    });
    let upgrades = forward.upgrades.iter().map(|upgrade| upgrade.to_string().into()).collect();
    let limits = Some(forward.rate_limits.len() as u64).filter(|count| *count > 0);
    let facts = facts
        .with_some("timeout", (timeout != Duration::from_secs(3)).then(|| seconds(timeout)))
        .with_some("idle_timeout", forward.idle_timeout.map(seconds))
        .with_some("priority", (forward.priority == Priority::High).then_some("high"))
        .with_some("retry", retry)
        .with_list("hash_policy", forward.hash.iter().map(render_hash).collect())
        .with_list("upgrades", upgrades)
        .with_list("mirror", mirror.collect())
        .with_some("cors", forward.cors.as_deref().map(render_cors))
        .with_some("rate_limit_descriptors", limits)
        .with_some("auth", (forward.auth == AuthUse::Bypassed).then_some("bypassed"))
        .with_list("request_headers_added", forward.request_headers.add.iter().map(render_added).collect())
        .with_list(
            "request_headers_removed",
            forward.request_headers.remove.iter().map(|n| n.to_string().into()).collect(),
        );
    with_response_edits(facts, forward).done()
}

fn with_response_edits(facts: Facts, forward: &Forward) -> Facts {
    let edits = &forward.response_headers;
    facts
        .with_list("response_headers_added", edits.add.iter().map(render_added).collect())
        .with_list("response_headers_removed", edits.remove.iter().map(|name| name.to_string().into()).collect())
}

/// Added headers are compared without regard to their order: names differ.
fn render_added(header: &HeaderValue) -> Value {
    let how = if header.append { "append" } else { "replace" };
    Value::Sequence(vec![header.name.to_string().into(), header.value.to_string().into(), how.into()])
}

fn render_hash(hash: &HashPolicy) -> Value {
    let facts = Facts::default();
    match hash {
        HashPolicy::Cookie { name, path, ttl } => {
            let cookie = Facts::default()
                .with("name", name.to_string())
                .with_some("path", path.as_ref().map(|path| path.to_string()))
                .with_some("ttl", ttl.map(|ttl| format!("{}s", ttl.as_secs_f64())));
            facts.with("cookie", cookie.done()).done()
        }
        HashPolicy::Header(name) => {
            facts.with("header", Facts::default().with("header_name", name.to_string()).done()).done()
        }
        HashPolicy::SourceIp => {
            facts.with("connection_properties", Facts::default().with("source_ip", true).done()).done()
        }
    }
}

fn render_cors(cors: &Cors) -> Value {
    let origins: Vec<Value> = cors.origins.iter().map(|origin| origin.as_str().into()).collect();
    Facts::default()
        .with("origins", origins)
        .with_some("allow_methods", cors.methods.clone())
        .with_some("allow_headers", cors.headers.clone())
        .with_some("expose_headers", cors.exposed_headers.clone())
        .with_some("allow_credentials", cors.credentials.filter(|allowed| *allowed))
        .with_some("max_age", cors.max_age.clone())
        .done()
}

pub(crate) fn seconds(duration: Duration) -> String {
    format!("{:.3}s", duration.as_secs_f64())
}
