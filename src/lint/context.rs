//! What a check may look at.

use std::cell::OnceCell;
use std::sync::Arc;

use rustc_hash::FxHashMap;

use super::entry::Entry;
use super::fields::Fields;
use super::object::Subject;
use super::served::Served;
use super::services::Services;
use super::views::{GroupView, MappingView, ResourceView};
use crate::analysis::Budget;
use crate::analysis::reachability::Reachabilities;
use crate::edition::Edition;
use crate::model::{GroupId, GroupKind, HostId, Id as _, Listener, MappingId, ResourceId, Snapshot};
use crate::pipeline::Compilation;
use crate::resource::{Kind, KubernetesObject, Resource};
use crate::routing::RouteTable;
use crate::source::{ObjectRef, SourceId, SourceMap, Span};
use crate::yaml::Node;

/// Everything that a run worked out, with the ways between its levels.
#[derive(Debug)]
pub struct Context<'c> {
    compilation: &'c Compilation,
    entries: Vec<Entry<'c>>,
    /// The entries of each text, by rising place.
    by_source: FxHashMap<SourceId, Vec<usize>>,
    /// The entry of each resource, by the place of the resource in the snapshot.
    by_resource: Vec<Option<usize>>,
    /// The Mapping of each resource.
    mapping_of: Vec<Option<MappingId>>,
    /// The group of each Mapping.
    group_of: Vec<Option<GroupId>>,
    reachabilities: OnceCell<Reachabilities>,
    /// The objects of Kubernetes' own, by kind, namespace and name; of the same name twice, the first.
    by_name: FxHashMap<(&'c str, &'c str, &'c str), &'c KubernetesObject>,
    served: OnceCell<Served>,
    services: Services<'c>,
    /// The resources of each kind, by their place in the snapshot.
    by_kind: FxHashMap<Kind, Vec<usize>>,
}

impl<'c> Context<'c> {
    pub(super) fn of(compilation: &'c Compilation) -> Self {
        let snapshot = &compilation.snapshot;
        let resources: FxHashMap<Span, usize> =
            snapshot.resources.iter().enumerate().map(|(at, resource)| (resource.span, at)).collect();
        let documents: FxHashMap<Span, usize> =
            compilation.documents.iter().enumerate().map(|(at, document)| (document.root.span, at)).collect();
        let mut by_kind: FxHashMap<Kind, Vec<usize>> = FxHashMap::default();
        for (at, resource) in snapshot.resources.iter().enumerate() {
            by_kind.entry(resource.kind).or_default().push(at);
        }
        let mut by_resource = vec![None; snapshot.resources.len()];
        let mut by_source: FxHashMap<SourceId, Vec<usize>> = FxHashMap::default();
        let mut entries: Vec<Entry<'c>> = Vec::with_capacity(compilation.reading.results.len());
        for (at, result) in compilation.reading.results.iter().enumerate() {
            let place = resources.get(&result.source).copied();
            if let Some(slot) = place.and_then(|place| by_resource.get_mut(place)) {
                *slot = Some(at);
            }
            let resource = place.and_then(|place| snapshot.resources.get(place)).map(|resource| &**resource);
            let document = documents.get(&result.document).filter(|_| result.annotation.is_none());
            let document = document.and_then(|document| compilation.documents.get(*document));
            by_source.entry(result.source.source).or_default().push(at);
            entries.push(Entry::of(result, resource, document));
        }
        for places in by_source.values_mut() {
            places.sort_by_key(|at| entries.get(*at).map(|entry| entry.span().start));
        }
        let mut mapping_of = vec![None; snapshot.resources.len()];
        for (id, mapping) in snapshot.mappings.iter() {
            if let Some(slot) = mapping.from.and_then(|from| mapping_of.get_mut(from.index())) {
                *slot = Some(id);
            }
        }
        let mut group_of = vec![None; snapshot.mappings.len()];
        for (id, group) in snapshot.groups.iter() {
            for mapping in members(&group.kind) {
                if let Some(slot) = group_of.get_mut(mapping.index()) {
                    *slot = Some(id);
                }
            }
        }
        Self {
            compilation,
            entries,
            by_source,
            by_resource,
            mapping_of,
            group_of,
            reachabilities: OnceCell::new(),
            by_name: by_name(&compilation.reading.objects),
            served: OnceCell::new(),
            services: Services::of(&compilation.reading.objects),
            by_kind,
        }
    }

    /// All levels of the run.
    pub fn compilation(&self) -> &'c Compilation {
        self.compilation
    }

    /// The texts.
    pub fn sources(&self) -> &'c SourceMap {
        &self.compilation.sources
    }

    /// What the configuration means.
    pub fn snapshot(&self) -> &'c Snapshot {
        &self.compilation.snapshot
    }

    /// Where requests go.
    pub fn table(&self) -> &'c RouteTable {
        &self.compilation.table
    }

    /// Whose rules apply.
    pub fn edition(&self) -> Edition {
        self.compilation.snapshot.edition
    }

    /// Kubernetes' own objects of the input.
    pub fn objects(&self) -> &'c [Arc<KubernetesObject>] {
        &self.compilation.reading.objects
    }

    /// An object of Kubernetes' own.
    pub fn object(&self, kind: &str, name: &str, namespace: &str) -> Option<&'c KubernetesObject> {
        self.by_name.get(&(kind, namespace, name)).copied()
    }

    /// Whether each route can be reached; worked out when first asked for.
    pub fn reachabilities(&self) -> &Reachabilities {
        self.reachabilities.get_or_init(|| Reachabilities::of(self.table(), Budget::default()))
    }

    fn served(&self) -> &Served {
        self.served.get_or_init(|| Served::of(self.snapshot()))
    }

    /// The Listeners that a Host stands on.
    pub fn listeners_of(&self, host: HostId) -> impl Iterator<Item = &'c Listener> {
        let places = self.served().listeners.get(&host).map(Vec::as_slice).unwrap_or_default();
        places.iter().filter_map(|at| self.snapshot().listeners.get(*at))
    }

    /// Whether a group stands under a Host that stands on a Listener.
    pub fn is_served(&self, group: GroupId) -> bool {
        self.served().groups.contains(&group)
    }

    /// All documents of Emissary's, as written.
    pub fn entries(&self) -> &[Entry<'c>] {
        &self.entries
    }

    /// The document of Emissary's that a place lies in.
    pub fn entry_at(&self, span: Span) -> Option<&Entry<'c>> {
        let places = self.by_source.get(&span.source)?;
        let after =
            places.partition_point(|at| self.entries.get(*at).is_some_and(|one| one.span().start <= span.start));
        let found = places.get(..after)?.iter().rev().filter_map(|at| self.entries.get(*at));
        // Of documents in each other the innermost, which begins last.
        found.into_iter().find(|entry| span.end <= entry.span().end.max(entry.span().start))
    }

    /// The Services of the input.
    pub(super) fn services(&self) -> &Services<'c> {
        &self.services
    }

    fn of_kind(&self, kind: Kind) -> &[usize] {
        self.by_kind.get(&kind).map(Vec::as_slice).unwrap_or_default()
    }

    /// The resources of a kind.
    pub fn resources(&self, kind: Kind) -> impl Iterator<Item = ResourceView<'_>> {
        self.of_kind(kind).iter().filter_map(|at| self.resource_at(*at))
    }

    /// A resource of the snapshot; `None` for what comes from no document of the input.
    pub fn resource(&self, id: ResourceId) -> Option<ResourceView<'_>> {
        self.resource_at(id.index())
    }

    fn resource_at(&self, at: usize) -> Option<ResourceView<'_>> {
        let resource: &Resource = self.snapshot().resources.get(at)?;
        let entry = self.entries.get((*self.by_resource.get(at)?)?)?;
        Some(ResourceView { resource, fields: Fields::of(&resource.spec), entry })
    }

    /// All Mappings of users, in Emissary's order; also those that Emissary drops.
    pub fn mappings(&self) -> impl Iterator<Item = MappingView<'_>> {
        self.of_kind(Kind::Mapping).iter().filter_map(|at| self.mapping_at(*at))
    }

    /// A Mapping in force; `None` for the gateway's own.
    pub fn mapping(&self, id: MappingId) -> Option<MappingView<'_>> {
        self.mapping_at(self.snapshot().mappings[id].from?.index())
    }

    fn mapping_at(&self, at: usize) -> Option<MappingView<'_>> {
        let ResourceView { resource, fields, entry } = self.resource_at(at)?;
        let id = self.mapping_of.get(at).copied().flatten();
        let mapping = id.map(|id| &*self.snapshot().mappings[id]);
        Some(MappingView { resource, fields, entry, mapping, id })
    }

    /// The group that a Mapping is in; `None` where it was refused or dropped.
    pub fn group_of(&self, mapping: MappingId) -> Option<GroupId> {
        self.group_of.get(mapping.index()).copied().flatten()
    }

    /// All groups that users' Mappings founded.
    pub fn groups(&self) -> impl Iterator<Item = GroupView<'_>> {
        let ids = self.snapshot().groups.iter().map(|(id, _)| id);
        ids.filter_map(|id| self.group(id))
    }

    /// A group that a user's Mapping founded.
    pub fn group(&self, id: GroupId) -> Option<GroupView<'_>> {
        let group = &self.snapshot().groups[id];
        self.snapshot().mappings[group.founder].from?;
        let (members, shadow) = match &group.kind {
            GroupKind::Redirect(mapping) => (self.mapping(*mapping).into_iter().collect(), None),
            GroupKind::Forward { members, shadow, .. } => {
                let members = members.iter().filter_map(|member| self.mapping(member.mapping)).collect();
                (members, shadow.and_then(|shadow| self.mapping(shadow)))
            }
        };
        Some(GroupView { id, group, members, shadow })
    }

    /// What a place belongs to: a document of Emissary's, or else the object that it stands in.
    pub fn subject(&self, span: Span) -> Option<Subject> {
        let entry = self.entry_at(span).filter(|entry| !entry.result.kind.is_empty());
        if let Some(entry) = entry {
            let object = ObjectRef {
                kind: entry.result.kind.clone(),
                name: entry.result.name.clone().unwrap_or_default(),
                namespace: entry.namespace().to_owned(),
            };
            return Some(Subject { object, carrier: entry.result.carrier.clone() });
        }
        let span = self.sources().outermost(span);
        let documents = &self.compilation.documents;
        let holds = |place: Span| place.source == span.source && place.start <= span.start && span.start < place.end;
        let after = documents
            .partition_point(|document| (document.span.source, document.span.start) <= (span.source, span.start));
        let document = documents.get(after.checked_sub(1)?).filter(|document| holds(document.span))?;
        let text = |path: &[&str]| document.root.path(path).and_then(Node::text).unwrap_or_default().to_owned();
        let kind = text(&["kind"]);
        let object = ObjectRef {
            kind: (!kind.is_empty()).then_some(kind)?,
            name: text(&["metadata", "name"]),
            namespace: Some(text(&["metadata", "namespace"]))
                .filter(|name| !name.is_empty())
                .unwrap_or("default".into()),
        };
        Some(Subject { object, carrier: None })
    }
}

/// All Mappings of a group.
fn members(kind: &GroupKind) -> Vec<MappingId> {
    match kind {
        GroupKind::Redirect(mapping) => vec![*mapping],
        GroupKind::Forward { members, shadow, .. } => {
            members.iter().map(|member| member.mapping).chain(*shadow).collect()
        }
    }
}

fn by_name(objects: &[Arc<KubernetesObject>]) -> FxHashMap<(&str, &str, &str), &KubernetesObject> {
    objects.iter().rev().map(|one| ((&*one.object.kind, &*one.object.namespace, &*one.object.name), &**one)).collect()
}
