//! Mappings that share a match: who founds a group, who is refused, and how traffic is shared.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use super::mapping::{Condition, ConditionValue, Hostname, Mapping, Match};
use super::problem::{Effect, Problem, Problems};
use super::share::{self, WeightProblem};
use super::table::{GroupId, MappingId, Table};
use crate::edition::Edition;
use crate::routing::rank::Rank;
use crate::source::Span;

/// Mappings that share a match.
#[derive(Clone, Debug)]
pub struct Group {
    /// Its place among all groups.
    pub rank: Rank,
    /// The Mapping that founded it and lends it its match.
    pub founder: MappingId,
    /// What it is.
    pub kind: GroupKind,
    /// The hostname by which it attaches to Hosts.
    pub hostname: Option<Hostname>,
    /// The labels of all its members together.
    pub labels: Vec<(String, String)>,
    /// Whether letter case counts, for members that do not say.
    pub case_sensitive: Option<bool>,
}

/// What a group does.
#[derive(Clone, Debug)]
pub enum GroupKind {
    /// It forwards, by share.
    Forward {
        /// The members in the order of their routes, each with the draws below which it takes a request.
        members: Vec<Member>,
        /// The members in the order in which they speak for all: mostly the last word counts.
        speakers: Vec<MappingId>,
        /// The Mapping that gets copies.
        shadow: Option<MappingId>,
    },
    /// It redirects.
    Redirect(MappingId),
}

/// A Mapping of a group and its share.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Member {
    /// The Mapping.
    pub mapping: MappingId,
    /// It takes a request whose draw is below this number.
    pub below: u32,
}

/// What groups are built with.
pub(crate) struct Grouping<'a> {
    pub(crate) edition: Edition,
    /// The selectors of all Hosts, in order.
    pub(crate) selectors: Vec<&'a [(String, String)]>,
    /// Where a Mapping's name was written, for problems.
    pub(crate) span_of: &'a dyn Fn(&Mapping) -> Option<Span>,
}

/// A group in the making.
struct Draft {
    founder: MappingId,
    redirect: Option<MappingId>,
    members: Vec<MappingId>,
    shadow: Option<MappingId>,
    names: Vec<(Arc<str>, Arc<str>)>,
}

impl Grouping<'_> {
    /// Puts Mappings into groups, in their order.
    pub(crate) fn group(
        &self,
        mappings: &Table<MappingId, Arc<Mapping>>,
        problems: &mut Problems,
    ) -> Table<GroupId, Group> {
        let mut drafts: Vec<Draft> = Vec::new();
        let mut by_identity: HashMap<String, usize> = HashMap::with_capacity(mappings.len());
        for (id, mapping) in mappings.iter() {
            let identity = self.identity(mapping);
            match by_identity.get(&identity).and_then(|at| drafts.get_mut(*at)) {
                Some(draft) => self.join(draft, id, mappings, problems),
                None => {
                    by_identity.insert(identity, drafts.len());
                    drafts.push(self.found(id, mapping, problems));
                }
            }
        }
        let mut groups = Table::default();
        for (created, draft) in (0u32..).zip(drafts) {
            groups.push(self.finish(draft, created, mappings, problems));
        }
        groups
    }

    /// What makes Mappings members of one group: a text without separators, so that odd ones collide as in Emissary.
    fn identity(&self, mapping: &Mapping) -> String {
        let matches = &mapping.matches;
        let mut identity = String::with_capacity(96);
        identity.push_str("HTTP-GET");
        identity.push_str(&matches.prefix);
        for condition in matches.headers.iter().chain(&matches.query) {
            identity.push_str(&condition.name);
            identity.push_str(condition.text().unwrap_or_default());
        }
        let has_hostname = matches.hostname.as_ref().is_some_and(|host| !host.attaches_to_all && !host.text.is_empty());
        if self.edition.groups_by_selected_labels() && !has_hostname {
            for selector in self.selectors.iter().filter(|selector| !selector.is_empty()) {
                if self.edition.selects(selector, &mapping.labels) {
                    for (key, value) in *selector {
                        identity.push_str(key);
                        identity.push_str(value);
                    }
                }
            }
        }
        if matches.precedence != 0 {
            identity.push_str(&matches.precedence.to_string());
        }
        identity
    }

    fn found(&self, id: MappingId, mapping: &Mapping, problems: &mut Problems) -> Draft {
        let mut draft =
            Draft { founder: id, redirect: None, members: Vec::new(), shadow: None, names: vec![cache_name(mapping)] };
        if mapping.shadow {
            self.shadow_beside_redirect(mapping, problems);
            draft.shadow = Some(id);
        } else if mapping.redirect.is_some() {
            draft.redirect = Some(id);
        } else {
            draft.members.push(id);
        }
        draft
    }

    fn shadow_beside_redirect(&self, mapping: &Mapping, problems: &mut Problems) {
        if mapping.redirect.is_some() {
            self.post(
                problems,
                Effect::Kept,
                "shadow-redirect",
                mapping,
                Some(mapping),
                "shadow and host_redirect together: the redirect is ignored".to_owned(),
            );
        }
    }

    /// Posts a problem of a Mapping, under the key of its group's founder (whose key the group has), or for the whole
    /// gateway.
    fn post<'p>(
        &self,
        problems: &'p mut Problems,
        effect: Effect,
        code: &'static str,
        at: &Mapping,
        key: Option<&Mapping>,
        message: String,
    ) -> &'p mut Problem {
        problems.post(effect, code, key.map(|mapping| mapping.key.to_string()), (self.span_of)(at), message)
    }

    fn join(
        &self,
        draft: &mut Draft,
        id: MappingId,
        mappings: &Table<MappingId, Arc<Mapping>>,
        problems: &mut Problems,
    ) {
        let (mapping, founder) = (&mappings[id], &mappings[draft.founder]);
        let name = cache_name(mapping);
        if draft.names.contains(&name) {
            let message = format!(
                "Mapping {} has the same name up to its first dot as another of its group: it is not added",
                mapping.name
            );
            self.post(problems, Effect::Silent, "dotted-name", mapping, None, message).beside((self.span_of)(founder));
            return;
        }
        if let Some(what) = mismatch(mapping, founder) {
            let message = format!(
                "Mapping {} has the match of Mapping {} and another {what}: it is refused",
                mapping.name, founder.name
            );
            let problem = self.post(problems, Effect::Dropped, "group-mismatch", mapping, Some(founder), message);
            problem.beside((self.span_of)(founder)).in_field(what);
            return;
        }
        if mapping.shadow {
            self.shadow_beside_redirect(mapping, problems);
            if let Some(first) = draft.shadow {
                let message = format!(
                    "Mapping {} is the second shadow beside {}: it is refused",
                    mapping.name, mappings[first].name
                );
                let problem = self.post(problems, Effect::Dropped, "second-shadow", mapping, Some(founder), message);
                problem.beside((self.span_of)(&mappings[first]));
                return;
            }
            draft.shadow = Some(id);
        } else if mapping.redirect.is_some() {
            if let Some(other) = draft.redirect.or(draft.members.first().copied()) {
                let message = format!(
                    "Mapping {} redirects what Mapping {} already takes: it is refused",
                    mapping.name, mappings[other].name
                );
                let problem =
                    self.post(problems, Effect::Dropped, "redirect-conflict", mapping, Some(founder), message);
                problem.beside((self.span_of)(&mappings[other]));
                return;
            }
            draft.redirect = Some(id);
        } else if let Some(other) = draft.redirect {
            let message = format!(
                "Mapping {} has the match of Mapping {}, which redirects: it is refused",
                mapping.name, mappings[other].name
            );
            let problem = self.post(problems, Effect::Dropped, "redirect-conflict", mapping, None, message);
            problem.beside((self.span_of)(&mappings[other]));
            return;
        } else {
            draft.members.push(id);
        }
        draft.names.push(name);
    }

    fn finish(
        &self,
        draft: Draft,
        created: u32,
        mappings: &Table<MappingId, Arc<Mapping>>,
        problems: &mut Problems,
    ) -> Group {
        let founder = &mappings[draft.founder];
        let of = |id: MappingId, created: u32| rank(&mappings[id].matches, created);
        let mut speakers = draft.members.clone();
        speakers.sort_by_cached_key(|id| of(*id, id.0));
        // The queries of members may differ, and the highest place counts.
        let rank = match speakers.last() {
            Some(last) if draft.members.len() > 1 => of(*last, created).max(of(draft.founder, created)),
            _ => of(draft.founder, created),
        };
        if let Some(redirect) = draft.redirect {
            // Only core attributes are lifted from a redirecting Mapping: its labels and host_regex are lost.
            let matches = &mappings[redirect].matches;
            let mut authorities = matches.headers.iter().filter(|condition| &*condition.name == ":authority");
            let is_regex = authorities.next_back().is_some_and(|last| matches!(last.value, ConditionValue::Regex(_)));
            let hostname = matches.hostname.clone().filter(|_| !is_regex || !self.edition.attaches_by_hostname());
            let hostname = hostname.map(|host| Hostname { attaches_to_all: false, ..host });
            return Group {
                rank,
                founder: draft.founder,
                kind: GroupKind::Redirect(redirect),
                hostname: hostname.filter(|host| !host.text.is_empty()),
                labels: Vec::new(),
                case_sensitive: mappings[redirect].matches.case_sensitive,
            };
        }
        let members = self.shares(&draft.members, founder, mappings, problems);
        let in_order = || speakers.iter().map(|id| &mappings[*id]);
        let mut labels = BTreeMap::new();
        for mapping in in_order() {
            labels.extend(mapping.labels.iter().cloned());
        }
        let to_all =
            in_order().filter_map(|mapping| mapping.matches.hostname.as_ref()).any(|host| host.attaches_to_all);
        let hostname = in_order().filter_map(|mapping| mapping.matches.hostname.clone()).next_back();
        Group {
            rank,
            founder: draft.founder,
            hostname: hostname.map(|host| Hostname { attaches_to_all: to_all || host.attaches_to_all, ..host }),
            labels: labels.into_iter().collect(),
            case_sensitive: in_order().filter_map(|mapping| mapping.matches.case_sensitive).next_back(),
            kind: GroupKind::Forward { members, speakers, shadow: draft.shadow },
        }
    }

    /// The members in the order of their routes, with their running totals.
    fn shares(
        &self,
        ids: &[MappingId],
        founder: &Mapping,
        mappings: &Table<MappingId, Arc<Mapping>>,
        problems: &mut Problems,
    ) -> Vec<Member> {
        if let [only] = ids
            && self.edition.lone_weight_counts()
        {
            let below = mappings[*only].weight.map_or(100, |weight| u32::try_from(weight).unwrap_or(0));
            return vec![Member { mapping: *only, below }];
        }
        let weights: Vec<Option<i64>> = ids.iter().map(|id| mappings[*id].weight).collect();
        let (portions, problem) = share::portions(&weights);
        if let Some(problem) = problem {
            let (at, code, message) = match problem {
                WeightProblem::Over(at) => {
                    (at, "weight-over-100", "is over 100: it and all after it get nothing".to_owned())
                }
                WeightProblem::Sum(sum) => {
                    (0, "weights-over-100", format!("and the others of its group sum to {sum}, over 100"))
                }
            };
            if let Some(id) = ids.get(at) {
                let mapping = &mappings[*id];
                let message = format!("the weight of Mapping {} {message}", mapping.name);
                self.post(problems, Effect::Kept, code, mapping, Some(founder), message);
            }
        }
        portions.into_iter().map(|portion| Member { mapping: ids[portion.member], below: portion.below }).collect()
    }
}

/// The place of a group by its founder's match.
fn rank(matches: &Match, created: u32) -> Rank {
    let sum = |conditions: &[Condition]| conditions.iter().map(|condition| condition.length()).sum();
    Rank {
        precedence: matches.precedence,
        prefix_length: matches.prefix.chars().count(),
        header_length: sum(&matches.headers),
        query_length: sum(&matches.query),
        prefix: Arc::clone(&matches.prefix),
        conditions: matches.headers.iter().chain(&matches.query).map(|condition| condition.sort_text()).collect(),
        created,
    }
}

/// The name by which Emissary's cache knows a Mapping: only what stands before the first dot counts.
fn cache_name(mapping: &Mapping) -> (Arc<str>, Arc<str>) {
    let name = mapping.name.split('.').next().unwrap_or_default();
    (name.into(), Arc::clone(&mapping.namespace))
}

/// Whether a later member sets a core attribute that the founder has otherwise or not at all.
pub(crate) fn differs<T: PartialEq>(later: Option<T>, founder: Option<T>) -> bool {
    later.is_some() && later != founder
}

/// The first core attribute that a later Mapping sets and the founder has otherwise or not at all.
fn mismatch(later: &Mapping, founder: &Mapping) -> Option<&'static str> {
    let (a, b) = (&later.cluster, &founder.cluster);
    let checks = [
        ("bypass_auth", differs(later.own.bypass_auth, founder.own.bypass_auth)),
        ("circuit_breakers", a.circuit_breakers != b.circuit_breakers),
        ("connect_timeout_ms", differs(a.connect_timeout, b.connect_timeout)),
        ("cluster_idle_timeout_ms", differs(a.idle_timeout, b.idle_timeout)),
        ("cluster_max_connection_lifetime_ms", differs(a.max_connection_lifetime, b.max_connection_lifetime)),
        ("headers", later.matches.headers != founder.matches.headers),
        ("keepalive", differs(a.keepalive.as_ref(), b.keepalive.as_ref())),
        ("labels", differs(later.label_text.as_ref(), founder.label_text.as_ref())),
        ("load_balancer", a.own_load_balancer && (!b.own_load_balancer || a.load_balancer != b.load_balancer)),
        ("prefix", later.matches.prefix != founder.matches.prefix),
        ("prefix_exact", differs(later.matches.exact, founder.matches.exact)),
        ("prefix_regex", differs(later.matches.regex, founder.matches.regex)),
    ];
    checks.into_iter().find_map(|(what, differs)| differs.then_some(what))
}
