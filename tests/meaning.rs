//! What documents mean together, where no recorded case shows it.

#![allow(clippy::unwrap_used)]

use kubectl_ambassador::model::{AuthProtocol, Filter, HashPolicy, LbPolicy};
use kubectl_ambassador::outcome::request::Request;
use kubectl_ambassador::outcome::{Outcome, outcomes};
use kubectl_ambassador::pipeline::{Compilation, Options, compile};
use kubectl_ambassador::source::{Origin, SourceMap};

/// Objects of the namespace `default`: kind, name and spec of each.
fn compiled(objects: &[(&str, &str, &str)]) -> Compilation {
    let object = |(kind, name, spec): &(&str, &str, &str)| {
        format!(
            "---\napiVersion: getambassador.io/v3alpha1\nkind: {kind}\nmetadata: {{name: {name}, namespace: default}}\nspec: {spec}\n"
        )
    };
    let text: String = objects.iter().map(object).collect();
    let mut sources = SourceMap::default();
    sources.add(Origin::Stdin, text.as_str());
    compile(sources, &Options::default())
}

#[test]
fn tcp_mappings_of_one_port_agree_in_what_the_later_one_sets() {
    let later = |more: &str| {
        let compiled = compiled(&[
            ("TCPMapping", "a", "{port: 9000, service: a}"),
            ("TCPMapping", "b", &format!("{{port: 9000, service: b{more}}}")),
        ]);
        compiled.diagnostics.iter().any(|one| one.code == "group-mismatch")
    };
    assert!(!later(""));
    for more in [", idle_timeout_ms: '5000'", ", enable_ipv6: true", ", enable_ipv4: false", ", tls: 'true'"] {
        assert!(later(more), "{more}");
    }
}

#[test]
fn a_tcp_mapping_without_its_resolver_is_dropped() {
    let compiled = compiled(&[("TCPMapping", "t", "{port: 9000, service: a, resolver: nope}")]);
    assert!(compiled.snapshot.tcp_mappings.is_empty());
}

#[test]
fn the_last_auth_service_that_says_something_is_heard_but_for_the_prefix() {
    let compiled = compiled(&[
        ("AuthService", "a", "{auth_service: auth, path_prefix: /a, timeout_ms: 200}"),
        ("AuthService", "b", "{auth_service: auth, path_prefix: /b, timeout_ms: 1000, allow_request_body: true}"),
    ]);
    let auth = compiled.snapshot.filters.chain.iter().find_map(|filter| match filter {
        Filter::Auth(auth) => Some(auth),
        _ => None,
    });
    let auth = auth.unwrap();
    assert_eq!(auth.timeout.as_millis(), 1000);
    assert!(auth.body.is_some());
    assert!(matches!(&auth.protocol, AuthProtocol::Http { path_prefix: Some(prefix), .. } if prefix == "/a"));
}

#[test]
fn an_auth_service_is_told_linkerds_destination() {
    let compiled = compiled(&[("AuthService", "a", "{auth_service: 'auth:3000', add_linkerd_headers: true}")]);
    let added = compiled.snapshot.filters.chain.iter().find_map(|filter| match filter {
        Filter::Auth(auth) => match &auth.protocol {
            AuthProtocol::Http { add, .. } => add.first().cloned(),
            AuthProtocol::Grpc => None,
        },
        _ => None,
    });
    assert_eq!(added.unwrap(), ("l5d-dst-override".to_owned(), "auth:3000".to_owned()));
}

#[test]
fn what_a_module_copied_before_a_check_failed_is_in_force() {
    let balancer = |config: &str| compiled(&[("Module", "ambassador", config)]).snapshot.settings.load_balancer.clone();
    let failed_before = balancer("{config: {buffer: {}, load_balancer: {policy: ring_hash, header: x-user}}}").unwrap();
    let wrong = balancer("{config: {load_balancer: {policy: ring_hash, header: x-user, source_ip: true}}}").unwrap();
    for balancer in [failed_before, wrong] {
        assert_eq!(balancer.policy, LbPolicy::RingHash);
        assert!(matches!(balancer.hash, Some(HashPolicy::Header(name)) if &*name == "x-user"));
    }
}

#[test]
fn broken_circuit_breakers_of_a_module_drop_every_mapping_whatever_failed_before() {
    let compiled = compiled(&[
        ("Module", "ambassador", "{config: {buffer: {}, circuit_breakers: {max_connections: 1}}}"),
        ("Mapping", "m", "{hostname: '*', prefix: /, service: s}"),
    ]);
    assert!(compiled.snapshot.mappings.values().all(|mapping| mapping.from.is_none()));
}

/// The services that a GET may come to on port 8080; `301` and the like for what is answered by the gateway.
fn ends(compiled: &Compilation, authority: &str, target: &str) -> Vec<String> {
    let service = |outcome: &Outcome<'_, '_>| match outcome {
        Outcome::Forward(forwarded) => compiled.table.cluster(forwarded.forward.cluster).host.to_string(),
        Outcome::Redirect(redirected) => redirected.status.to_string(),
        Outcome::Reply(reply) => reply.status.to_string(),
        other => format!("{other:?}"),
    };
    outcomes(&compiled.table, &Request::get(8080, authority, target))
        .iter()
        .map(|(_, decision)| service(&decision.outcome))
        .collect()
}

#[test]
fn a_regex_of_the_authority_holds_beside_a_glob() {
    for hostname in ["'*'", "'*.com'", "foo*"] {
        let spec =
            format!("{{hostname: {hostname}, prefix: /w/, service: a, regex_headers: {{':authority': 'foo.*'}}}}");
        let compiled = compiled(&[("Mapping", "m", &spec)]);
        assert_eq!(ends(&compiled, "foo.com", "/w/"), ["a"], "{hostname}");
        assert_eq!(ends(&compiled, "bar.com", "/w/"), ["404"], "{hostname}");
    }
}

#[test]
fn the_last_word_in_a_group_is_the_later_members_whatever_the_weights() {
    let compiled = compiled(&[
        ("Mapping", "a", "{hostname: '*', prefix: /x/, service: a, add_request_headers: {x-t: {value: A}}}"),
        (
            "Mapping",
            "b",
            "{hostname: '*', prefix: /x/, service: b, weight: 30, add_request_headers: {x-t: {value: B}}}",
        ),
    ]);
    for (_, decision) in outcomes(&compiled.table, &Request::get(8080, "any", "/x/")) {
        let Outcome::Forward(forwarded) = &decision.outcome else { panic!("{decision:?}") };
        assert_eq!(forwarded.upstream.headers.get("x-t").unwrap(), "B");
    }
}

#[test]
fn a_redirect_by_a_regex_of_hosts_is_under_no_host() {
    let spec = "{host: 'foo.*', host_regex: true, prefix: /w/, service: new, host_redirect: true}";
    assert_eq!(ends(&compiled(&[("Mapping", "m", spec)]), "foo.com", "/w/"), ["404"]);
}

#[test]
fn a_selector_of_expressions_alone_takes_mappings_without_a_hostname() {
    let host = "{hostname: x.com, mappingSelector: {matchExpressions: [{key: a, operator: Exists}]}, requestPolicy: {insecure: {action: Route}}}";
    let listener = "{port: 8080, protocol: HTTP, securityModel: XFP, hostBinding: {namespace: {from: ALL}}}";
    let compiled = compiled(&[
        ("Listener", "l", listener),
        ("Host", "h", host),
        ("Mapping", "m", "{prefix: /w/, service: a}"),
        ("Mapping", "n", "{hostname: other.com, prefix: /n/, service: b}"),
    ]);
    assert_eq!(ends(&compiled, "x.com", "/w/"), ["a"]);
    assert_eq!(ends(&compiled, "x.com", "/n/"), ["404"]);
}
