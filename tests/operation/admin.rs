//! The admin pages as tools read them.

use std::collections::{BTreeMap, BTreeSet};

use super::served::{Client, FRONT, Served, mapping, until};
use super::upstream::{Manner, Upstream};

fn shop() -> (Upstream, Served) {
    let upstream = Upstream::start(Manner::Echo);
    let mappings = mapping("cart", "/cart/", upstream.address(), "") + &mapping("pages", "/", upstream.address(), "");
    let served = Served::start(&mappings);
    (upstream, served)
}

#[test]
fn health_is_told_plainly() {
    let (_upstream, served) = shop();
    for path in ["/ready", "/healthz"] {
        assert_eq!(served.page(path).status(), 200, "{path}");
    }
    assert_eq!(served.page("/none").status(), 404);
    let mut client = Client::new(served.admin_address());
    client.send("POST /ready HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n").unwrap();
    assert_eq!(client.answer().unwrap().status(), 405);
}

#[test]
fn pages_let_a_browser_load_nothing_from_elsewhere() {
    let (_upstream, served) = shop();
    for path in ["/", "/style.css", "/script.js", "/routes", "/config", "/metrics", "/none"] {
        let page = served.page(path);
        let policy = page.value("content-security-policy").unwrap_or_default().to_owned();
        assert!(policy.starts_with("default-src 'none'") && !policy.contains("unsafe"), "{path}: {policy}");
        assert_eq!(page.value("x-content-type-options"), Some("nosniff"), "{path}");
        assert_eq!(page.value("cache-control"), Some("no-store"), "{path}");
        let text = String::from_utf8_lossy(&page.body);
        assert!(path == "/config" || !text.contains("https://"), "{path} names another place");
    }
}

#[test]
fn routes_and_explanations_are_those_of_the_other_verbs() {
    let (_upstream, served) = shop();
    let routes = served.text("/routes");
    assert!(routes.contains("cart.default") && routes.contains("gateway.yaml:"), "{routes}");
    let explained = served.text("/explain?method=GET&url=http%3A%2F%2Fa%2Fcart%2F7");
    assert!(explained.contains("WINS") && explained.contains("cart.default"), "{explained}");
    let wrong = served.page("/explain?url=");
    assert_eq!(wrong.status(), 400);
    assert_eq!(served.page("/explain?url=http%3A%2F%2F%5B%2F").status(), 400);
}

#[test]
fn the_configuration_tells_what_is_served_and_what_is_not() {
    let upstream = Upstream::start(Manner::Echo);
    let served = Served::start(
        &(mapping("cart", "/cart/", upstream.address(), "")
            + &mapping("lost", "/lost/", upstream.address(), "").replace("hostname: \"*\"", "hostname: other.test")
            + "---\napiVersion: getambassador.io/v3alpha1\nkind: Mapping\nmetadata: { name: poor }\nspec: { prefix: /p/ }\n"),
    );
    let config = served.text("/config");
    assert!(config.contains("poor"), "{config}");
}

/// A sample of a metric: name, labels as they stand, value.
type Sample = (String, String, f64);

/// Reads Prometheus' text format strictly.
fn samples(text: &str) -> Vec<Sample> {
    let is_name = |name: &str| {
        name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
            && name.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | ':'))
    };
    assert!(text.ends_with('\n'));
    let (mut kinds, mut helped, mut found) = (BTreeMap::new(), BTreeSet::new(), Vec::new());
    for line in text.lines() {
        if let Some(rest) = line.strip_prefix("# HELP ") {
            let (name, _) = rest.split_once(' ').unwrap();
            assert!(helped.insert(name.to_owned()), "{name} has help twice");
        } else if let Some(rest) = line.strip_prefix("# TYPE ") {
            let (name, kind) = rest.split_once(' ').unwrap();
            assert!(matches!(kind, "counter" | "gauge" | "histogram"), "{line}");
            assert!(kinds.insert(name.to_owned(), kind.to_owned()).is_none(), "{name} has a type twice");
        } else {
            let (series, value) = line.rsplit_once(' ').unwrap();
            let (name, labels) = series.split_once('{').unwrap_or((series, "}"));
            assert!(is_name(name) && labels.ends_with('}'), "{line}");
            let base = ["_bucket", "_sum", "_count"].iter().find_map(|end| name.strip_suffix(end)).unwrap_or(name);
            assert!(kinds.contains_key(name) || kinds.contains_key(base), "{name} has no type before it");
            found.push((name.to_owned(), labels.to_owned(), value.parse().unwrap()));
        }
    }
    let series: BTreeSet<_> = found.iter().map(|(name, labels, _)| (name, labels)).collect();
    assert_eq!(series.len(), found.len(), "a series is told twice");
    found
}

#[test]
fn metrics_are_what_prometheus_reads() {
    let (_upstream, served) = shop();
    for path in ["/cart/1", "/cart/2", "/x"] {
        assert_eq!(served.get(path).status(), 200);
    }
    let value = |name: &str, label: &str| -> f64 {
        let all = samples(&served.text("/metrics"));
        all.iter().filter(|(found, labels, _)| found == name && labels.contains(label)).map(|(_, _, value)| value).sum()
    };
    // An exchange is counted when its last byte was sent, which the client may see first.
    until("all is counted", || value("ambassador_requests_total", "") >= 3.0);
    assert_eq!(value("ambassador_requests_total", "mapping=\"cart.default\""), 2.0);
    assert_eq!(value("ambassador_request_seconds_count", "mapping=\"cart.default\""), 2.0);
    assert_eq!(value("ambassador_request_seconds_bucket", "mapping=\"cart.default\",le=\"+Inf\""), 2.0);
    assert_eq!(value("ambassador_table_version", ""), 1.0);
}

/// What stands in Secrets, wherever in them and however broken they are, is told nowhere.
#[test]
fn what_secrets_hold_is_told_nowhere() {
    const MARK: &str = "UExBTlRFRC1NQVJL";
    let upstream = Upstream::start(Manner::Echo);
    let secrets = format!(
        "---\napiVersion: v1\nkind: Secret\ntype: kubernetes.io/tls\nmetadata: {{ name: bad }}\nstringData:\n  tls.crt: \
         {MARK}\n  tls.key: {MARK}\n---\napiVersion: v1\nkind: Secret\nmetadata: {{ name: other, annotations: {{ \
         getambassador.io/config: \"kind: {MARK}\" }} }}\ndata: {{ password: {MARK}, {MARK}: [1] }}\n"
    );
    let context = "---\napiVersion: getambassador.io/v3alpha1\nkind: TLSContext\nmetadata: { name: tls }\nspec: { hosts: \
                   [secure.test], secret: other }\n";
    let configuration = format!("{FRONT}{}{secrets}{context}", mapping("one", "/", upstream.address(), ""));
    let served = Served::with(&configuration, &["--access-log", "json", "--debug-header"]);
    assert_eq!(served.get("/x").status(), 200);
    let pages = ["/", "/routes", "/config", "/metrics", "/counters", "/explain?url=http%3A%2F%2Fa%2Fx"];
    for path in pages {
        assert!(!served.text(path).contains(MARK), "{path} tells a secret");
    }
    // A change that cannot be read, in the middle of a Secret.
    served.write(&format!("{configuration}\n---\napiVersion: v1\nkind: Secret\ndata:\n  a: {MARK}\n b: \"{MARK}\n"));
    until("the change was looked at", || {
        served.said().contains("not installed") || served.metric("ambassador_table_version") > 1
    });
    for path in pages {
        assert!(!served.text(path).contains(MARK), "{path} tells a secret");
    }
    assert!(!served.said().contains(MARK), "{}", served.said());
    // Certificates that are none end it, and are not told.
    let host = "---\napiVersion: getambassador.io/v3alpha1\nkind: Host\nmetadata: { name: b }\nspec: { hostname: b.test, \
                tlsSecret: { name: bad } }\n";
    match Served::try_with(&format!("{configuration}{host}"), &["--access-log", "off"]) {
        Ok(served) => assert!(!served.said().contains(MARK) && !served.text("/config").contains(MARK)),
        Err(said) => assert!(!said.contains(MARK), "{said}"),
    }
}
