//! Which objects and fields are responsible for what changes.
//!
//! A request that goes elsewhere was lost by one Mapping and won by another. What made the one lose it is asked of the
//! table after, what kept the other from it of the table before; of the fields that changed, those count that the answer
//! hangs on.

use super::Side;
use super::edition;
use super::fate::{Fate, Fates};
use super::fields::{FieldChange, ObjectChange, Objects};
use super::relevant;
use crate::analysis::behaviour::{Class, End, Surrounding};
use crate::model::{GroupKind, Mapping};
use crate::route_test::SourceRef;
use crate::routing::Treatment;
use crate::source::ObjectRef;

/// An object that is responsible.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cause {
    /// The object.
    pub object: ObjectRef,
    /// What is the matter with it, as the rest of a sentence that begins with it.
    pub words: String,
    /// Where it was written.
    pub before: Option<SourceRef>,
    /// Where it is written.
    pub after: Option<SourceRef>,
    /// The fields that are responsible.
    pub fields: Vec<FieldChange>,
}

impl Cause {
    fn of(change: &ObjectChange, fields: Vec<FieldChange>) -> Self {
        let words = match (&change.before, &change.after, &change.lost) {
            (_, None, Some(why)) => format!("is not there after: {why}"),
            (None, _, Some(why)) => format!("was not there before: {why}"),
            (_, None, None) => "is gone".to_owned(),
            (None, _, None) => "is new".to_owned(),
            (Some(_), Some(_), None | Some(_)) => "changed".to_owned(),
        };
        Self {
            object: change.object.clone(),
            words,
            before: change.before.clone(),
            after: change.after.clone(),
            fields,
        }
    }
}

/// Finds causes.
pub(super) struct Causes<'d, 'c> {
    pub(super) sides: [&'d Side<'c>; 2],
    pub(super) fates: [Fates<'c>; 2],
    pub(super) objects: &'d Objects,
    /// Whether two editions read the same texts.
    pub(super) reads_otherwise: bool,
}

/// Kinds that matter for all Mappings, in the order in which they are looked at.
const AROUND: [&str; 9] = [
    "Host",
    "Listener",
    "TLSContext",
    "Module",
    "KubernetesEndpointResolver",
    "KubernetesServiceResolver",
    "ConsulResolver",
    "AuthService",
    "RateLimitService",
];

impl Causes<'_, '_> {
    /// What is responsible for a class; and where no text differs, what the two editions read otherwise.
    pub(super) fn of(&self, class: &Class) -> (Vec<Cause>, Option<String>) {
        let mappings = self.mappings(class);
        let mut causes = Vec::new();
        let mut fates = [None, None];
        match mappings {
            [Some(was), Some(is)] if same(was, is) => causes.extend(self.within(class, is)),
            _ => {
                for (at, mapping) in mappings.into_iter().enumerate() {
                    let (Some(mapping), Some(other)) = (mapping, self.fates.get(1 - at)) else { continue };
                    let fate = other.fate(&mapping.namespace, &mapping.name, &class.witness);
                    self.lost(mapping, &fate, &mut causes);
                    if let Some(known) = fates.get_mut(at) {
                        *known = Some(fate);
                    }
                }
            }
        }
        if self.reads_otherwise {
            let editions = self.sides.map(|side| side.compilation.snapshot.edition);
            let [one, other] = &fates;
            let lost = mappings.iter().flatten().find_map(|mapping| self.change(mapping)?.lost.as_deref());
            let words = edition::words(class, [one.as_ref(), other.as_ref()], lost, editions);
            return (causes, Some(words));
        }
        if causes.is_empty() {
            self.mates(mappings, &mut causes);
        }
        if causes.is_empty() && (class.before == End::Tcp || class.after == End::Tcp) {
            causes.extend(self.all_of("TCPMapping"));
        }
        if causes.is_empty() {
            let kinds = AROUND.iter().map(|kind| self.all_of(kind).collect::<Vec<_>>());
            causes.extend(kinds.flatten());
        }
        if causes.is_empty() {
            // What is left are Mappings that stood in a shared group, and objects of other kinds.
            causes.extend(self.objects.iter().map(|change| Cause::of(change, change.fields.clone())));
        }
        (causes, None)
    }

    /// What is responsible for what differs around all routes.
    pub(super) fn around(&self, surrounding: &Surrounding) -> Vec<Cause> {
        let what = surrounding.what.as_str();
        let kinds: &[&str] = match what {
            _ if what.starts_with("listener ") => &["Listener"],
            _ if what.starts_with("TLS of ") => &["Host", "TLSContext"],
            "filter ext_authz" => &["AuthService"],
            "filter ratelimit" | "filter rate_limit" => &["RateLimitService"],
            _ => &["Module"],
        };
        let named = |field: &FieldChange| field.path.contains(what);
        let mut causes: Vec<Cause> = Vec::new();
        for change in kinds.iter().flat_map(|kind| self.objects.of_kind(kind)) {
            let fields: Vec<FieldChange> = change.fields.iter().filter(|field| named(field)).cloned().collect();
            let fields = if fields.is_empty() { change.fields.clone() } else { fields };
            causes.push(Cause::of(change, fields));
        }
        causes
    }

    /// The Mappings at which requests of a class end; `None` for the gateway's own, and where there is none.
    fn mappings(&self, class: &Class) -> [Option<&Mapping>; 2] {
        let mapping = |at: usize, end: End| {
            let (side, fates) = (self.sides.get(at)?, self.fates.get(at)?);
            let id = fates.mapping(end.route()?)?;
            Some(&*side.compilation.snapshot.mappings[id])
        };
        [mapping(0, class.before), mapping(1, class.after)]
    }

    fn change(&self, mapping: &Mapping) -> Option<&ObjectChange> {
        self.objects.find("Mapping", &mapping.name, &mapping.namespace)
    }

    /// The same Mapping does something else.
    fn within(&self, class: &Class, mapping: &Mapping) -> Option<Cause> {
        let change = self.change(mapping)?;
        let wanted: Vec<&str> =
            class.differences.iter().flat_map(|one| relevant::of_facet(one.facet)).copied().collect();
        self.chosen(change, &wanted)
    }

    /// A Mapping that had requests which the other side's does not give it.
    fn lost(&self, mapping: &Mapping, fate: &Fate, causes: &mut Vec<Cause>) {
        let change = self.change(mapping);
        let wanted: Vec<&str> = match fate {
            Fate::Gone => {
                causes.extend(change.map(|change| Cause::of(change, change.fields.clone())));
                return;
            }
            Fate::Takes(Treatment::Serve | Treatment::RedirectToHttps) => return,
            Fate::Refuses(tests) => tests.iter().flat_map(|test| relevant::of_test(*test)).copied().collect(),
            Fate::Elsewhere { .. } => relevant::ATTACHES.to_vec(),
            Fate::Later => relevant::ORDER.to_vec(),
        };
        causes.extend(change.and_then(|change| self.chosen(change, &wanted)));
    }

    fn chosen(&self, change: &ObjectChange, wanted: &[&str]) -> Option<Cause> {
        let fields = change.fields.iter().filter(|field| wanted.contains(&field.top()));
        let fields: Vec<FieldChange> = fields.cloned().collect();
        (!fields.is_empty()).then(|| Cause::of(change, fields))
    }

    /// Mappings that share a group with those of a class: they share traffic, and the first lends its match.
    fn mates(&self, mappings: [Option<&Mapping>; 2], causes: &mut Vec<Cause>) {
        for (at, mapping) in mappings.into_iter().enumerate() {
            let (Some(mapping), Some(side)) = (mapping, self.sides.get(at)) else { continue };
            let snapshot = &side.compilation.snapshot;
            let is_it = |id| same(&snapshot.mappings[id], mapping);
            let mates = snapshot.groups.values().find_map(|group| match &group.kind {
                GroupKind::Forward { members, shadow, .. } => {
                    let all: Vec<_> = members.iter().map(|member| member.mapping).chain(*shadow).collect();
                    all.iter().any(|id| is_it(*id)).then_some(all)
                }
                GroupKind::Redirect(_) => None,
            });
            for mate in mates.into_iter().flatten() {
                let change = self.change(&snapshot.mappings[mate]);
                let cause = change.map(|change| Cause::of(change, change.fields.clone()));
                causes.extend(cause.filter(|cause| !causes.contains(cause)));
            }
        }
    }

    fn all_of(&self, kind: &str) -> impl Iterator<Item = Cause> {
        self.objects.of_kind(kind).map(|change| Cause::of(change, change.fields.clone()))
    }
}

fn same(a: &Mapping, b: &Mapping) -> bool {
    a.name == b.name && a.namespace == b.namespace
}
