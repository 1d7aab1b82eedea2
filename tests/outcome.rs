//! What happens to a request, in claims that the recorded cases do not make.

#![allow(clippy::unwrap_used)]

use kubectl_ambassador::outcome::reply::Why;
use kubectl_ambassador::outcome::request::{Request, Version};
use kubectl_ambassador::outcome::{Decision, Outcome, Spare, decide, each_outcome, outcomes};
use kubectl_ambassador::pipeline::{Compilation, Options, compile};
use kubectl_ambassador::routing::Draw;
use kubectl_ambassador::source::{Origin, SourceMap};

const MAPPINGS: &str = "\
Mapping plain {hostname: '*', prefix: /p/, service: plain}
Mapping ws {hostname: '*', prefix: /ws/, service: ws, allow_upgrade: [websocket]}
Mapping gone {hostname: '*', prefix: /gone/, service: new.example.net, host_redirect: true}
Mapping old {hostname: '*', prefix: /c/, service: old}
Mapping new {hostname: '*', prefix: /c/, service: new, weight: 30}
Mapping told {hostname: '*', prefix: /told/, service: told, timeout_ms: 0, add_request_headers: {x-path: {value: '%REQ(:path)% %DOWNSTREAM_REMOTE_ADDRESS_WITHOUT_PORT%'}, x-none: {value: '%REQ(x-nothing)%'}}, remove_request_headers: [x-envoy-external-address, x-envoy-original-path]}
";

fn compiled(lines: &str) -> Compilation {
    let mut sources = SourceMap::default();
    for line in lines.lines() {
        let mut words = line.splitn(3, ' ');
        let (kind, name, spec) = (words.next().unwrap(), words.next().unwrap(), words.next().unwrap());
        let text = format!(
            "apiVersion: getambassador.io/v3alpha1\nkind: {kind}\nmetadata: {{name: {name}, namespace: default}}\nspec: {spec}\n"
        );
        sources.add(Origin::Stdin, text.as_str());
    }
    let compilation = compile(sources, &Options::default());
    assert_eq!(compilation.refusal(), None);
    compilation
}

fn get(target: &str, headers: &[(&'static str, &'static str)]) -> Request<'static> {
    let mut request = Request::get(8080, "app.example.com", "");
    request.target = target.to_owned().into();
    request.headers = headers.iter().map(|(name, value)| ((*name).into(), (*value).into())).collect();
    request
}

fn reply(decision: &Decision<'_, '_>) -> (u16, Why, bool) {
    match &decision.outcome {
        Outcome::Reply(reply) => (reply.status, reply.why, decision.closes),
        other => panic!("{other:?}"),
    }
}

fn judged(mappings: &str, request: &Request<'_>) -> (u16, Why, bool) {
    reply(&decide(&compiled(mappings).table, request, Draw::LOWEST))
}

#[test]
fn an_upgrade_needs_a_route_that_allows_it() {
    let upgrade = [("connection", "Upgrade"), ("upgrade", "websocket")];
    assert_eq!(judged(MAPPINGS, &get("/p/x", &upgrade)), (403, Why::Upgrade, true));
    assert_eq!(judged(MAPPINGS, &get("/gone/x", &upgrade)), (403, Why::Upgrade, true));
    assert_eq!(judged(MAPPINGS, &get("/none", &upgrade)), (404, Why::NoRoute, true));
    let compilation = compiled(MAPPINGS);
    let allowed = get("/ws/x", &upgrade);
    assert!(matches!(decide(&compilation.table, &allowed, Draw::LOWEST).outcome, Outcome::Forward(_)));
}

#[test]
fn grpc_clients_are_answered_in_grpc_unless_the_parser_refuses_them() {
    let grpc = [("content-type", "application/grpc")];
    assert_eq!(judged(MAPPINGS, &get("/none", &grpc)), (200, Why::NoRoute, false));
    assert_eq!(judged(MAPPINGS, &get("https://a/p/", &grpc)).0, 403);
    let mut nameless = get("/p/", &grpc);
    nameless.authority = None;
    assert_eq!(judged(MAPPINGS, &nameless), (200, Why::NoAuthority, true));
    let old = Request { version: Version::Http10, ..get("/p/", &grpc) };
    assert_eq!(judged(MAPPINGS, &old), (426, Why::Version, true));
}

#[test]
fn an_answer_before_the_end_of_a_body_closes() {
    let mut request = get("/none", &[]);
    request.method = "POST".into();
    assert!(!judged(MAPPINGS, &request).2);
    request.body = Some(5);
    assert!(judged(MAPPINGS, &request).2);
}

#[test]
fn shares_are_those_of_the_draws() {
    let compilation = compiled(MAPPINGS);
    let request = get("/c/x", &[]);
    let shares: Vec<(f64, String)> = outcomes(&compilation.table, &request)
        .iter()
        .map(|(share, decision)| {
            let (_, mapping) = decision.route.unwrap();
            (*share, compilation.snapshot.mappings[mapping].name.to_string())
        })
        .collect();
    assert_eq!(shares, [(0.3, "new".to_owned()), (0.7, "old".to_owned())]);
}

#[test]
fn what_an_earlier_request_left_changes_nothing() {
    let compilation = compiled(MAPPINGS);
    let mut spare = Spare::default();
    let headers: [&[(&str, &str)]; 6] = [
        &[("X-Trace", "1"), ("Accept", "*/*")],
        &[("x-trace", "2")],
        &[("Host", "other.example.com"), ("x_y", "1"), ("X-Trace", "1"), ("X-Trace", "2")],
        &[("x trace", "1")],
        &[("X-Trace", "1"), ("Content-Length", "x")],
        &[],
    ];
    for target in ["/p/x", "/c/x", "/gone/x", "/none", "/p/%00"] {
        for headers in headers {
            let request = get(target, headers);
            let mut again = Vec::new();
            each_outcome(&compilation.table, &request, &mut spare, |share, decision| again.push((share, decision)));
            let fresh = outcomes(&compilation.table, &request);
            assert_eq!(format!("{again:?}"), format!("{fresh:?}"), "{target} {headers:?}");
            for (_, decision) in again {
                if let Outcome::Forward(forwarded) = decision.outcome {
                    spare.give_headers(forwarded.upstream.headers);
                }
            }
        }
    }
}

#[test]
fn added_headers_see_the_request_before_it_is_rewritten() {
    let compilation = compiled(MAPPINGS);
    let request = get("/told/x?y", &[]);
    let Outcome::Forward(forwarded) = decide(&compilation.table, &request, Draw::LOWEST).outcome else { panic!() };
    let headers = &forwarded.upstream.headers;
    assert_eq!(headers["x-path"], "/told/x?y 127.0.0.1");
    assert!(!headers.contains_key("x-none") && !headers.contains_key("x-envoy-external-address"));
    // The router tells the original path after the edits, and no timeout where there is none.
    assert_eq!(headers["x-envoy-original-path"], "/told/x?y");
    assert!(!headers.contains_key("x-envoy-expected-rq-timeout-ms"));
}

#[test]
fn a_body_that_the_auth_service_may_not_see_whole_is_refused() {
    let auth = "AuthService auth {auth_service: 'auth:3000', proto: grpc, protocol_version: v3, include_body: {max_bytes: 10, allow_partial: false}}\n";
    let mappings = format!("{auth}{MAPPINGS}");
    let mut request = get("/p/x", &[]);
    request.method = "POST".into();
    request.body = Some(11);
    assert_eq!(judged(&mappings, &request), (413, Why::Body, true));
    request.body = Some(10);
    let compilation = compiled(&mappings);
    let decision = decide(&compilation.table, &request, Draw::LOWEST);
    assert_eq!(decision.asked.iter().map(|asked| asked.service).collect::<Vec<_>>(), ["auth:3000"]);
    assert!(matches!(decision.outcome, Outcome::Forward(_)));
}

#[test]
fn a_misconfigured_auth_service_answers_all_but_probes() {
    let mappings = format!("AuthService auth {{auth_service: 'auth:3000', proto: grpc}}\n{MAPPINGS}");
    let compilation = compiled(&mappings);
    let request = get("/none", &[]);
    let Outcome::Reply(reply) = decide(&compilation.table, &request, Draw::LOWEST).outcome else { panic!() };
    assert_eq!(reply.status, 500);
    assert!(reply.body.contains("auth.default.1") && reply.body.contains("<uuid>"), "{}", reply.body);
    let probe = get("/ambassador/v0/check_ready", &[]);
    assert!(matches!(decide(&compilation.table, &probe, Draw::LOWEST).outcome, Outcome::Forward(_)));
}

#[test]
fn nothing_listens_on_other_ports() {
    let compilation = compiled(MAPPINGS);
    let request = Request { listener: 9999, ..get("/p/", &[]) };
    assert!(matches!(decide(&compilation.table, &request, Draw::LOWEST).outcome, Outcome::NoListener));
    let tls = Request { listener: 8443, tls: Some(None), ..get("/p/", &[]) };
    assert!(matches!(decide(&compilation.table, &tls, Draw::LOWEST).outcome, Outcome::NoChain));
}
