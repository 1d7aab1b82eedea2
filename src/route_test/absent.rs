//! The Mappings that are not there at all, or not under one virtual host, and why.

use std::collections::{BTreeSet, HashMap, HashSet};

use super::judge::Judge;
use super::place::SourceRef;
use crate::model::{
    self, Effect, Group, GroupId, GroupKind, HostId, Id as _, MappingId, NotAttached, Problem, Snapshot,
};
use crate::outcome::normalise::split;
use crate::resource::{DocumentResult, Kind, Outcome, Resource};
use crate::routing::predicate::PathTest;
use crate::routing::regex::Regex;
use crate::routing::{Serves, VirtualHost};
use crate::source::Span;
use crate::yaml::Node;

/// A Mapping that is not there, and why.
#[derive(Clone, Debug)]
pub struct Absence {
    /// Its name and namespace, as `name.namespace`.
    pub mapping: String,
    /// Where it is written.
    pub source: SourceRef,
    /// Why it is not there, and how to mend it where that is known.
    pub why: String,
    /// All of it in one sentence.
    pub sentence: String,
    /// What it would take, as far as that can be told.
    path: Option<PathTest>,
}

impl Absence {
    /// Whether it would take this path, or might.
    pub fn path_fits(&self, target: &str) -> bool {
        self.path.as_ref().is_none_or(|test| test.takes(split(target).0))
    }

    fn new(mapping: String, source: SourceRef, why: String, path: Option<PathTest>) -> Self {
        let sentence = format!("Mapping {mapping} ({source}) is not there: {why}");
        Self { mapping, source, why, sentence, path }
    }
}

/// The Mappings that are not under a virtual host; without one, those that are nowhere.
pub(super) fn absences(judge: &Judge<'_>, host: Option<&VirtualHost>) -> Vec<Absence> {
    let snapshot = &judge.compilation.snapshot;
    let present = present(judge, host);
    let groups = groups(snapshot);
    let read = snapshot.resources.iter().map(|resource| resource.span).collect();
    let why = Why { judge, groups: &groups, problems: problems(snapshot), read };
    let mut found = Vec::new();
    let mut compiled = HashSet::new();
    for (id, mapping) in snapshot.mappings.iter() {
        let Some(from) = mapping.from else { continue };
        compiled.insert(from);
        if present.contains(&id) {
            continue;
        }
        let Some(reference) = judge.mapping(id) else { continue };
        let name = format!("{}.{}", reference.name, reference.namespace);
        found.push(Absence::new(name, reference.source.clone(), why.of_mapping(id, host), path_test(&mapping.matches)));
    }
    for (at, resource) in snapshot.resources.iter().enumerate() {
        if resource.kind == Kind::Mapping && !compiled.contains(&model::ResourceId::new(at)) {
            found.push(why.of_resource(resource));
        }
    }
    found.extend(judge.compilation.reading.results.iter().filter_map(|result| why.of_document(result)));
    found.sort_by(|a, b| a.source.cmp(&b.source));
    found
}

fn present(judge: &Judge<'_>, host: Option<&VirtualHost>) -> HashSet<MappingId> {
    let table = &judge.compilation.table;
    let of_host =
        |host: &VirtualHost| host.routes.ranked().iter().map(|id| table.route(*id).mapping).collect::<Vec<_>>();
    match host {
        Some(host) => of_host(host).into_iter().collect(),
        None => {
            let chains = table.listeners().iter().flat_map(|listener| &listener.chains);
            let hosts = chains.flat_map(|chain| match &chain.serves {
                Serves::Http(hosts) => hosts.iter().collect::<Vec<_>>(),
                Serves::Tcp(_) => Vec::new(),
            });
            hosts.flat_map(of_host).collect()
        }
    }
}

/// The group of each Mapping that is in one.
pub(super) fn groups(snapshot: &Snapshot) -> HashMap<MappingId, GroupId> {
    let mut groups = HashMap::new();
    for (id, group) in snapshot.groups.iter() {
        match &group.kind {
            GroupKind::Redirect(mapping) => {
                groups.insert(*mapping, id);
            }
            GroupKind::Forward { members, shadow, .. } => {
                groups.extend(members.iter().map(|member| (member.mapping, id)));
                groups.extend(shadow.map(|shadow| (shadow, id)));
            }
        }
    }
    groups
}

/// What makes resources go missing, by place.
fn problems(snapshot: &Snapshot) -> Vec<(Span, &Problem)> {
    let losing = |problem: &&Problem| matches!(problem.effect, Effect::Dropped | Effect::Silent);
    let placed = snapshot.problems.iter().filter(losing).filter_map(|problem| Some((problem.span?, problem)));
    let mut placed: Vec<_> = placed.collect();
    placed.sort_by_key(|(span, _)| *span);
    placed
}

/// Finds reasons.
struct Why<'a> {
    judge: &'a Judge<'a>,
    groups: &'a HashMap<MappingId, GroupId>,
    problems: Vec<(Span, &'a Problem)>,
    /// The places of all resources.
    read: HashSet<Span>,
}

impl Why<'_> {
    fn of_mapping(&self, id: MappingId, host: Option<&VirtualHost>) -> String {
        let snapshot = &self.judge.compilation.snapshot;
        let Some(group) = self.groups.get(&id).map(|group| &snapshot.groups[*group]) else {
            let resource = snapshot.resource_of(id);
            return resource.and_then(|resource| self.problem_in(resource)).unwrap_or_else(dropped);
        };
        if let GroupKind::Forward { members, shadow: Some(shadow), .. } = &group.kind
            && *shadow == id
        {
            let names: Vec<&str> = members.iter().map(|member| &*snapshot.mappings[member.mapping].name).collect();
            return match names.as_slice() {
                [] => "it is a shadow, and there is no Mapping whose requests it would get copies of".to_owned(),
                [one] => format!("it is a shadow: it gets copies of what {one} takes"),
                names => format!("it is a shadow: it gets copies of what {} take", names.join(", ")),
            };
        }
        match host.and_then(|host| host.host) {
            Some(host) => self.of_group_under(group, host) + &self.company(id, group),
            None => self.of_group(group) + &self.company(id, group),
        }
    }

    /// A group is attached as one: the labels that count are those of all its members, of the same label the last.
    fn company(&self, id: MappingId, group: &Group) -> String {
        let snapshot = &self.judge.compilation.snapshot;
        let own = &snapshot.mappings[id].labels;
        let GroupKind::Forward { members, .. } = &group.kind else { return String::new() };
        let changed = own.iter().find(|pair| !group.labels.contains(pair));
        let Some((key, _)) = changed else { return String::new() };
        let by = members
            .iter()
            .rev()
            .map(|member| &snapshot.mappings[member.mapping])
            .find(|mapping| mapping.labels.iter().any(|pair| pair.0 == *key && group.labels.contains(pair)));
        by.map_or(String::new(), |by| format!("; it shares a match with {}, whose label {key} counts", by.name))
    }

    /// Why a group is not under one Host.
    fn of_group_under(&self, group: &Group, id: HostId) -> String {
        let snapshot = &self.judge.compilation.snapshot;
        let host = &snapshot.hosts[id];
        let name = &host.name;
        let own = || group.hostname.as_ref().map_or("*", |hostname| &*hostname.text);
        match model::attaches(host, group, snapshot.edition) {
            Ok(()) => format!("it belongs to Host {name}, which is served elsewhere"),
            Err(NotAttached::NoHostname) => no_hostname(),
            Err(NotAttached::Hostname) => {
                format!("its hostname {} does not fit Host {name} ({})", own(), host.hostname)
            }
            Err(NotAttached::Labels(missing)) => format!("Host {name} selects {}", labels(&missing)),
        }
    }

    /// Why a group is under no Host.
    fn of_group(&self, group: &Group) -> String {
        let snapshot = &self.judge.compilation.snapshot;
        let mut reasons: BTreeSet<String> = BTreeSet::new();
        for (id, host) in snapshot.hosts.iter() {
            match model::attaches(host, group, snapshot.edition) {
                Ok(()) => return format!("it belongs to Host {}, which no Listener serves", host.name),
                Err(NotAttached::NoHostname) => return no_hostname(),
                Err(_) => {
                    reasons.insert(self.of_group_under(group, id));
                }
            }
        }
        match reasons.len() {
            0 => "there is no Host".to_owned(),
            1..=3 => reasons.into_iter().collect::<Vec<_>>().join("; "),
            count => {
                let own = group.hostname.as_ref().map_or("*", |hostname| &*hostname.text);
                format!("none of the {count} Hosts takes it (its hostname is {own})")
            }
        }
    }

    /// Why a resource became no Mapping.
    fn of_resource(&self, resource: &Resource) -> Absence {
        let place = self.judge.compilation.sources.place(resource.name_span).into();
        let why = self.problem_in(resource).unwrap_or_else(dropped);
        Absence::new(format!("{}.{}", resource.name, resource.namespace), place, why, spec_path(&resource.spec))
    }

    fn problem_in(&self, resource: &Resource) -> Option<String> {
        let from = self
            .problems
            .partition_point(|(span, _)| (span.source, span.start) < (resource.span.source, resource.span.start));
        let here = self.problems.get(from..)?.iter();
        let inside =
            |(span, _): &&(Span, &Problem)| span.source == resource.span.source && span.end <= resource.span.end;
        here.take_while(|(span, _)| span.source == resource.span.source && span.start < resource.span.end)
            .find(inside)
            .map(|(_, problem)| problem.message.clone())
    }

    /// Why a document became no resource.
    fn of_document(&self, result: &DocumentResult) -> Option<Absence> {
        if result.kind != "Mapping" {
            return None;
        }
        let why = match &result.outcome {
            Outcome::Refused { message, .. } | Outcome::Panic { message, .. } => message.clone(),
            Outcome::Ignored { .. } => "nobody reads it there".to_owned(),
            Outcome::Converted { .. } if self.read.contains(&result.source) => return None,
            Outcome::Converted { .. } if self.is_replaced(result) => {
                "a later document has the same name and replaces it".to_owned()
            }
            Outcome::Converted { .. } => "it is for another gateway: its ambassador_id says so".to_owned(),
        };
        let place = self.judge.compilation.sources.place(result.source).into();
        let name = result.name.clone().unwrap_or_else(|| "without a name".to_owned());
        Some(Absence::new(name, place, why, None))
    }

    fn is_replaced(&self, result: &DocumentResult) -> bool {
        let resources = &self.judge.compilation.snapshot.resources;
        result.name.as_ref().is_some_and(|name| {
            resources.iter().any(|resource| resource.kind == Kind::Mapping && resource.name == *name)
        })
    }
}

fn dropped() -> String {
    "Emissary leaves it out".to_owned()
}

fn no_hostname() -> String {
    "it has no hostname, and Emissary attaches it to no Host; `hostname: \"*\"` serves it for all".to_owned()
}

fn labels(pairs: &[(String, String)]) -> String {
    let pairs: Vec<String> = pairs.iter().map(|(key, value)| format!("{key}={value}")).collect();
    format!("label{} {}", if pairs.len() == 1 { "" } else { "s" }, pairs.join(", "))
}

fn path_test(matches: &model::Match) -> Option<PathTest> {
    let case_sensitive = matches.case_sensitive.unwrap_or(true);
    let text = std::sync::Arc::clone(&matches.prefix);
    Some(if matches.regex == Some(true) {
        PathTest::Regex(Regex::new(&text).ok()?)
    } else if matches.exact == Some(true) {
        PathTest::Exact { text, case_sensitive }
    } else {
        PathTest::Prefix { text, case_sensitive }
    })
}

fn spec_path(spec: &Node) -> Option<PathTest> {
    let prefix = spec.get("prefix")?.text()?;
    let is_regex = spec.get("prefix_regex").and_then(Node::text) == Some("true");
    (!is_regex).then(|| PathTest::Prefix { text: prefix.into(), case_sensitive: false })
}
