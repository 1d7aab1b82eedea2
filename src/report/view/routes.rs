//! The route table as text: by Listener and virtual host, in the order in which routes are tried.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use crate::report::Style;
use crate::report::format::Columns;
use crate::route_test::facts::{
    ActionFacts, ChainFacts, ConditionFacts, Facts, HostFacts, ListenerFacts, MatchFacts, RouteFacts,
};

/// The whole table. Wide tells timeouts and changes too, and the gateway's own routes.
pub fn write(facts: &Facts, wide: bool, style: Style) -> String {
    let mut parts = Vec::new();
    if let Some(why) = &facts.refused {
        parts.push(format!("{} {why}\n", style.bad("Nothing is served:")));
    }
    if facts.listeners.is_empty() {
        parts.push(format!("{} there is no Listener\n", style.bad("Nothing is served:")));
    }
    for listener in &facts.listeners {
        for chain in &listener.chains {
            if !chain.tcp.is_empty() {
                parts.push(tcp_text(listener, chain, style));
            }
            parts.extend(chain.vhosts.iter().map(|host| host_text(listener, chain, host, wide, style)));
        }
    }
    parts.join("\n")
}

/// `Listener 8080  shop.example.com  cleartext, sent to https`
fn title(listener: &ListenerFacts, what: &str, about: &str, style: Style) -> String {
    format!("{}  {}  {}\n", style.strong(&format!("Listener {}", listener.port)), style.strong(what), style.dim(about))
}

fn tcp_text(listener: &ListenerFacts, chain: &ChainFacts, style: Style) -> String {
    let mut out = title(listener, "TCP", &connection_words(chain), style);
    let total: u32 = chain.tcp.iter().map(|tcp| tcp.weight).sum();
    for tcp in &chain.tcp {
        let share = if total == 0 { 0.0 } else { f64::from(tcp.weight) * 100.0 / f64::from(total) };
        // Writing to a String cannot fail.
        let _ = writeln!(out, "  {} {}  {share:.0} %", style.good("→"), tcp.service);
    }
    out
}

fn connection_words(chain: &ChainFacts) -> String {
    match (chain.tls, chain.server_names.as_slice()) {
        (false, _) => "cleartext".to_owned(),
        (true, []) => "TLS, any server name".to_owned(),
        (true, names) => format!("TLS, server name {}", names.join(", ")),
    }
}

fn host_text(listener: &ListenerFacts, chain: &ChainFacts, host: &HostFacts, wide: bool, style: Style) -> String {
    let domains: Vec<&str> = host.domains.iter().map(|domain| &**domain).collect();
    let about = format!("{}{}", connection_words(chain), scheme_words(listener, chain, host));
    let mut out = title(listener, &domains.join(", "), &about, style);
    // Of the two variants of a Mapping the first tells what it does; the title says what becomes of the other.
    let rows = host.routes.iter().filter(|route| route.secure != Some(false) || host.only_insecure());
    let (own, rows): (Vec<_>, Vec<_>) = rows.partition(|route| route.internal && !wide);
    if rows.is_empty() {
        let _ = writeln!(out, "  {}", style.dim("no Mapping is here: every request gets 404"));
    } else {
        let headings: &[&str] = if wide {
            &["#", "MATCH", "GOES TO", "MAPPING", "TIMEOUT", "CHANGES", "SOURCE"]
        } else {
            &["#", "MATCH", "GOES TO", "MAPPING", "SOURCE"]
        };
        let mut columns = Columns::new(headings, 2, style);
        for (number, route) in (1..).zip(rows) {
            columns.row(row(number, route, host, wide, style));
        }
        out.push_str(&columns.into_text());
    }
    if !own.is_empty() {
        let _ = writeln!(out, "  {}", style.dim(&format!("and {} of the gateway's own, with -o wide", own.len())));
    }
    out
}

/// What happens to requests that do not count as https, where that is not what the routes say.
fn scheme_words(listener: &ListenerFacts, chain: &ChainFacts, host: &HostFacts) -> &'static str {
    match (listener.security_model, chain.tls, host.cleartext) {
        ("SECURE", false, _) => ", counts as https",
        (_, false, "redirect") => ", sent to https",
        (_, false, "reject") => ", 404 unless https",
        _ => "",
    }
}

fn row(number: usize, route: &RouteFacts, host: &HostFacts, wide: bool, style: Style) -> Vec<String> {
    let domain = host.domains.first().map_or("*", |domain| &**domain);
    let name = match &route.mapping {
        Some(mapping) => format!("{}.{}", mapping.name, mapping.namespace),
        None => "(gateway)".to_owned(),
    };
    let mut cells = vec![
        style.dim(&number.to_string()),
        match_words(&route.matches, domain),
        target_words(&route.action),
        style.name(&name),
    ];
    if wide {
        cells.extend([timeout(&route.action), changes(&route.action)]);
    }
    cells.push(style.dim(&route.mapping.as_ref().map_or(String::new(), |mapping| mapping.source.to_string())));
    cells
}

/// A match in one line: method, path, conditions, share.
pub(super) fn match_words(matches: &MatchFacts, domain: &str) -> String {
    let path = match (&matches.prefix, &matches.exact, &matches.regex) {
        (Some(text), _, _) => text.to_string(),
        (_, Some(text), _) => format!("= {text}"),
        (_, _, Some(text)) => format!("~ {text}"),
        _ => String::new(),
    };
    let mut words = Vec::new();
    words.extend(matches.headers.iter().find(|test| &*test.name == ":method").map(method_words));
    words.push(path);
    words.extend(matches.case_sensitive.map(|_| "(any case)".to_owned()));
    for test in &matches.headers {
        match &*test.name {
            ":method" | "x-forwarded-proto" => {}
            ":authority" if test.exact.as_deref() == Some(domain) => {}
            ":authority" => words.push(condition_words(&ConditionFacts { name: "host".into(), ..test.clone() }, ": ")),
            _ => words.push(condition_words(test, ": ")),
        }
    }
    words.extend(matches.query.iter().map(|test| format!("?{}", condition_words(test, "="))));
    words.extend(matches.percent.map(|percent| format!("draw < {percent}")));
    words.join(" ")
}

fn method_words(test: &ConditionFacts) -> String {
    match (&test.exact, &test.regex) {
        (Some(text), _) => text.to_string(),
        (_, Some(text)) => format!("method ~ {text}"),
        _ => "any method".to_owned(),
    }
}

fn condition_words(test: &ConditionFacts, joint: &str) -> String {
    let name = &test.name;
    match (&test.exact, &test.regex, &test.prefix, &test.suffix) {
        (Some(text), ..) => format!("{name}{joint}{text}"),
        (_, Some(text), ..) => format!("{name} ~ {text}"),
        (_, _, Some(text), _) => format!("{name}{joint}{text}*"),
        (_, _, _, Some(text)) => format!("{name}{joint}*{text}"),
        _ => name.to_string(),
    }
}

/// What a route does, in one line.
fn target_words(action: &ActionFacts) -> String {
    if let Some(redirect) = &action.redirect {
        let scheme = if redirect.https == Some(true) { "https://" } else { "" };
        let host = redirect.host.as_deref().unwrap_or("…");
        let path = match (&redirect.path, &redirect.prefix, &redirect.regex) {
            (Some(path), _, _) => path.to_string(),
            (_, Some(prefix), _) => format!("{prefix}…"),
            (_, _, Some(regex)) => regex.substitution.to_string(),
            _ => String::new(),
        };
        return format!("{} to {scheme}{host}{path}", redirect.code);
    }
    let service = action.service.as_deref().unwrap_or_default();
    // A slash in the place of what was matched is what Mappings do by default.
    match (&action.prefix_rewrite, &action.regex_rewrite) {
        (Some(prefix), _) if **prefix == *"/" => service.to_owned(),
        (Some(prefix), _) => format!("{service} as {prefix}"),
        (_, Some(regex)) => format!("{service} as {}", regex.substitution),
        _ => format!("{service}, path kept"),
    }
}

fn timeout(action: &ActionFacts) -> String {
    match action.timeout.as_deref() {
        _ if action.redirect.is_some() => String::new(),
        None => "3s".to_owned(),
        Some("0.000s") => "none".to_owned(),
        Some(text) => {
            let number = text.trim_end_matches('s').trim_end_matches('0').trim_end_matches('.');
            format!("{number}s")
        }
    }
}

/// What else a route does, in few words.
fn changes(action: &ActionFacts) -> String {
    let mut words: Vec<String> = Vec::new();
    words.extend(action.host_rewrite.as_ref().map(|host| format!("host {host}")));
    words.extend(action.auto_host_rewrite.map(|_| "host of the endpoint".to_owned()));
    let added = action.request_headers_added.iter().map(|(name, ..)| format!("+{name}"));
    let removed = action.request_headers_removed.iter().map(|name| format!("-{name}"));
    words.extend(added.chain(removed));
    words.extend(action.mirror.iter().map(|mirror| format!("copies to {}", mirror.service)));
    words.extend(action.retry.as_ref().map(|retry| format!("retry on {}", retry.retry_on)));
    words.extend(action.cors.as_ref().map(|_| "cors".to_owned()));
    words.extend(action.auth.map(|_| "no auth".to_owned()));
    words.join(", ")
}

/// The Mappings in force, each once, as `kubectl get -o name` has them.
pub fn names(facts: &Facts) -> String {
    let mut seen = BTreeSet::new();
    let mut out = String::new();
    for mapping in facts.routes().filter_map(|(_, _, route)| route.mapping.as_ref()) {
        if seen.insert((&mapping.namespace, &mapping.name)) {
            let _ = writeln!(out, "mapping.getambassador.io/{}", mapping.name);
        }
    }
    out
}
