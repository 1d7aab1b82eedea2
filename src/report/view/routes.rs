//! The route table as text: by Listener and virtual host, in the order in which routes are tried.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use crate::report::Style;
use crate::report::format::{Columns, Folder};
use crate::route_test::facts::{
    ActionFacts, ChainFacts, ConditionFacts, Facts, HostFacts, ListenerFacts, MatchFacts, RouteFacts,
};

/// So many slices are told of a route; JSON has them all.
const LOSSES: usize = 2;

/// A part of the table: what several Listeners may have alike is told once.
struct Part {
    ports: Vec<u16>,
    what: String,
    about: String,
    body: String,
}

/// The whole table. Wide tells timeouts and changes too, and the gateway's own routes.
pub fn write(facts: &Facts, wide: bool, style: Style) -> String {
    let mut out = String::new();
    // Writing to a String cannot fail.
    if let Some(why) = &facts.refused {
        let _ = writeln!(out, "{} {why}\n", style.bad("Nothing is served:"));
    }
    if facts.listeners.is_empty() {
        let _ = writeln!(out, "{} there is no Listener\n", style.bad("Nothing is served:"));
    }
    let places = facts.routes().filter_map(|(_, _, route)| route.mapping.as_ref());
    let look = Look { wide, style, folder: Folder::of(places.map(|mapping| &mapping.source), style) };
    for part in parts(facts, &look) {
        let ports: Vec<String> = part.ports.iter().map(u16::to_string).collect();
        let word = if ports.len() == 1 { "Listener" } else { "Listeners" };
        let title = style.strong(&format!("{word} {}  {}", ports.join(", "), part.what));
        let _ = writeln!(out, "{title}  {}\n{}", style.dim(&part.about), part.body);
    }
    let _ = out.pop();
    out.push_str(&look.folder.line(style));
    out
}

/// How the table is shown.
struct Look {
    wide: bool,
    style: Style,
    folder: Folder,
}

fn parts(facts: &Facts, look: &Look) -> Vec<Part> {
    let mut parts: Vec<Part> = Vec::new();
    for listener in &facts.listeners {
        for chain in &listener.chains {
            let tcp =
                (!chain.tcp.is_empty()).then(|| ("TCP".to_owned(), connection_words(chain), tcp_text(chain, look)));
            let hosts = chain.vhosts.iter().map(|host| {
                let domains: Vec<&str> = host.domains.iter().map(|domain| &**domain).collect();
                let about = format!("{}{}", connection_words(chain), scheme_words(listener, chain, host));
                (domains.join(", "), about, host_text(host, look))
            });
            for (what, about, body) in tcp.into_iter().chain(hosts) {
                match parts.iter_mut().find(|one| one.what == what && one.about == about && one.body == body) {
                    Some(same) => same.ports.push(listener.port),
                    None => parts.push(Part { ports: vec![listener.port], what, about, body }),
                }
            }
        }
    }
    parts
}

fn tcp_text(chain: &ChainFacts, look: &Look) -> String {
    let mut out = String::new();
    let total: u32 = chain.tcp.iter().map(|tcp| tcp.weight).sum();
    for tcp in &chain.tcp {
        let share = if total == 0 { 0.0 } else { f64::from(tcp.weight) * 100.0 / f64::from(total) };
        let _ = writeln!(out, "  {} {}  {share:.0} %", look.style.good("→"), tcp.service);
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

fn host_text(host: &HostFacts, look: &Look) -> String {
    let Look { wide, style, .. } = *look;
    let mut out = String::new();
    // Of the two variants of a Mapping the first tells what it does; the title says what becomes of the other.
    let rows = host.routes.iter().filter(|route| route.secure != Some(false) || host.only_insecure());
    let (own, rows): (Vec<_>, Vec<_>) = rows.partition(|route| route.internal && !wide);
    if rows.is_empty() {
        let _ = writeln!(out, "  {}", style.dim("no Mapping is here: every request gets 404"));
    } else {
        let headings: &[&str] = if wide {
            &["#", "MATCH", "GOES TO", "MAPPING", "TIMEOUT", "CHANGES", "REACHED BY", "SOURCE"]
        } else {
            &["#", "MATCH", "GOES TO", "MAPPING", "SOURCE"]
        };
        let mut columns = Columns::new(headings, 2, style);
        for (number, route) in (1..).zip(rows) {
            columns.row(row(number, route, host, look));
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

fn row(number: usize, route: &RouteFacts, host: &HostFacts, look: &Look) -> Vec<String> {
    let style = look.style;
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
    if look.wide {
        cells.extend([timeout(&route.action), changes(&route.action), reached(route, style)]);
    }
    let source = route.mapping.as_ref().map_or(String::new(), |mapping| look.folder.tell(&mapping.source));
    cells.push(style.dim(&source));
    cells
}

/// A match in one line: method, host and path, conditions, share. The host only where the domain does not say it.
pub(super) fn match_words(matches: &MatchFacts, domain: &str) -> String {
    let host = matches.headers.iter().find(|test| &*test.name == ":authority" && test.exact.as_deref() != Some(domain));
    let beside = host.and_then(|test| match (&test.exact, &test.suffix, &test.prefix) {
        (Some(text), ..) => Some(text.to_string()),
        (_, Some(text), _) => Some(format!("*{text}")),
        (_, _, Some(text)) => Some(format!("{text}*")),
        _ => None,
    });
    let before = beside.as_deref().filter(|_| matches.regex.is_none()).unwrap_or_default();
    let path = match (&matches.prefix, &matches.exact, &matches.regex) {
        (Some(text), _, _) => format!("{before}{text}"),
        (_, Some(text), _) => format!("= {before}{text}"),
        (_, _, Some(text)) => format!("~ {text}"),
        _ => String::new(),
    };
    let mut words = Vec::new();
    words.extend(matches.headers.iter().find(|test| &*test.name == ":method").map(method_words));
    words.push(path);
    words.extend(matches.case_sensitive.map(|_| "(any case)".to_owned()));
    if let Some(test) = host.filter(|_| before.is_empty()) {
        words.push(condition_words(&ConditionFacts { name: "host".into(), ..test.clone() }, ": "));
    }
    let others =
        matches.headers.iter().filter(|test| !matches!(&*test.name, ":method" | ":authority" | "x-forwarded-proto"));
    words.extend(others.map(|test| condition_words(test, ": ")));
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

/// The request that comes to a route, or why none does; and what it loses to others.
fn reached(route: &RouteFacts, style: Style) -> String {
    let Some(reach) = &route.reached else { return String::new() };
    let by = reach.by.as_ref().map_or("", |witness| witness.words.as_str());
    let why = reach.why.as_deref().unwrap_or_default();
    let covers = reach.covered_by.iter().map(|by| match by {
        Some(mapping) => format!("{}.{}", mapping.name, mapping.namespace),
        None => "the gateway's own".to_owned(),
    });
    let covers: Vec<String> = covers.collect();
    let mut text = match reach.verdict {
        "reachable" => by.to_owned(),
        "redirected" => format!("only sent to https: {by}"),
        "unreachable" if !covers.is_empty() => format!("{} covered by {}", style.bad("never:"), covers.join(", ")),
        "unreachable" => format!("{} {why}", style.bad("never:")),
        _ => format!("{} {why}", style.odd("unknown:")),
    };
    for loss in reach.loses.iter().take(LOSSES) {
        let (example, to) = (&loss.by.words, &loss.to);
        text.push_str(&format!("\n{} {example} to {}.{}", style.odd("loses"), to.name, to.namespace));
    }
    if reach.loses.len() > LOSSES {
        text.push_str(&format!("\nand {} more", reach.loses.len() - LOSSES));
    }
    text
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
