//! Resources → snapshot: defaults applied, references resolved, in the order in which Emissary's compiler goes.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use rustc_hash::FxHashMap;

use super::actions::ActionMaker;
use super::attach::Attachments;
use super::chains::ChainMaker;
use super::clusters::ClusterMaker;
use super::contexts;
use super::filter::{Filter, Filters};
use super::group::{Group, GroupKind, Grouping};
use super::host::Host;
use super::hosts;
use super::known::{self, Known, KnownMapping, Rules};
use super::labels::Labels;
use super::listener::{Chain, Listener, Serves};
use super::listeners;
use super::mapping::Mapping;
use super::mappings::MappingReader;
use super::module;
use super::objection::{Objection, Part};
use super::policies;
use super::problem::{Effect, Problems};
use super::resolver::Resolvers;
use super::secret::Secrets;
use super::services::ServiceReader;
use super::table::{GroupId, HostId, Id, MappingId, ResourceId, Table};
use super::tcp::{self, TcpPlacer};
use super::{RouteDraft, Snapshot};
use crate::edition::Edition;
use crate::resource::{Kind, KubernetesObject, Resource};
use crate::source::Span;

/// Works out what a set of resources means. `resources` are in ascending order of their keys; what is known of them from
/// an earlier time is worked out faster, and nothing else.
pub fn normalise(
    resources: &[Arc<Resource>],
    objects: &[Arc<KubernetesObject>],
    edition: Edition,
    ambassador_namespace: &str,
    known: Option<&mut Known>,
) -> Snapshot {
    let mut problems = Problems::default();
    let resources = judge_duplicates(resources, &mut problems);
    let ordered: Vec<(ResourceId, &Resource)> =
        resources.iter().enumerate().map(|(at, resource)| (ResourceId::new(at), &**resource)).collect();
    let module = module::read(&resources, edition, &mut problems);
    let secrets = Secrets::of(objects);
    let namespacing = module.default_for("tls_secret_namespacing").is_none_or(policies::truthy);
    let mut contexts = contexts::read(&ordered, &secrets, namespacing, &mut problems);
    let mut bound = if edition.has_listeners() { listeners::read(&ordered, &mut problems) } else { Vec::new() };
    let hosts = hosts::read(&ordered, &secrets, &mut contexts, ambassador_namespace, &mut problems);
    let has_hosts = hosts.values().any(|host| host.from.is_some());
    if edition.has_listeners() && !has_hosts {
        if hosts.values().all(|host| host.tls.is_none()) {
            let message = "there is no Host and no fallback certificate: a Host `*` is made that routes cleartext";
            problems.post(Effect::Notice, "default-host", None, None, message);
        }
        for (_, context) in contexts.terminating() {
            let message = format!("TLSContext {} ends TLS for no one: there is no Host", context.name);
            let span = context.from.map(|id| resources[id.index()].name_span);
            problems.post(Effect::Kept, "tls-context-without-host", None, span, message);
        }
    }
    let resolvers = Resolvers::read(&ordered, &mut problems);
    let mut maker = ClusterMaker::new(&module.settings, &contexts, &resolvers, ambassador_namespace);
    let mut services = ServiceReader {
        edition,
        settings: &module.settings,
        resources: &ordered,
        maker: &mut maker,
        problems: &mut problems,
    };
    let (auth, rate_limit) = (services.auth(), services.rate_limit());
    let (log, tracing) = (services.log(), services.tracing());
    let domain = match &rate_limit {
        Some(Filter::RateLimit(filter)) => Some(Arc::clone(&filter.domain)),
        _ => None,
    };
    let labels = Labels {
        domain: domain.as_deref(),
        defaults: module.default_labels,
        default_domain: &module.settings.default_label_domain,
    };
    if edition.needs_labels_as_maps()
        && let Some(label) = labels.unconverted_default()
    {
        let message = "a label of the Module's default_labels is no map: Emissary's compiler aborts";
        problems.post(Effect::Abort, "default-labels", None, label.span, message);
    }
    let reader = MappingReader { edition, ambassador_namespace, module: &module, resolvers: &resolvers, labels };
    let rules = || Rules {
        edition,
        ambassador_namespace: ambassador_namespace.to_owned(),
        domain: domain.clone(),
        others: known::others(&resources),
    };
    let known = known.map(|known| (known.under(rules()), known));
    let (mappings, objections) = read_mappings(&resources, &reader, &module, known, &mut problems);
    let span_of = |mapping: &Mapping| mapping.from.map(|id| resources[id.index()].name_span);
    let grouping = Grouping {
        edition,
        selectors: hosts.values().map(|host| host.selector.as_slice()).collect(),
        span_of: &span_of,
    };
    let groups = grouping.group(&mappings, &mut problems);
    let mut routes: Table<GroupId, Vec<RouteDraft>> = Table::default();
    let mut actions =
        ActionMaker { edition, mappings: &mappings, maker: &mut maker, span_of: &span_of, problems: &mut problems };
    for group in groups.values() {
        let drafts = actions.actions(group).into_iter();
        routes.push(drafts.map(|(member, action)| RouteDraft { member, action }).collect());
    }
    let tcp_mappings = tcp::read(&ordered, &module.settings, &resolvers, ambassador_namespace, &mut problems);
    let tcp_groups = tcp::group(&tcp_mappings, &ordered, &mut problems);
    let resource_span = |id: ResourceId| Some(resources[id.index()].name_span);
    let taken = TcpPlacer {
        mappings: &tcp_mappings,
        hosts: &hosts,
        contexts: &contexts,
        maker: &mut maker,
        span_of: &resource_span,
        problems: &mut problems,
    }
    .place(&tcp_groups, &mut bound);
    let internal = internal_groups(&mappings, &groups);
    let attachments = Attachments::find(&hosts, &groups, &internal, edition);
    let chains = ChainMaker {
        edition,
        hosts: &hosts,
        contexts: &contexts,
        attachments: &attachments,
        taken: &taken,
        span_of: &resource_span,
    };
    let listeners = if edition.has_listeners() {
        bound
            .into_iter()
            .filter_map(|mut one| {
                chains.fill(&mut one, &mut problems);
                tcp::refuse_twins(&one.listener, &tcp_mappings, &resource_span, &mut problems);
                if one.listener.chains.is_empty() {
                    let message =
                        format!("Listener {} takes no Host and no TCPMapping: it opens no port", one.listener.name);
                    let span = one.listener.from.and_then(resource_span);
                    problems.post(Effect::Silent, "listener-without-hosts", one.key, span, message);
                    return None;
                }
                Some(one.listener)
            })
            .collect()
    } else {
        let all: Arc<[GroupId]> = groups.iter().map(|(id, _)| id).collect();
        let mut own = chains.without_listeners(&module.settings, all, has_hosts);
        own.extend(bound.into_iter().map(|one| one.listener));
        own
    };
    refuse_objections(&objections, &groups, &listeners, &mut problems);
    refuse_twin_domains(&listeners, &hosts, &resource_span, &mut problems);
    let overrides_errors =
        !edition.drops_error_response_overrides() && resources.iter().any(|resource| overrides_errors(resource));
    let filters = filters(module.filters, auth, rate_limit, overrides_errors, edition);
    Snapshot {
        edition,
        settings: Arc::new(module.settings.clone()),
        filters: Arc::new(filters),
        log,
        tracing,
        clusters: maker.into_clusters(),
        tls: contexts.table,
        mappings,
        tcp_mappings,
        groups,
        routes,
        hosts,
        listeners,
        objections,
        problems: problems.into_inner(),
        resources,
    }
}

/// Of the same class, name and namespace the later replaces the earlier, in its place.
fn judge_duplicates(resources: &[Arc<Resource>], problems: &mut Problems) -> Vec<Arc<Resource>> {
    let mut kept: Vec<Arc<Resource>> = Vec::with_capacity(resources.len());
    let mut places: HashMap<(Class, &str, &str), usize> = HashMap::with_capacity(resources.len());
    for resource in resources {
        let identity = (Class::of(resource.kind), &*resource.name, &*resource.namespace);
        match places.get(&identity).and_then(|at| kept.get_mut(*at)) {
            Some(earlier) => {
                let message = format!(
                    "{} {} stands twice in namespace {}: the later one counts",
                    resource.kind, resource.name, resource.namespace
                );
                problems
                    .post(Effect::Kept, "duplicate", resource.key.clone(), resource.name_span, message)
                    .beside(Some(earlier.name_span));
                *earlier = Arc::clone(resource);
            }
            None => {
                places.insert(identity, kept.len());
                kept.push(Arc::clone(resource));
            }
        }
    }
    kept
}

/// What duplicates are judged by: the kind, and one class for all resolvers.
#[derive(PartialEq, Eq, Hash)]
enum Class {
    Of(Kind),
    Resolver,
}

impl Class {
    fn of(kind: Kind) -> Self {
        match kind {
            Kind::ConsulResolver | Kind::KubernetesEndpointResolver | Kind::KubernetesServiceResolver => Self::Resolver,
            other => Self::Of(other),
        }
    }
}

type ReadMappings = (Table<MappingId, Arc<Mapping>>, HashMap<MappingId, Vec<Objection>>);

fn read_mappings(
    resources: &[Arc<Resource>],
    reader: &MappingReader<'_>,
    module: &module::ModuleReading<'_>,
    known: Option<(FxHashMap<usize, KnownMapping>, &mut Known)>,
    problems: &mut Problems,
) -> ReadMappings {
    let mut mappings = Table::default();
    let mut objections = HashMap::new();
    let (mut before, mut known) = known.unzip();
    for (at, resource) in resources.iter().enumerate().filter(|(_, resource)| resource.kind == Kind::Mapping) {
        let id = ResourceId::new(at);
        let mut found = before
            .as_mut()
            .and_then(|before| before.remove(&known::address(resource)))
            .unwrap_or_else(|| KnownMapping::read(reader, id, resource));
        problems.extend(&found.problems);
        if let Some(read) = &mut found.read {
            if read.mapping.from != Some(id) {
                Arc::make_mut(&mut read.mapping).from = Some(id);
            }
            let mapping = mappings.push(Arc::clone(&read.mapping));
            if !read.objections.is_empty() {
                objections.insert(mapping, read.objections.clone());
            }
        }
        if let Some(known) = &mut known {
            known.keep(found);
        }
    }
    for internal in &module.internal {
        if let Some(mapping) = reader.internal(internal) {
            mappings.push(Arc::new(mapping));
        }
    }
    (mappings, objections)
}

/// The groups that the gateway's own Mappings founded: they are under every Host.
fn internal_groups(mappings: &Table<MappingId, Arc<Mapping>>, groups: &Table<GroupId, Group>) -> Vec<GroupId> {
    groups.iter().filter(|(_, group)| mappings[group.founder].from.is_none()).map(|(id, _)| id).collect()
}

/// The filters of all HTTP listeners, in order.
fn filters(
    mut chain: Vec<Filter>,
    auth: Option<Filter>,
    rate_limit: Option<Filter>,
    overrides_errors: bool,
    edition: Edition,
) -> Filters {
    if edition.asks_auth_before_cors() {
        chain.extend(auth);
        chain.push(Filter::Cors);
    } else {
        chain.push(Filter::Cors);
        chain.extend(auth);
    }
    chain.extend(rate_limit);
    chain.extend(overrides_errors.then_some(Filter::ResponseMap));
    chain.push(Filter::Router);
    Filters { chain }
}

/// Whether a Mapping or the Module asks for custom error responses.
fn overrides_errors(resource: &Resource) -> bool {
    const FIELD: &str = "error_response_overrides";
    match resource.kind {
        Kind::Mapping => resource.spec.get(FIELD).is_some(),
        Kind::Module => resource.spec.path(&["config", FIELD]).is_some(),
        _ => false,
    }
}

/// What Envoy refuses, of the parts of Mappings that it comes to see.
fn refuse_objections(
    objections: &HashMap<MappingId, Vec<Objection>>,
    groups: &Table<GroupId, Group>,
    listeners: &[Listener],
    problems: &mut Problems,
) {
    if objections.is_empty() {
        return;
    }
    let mut served: HashSet<GroupId> = HashSet::new();
    let chains = listeners.iter().flat_map(|listener| &listener.chains);
    for hosts in chains.filter_map(|Chain { serves, .. }| match serves {
        Serves::Http(hosts) => Some(hosts),
        Serves::Tcp(_) => None,
    }) {
        served.extend(hosts.iter().flat_map(|host| host.groups.iter().copied()));
    }
    for (id, group) in groups.iter() {
        let is_served = served.contains(&id);
        let (ids, is_redirect): (Vec<MappingId>, bool) = match &group.kind {
            GroupKind::Redirect(mapping) => (vec![*mapping], true),
            GroupKind::Forward { members, shadow, .. } => {
                (members.iter().map(|member| member.mapping).chain(*shadow).collect(), false)
            }
        };
        for mapping in ids {
            let is_shadow =
                matches!(&group.kind, GroupKind::Forward { shadow: Some(shadow), .. } if *shadow == mapping);
            for objection in objections.get(&mapping).into_iter().flatten() {
                let is_seen = match objection.part {
                    Part::Cluster => !is_redirect,
                    _ if is_shadow || !is_served => false,
                    Part::Tests => true,
                    Part::Query | Part::Forward => !is_redirect,
                    Part::Redirect => is_redirect,
                };
                if is_seen {
                    problems.post(Effect::Reject, objection.code, None, objection.span, objection.message.clone());
                }
            }
        }
    }
}

/// Envoy refuses two virtual hosts of one chain whose domains differ only in letter case.
fn refuse_twin_domains(
    listeners: &[Listener],
    hosts: &Table<HostId, Host>,
    span_of: &dyn Fn(ResourceId) -> Option<Span>,
    problems: &mut Problems,
) {
    let span = |id: Option<HostId>| id.and_then(|id| hosts[id].from).and_then(span_of);
    for chain in listeners.iter().flat_map(|listener| &listener.chains) {
        let Serves::Http(served) = &chain.serves else { continue };
        let mut seen = HashMap::new();
        for host in served {
            if let Some(twin) = seen.insert(host.domain.to_ascii_lowercase(), host.host) {
                let message = format!(
                    "two Hosts are called {} but for letter case: Envoy refuses the whole configuration",
                    host.domain
                );
                problems.post(Effect::Reject, "twin-domains", None, span(host.host), message).beside(span(twin));
            }
        }
    }
}
