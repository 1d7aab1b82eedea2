//! Where a request goes, as people read it and as machines do.

use serde_json::Value;

use crate::run::{Run, run};

const SHOP: &str = "-f testdata/manifests/shop";
const HTTPBIN: &str = "-f testdata/manifests/httpbin";
const KUBEFLOW: &str = "-f testdata/manifests/kubeflow";
const BARE: &str = "-f testdata/manifests/bare";

fn answer(line: &str) -> Value {
    let ran = run(&format!("route-test {line} -o json"));
    serde_json::from_str(&ran.stdout).unwrap_or_else(|error| panic!("{error}: {}", ran.all()))
}

#[test]
fn the_first_example_answers() {
    let answer = answer(&format!("{HTTPBIN} GET /httpbin/get"));
    let outcome = &answer["outcomes"][0];
    assert_eq!(outcome["service"], "httpbin.org:80");
    assert_eq!(outcome["upstream_request"]["path"], "/get");
    assert_eq!(outcome["upstream_request"]["authority"], "httpbin.org");
    assert_eq!(outcome["mapping"]["name"], "httpbin_mapping");
    let source = &outcome["mapping"]["source"];
    assert_eq!((&source["file"], &source["line"]), (&"testdata/manifests/httpbin/service.yaml".into(), &11.into()));
}

#[test]
fn predictions_are_asked_for_by_post_only() {
    let url = "/models/test/";
    let post = answer(&format!("{KUBEFLOW} -X POST {url}"));
    assert_eq!(post["outcomes"][0]["service"], "test.kubeflow:8000");
    assert_eq!(post["outcomes"][0]["upstream_request"]["path"], "/model/test/:predict");
    let get = answer(&format!("{KUBEFLOW} {url}"));
    assert_eq!(get["outcomes"][0]["service"], "centraldashboard.kubeflow");
}

#[test]
fn a_canary_in_eighty_columns() {
    let line = format!("route-test {SHOP} https://shop.example.com/cart/7?x=1 -H 'x-debug: 1'");
    insta::assert_snapshot!(Run::default().terminal(80).line(&format!("{line} --color never")).all());
}

#[test]
fn a_canary_explained_in_eighty_columns() {
    let line = format!("route-test {SHOP} https://shop.example.com/cart/7 --draw 50 --explain --color never");
    insta::assert_snapshot!(Run::default().terminal(80).line(&line).all());
}

#[test]
fn a_canary_explained_in_a_hundred_and_sixty_columns() {
    let line = format!("route-test {SHOP} https://shop.example.com/cart/7 --explain --color never");
    insta::assert_snapshot!(Run::default().terminal(160).line(&line).all());
}

#[test]
fn colours_frame_what_matters() {
    let line = format!("route-test {HTTPBIN} /httpbin/get");
    insta::assert_snapshot!(Run::default().terminal(80).line(&line).all().replace('\u{1b}', "ESC"));
}

#[test]
fn a_redirect_of_the_host() {
    insta::assert_snapshot!(run(&format!("route-test {SHOP} http://shop.example.com/cart/7")).all());
}

#[test]
fn a_mapping_that_no_host_wants() {
    insta::assert_snapshot!(run(&format!("route-test {BARE} /reports/2024")).all());
}

#[test]
fn a_request_that_a_condition_refuses() {
    let line = format!("route-test {KUBEFLOW} -f - /models/beta/ --strict");
    let manifest = "apiVersion: ambassador/v0\n";
    let service = format!(
        "apiVersion: v1\nkind: Service\nmetadata:\n  name: beta\n  annotations:\n    getambassador.io/config: |\n      \
         {manifest}      kind: Mapping\n      name: beta\n      prefix: /models/beta/\n      precedence: 5\n      \
         headers:\n        x-beta: \"yes\"\n      service: beta\n"
    );
    let ran = Run::default().stdin(&service).line(&format!("{line} --explain"));
    assert_eq!(ran.code, 0);
    assert!(ran.stdout.contains("no header x-beta: want \"yes\", got nothing"), "{}", ran.stdout);
}

#[test]
fn nothing_listens_there() {
    let ran = run(&format!("route-test {SHOP} http://shop.example.com/ --listener 9000"));
    assert_eq!(ran.code, 1);
    assert!(ran.stdout.contains("✗ nothing listens on 9000: Listeners are on 8080, 8443"), "{}", ran.stdout);
}

#[test]
fn a_handshake_that_is_refused() {
    let ran = run(&format!("route-test {SHOP} https://blog.example.com/"));
    assert_eq!(ran.code, 1);
    assert!(ran.stdout.contains("the handshake is refused: no Host ends TLS for this server name"), "{}", ran.stdout);
    assert!(ran.stdout.contains("tlsSecret"), "{}", ran.stdout);
}

#[test]
fn a_configuration_that_is_refused_as_a_whole() {
    let text = "apiVersion: getambassador.io/v3alpha1
kind: Mapping
metadata: { name: broken }
spec: { hostname: '*', prefix: '/(', prefix_regex: true, service: x }
";
    let ran = Run::default().stdin(text).line("route-test -f - /anything -o json");
    assert_eq!(ran.code, 1);
    let answer: Value = serde_json::from_str(&ran.stdout).unwrap();
    assert_eq!(answer["outcomes"][0]["kind"], "refused");
    assert!(answer["outcomes"][0]["why"].as_str().unwrap().contains("broken"), "{answer}");
    let ran = Run::default().stdin(text).line("route-test -f - /anything");
    assert!(ran.stdout.contains("✗ refused: nothing is served"), "{}", ran.stdout);
    assert!(ran.stdout.contains("<stdin>:4:"), "{}", ran.stdout);
}

#[test]
fn the_answer_has_the_shape_of_the_contract() {
    insta::assert_snapshot!(run(&format!("route-test {SHOP} https://shop.example.com/assets/x.css -o json")).stdout);
}

#[test]
fn formats_say_the_same() {
    let line = format!("route-test {SHOP} https://shop.example.com/cart/7 --explain --expect status=200");
    let read = |format: &str| run(&format!("{line} -o {format}")).stdout;
    let json: Value = serde_json::from_str(&read("json")).unwrap();
    assert_eq!(serde_json::from_str::<Value>(&read("jsonl")).unwrap(), json);
    assert_eq!(read("jsonl").lines().count(), 1);
    assert_eq!(serde_yaml::from_str::<Value>(&read("yaml")).unwrap(), json);
}

#[test]
fn shares_add_up_and_a_draw_picks_one() {
    let all = answer(&format!("{SHOP} https://shop.example.com/cart/7"));
    let shares: Vec<f64> =
        all["outcomes"].as_array().unwrap().iter().map(|one| one["share"].as_f64().unwrap()).collect();
    assert_eq!(shares, [0.1, 0.9]);
    for (draw, service) in
        [("0", "cart-v2.shop:8080"), ("9", "cart-v2.shop:8080"), ("10", "cart.shop:8080"), ("100", "cart.shop:8080")]
    {
        let one = answer(&format!("{SHOP} https://shop.example.com/cart/7 --draw {draw}"));
        assert_eq!(one["outcomes"].as_array().unwrap().len(), 1);
        assert_eq!(one["outcomes"][0]["share"], 1.0);
        assert_eq!(one["outcomes"][0]["service"], service, "draw {draw}");
    }
}

#[test]
fn a_pasted_command_asks_the_same() {
    let by_curl =
        answer(&format!("{SHOP} --curl \u{27}curl -k -H \"x-canary: always\" https://shop.example.com/cart/7\u{27}"));
    let by_flags = answer(&format!("{SHOP} -H 'x-canary: always' https://shop.example.com/cart/7"));
    assert_eq!(by_curl, by_flags);
    assert_eq!(by_flags["outcomes"][0]["service"], "cart-v3.shop:8080");
}

#[test]
fn headers_and_addresses_reach_the_answer() {
    let answer =
        answer(&format!("{HTTPBIN} /httpbin/x -H 'Host: a.b' -H 'X-One: 1' -H 'x-one: 2' --client-ip 10.0.0.7 -d a=1"));
    assert_eq!(answer["request"]["authority"], "a.b");
    assert_eq!(answer["request"]["method"], "POST");
    assert_eq!(answer["request"]["client_ip"], "10.0.0.7");
    assert_eq!(answer["request"]["headers"][0], serde_json::json!(["X-One", "1"]));
    let added = answer["outcomes"][0]["upstream_request"]["added"].as_array().unwrap();
    assert!(added.contains(&serde_json::json!(["x-forwarded-for", "10.0.0.7"])), "{added:?}");
}

#[test]
fn expectations_decide_the_exit_status() {
    let url = "https://shop.example.com/cart/7";
    let met = run(&format!("route-test {SHOP} {url} --expect service=cart.shop:8080 --expect share=90%"));
    assert_eq!(met.code, 0, "{}", met.all());
    assert!(met.stdout.contains("✓ service=cart.shop:8080"), "{}", met.stdout);
    let unmet = run(&format!("route-test {SHOP} {url} --expect service=cart.shop:8080 --expect path=/7"));
    assert_eq!(unmet.code, 1);
    assert!(
        unmet.stdout.contains("✗ service=cart.shop:8080  got cart-v2.shop:8080 for 10%, cart.shop:8080 for 90%"),
        "{}",
        unmet.stdout
    );
    assert!(unmet.stdout.contains("✓ path=/7"), "{}", unmet.stdout);
    let lost = run(&format!("route-test {SHOP} http://blog.example.com/ --expect status=404"));
    assert_eq!(lost.code, 0, "what is expected is no finding");
    assert_eq!(run(&format!("route-test {SHOP} http://blog.example.com/")).code, 1);
}

#[test]
fn a_path_alone_asks_the_only_host() {
    let only = "apiVersion: getambassador.io/v3alpha1
kind: Listener
metadata: { name: l }
spec: { port: 8080, protocol: HTTP, securityModel: INSECURE, hostBinding: { namespace: { from: ALL } } }
---
apiVersion: getambassador.io/v3alpha1
kind: Host
metadata: { name: h }
spec: { hostname: only.example.com, requestPolicy: { insecure: { action: Route } } }
---
apiVersion: getambassador.io/v3alpha1
kind: Mapping
metadata: { name: m }
spec: { hostname: only.example.com, prefix: /, service: m }
";
    let ran = Run::default().stdin(only).line("route-test -f - /x");
    assert_eq!(ran.code, 0, "{}", ran.all());
    assert!(ran.stdout.starts_with("GET http://only.example.com/x\n"), "{}", ran.stdout);
}

#[test]
fn strict_assumes_nothing() {
    let ran = run(&format!("route-test {BARE} http://orders.example.com/orders/1"));
    assert_eq!(ran.code, 0);
    assert_eq!(ran.stderr, "note: Listeners 8080 and 8443 and Host * were assumed: the input has neither\n");
    let strict = run(&format!("route-test {BARE} http://orders.example.com/orders/1 --strict"));
    assert_eq!(strict.code, 1);
    assert!(strict.stdout.contains("nothing listens on 8080: there is no Listener"), "{}", strict.stdout);
}
