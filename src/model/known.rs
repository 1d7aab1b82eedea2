//! Mappings that were read before.

use std::sync::Arc;

use rustc_hash::FxHashMap;

use super::mappings::{MappingReader, ReadMapping};
use super::problem::{Problem, Problems};
use super::table::ResourceId;
use crate::edition::Edition;
use crate::resource::{Kind, Resource};

/// Mappings as they were read for the latest snapshot. One whose resource is the same is not read again, as long as
/// nothing else changed on which its reading depends.
#[derive(Debug, Default)]
pub struct Known {
    rules: Option<Rules>,
    /// By the address of the resource, which is held.
    readings: FxHashMap<usize, KnownMapping>,
}

/// What Mappings are read by, beside themselves.
#[derive(Debug)]
pub(crate) struct Rules {
    pub(crate) edition: Edition,
    pub(crate) ambassador_namespace: String,
    /// The RateLimitService's.
    pub(crate) domain: Option<Arc<str>>,
    /// The Module and the resolvers.
    pub(crate) others: Vec<Arc<Resource>>,
}

/// What came of a Mapping's resource.
#[derive(Debug)]
pub(crate) struct KnownMapping {
    resource: Arc<Resource>,
    pub(crate) read: Option<ReadMapping>,
    pub(crate) problems: Vec<Problem>,
}

impl Rules {
    fn are(&self, other: &Self) -> bool {
        (self.edition, &self.ambassador_namespace, &self.domain)
            == (other.edition, &other.ambassador_namespace, &other.domain)
            && self.others.len() == other.others.len()
            && self.others.iter().zip(&other.others).all(|(one, other)| Arc::ptr_eq(one, other))
    }
}

impl Known {
    /// What is known under these rules; it is taken out, for what is gone is not to stay.
    pub(crate) fn under(&mut self, rules: Rules) -> FxHashMap<usize, KnownMapping> {
        let readings = std::mem::take(&mut self.readings);
        let is_same = self.rules.as_ref().is_some_and(|before| before.are(&rules));
        self.rules = Some(rules);
        if is_same { readings } else { FxHashMap::default() }
    }

    /// Keeps what came of a Mapping.
    pub(crate) fn keep(&mut self, mapping: KnownMapping) {
        self.readings.insert(address(&mapping.resource), mapping);
    }
}

impl KnownMapping {
    /// Reads a Mapping.
    pub(crate) fn read(reader: &MappingReader<'_>, id: ResourceId, resource: &Arc<Resource>) -> Self {
        let mut problems = Problems::default();
        let read = reader.read(id, resource, &mut problems);
        Self { resource: Arc::clone(resource), read, problems: problems.into_inner() }
    }
}

/// By what a resource is known.
pub(crate) fn address(resource: &Arc<Resource>) -> usize {
    Arc::as_ptr(resource).addr()
}

/// The resources on which the reading of Mappings depends.
pub(crate) fn others(resources: &[Arc<Resource>]) -> Vec<Arc<Resource>> {
    let is_one = |kind: Kind| {
        matches!(
            kind,
            Kind::Module | Kind::ConsulResolver | Kind::KubernetesEndpointResolver | Kind::KubernetesServiceResolver
        )
    };
    resources.iter().filter(|resource| is_one(resource.kind)).cloned().collect()
}
