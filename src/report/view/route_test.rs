//! One answer as text: where the request goes, as what, by which Mapping, and why.

use std::fmt::Write as _;

use crate::outcome::{Decision, Forwarded, Outcome};
use crate::report::Style;
use crate::report::format::{Columns, Difference};
use crate::report::style::wrap;
use crate::report::view::routes::match_words;
use crate::route_test::{Absence, Answer, Candidate, MappingRef, Says, Told, Trace, What};

/// Columns in front of what is told of an outcome.
const INDENT: usize = 4;
/// Columns of its titles.
const TITLES: usize = 12;

/// So many Mappings that are not there are told one by one.
const ABSENT: usize = 20;

/// An answer with its reasons.
pub fn write(answer: &Answer<'_>, trace: &Trace<'_>, explain: bool, style: Style) -> String {
    let mut out = format!("{}\n", style.strong(&request_line(answer)));
    let mut facts = Facts { out: &mut out, style };
    for told in &answer.outcomes {
        facts.out.push('\n');
        facts.outcome(answer, trace, told);
    }
    if explain {
        out.push('\n');
        out.push_str(&explanation(trace, style));
    } else if answer.is_lost() {
        out.push_str(&nearest(answer, trace, style));
    }
    out
}

/// `GET https://shop.example.com/cart/7`
pub fn request_line(answer: &Answer<'_>) -> String {
    let request = answer.request;
    let scheme = if request.is_tls() { "https" } else { "http" };
    let authority = request.authority.as_deref().unwrap_or("(no host)");
    format!("{} {scheme}://{authority}{}", request.method, request.target)
}

/// Titles with what they title, below an outcome.
struct Facts<'o> {
    out: &'o mut String,
    style: Style,
}

impl Facts<'_> {
    fn outcome(&mut self, answer: &Answer<'_>, trace: &Trace<'_>, told: &Told<'_>) {
        let share = if told.share < 1.0 { format!("{} ", percent(told.share)) } else { String::new() };
        match &told.what {
            What::Refused(refusal) => {
                let head = self.style.bad(&format!("✗ {share}nothing is served"));
                let _ = writeln!(self.out, "  {head}");
                self.fact("because", &refusal.why);
            }
            What::Decided { decision, service, mirror } => {
                let head = headline(&decision.outcome, service, self.style);
                let _ = writeln!(self.out, "  {}{head}", self.style.strong(&share));
                if let Outcome::Forward(forwarded) = &decision.outcome {
                    self.forward(answer, forwarded);
                }
                self.by(told.mapping, decision);
                self.way(answer, trace, decision);
                if let Outcome::Forward(forwarded) = &decision.outcome {
                    self.extras(answer, forwarded, *mirror);
                }
                for asked in &decision.asked {
                    self.fact("if allowed", &format!("{} asks {} first", asked.filter, asked.service));
                }
            }
        }
    }

    fn forward(&mut self, answer: &Answer<'_>, forwarded: &Forwarded<'_, '_>) {
        let head = &forwarded.upstream;
        self.fact("as", &format!("{} {}", head.method, head.path));
        let asked = answer.request.authority.as_deref().unwrap_or_default();
        if head.authority == asked {
            self.fact("host", &head.authority);
        } else {
            self.fact("host", &format!("{} {}", head.authority, self.style.dim(&format!("(was {asked})"))));
        }
    }

    fn by(&mut self, mapping: Option<&MappingRef>, decision: &Decision<'_, '_>) {
        match mapping {
            Some(mapping) => {
                let kind = if matches!(decision.outcome, Outcome::Tcp(_)) { "TCPMapping" } else { "Mapping" };
                let name = self.style.name(&format!("{}.{}", mapping.name, mapping.namespace));
                self.fact(kind, &format!("{name}  {}", mapping.source));
            }
            None if decision.route.is_some() => self.fact("Mapping", "the gateway's own"),
            None => {}
        }
    }

    fn way(&mut self, answer: &Answer<'_>, trace: &Trace<'_>, decision: &Decision<'_, '_>) {
        if decision.route.is_some() {
            self.fact("because", &reason(trace));
        }
        let host = match answer.virtual_host {
            Some(host) => format!(", Host {host}"),
            None => String::new(),
        };
        self.fact("by way of", &format!("{}{host}", trace.connection));
    }

    fn extras(&mut self, answer: &Answer<'_>, forwarded: &Forwarded<'_, '_>, mirror: Option<(&str, u32)>) {
        let forward = forwarded.forward;
        self.fact("timeout", &forward.timeout.map_or("none".to_owned(), seconds));
        if let Some(retry) = &forward.retry {
            let times = retry.num_retries.map_or(1, |times| times.max(1));
            self.fact("retries", &format!("{times}, on {}", retry.retry_on));
        }
        if let Some((service, percent)) = mirror {
            self.fact(
                "copies to",
                &if percent == 100 { service.to_owned() } else { format!("{service}, {percent} %") },
            );
        }
        let difference = Difference::of(answer.request, &forwarded.upstream.headers);
        let added: Vec<String> = difference.added.iter().map(|(name, value)| format!("{name}: {value}")).collect();
        self.facts("adds", &added);
        let changed: Vec<String> =
            difference.changed.iter().map(|(name, values)| format!("{name}: {}", values.join(" | "))).collect();
        self.facts("changes", &changed);
        let removed: Vec<String> = difference.removed.iter().map(|name| name.to_string()).collect();
        self.facts("removes", &removed);
    }

    fn facts(&mut self, title: &str, lines: &[String]) {
        for (at, line) in lines.iter().enumerate() {
            self.fact(if at == 0 { title } else { "" }, line);
        }
    }

    /// A title and a text that wraps under itself.
    fn fact(&mut self, title: &str, text: &str) {
        let room = self.style.width.map_or(usize::MAX, |width| width.saturating_sub(INDENT + TITLES).max(24));
        for (at, line) in wrap(text, room).iter().enumerate() {
            let title = self.style.dim(&format!("{:TITLES$}", if at == 0 { title } else { "" }));
            let _ = writeln!(self.out, "{:INDENT$}{title}{line}", "");
        }
    }
}

/// What happens, in one line.
pub fn headline(outcome: &Outcome<'_, '_>, service: &str, style: Style) -> String {
    match outcome {
        Outcome::Forward(_) => format!("{} {}", style.good("→"), style.strong(service)),
        Outcome::Tcp(_) => format!("{} {} {}", style.good("→"), style.strong(service), style.dim("as bytes, over TCP")),
        Outcome::Redirect(redirected) => {
            format!("{} {} to {}", style.odd("↪"), redirected.status, style.strong(&redirected.location))
        }
        Outcome::Reply(reply) if reply.status < 400 => {
            format!("{} {} {}", style.odd("↩"), style.strong(&reply.status.to_string()), reply.why)
        }
        Outcome::Reply(reply) => format!("{} {}", style.bad(&format!("✗ {}", reply.status)), reply.why),
        Outcome::NoListener => style.bad("✗ nobody listens there"),
        Outcome::NoChain => style.bad("✗ the connection is refused"),
    }
}

/// What put the winner first.
fn reason(trace: &Trace<'_>) -> String {
    let later = trace.candidates.iter().find_map(|candidate| match &candidate.verdict {
        Says::Later { by, .. } => Some((candidate, *by)),
        _ => None,
    });
    match later {
        Some((candidate, by)) => format!("{by}, before {}", name_of(candidate)),
        None => "no other Mapping here takes it".to_owned(),
    }
}

fn name_of(candidate: &Candidate<'_>) -> String {
    candidate
        .mapping
        .map_or("the gateway's own".to_owned(), |mapping| format!("{}.{}", mapping.name, mapping.namespace))
}

/// For a request that got nowhere: the candidates that take its path, and the Mappings that would if they were there.
fn nearest(answer: &Answer<'_>, trace: &Trace<'_>, style: Style) -> String {
    let mut out = String::new();
    let refuses_path = |says: &Says| match says {
        Says::Refuses(all) => all.iter().any(|one| one.test == "path"),
        _ => true,
    };
    let near = trace.candidates.iter().filter(|candidate| candidate.mapping.is_some());
    let near: Vec<&Candidate<'_>> = near.filter(|candidate| !refuses_path(&candidate.verdict)).take(5).collect();
    let mut facts = Facts { out: &mut out, style };
    for (at, candidate) in near.iter().enumerate() {
        if let Says::Refuses(reasons) = &candidate.verdict {
            let reasons: Vec<String> = reasons.iter().map(ToString::to_string).collect();
            let line = format!("{} refuses it: {}", style.name(&name_of(candidate)), reasons.join("; "));
            facts.fact(if at == 0 { "nearest" } else { "" }, &line);
        }
    }
    let fitting = trace.absent.iter().filter(|absence| absence.path_fits(&answer.request.target));
    for (at, absence) in fitting.take(5).enumerate() {
        let line = format!("{}  {}: {}", style.name(&absence.mapping), absence.source, absence.why);
        facts.fact(if at == 0 { "not there" } else { "" }, &line);
    }
    if trace.virtual_host.is_none() && !trace.domains.is_empty() {
        facts.fact("Hosts", &trace.domains.join(", "));
    }
    out
}

/// Every candidate, in the order tried; then what is not there.
fn explanation(trace: &Trace<'_>, style: Style) -> String {
    let mut out = String::new();
    if let Some(host) = trace.virtual_host {
        let others = match trace.passed_over.as_slice() {
            [] => String::new(),
            others => style.dim(&format!("  more exact than {}", others.join(", "))),
        };
        let _ = writeln!(out, "{} {host}{others}", style.strong("Tried in this order on"));
    } else if !trace.domains.is_empty() {
        let _ = writeln!(out, "{} {}", style.strong("None of these Hosts:"), trace.domains.join(", "));
    }
    if !trace.candidates.is_empty() {
        let domain = trace.virtual_host.unwrap_or("*");
        let mut columns = Columns::new(&["#", "MAPPING", "MATCH", "VERDICT", "SOURCE"], 2, style);
        for (number, candidate) in (1..).zip(&trace.candidates) {
            columns.row(row(number, candidate, domain, style));
        }
        out.push_str(&columns.into_text());
    }
    out.push_str(&absent(&trace.absent, style));
    out
}

fn row(number: usize, candidate: &Candidate<'_>, domain: &str, style: Style) -> Vec<String> {
    let source = candidate.mapping.map_or(String::new(), |mapping| mapping.source.to_string());
    vec![
        style.dim(&number.to_string()),
        candidate.mapping.map_or_else(|| style.dim("(gateway)"), |_| style.name(&name_of(candidate))),
        match_words(&candidate.matches, domain),
        verdict(&candidate.verdict, &candidate.target, style),
        style.dim(&source),
    ]
}

fn verdict(says: &Says, target: &str, style: Style) -> String {
    match says {
        Says::Wins { share, to_https } => {
            let share = if *share < 100 { format!(" {share} %") } else { String::new() };
            let target = if *to_https { "301 to https" } else { target };
            format!("{} {target}", style.good(&format!("WINS{share} →")))
        }
        Says::Later { than, by } => format!("{} {than} comes first: {by}", style.odd("later")),
        Says::Refuses(reasons) => {
            let reasons: Vec<String> = reasons.iter().map(ToString::to_string).collect();
            format!("{} {}", style.dim("no"), reasons.join("; "))
        }
    }
}

fn absent(all: &[Absence], style: Style) -> String {
    if all.is_empty() {
        return String::new();
    }
    let mut out = format!("\n{}\n", style.strong("Not here"));
    let mut columns = Columns::new(&["MAPPING", "WHY", "SOURCE"], 2, style);
    for absence in all.iter().take(ABSENT) {
        columns.row([style.name(&absence.mapping), absence.why.clone(), style.dim(&absence.source.to_string())]);
    }
    out.push_str(&columns.into_text());
    if all.len() > ABSENT {
        let _ = writeln!(out, "  {}", style.dim(&format!("and {} more", all.len() - ABSENT)));
    }
    out
}

fn percent(share: f64) -> String {
    let percent = share * 100.0;
    if (percent - percent.round()).abs() < 0.005 { format!("{percent:.0} %") } else { format!("{percent:.2} %") }
}

fn seconds(duration: std::time::Duration) -> String {
    if duration.subsec_millis() == 0 {
        format!("{} s", duration.as_secs())
    } else {
        format!("{} ms", duration.as_millis())
    }
}
