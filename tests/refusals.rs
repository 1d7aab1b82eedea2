//! Configurations that Envoy refuses as a whole because of one text in them.

#![allow(clippy::unwrap_used)]

use kubectl_ambassador::pipeline::{Options, compile};
use kubectl_ambassador::source::{Origin, SourceMap};

fn refusal(kind: &str, name: &str, spec: &str) -> Option<String> {
    let text = format!(
        "apiVersion: getambassador.io/v3alpha1\nkind: {kind}\nmetadata: {{name: {name}, namespace: default}}\nspec: {spec}\n"
    );
    let mut sources = SourceMap::default();
    sources.add(Origin::Stdin, text.as_str());
    compile(sources, &Options::default()).refusal().map(|refusal| refusal.why)
}

#[test]
fn an_access_log_format_with_an_unknown_operator_is_refused() {
    let module = |config: &str| refusal("Module", "ambassador", &format!("{{config: {config}}}"));
    assert_eq!(module("{envoy_log_format: '%REQ(:path)% %PROTOCOL%'}"), None);
    assert!(module("{envoy_log_format: '%NO_SUCH_THING%'}").unwrap().contains("NO_SUCH_THING"));
    assert!(module("{envoy_log_type: json, envoy_log_format: {a: '%DURATION%', b: '50%'}}").is_some());
}

#[test]
fn an_added_header_with_an_unknown_operator_is_refused() {
    let mapping = |value: &str| {
        let spec =
            format!("{{hostname: '*', prefix: /, service: s, add_request_headers: {{x-a: {{value: '{value}'}}}}}}");
        refusal("Mapping", "m", &spec)
    };
    assert_eq!(mapping("100%% %REQ(user-agent?:authority)%"), None);
    for value in ["100%", "%REQ(a b)%", "%UPSTREAM_HOST:3%"] {
        assert!(mapping(value).is_some(), "{value}");
    }
}

#[test]
fn what_a_tcp_mapping_has_in_common_with_mappings_is_refused_alike() {
    let mapping = |more: &str| refusal("TCPMapping", "t", &format!("{{service: a, {more}}}"));
    assert_eq!(mapping("port: 9000, weight: 5"), None);
    for more in ["port: 9000, weight: -5", "port: 9000, circuit_breakers: [{max_connections: -1}]", "port: 70000"] {
        assert!(mapping(more).is_some(), "{more}");
    }
}

#[test]
fn an_auth_service_is_refused_for_limits_and_statuses_that_envoy_does_not_know() {
    let service = |more: &str| refusal("AuthService", "a", &format!("{{auth_service: auth, {more}}}"));
    assert_eq!(service("status_on_error: {code: 417}"), None);
    for more in ["status_on_error: {code: 418}", "circuit_breakers: [{max_connections: -1}]"] {
        assert!(service(more).is_some(), "{more}");
    }
}

#[test]
fn a_health_check_every_0_seconds_is_refused() {
    let mapping = |interval: &str| {
        let check = format!("{{interval: {interval}, health_check: {{http: {{path: /up}}}}}}");
        let resolver = "apiVersion: getambassador.io/v3alpha1\nkind: KubernetesEndpointResolver\nmetadata: {name: endpoint, namespace: default}\nspec: {}\n---\n";
        let spec = format!("{{hostname: '*', prefix: /, service: s, resolver: endpoint, health_checks: [{check}]}}");
        let text = format!(
            "{resolver}apiVersion: getambassador.io/v3alpha1\nkind: Mapping\nmetadata: {{name: m, namespace: default}}\nspec: {spec}\n"
        );
        let mut sources = SourceMap::default();
        sources.add(Origin::Stdin, text.as_str());
        compile(sources, &Options::default()).refusal()
    };
    assert_eq!(mapping("5s"), None);
    assert!(mapping("0s").is_some());
}

#[test]
fn a_module_whose_check_fails_is_refused_for_what_it_copied_before() {
    let module = |config: &str| refusal("Module", "ambassador", &format!("{{config: {config}}}"));
    assert_eq!(module("{retry_policy: {num_retries: 2}}"), None);
    assert!(module("{retry_policy: {num_retries: 2}, forward_client_cert_details: 'true'}").is_some());
}
