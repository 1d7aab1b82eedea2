//! One answer as text: where the request goes, as what, by which Mapping, and why.

use std::fmt::Write as _;
use std::time::Duration;

use super::explain::name_of;
use crate::outcome::changes::text;
use crate::outcome::redirect::Redirected;
use crate::outcome::{Changes, Decision, Forwarded, Outcome};
use crate::report::Style;
use crate::report::style::{width_of, wrap};
use crate::route_test::expect::{Expectation, Unmet};
use crate::route_test::{Answer, Candidate, MappingRef, Says, Told, Trace, What};

/// Columns in front of what is told of an outcome.
const INDENT: usize = 4;
/// Columns of its titles.
const TITLES: usize = 12;
/// So many Mappings are named that nearly took a request.
const NEAREST: usize = 5;

/// An answer with its reasons. Wide tells the headers that Envoy adds to every request too.
pub fn write(answer: &Answer<'_>, trace: &Trace<'_>, wide: bool, style: Style) -> String {
    let mut facts = Facts { out: String::new(), answer, trace, wide, style };
    // Writing to a String cannot fail.
    let _ = writeln!(facts.out, "{}", style.strong(&request_line(answer)));
    if trace.is_listening {
        let host = answer.virtual_host.map_or(String::new(), |host| format!(", Host {host}"));
        let _ = writeln!(facts.out, "{}", style.dim(&format!("{}{host}", trace.connection)));
    }
    let mut told_redirects: Vec<&Redirected> = Vec::new();
    for told in &answer.outcomes {
        // Canaries that are all sent to https are one to the client.
        if let Some(redirected) = redirected(told) {
            if told_redirects.contains(&redirected) {
                continue;
            }
            told_redirects.push(redirected);
        }
        facts.out.push('\n');
        facts.outcome(told);
    }
    if answer.outcomes.iter().any(Told::is_unrouted) {
        facts.nearest();
    } else {
        let hints: Vec<String> = answer.hints.iter().map(|hint| (*hint).to_owned()).collect();
        facts.facts("hint", &hints);
    }
    facts.out
}

/// `GET https://shop.example.com/cart/7`
pub fn request_line(answer: &Answer<'_>) -> String {
    let request = answer.request;
    let scheme = if request.is_tls() { "https" } else { "http" };
    let authority = request.authority.as_deref().unwrap_or("(no host)");
    format!("{} {scheme}://{authority}{}", request.method, request.target)
}

/// What was expected, each met or not.
pub fn expectations(expected: &[Expectation], unmet: &[Unmet], style: Style) -> String {
    let mut out = String::new();
    for one in expected {
        let (key, want) = (one.key.name(), &one.want);
        // Writing to a String cannot fail.
        let _ = match unmet.iter().find(|unmet| unmet.key == one.key && unmet.want == one.want) {
            None => writeln!(out, "  {} {key}={want}", style.good("✓")),
            Some(unmet) => writeln!(out, "  {} {key}={want}  got {}", style.bad("✗"), style.strong(&unmet.got)),
        };
    }
    if out.is_empty() { out } else { format!("\n{out}") }
}

/// What was expected and is not so, as JSON.
pub fn unmet_json(unmet: &[Unmet]) -> String {
    let one = |unmet: &Unmet| serde_json::json!({"expect": unmet.key.name(), "want": unmet.want, "got": unmet.got});
    serde_json::Value::from_iter(unmet.iter().map(one)).to_string()
}

/// Titles with what they title, below an outcome.
struct Facts<'a> {
    out: String,
    answer: &'a Answer<'a>,
    trace: &'a Trace<'a>,
    wide: bool,
    style: Style,
}

impl Facts<'_> {
    fn outcome(&mut self, told: &Told<'_>) {
        let share = share_of(self.answer, told);
        let share = if share < 1.0 - f64::EPSILON { format!("{:>4} ", percent(share)) } else { String::new() };
        let head = match &told.what {
            What::Refused { .. } => self.style.bad("✗ refused: nothing is served"),
            What::Decided { decision, service, .. } => self.headline(decision, service),
        };
        let _ = writeln!(self.out, "  {}{head}", self.style.strong(&share));
        match &told.what {
            What::Refused { refusal, place } => {
                self.fact("because", &refusal.why);
                if let Some(place) = place {
                    self.fact("at", &place.to_string());
                }
            }
            What::Decided { decision, mirror, .. } => self.decided(told, decision, *mirror),
        }
    }

    /// What happens, in one line.
    fn headline(&self, decision: &Decision<'_, '_>, service: &str) -> String {
        let style = self.style;
        match &decision.outcome {
            Outcome::Forward(_) => format!("{} {}", style.good("→"), style.strong(service)),
            Outcome::Tcp(_) => format!("{} {}", style.good("→"), style.strong(service)),
            Outcome::Redirect(redirected) => {
                format!("{} {} to {}", style.odd("↪"), redirected.status, style.strong(&redirected.location))
            }
            Outcome::Reply(reply) if reply.status < 400 => {
                format!("{} {} {}", style.odd("↩"), style.strong(&reply.status.to_string()), reply.why)
            }
            Outcome::Reply(reply) => format!("{} {}", style.bad(&format!("✗ {}", reply.status)), reply.why),
            Outcome::NoListener => style.bad(&format!("✗ {}", self.trace.connection)),
            Outcome::NoChain if self.answer.request.is_tls() => {
                format!("{} no Host ends TLS for this server name", style.bad("✗ the handshake is refused:"))
            }
            Outcome::NoChain => format!("{} the Listener takes no cleartext", style.bad("✗ the connection is closed:")),
        }
    }

    fn decided(&mut self, told: &Told<'_>, decision: &Decision<'_, '_>, mirror: Option<(&str, u32)>) {
        if let Outcome::Forward(forwarded) = &decision.outcome {
            self.forward(forwarded);
        }
        if let Outcome::Tcp(_) = &decision.outcome {
            self.fact("as", "bytes, over TCP");
        }
        match told.mapping {
            Some(mapping) => self.mapping(mapping, matches!(decision.outcome, Outcome::Tcp(_))),
            None if decision.route.is_some() => self.fact("Mapping", "the gateway's own"),
            None => {}
        }
        let alike = self
            .answer
            .outcomes
            .iter()
            .filter(|other| redirected(other).is_some_and(|to| redirected(told) == Some(to)));
        let alike = alike.count();
        if alike > 1 {
            let others = match alike - 1 {
                1 => "and another one that shares its match".to_owned(),
                others => format!("and {others} others that share its match"),
            };
            self.fact("", &self.style.dim(&others));
        }
        if decision.route.is_some() {
            let reason = reason(self.trace, told, alike > 1);
            self.fact("because", &reason);
        }
        for asked in &decision.asked {
            self.fact("asks first", &format!("{} ({})", asked.service, asked.filter));
        }
        if let Outcome::Forward(forwarded) = &decision.outcome {
            self.extras(forwarded, mirror);
        }
    }

    /// Its name, and its place on the same line or the next: a place is never broken.
    fn mapping(&mut self, mapping: &MappingRef, is_tcp: bool) {
        let name = format!("{}.{}", mapping.name, mapping.namespace);
        let place = mapping.source.to_string();
        let fits = width_of(&name) + 2 + width_of(&place) <= self.room();
        let painted = self.style.name(&name);
        let first = if fits { format!("{painted}  {place}") } else { painted };
        self.fact(if is_tcp { "TCPMapping" } else { "Mapping" }, &first);
        if !fits {
            self.fact("", &place);
        }
    }

    fn forward(&mut self, forwarded: &Forwarded<'_, '_>) {
        let head = &forwarded.upstream;
        self.fact("as", &format!("{} {}", head.method, head.path));
        match self.answer.request.authority.as_deref() {
            Some(asked) if asked != head.authority => {
                self.fact("host", &format!("{}  {}", head.authority, self.style.dim(&format!("was {asked}"))));
            }
            _ => self.fact("host", &head.authority),
        }
    }

    fn extras(&mut self, forwarded: &Forwarded<'_, '_>, mirror: Option<(&str, u32)>) {
        let forward = forwarded.forward;
        self.fact("timeout", &forward.timeout.map_or("none".to_owned(), duration));
        if let Some(idle) = forward.idle_timeout {
            self.fact("idle", &if idle.is_zero() { "no limit".to_owned() } else { duration(idle) });
        }
        if let Some(retry) = &forward.retry {
            let times = retry.num_retries.map_or(1, |times| times.max(1));
            self.fact("retries", &format!("{times}, on {}", retry.retry_on));
        }
        if let Some((service, percent)) = mirror {
            let part = if percent == 100 { String::new() } else { format!("  {percent} %") };
            self.fact("copies to", &format!("{service}{part}"));
        }
        let changes = Changes::between(self.answer.request, &forwarded.upstream.headers);
        let hides = |name: &str| !self.wide && is_envoys(name);
        let (hidden, added): (Vec<_>, Vec<_>) = changes.added.iter().partition(|(name, _)| hides(name));
        let mut added: Vec<String> = added.iter().map(|(name, value)| format!("{name}: {}", text(value))).collect();
        let changed = changes.changed.iter().filter(|(name, _)| !hides(name));
        let changed: Vec<String> = changed.map(|(name, values)| format!("{name}: {}", values.join(" | "))).collect();
        let removed: Vec<String> = changes.removed.iter().map(|name| name.to_string()).collect();
        if !hidden.is_empty() {
            added.push(self.style.dim(&format!("{} headers of Envoy's own, with -o wide", hidden.len())));
        }
        self.facts("adds", &added);
        self.facts("changes", &changed);
        self.facts("removes", &removed);
    }

    /// For a request that got nowhere: candidates that take its path, and Mappings that would if they were there.
    fn nearest(&mut self) {
        let near: Vec<String> =
            self.trace.candidates.iter().filter_map(|one| near(one, self.style)).take(NEAREST).collect();
        self.facts("nearest", &near);
        let fitting = self.trace.absent.iter().filter(|absence| absence.path_fits(&self.answer.request.target));
        let absent = fitting
            .take(NEAREST)
            .map(|absence| format!("{}  {}: {}", self.style.name(&absence.mapping), absence.source, absence.why));
        let absent: Vec<String> = absent.collect();
        self.facts("not there", &absent);
        if !self.trace.domains.is_empty() {
            let domains = self.trace.domains.join(", ");
            self.fact("Hosts", &domains);
        }
    }

    fn facts(&mut self, title: &str, lines: &[String]) {
        for (at, line) in lines.iter().enumerate() {
            self.fact(if at == 0 { title } else { "" }, line);
        }
    }

    /// The columns behind the titles.
    fn room(&self) -> usize {
        self.style.width.map_or(usize::MAX, |width| width.saturating_sub(INDENT + TITLES).max(24))
    }

    /// A title and a text that wraps under itself.
    fn fact(&mut self, title: &str, text: &str) {
        for (at, line) in wrap(text, self.room()).iter().enumerate() {
            let title = self.style.dim(&format!("{:TITLES$}", if at == 0 { title } else { "" }));
            let _ = writeln!(self.out, "{:INDENT$}{title}{line}", "");
        }
    }
}

/// What Envoy adds to every request, or to tell what was rewritten.
fn is_envoys(name: &str) -> bool {
    name.starts_with("x-envoy-") || matches!(name, "x-forwarded-for" | "x-forwarded-proto" | "x-request-id")
}

fn redirected<'a>(told: &'a Told<'_>) -> Option<&'a Redirected> {
    match &told.what {
        What::Decided { decision, .. } => match &decision.outcome {
            Outcome::Redirect(redirected) => Some(&**redirected),
            _ => None,
        },
        What::Refused { .. } => None,
    }
}

/// The share of an outcome, with that of others that send the client to the same place.
fn share_of(answer: &Answer<'_>, told: &Told<'_>) -> f64 {
    match redirected(told) {
        None => told.share,
        to => answer.outcomes.iter().filter(|other| redirected(other) == to).map(|other| other.share).sum(),
    }
}

/// What put a Mapping first: its share (unless all of its group do the same), and what puts it before the next that would take the request.
fn reason(trace: &Trace<'_>, told: &Told<'_>, whole: bool) -> String {
    let is_it = |candidate: &&Candidate<'_>| same(candidate.mapping, told.mapping);
    let wins = trace.candidates.iter().filter(|one| matches!(one.verdict, Says::Wins { .. })).find(is_it);
    let after = trace.candidates.iter().find_map(|candidate| match &candidate.verdict {
        Says::Later { by, .. } => Some(comparison(by, &name_of(candidate))),
        _ => None,
    });
    let share = match wins.map(|candidate| &candidate.verdict) {
        Some(Says::Wins { share, .. }) if *share < 100 && !whole => {
            Some(format!("{share} of 100 draws fall into its share"))
        }
        _ => None,
    };
    match (share, after) {
        (Some(share), Some(after)) => format!("{share}; {after}"),
        (Some(one), None) | (None, Some(one)) => one,
        (None, None) => "no other Mapping here takes it".to_owned(),
    }
}

/// `longer prefix than NAME`, `prefix text: before NAME`.
fn comparison(by: &str, name: &str) -> String {
    let compares = ["longer", "higher", "created later"].iter().any(|word| by.starts_with(word));
    if compares { format!("{by} than {name}") } else { format!("{by}: before {name}") }
}

fn same(a: Option<&MappingRef>, b: Option<&MappingRef>) -> bool {
    match (a, b) {
        (Some(a), Some(b)) => a == b,
        (None, None) => true,
        _ => false,
    }
}

/// A candidate that takes the path and refuses something else.
fn near(candidate: &Candidate<'_>, style: Style) -> Option<String> {
    candidate.mapping?;
    let Says::Refuses(reasons) = &candidate.verdict else { return None };
    if reasons.iter().any(|reason| reason.test == "path") {
        return None;
    }
    let reasons: Vec<String> = reasons.iter().map(ToString::to_string).collect();
    Some(format!("{} refuses it: {}", style.name(&name_of(candidate)), reasons.join("; ")))
}

fn percent(share: f64) -> String {
    let percent = share * 100.0;
    if (percent - percent.round()).abs() < 0.005 { format!("{percent:.0} %") } else { format!("{percent:.2} %") }
}

fn duration(duration: Duration) -> String {
    if duration.subsec_millis() == 0 {
        format!("{} s", duration.as_secs())
    } else {
        format!("{} ms", duration.as_millis())
    }
}
