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
